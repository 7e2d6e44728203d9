# %% right
# Intent: fold the layers over the rows; XOR as "first clearly above second, or second clearly above first".
from functools import reduce

import numpy as np


def threshold_net(layers, X):
    return reduce(
        lambda A, layer: (A @ np.asarray(layer[0], float) + np.asarray(layer[1], float) >= 0).astype(np.int64),
        layers,
        np.asarray(X, float),
    )


def xor_net(low=0.0, high=1.0):
    half = (high - low) / 2
    return [
        (np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([-half, -half])),
        (np.array([[1.0], [1.0]]), np.array([-0.5])),
    ]

# %% wrong: threshold_net
# Misconception: only the output unit decides; hidden layers pass their weighted sums on as they are.
def threshold_net(layers, X):
    A = np.asarray(X, float)
    for W, b in layers:
        A = A @ np.asarray(W, float) + np.asarray(b, float)
    return (A >= 0).astype(np.int64)

# %% wrong: xor_net
# Misconception: for 0 and 1 the sum is compared with 0.5 and 1.5, the middle of the levels once and three times; so
# for other levels one takes their middle once and three times too.
def xor_net(low=0.0, high=1.0):
    middle = (low + high) / 2
    return [([[1, 1], [1, 1]], [-middle, -3 * middle]), ([[1], [-1]], [-0.5])]
