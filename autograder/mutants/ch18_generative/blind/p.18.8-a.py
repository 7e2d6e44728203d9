# %% right
# Intent: simultaneous gradient steps: d(xy)/dx = y, d(-xy)/dy = -x; and a loop over the centres that looks for one row near enough.
import numpy as np


def play(x, y, rate, n_steps):
    path = [[float(x), float(y)]]
    for _ in range(n_steps):
        x, y = x - rate * y, y + rate * x
        path.append([float(x), float(y)])
    return np.array(path)


def modes_covered(made, centres, radius):
    made, centres = np.array(made, dtype=float), np.array(centres, dtype=float)
    found = 0
    for centre in centres:
        distances = np.sqrt(((made - centre) ** 2).sum(axis=1))
        if distances.min() <= radius:
            found += 1
    return found / len(centres)

# %% wrong: play
# Misconception: the second player already sees the first one's new place within a step.
def play(x, y, rate, n_steps):
    path = [[float(x), float(y)]]
    for _ in range(n_steps):
        x = x - rate * y
        y = y + rate * x
        path.append([float(x), float(y)])
    return np.array(path)

# %% wrong: modes_covered
# Misconception: coverage is the share of the made rows that are good, i.e. near some centre.
def modes_covered(made, centres, radius):
    made, centres = np.array(made, dtype=float), np.array(centres, dtype=float)
    good = 0
    for row in made:
        if np.sqrt(((centres - row) ** 2).sum(axis=1)).min() <= radius:
            good += 1
    return good / len(made)
