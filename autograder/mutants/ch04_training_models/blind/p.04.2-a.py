# %% right
# Intent: prepare the columns, compute the safe rate and the lowest error, then walk and look at the error before each
# step, so that 0 steps are possible. Only the penalised models notice the unit of a column.
def standardised(X: Array) -> Array:
    result: Array = np.array(X, dtype=np.float64)
    for j in range(result.shape[1]):
        column = result[:, j]
        spread = float(np.std(column))
        result[:, j] = (column - float(np.mean(column))) / (spread if spread > 0.0 else 1.0)
    return result


def mean_squared(A: Array, theta: Array, y: Array) -> float:
    errors = A @ theta - y
    return float(errors @ errors) / len(y)


def steps_to_fit(X: Array, y: Array, scale: bool) -> int:
    limit: int = 5000
    columns: Array = standardised(X) if scale else np.asarray(X, dtype=np.float64)
    target: Array = np.asarray(y, dtype=np.float64)
    m, n = columns.shape
    A: Array = np.hstack([np.ones((m, 1)), columns])
    best = np.linalg.lstsq(A, target, rcond=None)[0]
    good_enough: float = 1.01 * mean_squared(A, best, target)
    rate: float = 1.0 / float(np.max(np.linalg.eigvalsh(A.T @ A / m)))
    theta: Array = np.zeros(1 + n)
    for step in range(limit):
        if mean_squared(A, theta, target) <= good_enough:
            return step
        theta = theta - rate * (A.T @ (A @ theta - target)) / m
    return limit


P_04_2_CHOICE: list[str] = ["ridge", "lasso"]

# %% wrong: steps_to_fit
# Misconception: Thinks that only wide columns stretch the cost and slow the descent down, so that a column whose
# standard deviation is below 1 is harmless and needs no scaling.
def standardised(X: Array) -> Array:
    result: Array = np.array(X, dtype=np.float64)
    for j in range(result.shape[1]):
        spread = float(np.std(result[:, j]))
        if spread > 1.0:
            result[:, j] = (result[:, j] - float(np.mean(result[:, j]))) / spread
    return result


# %% wrong: steps_to_fit
# Misconception: Thinks that only the spread of a column matters to gradient descent; the mean needn't be taken away,
# since the column of ones takes care of it.
def standardised(X: Array) -> Array:
    result: Array = np.array(X, dtype=np.float64)
    for j in range(result.shape[1]):
        spread = float(np.std(result[:, j]))
        result[:, j] = result[:, j] / (spread if spread > 0.0 else 1.0)
    return result
