# %% right
# Intent: One loop over the batches with fancy indexing; np.mean over the rows of the batch gives the gradient.
import numpy as np


def descend(X, y, batches, rate, decay):
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        errors = X[rows] @ theta - y[rows]
        theta = theta - rate / (1 + decay * t) * 2 * np.mean(X[rows] * errors[:, None], axis=0)
    return theta


P_04_4_CHOICE = ["no", "shrinking rate"]

# %% wrong: descend
# Misconception: Thinks that a shrinking rate is made by dividing the present rate by 1 + decay * t in every step, so
# that the divisions pile up and the walk freezes before it arrives.
def descend(X, y, batches, rate, decay):
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        errors = X[rows] @ theta - y[rows]
        rate = rate / (1 + decay * t)
        theta = theta - rate * 2 * np.mean(X[rows] * errors[:, None], axis=0)
    return theta

# %% wrong: P_04_4_CHOICE
# Misconception: Thinks that a small enough constant rate makes the jitter vanish, not only small.
P_04_4_CHOICE = ["no", "smaller rate"]
