# %% right
# Intent: all rows together eat batch_size * window values per batch, so that many batches fit; piece i then begins at
# i * n_batches * window, and what remains is all at the end of the series.
def stateful_batches(values, batch_size, window):
    values = np.asarray(list(values), dtype=np.float64)
    n_batches = len(values) // (batch_size * window)
    piece = n_batches * window
    out = np.zeros((n_batches, batch_size, window))
    for b in range(n_batches):
        for i in range(batch_size):
            start = i * piece + b * window
            out[b, i, :] = values[start : start + window]
    return out


# %% wrong: stateful_batches
# Misconception: the windows are put into the batches in the order of the series, row after row; since the batches come
# in order, the state is carried on by itself.
def stateful_batches(values, batch_size, window):
    values = np.asarray(list(values), dtype=np.float64)
    n_batches = len(values) // (batch_size * window)
    out = np.zeros((n_batches, batch_size, window))
    place = 0
    for b in range(n_batches):
        for i in range(batch_size):
            out[b, i, :] = values[place : place + window]
            place += window
    return out


# %% wrong: stateful_batches
# Misconception: as with ordinary windows for forecasting, the next batch is the same windows moved on by one step.
def stateful_batches(values, batch_size, window):
    values = np.asarray(list(values), dtype=np.float64)
    piece = len(values) // batch_size
    n_batches = max(piece - window + 1, 0)
    out = np.zeros((n_batches, batch_size, window))
    for b in range(n_batches):
        for i in range(batch_size):
            out[b, i, :] = values[i * piece + b : i * piece + b + window]
    return out
