# %% right
# Intent: Each tree leaves the share 1 - learning_rate of what was left, so solve for the number of trees by logarithms
# and forgive rounding; for early stopping, walk through the errors, remember the best and count the trees since.
import math

import numpy as np


def trees_needed(learning_rate: float, left: float) -> int:
    if learning_rate >= 1.0:
        return 1
    exact = math.log(left) / math.log1p(-learning_rate)
    return max(1, math.ceil(exact * (1.0 - 1e-10)))


def stop_early(errors: ArrayLike, patience: int) -> int:
    values = [float(e) for e in np.asarray(errors, dtype=np.float64)]
    if not values:
        raise ValueError("at least one error is needed")
    best, kept, waited = values[0], 1, 0
    for i in range(1, len(values)):
        if values[i] < best:
            best, kept, waited = values[i], i + 1, 0
            continue
        waited += 1
        if waited >= patience:
            break
    return kept


P_06_7_CHOICE: str = "decrease"


# %% wrong: stop_early
# Misconception: Thinks that patience is a budget for the whole training: every tree that brings no new lowest error
# uses up some of it, and a new lowest error in between doesn't fill it up again.
def stop_early(errors: ArrayLike, patience: int) -> int:
    values = [float(e) for e in np.asarray(errors, dtype=np.float64)]
    best, kept, used = values[0], 1, 0
    for i in range(1, len(values)):
        if values[i] < best:
            best, kept = values[i], i + 1
            continue
        used += 1
        if used >= patience:
            break
    return kept


# %% wrong: P_06_7_CHOICE
# Misconception: Thinks that small steps follow the training rows more closely, down to their noise, while large steps
# are coarse and so overfit less.
P_06_7_CHOICE: str = "increase"
