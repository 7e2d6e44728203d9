# %% right
# Intent: The number of steps is a floor of a quotient of logarithms, put right by trying its neighbours; clipping
# multiplies by max_norm / max(norm, max_norm), which is exactly 1 where nothing is to be done.
import math

import numpy as np


def steps_remembered(w, least):
    size = abs(w)
    if size >= 1 or least <= 0:
        return math.inf
    if size == 0:
        return 0

    def felt(k):
        return size**k >= least * (1 - 1e-12)

    k = max(int(math.log(least) / math.log(size)), 0)
    while k and not felt(k):
        k -= 1
    while felt(k + 1):
        k += 1
    return k


def clipped(gradients, max_norm):
    parts = [np.array(part, dtype=np.float64) for part in gradients]
    norm = math.hypot(*(np.linalg.norm(part.ravel()) for part in parts))
    factor = max_norm / max(norm, max_norm)
    return [np.asarray(part * factor) for part in parts]


P_13_5_CHOICE = [
    "a smaller learning rate",
    "layer normalisation",
    "gradient clipping",
    "a saturating activation such as tanh",
]

# %% wrong: clipped
# Misconception: Thinks that each parameter's gradient is clipped to max_norm on its own; then the whole can still be
# longer, and the direction changes.
def clipped(gradients, max_norm):
    def tame(part):
        part = np.array(part, dtype=np.float64)
        return np.asarray(part * (max_norm / max(np.linalg.norm(part.ravel()), max_norm)))

    parts = [np.array(part, dtype=np.float64) for part in gradients]
    norm = math.hypot(*(np.linalg.norm(part.ravel()) for part in parts))
    return parts if norm <= max_norm else [tame(part) for part in parts]


# %% wrong: steps_remembered
# Misconception: Thinks that w must be positive for something to be remembered: with a negative weight the change turns
# negative at the next step, which is less than the limit, so it counts as not felt.
def steps_remembered(w, least):
    if w >= 1 or least <= 0:
        return math.inf
    k = 0
    while w ** (k + 1) >= least:
        k += 1
    return k
