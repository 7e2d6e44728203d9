# %% right
# Intent: run the layer on every permutation (at most 120), stack the results, and compare them with the permuted result by broadcasting.
from itertools import permutations

import numpy as np


def is_order_blind(layer, X):
    X = np.array(X, dtype=np.float64)
    orders = np.array(list(permutations(range(len(X)))))  # (T!, T)
    plain = np.asarray(layer(X.copy()), dtype=np.float64)
    found = np.stack([np.asarray(layer(X[order]), dtype=np.float64) for order in orders])
    return bool((np.abs(found - plain[orders]) <= 1e-6).all())

# %% wrong: is_order_blind
# Misconception: one other order, the reversed one, is enough to find out.
def is_order_blind(layer, X):
    X = np.array(X, dtype=np.float64)
    plain = np.asarray(layer(X.copy()), dtype=np.float64)
    turned = np.asarray(layer(X[::-1].copy()), dtype=np.float64)
    return bool(np.allclose(turned, plain[::-1], rtol=0, atol=1e-6))

# %% wrong: is_order_blind
# Misconception: blind to order means that the result is the very same whatever the order (invariance instead of equivariance).
def is_order_blind(layer, X):
    X = np.array(X, dtype=np.float64)
    plain = np.asarray(layer(X.copy()), dtype=np.float64)
    found = np.stack([np.asarray(layer(X[list(order)]), dtype=np.float64) for order in permutations(range(len(X)))])
    return bool((np.abs(found - plain) <= 1e-6).all())
