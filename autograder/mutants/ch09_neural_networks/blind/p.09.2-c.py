# %% right
# Intent: fold the layers with einsum and heaviside(z, 1); XOR by the two differences x1 - x2 and x2 - x1, each of which
# must exceed half the gap between the levels, and an OR on top.
from functools import reduce

import numpy as np


def threshold_net(layers, X):
    def layer(signal, pair):
        W, b = (np.asarray(part, dtype=float) for part in pair)
        return np.heaviside(np.einsum("mi,iu->mu", signal, W) + b, 1.0)

    return reduce(layer, layers, np.asarray(X, dtype=float)).astype(np.int64)


def xor_net(low=0.0, high=1.0):
    half = (high - low) / 2
    difference = np.array([[1.0, -1.0], [-1.0, 1.0]])
    return [(difference, np.array([-half, -half])), (np.ones((2, 1)), np.array([-0.5]))]


# %% wrong: threshold_net
# Misconception: a threshold unit fires only when its sum is strictly positive; a sum of exactly 0 is "not reached".
def threshold_net(layers, X):
    signal = np.asarray(X, dtype=float)
    for W, b in layers:
        signal = (np.einsum("mi,iu->mu", signal, np.asarray(W, dtype=float)) + np.asarray(b) > 0).astype(float)
    return signal.astype(np.int64)


# %% wrong: xor_net
# Misconception: "no" is always as good as nothing, so only the size of "yes" matters: OR and AND get thresholds of half
# and one and a half times `high`.
def xor_net(low=0.0, high=1.0):
    return [(np.ones((2, 2)), np.array([-0.5 * high, -1.5 * high])), (np.array([[1.0], [-1.0]]), np.array([-0.5]))]
