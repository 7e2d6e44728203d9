# %% right
# Intent: with the bias as one more input, the number is the dot product of (sizes before + 1) and (sizes after).
import numpy as np


def n_parameters(sizes):
    s = np.asarray(list(sizes), dtype=np.int64)
    return int((s[:-1] + 1) @ s[1:])


P_09_9_CHOICE = ["fewer units", "early stopping", "larger alpha", "more training rows"]

# %% wrong: n_parameters
# Misconception: a layer has one bias, shared by all of its units.
def n_parameters(sizes):
    s = np.asarray(list(sizes), dtype=np.int64)
    return int(s[:-1] @ s[1:] + len(s) - 1)


# %% wrong: P_09_9_CHOICE
# Misconception: overfitting means that training was not thorough enough; with more epochs and scaled targets the network
# settles down as well.
P_09_9_CHOICE = ["early stopping", "larger alpha", "more training rows", "more epochs", "scaling the targets"]
