# %% right
# Intent: keep a whole number of windows per row, and let one numpy reshape and a transpose make the batches; all leftovers are at the very end.
import numpy as np


def stateful_batches(values, batch_size, window):
    values = np.asarray(values, dtype=np.float64)
    n_batches = len(values) // (batch_size * window)
    kept = values[: n_batches * batch_size * window]
    return kept.reshape(batch_size, n_batches, window).swapaxes(0, 1).copy()


# %% wrong: stateful_batches
# Misconception: windows simply come one after the other, so a batch holds neighbouring windows as its rows (as with an unshuffled loader).
def stateful_batches(values, batch_size, window):
    values = np.asarray(values, dtype=np.float64)
    n_batches = len(values) // (batch_size * window)
    return values[: n_batches * batch_size * window].reshape(n_batches, batch_size, window)


# %% wrong: stateful_batches
# Misconception: windows that follow on have to share a value, so that nothing is lost between them: the next one begins with the last value of the one before.
def stateful_batches(values, batch_size, window):
    values = np.asarray(values, dtype=np.float64)
    piece = len(values) // batch_size
    pieces = values[: batch_size * piece].reshape(batch_size, piece)
    starts = range(0, piece - window + 1, max(window - 1, 1))
    return np.stack([pieces[:, i : i + window] for i in starts])
