# %% right
# Intent: x / (1 + |x|) out of place; and the same by div_, which returns the very tensor it changed.
import torch
from torch import Tensor


def squash(x: Tensor) -> Tensor:
    return x / x.abs().add(1)


def squash_(x: Tensor) -> Tensor:
    return x.div_(x.abs().add_(1))


P_10_2_CHOICE = ["a", "b", "d"]

# %% wrong: squash_
# Misconception: the underscore only promises that x has the new values afterwards; what is returned is, as always, a
# result of its own.
def squash_(x: Tensor) -> Tensor:
    y = x / (1 + x.abs())
    x.copy_(y)
    return y

# %% wrong: P_10_2_CHOICE
# Misconception: indexing copies, as slicing a Python list does, so a change of y = x[0] does not reach x.
P_10_2_CHOICE = ["a", "b", "d", "f"]
