# %% right
# Intent: All windows of window + horizon days are the rows of one Hankel matrix; X is its left part, and Y picks its
# columns by a table of indices which is a sum of two ranges.
import numpy as np
from scipy.linalg import hankel


def next_values(series, window, horizon):
    s = np.asarray(series, dtype=np.float64)
    span = window + horizon
    rows = hankel(s[: len(s) - span + 1], s[len(s) - span :])
    ahead = np.add.outer(np.arange(window), np.arange(1, horizon + 1))
    return rows[:, :window, np.newaxis], rows[:, ahead]


P_13_4_CHOICE = ["sequence to vector, 5 outputs at the last step", "sequence to sequence, 5 outputs at every step"]

# %% wrong: next_values
# Misconception: Thinks that the target of a window is what follows the *window*, so every day of it gets the same
# horizon days after its last day.
def next_values(series, window, horizon):
    s = np.asarray(series, dtype=np.float64)
    span = window + horizon
    rows = hankel(s[: len(s) - span + 1], s[len(s) - span :])
    after = rows[:, np.newaxis, window:]
    return rows[:, :window, np.newaxis], np.tile(after, (1, window, 1))


# %% wrong: P_13_4_CHOICE
# Misconception: Thinks that a network which answers at every step gives one number per step, so five days need either
# five outputs at the end or five steps with one output each.
P_13_4_CHOICE = ["sequence to vector, 5 outputs at the last step", "sequence to sequence, 1 output at every step"]
