# %% right
# Intent: sliding_window_view twice: once over the days for X, once over the windows of `horizon` days for Y.
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view


def next_values(series, window, horizon):
    series = np.asarray(series, dtype=float)
    X = sliding_window_view(series[:-horizon], window)[..., None]
    ahead = sliding_window_view(series[1:], horizon)  # row d: what follows day d
    Y = sliding_window_view(ahead, window, axis=0).swapaxes(1, 2)
    return X.copy(), Y.copy()


P_13_4_CHOICE = [
    "sequence to vector, 5 outputs at the last step",
    "sequence to sequence, 5 outputs at every step",
]

# %% wrong: next_values
# Misconception: Thinks that the target of a window is always what follows the window, so that every day of it has
# the same target, the days after the last one.
def next_values(series, window, horizon):
    series = np.asarray(series, dtype=float)
    rows = sliding_window_view(series, window + horizon)
    X = rows[:, :window, None]
    Y = np.repeat(rows[:, None, window:], window, axis=1)
    return X.copy(), Y


# %% wrong: P_13_4_CHOICE
# Misconception: Thinks that one output at every step will do as well, as the last five steps give five numbers.
P_13_4_CHOICE = [
    "sequence to vector, 5 outputs at the last step",
    "sequence to sequence, 5 outputs at every step",
    "sequence to sequence, 1 output at every step",
]
