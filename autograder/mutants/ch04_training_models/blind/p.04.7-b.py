# %% right
# Intent: Rounded-up division, and the formula for a mean drawn without replacement: variance * (1/b - 1/m), summed
# over the columns.
import numpy as np


def updates(m, batch_size, epochs):
    return int(np.ceil(m / batch_size)) * epochs


def gradient_noise(G, batch_size):
    return np.var(G, axis=0, ddof=1).sum() * (1 / batch_size - 1 / len(G))


P_04_7_FIRST = "stochastic"
P_04_7_SETTLES = "batch"
P_04_7_REMEDY = "shrinking rate"

# %% wrong: gradient_noise
# Misconception: Thinks that a squared distance is the mean of the squared differences of the entries, like a mean
# squared error, so that the number of parameters doesn't matter.
def gradient_noise(G, batch_size):
    return np.var(G, axis=0, ddof=1).mean() * (1 / batch_size - 1 / len(G))

# %% wrong: P_04_7_REMEDY
# Misconception: Thinks that everything converges if one only waits: the jitter dies down by itself after enough epochs.
P_04_7_REMEDY = "more epochs"
