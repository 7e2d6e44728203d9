# %% right
# Intent: No walk at all: in the singular basis of A each component of the misfit shrinks by (1 - s_i^2 / s_1^2) a
# step, so the excess over the lowest error is known for every t; it never rises, so bisection finds the first t.
class _Ravine:
    def __init__(self, A, y):
        U, s, _ = np.linalg.svd(A, full_matrices=False)
        alive = s > s[0] * max(A.shape) * np.finfo(float).eps
        U, s = U[:, alive], s[alive]
        self.energy = (U.T @ y) ** 2 / len(y)
        self.factor = 1 - (s / s[0]) ** 2
        self.floor = np.mean((y - U @ (U.T @ y)) ** 2)

    def reached(self, t):
        return self.energy @ self.factor ** (2 * t) <= 0.01 * self.floor


def steps_to_fit(X: Array, y: Array, scale: bool) -> int:
    X, y = np.array(X, dtype=float), np.asarray(y, dtype=float)
    if scale:
        X = X - X.mean(axis=0)
        spread = X.std(axis=0)
        X = X / np.where(spread > 0, spread, 1)
    ravine = _Ravine(np.hstack([np.ones((len(X), 1)), X]), y)

    def first(low, high):
        if low == high:
            return low
        middle = (low + high) // 2
        return first(low, middle) if ravine.reached(middle) else first(middle + 1, high)

    return first(0, 5000)


P_04_2_CHOICE: list[str] = ["ridge", "lasso"]

# %% wrong: steps_to_fit
# Misconception: Thinks that scaling means to scale everything, and standardises the target together with the features
# (so that the intercept has nothing to learn any more).
def steps_to_fit(X: Array, y: Array, scale: bool) -> int:
    if scale:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
        y = (y - y.mean()) / y.std()
    A = np.column_stack([np.ones(len(X)), X])
    rate = 1 / np.linalg.eigvalsh(A.T @ A / len(A))[-1]
    goal = 1.01 * np.mean((A @ np.linalg.lstsq(A, y, rcond=None)[0] - y) ** 2)
    theta = np.zeros(A.shape[1])
    for count in range(5000):
        if np.mean((A @ theta - y) ** 2) <= goal:
            return count
        theta = theta - rate * A.T @ (A @ theta - y) / len(A)
    return 5000

# %% wrong: P_04_2_CHOICE
# Misconception: Thinks that only squares are upset by units: an absolute value grows in proportion to the unit, so
# lasso's penalty would make up for it just as the weights do.
P_04_2_CHOICE = ["ridge"]
