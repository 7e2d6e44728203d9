# %% right
# Intent: The sign of the last difference tells whether a curve rises now; a rising training error comes first.
import numpy as np


def what_to_do(training, validation):
    training_rises, validation_rises = np.diff([training[-2:], validation[-2:]]).ravel() > 0
    if training_rises:
        return "lower the rate"
    return "stop" if validation_rises else "go on"

# %% wrong: what_to_do
# Misconception: Thinks that a curve has risen if it ends above where training began: a run that came down a long way
# and has been climbing for ten epochs still counts as falling.
def what_to_do(training, validation):
    if training[-1] > training[0]:
        return "lower the rate"
    return "stop" if validation[-1] > validation[0] else "go on"
