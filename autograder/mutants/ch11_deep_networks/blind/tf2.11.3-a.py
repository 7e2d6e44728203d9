# %% right
# Intent: exponentials only of what is not positive; a unit is dead when its sum before the ReLU is not positive for
# any row, as the slope of the ReLU is 0 there.
import numpy as np


def elu(z):
    z = np.asarray(z, dtype=np.float64)
    below = np.where(z > 0, 0.0, z)
    return np.where(z > 0, z, np.expm1(below))


def selu(z):
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    z = np.asarray(z, dtype=np.float64)
    below = np.where(z > 0, 0.0, z)
    return np.where(z > 0, scale * z, scale * alpha * np.expm1(below))


def dead_units(X, W, b):
    X = np.asarray(X, dtype=np.float64)
    W = np.asarray(W, dtype=np.float64)
    b = np.asarray(b, dtype=np.float64)
    dead = []
    for unit in range(len(b)):
        alive = False
        for row in X:
            if float(np.sum(row * W[unit])) + b[unit] > 0:
                alive = True
                break
        if not alive:
            dead.append(unit)
    return dead


TF2_11_3_CHOICE = ["a", "d", "e"]

# %% wrong: dead_units
# Misconception: a unit is dead when it is silent for a typical row, that is when its average sum is negative.
def dead_units(X, W, b):
    X = np.asarray(X, dtype=np.float64)
    sums = X @ np.asarray(W, dtype=np.float64).T + np.asarray(b, dtype=np.float64)
    return [unit for unit in range(sums.shape[1]) if sums[:, unit].mean() < 0]


# %% wrong: TF2_11_3_CHOICE
# Misconception: as SELU normalises its signals by itself, it does not matter to it how its weights began.
TF2_11_3_CHOICE = ["a", "d", "f"]
