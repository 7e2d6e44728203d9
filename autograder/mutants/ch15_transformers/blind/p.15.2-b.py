# %% right
# Intent: try all orders of the rows with itertools.permutations and compare with allclose.
from itertools import permutations

import numpy as np


def is_order_blind(layer, X):
    X = np.array(X, dtype=float)
    out = np.asarray(layer(X.copy()))
    return all(
        np.allclose(layer(X[list(order)]), out[list(order)], rtol=0, atol=1e-6) for order in permutations(range(len(X)))
    )

# %% wrong: is_order_blind
# Misconception: blind to order means that the output does not change at all when the rows are shuffled.
def is_order_blind(layer, X):
    X = np.array(X, dtype=float)
    out = np.asarray(layer(X.copy()))
    return all(np.allclose(layer(X[list(order)]), out, rtol=0, atol=1e-6) for order in permutations(range(len(X))))

# %% wrong: is_order_blind
# Misconception: one other order is enough for the test, and turning the rows around is the strongest one.
def is_order_blind(layer, X):
    X = np.array(X, dtype=float)
    return bool(np.allclose(layer(X[::-1].copy()), np.asarray(layer(X.copy()))[::-1], rtol=0, atol=1e-6))
