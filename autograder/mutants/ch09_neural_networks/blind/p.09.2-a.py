# %% right
# Intent: layer after layer, sum and compare with 0. XOR is "at least one is high" and not "both are high"; the two
# lines lie half way between the possible sums 2 low, low + high, 2 high.
def threshold_net(layers, X):
    signal = np.asarray(X, dtype=float)
    for W, b in layers:
        sums = signal @ np.asarray(W, dtype=float) + np.asarray(b, dtype=float)
        signal = (sums >= 0).astype(float)
    return signal.astype(np.int64)


def xor_net(low=0.0, high=1.0):
    one = (3 * low + high) / 2
    both = (low + 3 * high) / 2
    first = ([[1.0, 1.0], [1.0, 1.0]], [-one, -both])
    last = ([[1.0], [-1.0]], [-0.5])
    return [first, last]

# %% wrong: xor_net
# Misconception: "no" is always 0, so only the size of the "yes" matters and the thresholds are 0.5 and 1.5 times high.
def xor_net(low=0.0, high=1.0):
    first = ([[1.0, 1.0], [1.0, 1.0]], [-0.5 * high, -1.5 * high])
    last = ([[1.0], [-1.0]], [-0.5])
    return [first, last]

# %% wrong: threshold_net
# Misconception: hidden layers just pass their sums on; only the last layer decides.
def threshold_net(layers, X):
    signal = np.asarray(X, dtype=float)
    for W, b in layers:
        signal = signal @ np.asarray(W, dtype=float) + np.asarray(b, dtype=float)
    return (signal >= 0).astype(np.int64)
