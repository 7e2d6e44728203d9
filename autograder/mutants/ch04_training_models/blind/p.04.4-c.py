# %% right
# Intent: For a squared error each step is an affine map of theta; written in homogeneous coordinates (theta, 1) the
# whole training is a product of matrices, folded over the batches.
from functools import reduce


def descend(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    table = np.column_stack([-np.asarray(X, dtype=float), np.asarray(y, dtype=float)])
    n = table.shape[1] - 1

    def affine(t, rows):
        part = table[list(rows)]
        slope = np.einsum("bi,bj->ij", part, part)[:n] / len(part)
        step = np.eye(n + 1)
        step[:n] -= 2 * rate / (1 + decay * t) * slope
        return step

    origin = np.eye(n + 1)[n]
    return reduce(lambda place, job: affine(*job) @ place, enumerate(batches), origin)[:n].copy()


P_04_4_CHOICE: list[str] = ["no", "shrinking rate"]

# %% wrong: descend
# Misconception: Thinks that each step divides the rate of the step before by `1 + decay * t`, so that the shrinking
# piles up from step to step.
def descend(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        rate = rate / (1 + decay * t)
        theta = theta - 2 * rate / len(rows) * X[rows].T @ (X[rows] @ theta - y[rows])
    return theta

# %% wrong: P_04_4_CHOICE
# Misconception: Thinks that a constant rate only has to be small enough, and the noise of the steps is gone for good.
P_04_4_CHOICE = ["no", "smaller rate"]
