# %% right
# Intent: gradients are y and -x, applied at once; cdist for the distances to the centres.
import numpy as np
from scipy.spatial.distance import cdist


def play(x, y, rate, n_steps):
    path = [(float(x), float(y))]
    for _ in range(n_steps):
        x, y = path[-1]
        path.append((x - rate * y, y + rate * x))
    return np.array(path)


def modes_covered(made, centres, radius):
    return float(np.mean(cdist(np.asarray(centres, float), np.asarray(made, float)).min(axis=1) <= radius))


# %% wrong: play
# Misconception: the players take turns: the second one already sees what the first one has just done.
def play(x, y, rate, n_steps):
    path = [(float(x), float(y))]
    for _ in range(n_steps):
        x = x - rate * y
        y = y + rate * x
        path.append((x, y))
    return np.array(path, float)


# %% wrong: modes_covered
# Misconception: each row is of the kind whose middle is nearest, however far away that is.
def modes_covered(made, centres, radius):
    nearest = cdist(np.asarray(made, float), np.asarray(centres, float)).argmin(axis=1)
    return len(np.unique(nearest)) / len(centres)
