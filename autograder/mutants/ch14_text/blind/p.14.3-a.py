# %% right
# Intent: an array full of `fill`, into which each sequence is written from the left; the mean adds up and counts the
# real steps only, one by one, so that a NaN in the padding is never touched.
def pad_batch(sequences, fill=0.0):
    arrays = [np.asarray(sequence, dtype=np.float64) for sequence in sequences]
    longest = max(len(array) for array in arrays)
    n_features = arrays[0].shape[1]
    X = np.full((len(arrays), longest, n_features), float(fill))
    mask = np.zeros((len(arrays), longest), dtype=bool)
    for row, array in enumerate(arrays):
        X[row, : len(array)] = array
        mask[row, : len(array)] = True
    return X, mask


def masked_mean(losses, mask):
    losses = np.asarray(losses, dtype=np.float64)
    mask = np.asarray(mask, dtype=bool)
    total, count = 0.0, 0
    for b in range(losses.shape[0]):
        for t in range(losses.shape[1]):
            if mask[b, t]:
                total += losses[b, t]
                count += 1
    return float(total / count)


# %% wrong: masked_mean
# Misconception: each sequence counts the same: first the mean of each row's real steps, then the mean of the rows.
def masked_mean(losses, mask):
    losses = np.asarray(losses, dtype=np.float64)
    mask = np.asarray(mask, dtype=bool)
    means = [row[real].mean() for row, real in zip(losses, mask) if real.any()]
    return float(np.mean(means))


# %% wrong: pad_batch
# Misconception: sequences have to end at the same step, so that the last step is there for the network; what is missing
# is put in front of the shorter ones.
def pad_batch(sequences, fill=0.0):
    arrays = [np.asarray(sequence, dtype=np.float64) for sequence in sequences]
    longest = max(len(array) for array in arrays)
    X = np.full((len(arrays), longest, arrays[0].shape[1]), float(fill))
    mask = np.zeros((len(arrays), longest), dtype=bool)
    for row, array in enumerate(arrays):
        X[row, longest - len(array) :] = array
        mask[row, longest - len(array) :] = True
    return X, mask
