# %% right
# Intent: two units stay twins for ever exactly when incoming weights, bias and outgoing weights all agree: then they
# give the same output and get the same gradients. So I count the different (in, bias, out) triples.
import numpy as np


def different_units(W_in, b, W_out):
    W_in = np.asarray(W_in, dtype=float)
    b = np.asarray(b, dtype=float)
    W_out = np.asarray(W_out, dtype=float)
    kinds = []
    for unit in range(len(b)):
        mine = [float(w) for w in W_in[unit]] + [float(b[unit])] + [float(w) for w in W_out[:, unit]]
        if mine not in kinds:
            kinds.append(mine)
    return len(kinds)


P_11_2_CHOICE = ["a", "e"]

# %% wrong: different_units
# Misconception: only what goes into a unit makes it different; the weights behind it have no say in what it learns.
def different_units(W_in, b, W_out):
    kinds = set()
    for weights, bias in zip(np.asarray(W_in, dtype=float), np.asarray(b, dtype=float)):
        kinds.add((tuple(weights.tolist()), float(bias)))
    return len(kinds)


# %% wrong: P_11_2_CHOICE
# Misconception: it is enough that the numbers differ from layer to layer, since the symmetry to be broken is between
# layers.
P_11_2_CHOICE = ["a", "c", "e"]
