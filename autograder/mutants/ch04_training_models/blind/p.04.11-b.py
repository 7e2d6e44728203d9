# %% right
# Intent: softmax and expit of SciPy, both of which survive large scores.
from scipy.special import expit, softmax


def label_probabilities(scores, exclusive):
    return softmax(scores, axis=1) if exclusive else expit(scores)


P_04_11_CHOICE = ["b"]

# %% wrong: label_probabilities
# Misconception: Thinks that softmax is the same as sigmoids that are divided by their sum, as these add up to 1 too.
def label_probabilities(scores, exclusive):
    p = expit(scores)
    return p / p.sum(axis=1, keepdims=True) if exclusive else p

# %% wrong: P_04_11_CHOICE
# Misconception: Thinks that several labels must be turned into exclusive ones for one softmax, and that bicycles for
# adults have gears anyhow.
P_04_11_CHOICE = ["d"]
