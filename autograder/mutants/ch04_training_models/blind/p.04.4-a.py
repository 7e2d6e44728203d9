# %% right
# Intent: a plain loop over the batches; each step takes the gradient of the mean squared error of its own rows
# (factor 2 / number of rows in this batch) at the rate of its own step number.
def batch_gradient(X: Array, y: Array, theta: Array) -> Array:
    rows: int = X.shape[0]
    errors = X @ theta - y
    return (2.0 / rows) * (X.T @ errors)


def learning_rate_at(t: int, rate: float, decay: float) -> float:
    return rate / (1.0 + decay * t)


def descend(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    features: Array = np.asarray(X, dtype=np.float64)
    targets: Array = np.asarray(y, dtype=np.float64)
    theta: Array = np.zeros(features.shape[1])
    for t in range(len(batches)):
        rows = np.array(batches[t], dtype=np.int64)
        if rows.size == 0:
            continue
        theta = theta - learning_rate_at(t, rate, decay) * batch_gradient(features[rows], targets[rows], theta)
    return theta


P_04_4_CHOICE: list[str] = ["no", "shrinking rate"]

# %% wrong: descend
# Misconception: Thinks that decay means a fixed factor per step, i.e. that each step divides the rate of the step
# before by 1 + decay, and that this is the same schedule.
def learning_rate_at(t: int, rate: float, decay: float) -> float:
    return rate / (1.0 + decay) ** t


# %% wrong: descend
# Misconception: Thinks that all batches are of one size, so that the factor of the mean can be worked out once from the
# first of them; a smaller last batch then gets a gradient that is too short.
def descend(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    theta: Array = np.zeros(X.shape[1])
    if len(batches) == 0:
        return theta
    size: int = len(batches[0])
    for t in range(len(batches)):
        rows = np.array(batches[t], dtype=np.int64)
        errors = X[rows] @ theta - y[rows]
        theta = theta - learning_rate_at(t, rate, decay) * (2.0 / size) * (X[rows].T @ errors)
    return theta
