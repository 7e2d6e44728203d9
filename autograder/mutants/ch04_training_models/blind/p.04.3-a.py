# %% right
# Intent: one descent after the other, each on its own copy of the start; the gradient of the mean log loss is
# X.T @ (p - y) / m, with a sigmoid that doesn't overflow.
def sigmoid_safe(z: Array) -> Array:
    small: Array = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0 / (1.0 + small), small / (1.0 + small))


def walk(X: Array, y: Array, start: Array, rate: float, steps: int) -> Array:
    m: int = X.shape[0]
    theta: Array = np.array(start, dtype=np.float64)
    for _ in range(steps):
        errors = sigmoid_safe(X @ theta) - y
        theta = theta - rate * (X.T @ errors) / m
    return theta


def end_points(X: Array, y: NDArray[np.int64], starts: Array, rate: float, steps: int) -> Array:
    features: Array = np.asarray(X, dtype=np.float64)
    labels: Array = np.asarray(y, dtype=np.float64)
    ends: Array = np.zeros(np.shape(starts), dtype=np.float64)
    for i in range(len(starts)):
        ends[i] = walk(features, labels, starts[i], rate, steps)
    return ends


P_04_3_CHOICE: list[str] = ["c"]

# %% wrong: end_points
# Misconception: Thinks that since the cost is convex every descent ends at the same point however many steps it takes,
# so one descent is enough and its end can be reported for all starts.
def end_points(X: Array, y: NDArray[np.int64], starts: Array, rate: float, steps: int) -> Array:
    features: Array = np.asarray(X, dtype=np.float64)
    labels: Array = np.asarray(y, dtype=np.float64)
    end: Array = walk(features, labels, starts[0], rate, steps)
    return np.tile(end, (len(starts), 1))


# %% wrong: end_points
# Misconception: Thinks that a new name for an array is a new array, so that the steps taken in place leave the
# caller's starts as they were.
def end_points(X: Array, y: NDArray[np.int64], starts: Array, rate: float, steps: int) -> Array:
    m: int = len(X)
    thetas: Array = np.asarray(starts, dtype=np.float64)
    for theta in thetas:
        for _ in range(steps):
            theta -= rate * (X.T @ (sigmoid_safe(X @ theta) - y)) / m
    return thetas
