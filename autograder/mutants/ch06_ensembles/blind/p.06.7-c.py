# %% right
# Intent: what is left shrinks by the factor 1 - rate with each tree, so the number is a quotient of logarithms, with a
# hair of tolerance; the early stop is a recursion over the errors that carries the best tree so far.
import math

import numpy as np


def trees_needed(learning_rate: float, left: float) -> int:
    if learning_rate >= 1:
        return 1
    return max(1, math.ceil(math.log(left * (1 + 1e-11)) / math.log1p(-learning_rate)))


def records(errors):
    """Yield (tree, best tree so far), both counted from 0."""
    best = 0
    for tree, error in enumerate(errors):
        if error < errors[best]:
            best = tree
        yield tree, best


def stop_early(errors, patience: int) -> int:
    errors = np.asarray(errors, dtype=float)
    best = 0
    for tree, best in records(errors):
        if tree - best >= patience:
            break
    return best + 1


P_06_7_CHOICE: str = "decrease"


# %% wrong: stop_early
# Misconception: Thinks that patience is a budget for the whole training: every tree without progress uses up a bit of
# it, and a new best error doesn't give it back.
def stop_early(errors, patience: int) -> int:
    errors = np.asarray(errors, dtype=float)
    best = 0
    for tree, best in records(errors):
        patience -= tree != best
        if patience <= 0:
            break
    return best + 1


# %% wrong: trees_needed, P_06_7_CHOICE
# Misconception: Thinks that each tree takes the same share of the whole target away, the learning rate, so that
# 1 / rate trees fit all; with 200 trees everything is fitted anyway, and the rate makes no difference.
def trees_needed(learning_rate: float, left: float) -> int:
    return max(1, math.ceil((1 - left) / learning_rate - 1e-9))


P_06_7_CHOICE: str = "no difference"
