# %% right
# Intent: Solve |w|^k = least with logarithms (with a little slack for rounding), and scale all gradients by one factor
# got from the norm of the long vector.
import math

import numpy as np
from scipy import linalg


def steps_remembered(w, least):
    w = abs(w)
    if w >= 1 or least <= 0:
        return math.inf
    if w == 0:
        return 0
    return math.floor(math.log(least) / math.log(w) + 1e-9)


def clipped(gradients, max_norm):
    gradients = [np.asarray(g, dtype=float) for g in gradients]
    norm = linalg.norm([linalg.norm(g.ravel()) for g in gradients])
    return [g * (max_norm / max(norm, max_norm)) for g in gradients]


P_13_5_CHOICE = [
    "gradient clipping",
    "a saturating activation such as tanh",
    "layer normalisation",
    "a smaller learning rate",
]

# %% wrong: steps_remembered
# Misconception: Thinks that only a positive w carries anything on: with a negative one the change turns round and is
# taken back, so that nothing is felt after the step itself.
def steps_remembered(w, least):
    if w >= 1 or least <= 0:
        return math.inf
    if w <= 0:
        return 0
    return math.floor(math.log(least) / math.log(w) + 1e-9)


# %% wrong: P_13_5_CHOICE
# Misconception: Thinks that ReLU, which cures vanishing gradients in deep networks and does not saturate, makes the
# gradients of a recurrent layer stable, too, and that tanh is what makes them unstable.
P_13_5_CHOICE = ["gradient clipping", "ReLU in the recurrent layer", "layer normalisation", "a smaller learning rate"]
