# %% right
# Intent: Add up the weight of the wrong rows, divide by the weight of all to get r, and follow the formula row by row.
import math

import numpy as np


def boosted_weights(weights: ArrayLike, wrong: ArrayLike, learning_rate: float) -> NDArray[np.float64]:
    old = [float(w) for w in np.asarray(weights)]
    is_wrong = [bool(flag) for flag in np.asarray(wrong)]
    weight_wrong = math.fsum(w for w, flag in zip(old, is_wrong) if flag)
    weight_right = math.fsum(w for w, flag in zip(old, is_wrong) if not flag)
    if weight_wrong <= 0.0 or weight_right <= 0.0:
        raise ValueError("some rows, but not all, have to be wrong")
    factor = math.exp(learning_rate * math.log(weight_right / weight_wrong))  # (1 - r) / r, both shares of one sum
    new = [w * factor if flag else w for w, flag in zip(old, is_wrong)]
    total = math.fsum(new)
    return np.array([w / total for w in new], dtype=np.float64)


P_06_6_CHOICE: list[str] = [
    "a hundred estimators",
    "trees of depth 3 as base models",
    "a learning rate of 0.5",
]


# %% wrong: boosted_weights
# Misconception: Thinks that r is the plain error rate of the newest model, the number of wrong rows by the number of
# all, and that the weights only come in when they are updated.
def boosted_weights(weights: ArrayLike, wrong: ArrayLike, learning_rate: float) -> NDArray[np.float64]:
    old = np.asarray(weights, dtype=np.float64)
    is_wrong = np.asarray(wrong, dtype=bool)
    r = float(is_wrong.mean())
    say = learning_rate * math.log((1.0 - r) / r)
    new = np.where(is_wrong, old * math.exp(say), old)
    return new / new.sum()


# %% wrong: P_06_6_CHOICE
# Misconception: Takes the ensemble for one that overfits its rows: thinks that a validation set tells it when to stop
# and that this makes it better, also on its own training rows.
P_06_6_CHOICE: list[str] = [
    "a hundred estimators",
    "trees of depth 3 as base models",
    "a learning rate of 0.5",
    "stopping when the validation error rises",
]
