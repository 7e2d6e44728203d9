# %% right
# Intent: np.argmin gives the first of equal minima; its age is compared with the patience.
import numpy as np


def should_stop(errors, patience):
    return len(errors) - 1 - np.argmin(errors) >= patience


def best_epoch(errors):
    return np.argmin(errors)


P_04_6_CHOICE = ["b"]

# %% wrong: should_stop
# Misconception: Thinks that patience means: stop if the newest error is no lower than the one `patience` epochs
# earlier, instead of asking how old the lowest of all is.
def should_stop(errors, patience):
    return len(errors) > patience and errors[-1] >= errors[-1 - patience]

# %% wrong: P_04_6_CHOICE
# Misconception: Thinks that a rise of the training error is the sign of overfitting, as that's when learning ends.
P_04_6_CHOICE = ["d"]
