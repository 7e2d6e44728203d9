# %% right
# Intent: per pair of neighbouring layers, (inputs + 1) times units; a choice of what limits or feeds the network.
from itertools import pairwise


def n_parameters(sizes):
    return int(sum((a + 1) * b for a, b in pairwise(sizes)))


P_09_9_CHOICE = ["fewer units", "early stopping", "larger alpha", "more training rows"]

# %% wrong: n_parameters
# Misconception: a layer has one bias, that of its extra input 1.
def n_parameters(sizes):
    return int(sum(a * b + 1 for a, b in pairwise(sizes)))

# %% wrong: P_09_9_CHOICE
# Misconception: a network that generalises badly has not trained long enough; and rows are not a cure, as they are given.
P_09_9_CHOICE = ["fewer units", "early stopping", "larger alpha", "more epochs"]
