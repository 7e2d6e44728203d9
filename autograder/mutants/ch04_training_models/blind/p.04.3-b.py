# %% right
# Intent: All descents at once: the starting points are the columns of one matrix, expit is a sigmoid that is safe.
import numpy as np
from scipy.special import expit


def end_points(X, y, starts, rate, steps):
    theta = np.array(starts, dtype=float).T
    for _ in range(steps):
        theta -= rate / len(X) * X.T @ (expit(X @ theta) - np.reshape(y, (-1, 1)))
    return theta.T


P_04_3_CHOICE = ["c"]

# %% wrong: end_points
# Misconception: Thinks that, as the cost is convex, all descents end at the same point anyhow, so one of them is
# enough, even where the steps don't suffice to get there.
def end_points(X, y, starts, rate, steps):
    theta = np.array(starts[0], dtype=float)
    for _ in range(steps):
        theta -= rate / len(X) * X.T @ (expit(X @ theta) - y)
    return np.tile(theta, (len(starts), 1))

# %% wrong: P_04_3_CHOICE
# Misconception: Thinks that "convex" means no more than that all valleys are equally deep, because the descents from
# different places come to rest at different parameters.
P_04_3_CHOICE = ["b"]
