# %% right
# Intent: try every order of the rows, and compare the layer of the reordered rows with the reordered rows of the layer.
from itertools import permutations


def is_order_blind(layer, X):
    rows = np.array(X, dtype=float)
    plain = np.array(layer(rows.copy()), dtype=float)
    for order in permutations(range(len(rows))):
        order = list(order)
        mixed = np.array(layer(rows[order].copy()), dtype=float)
        if not np.all(np.abs(mixed - plain[order]) <= 1e-6):
            return False
    return True

# %% wrong: is_order_blind
# Misconception: one other order is proof enough; turning the rows round shows whether order matters.
def is_order_blind(layer, X):
    rows = np.array(X, dtype=float)
    plain = np.array(layer(rows), dtype=float)
    turned = np.array(layer(rows[::-1].copy()), dtype=float)
    return bool(np.all(np.abs(turned - plain[::-1]) <= 1e-6))

# %% wrong: is_order_blind
# Misconception: only what comes out as a set matters: if the same values come out, wherever, the layer saw no order.
from itertools import permutations


def is_order_blind(layer, X):
    rows = np.array(X, dtype=float)
    plain = np.sort(np.array(layer(rows), dtype=float), axis=0)
    for order in permutations(range(len(rows))):
        mixed = np.sort(np.array(layer(rows[list(order)]), dtype=float), axis=0)
        if not np.all(np.abs(mixed - plain) <= 1e-6):
            return False
    return True
