# %% right
# Intent: the number of batches fixes the length of a piece (a whole number of windows), so that what is left over lies at the
# very end of the series; then one reshape and one einsum put the batch axis in front.
import numpy as np
import torch


def stateful_batches(values, batch_size, window):
    series = torch.as_tensor(np.asarray(list(values), dtype=np.float64))
    n_batches = len(series) // (batch_size * window)
    pieces = series[: n_batches * batch_size * window].reshape(batch_size, n_batches, window)
    return torch.einsum("inw->niw", pieces).contiguous().numpy()


# %% wrong: stateful_batches
# Misconception: the windows simply follow each other, row by row, through a batch and then into the next batch; the state
# "goes on" because the whole data set is in order.
def stateful_batches(values, batch_size, window):
    series = np.asarray(list(values), dtype=np.float64)
    n_batches = len(series) // (batch_size * window)
    return series[: n_batches * batch_size * window].reshape(n_batches, batch_size, window)


# %% wrong: stateful_batches
# Misconception: as with ordinary training windows, the next window of a row is the last one moved on by a single step, which
# gives more of them.
def stateful_batches(values, batch_size, window):
    series = np.asarray(list(values), dtype=np.float64)
    steps = len(series) // batch_size
    pieces = series[: batch_size * steps].reshape(batch_size, steps)
    if steps < window:
        return np.zeros((0, batch_size, window))
    slid = np.lib.stride_tricks.sliding_window_view(pieces, window, axis=1)
    return np.einsum("inw->niw", slid).copy()
