# %% right
# Intent: add up the sizes of the three arrays that have to be kept: scores (n, k), components (k, d), mean (d,).
import math


def numbers_stored(n: int, d: int, k: int) -> int:
    return sum(math.prod(shape) for shape in ((n, k), (k, d), (d,)))


P_07_1_CHOICE: list[str] = ["a picture of the data", "less storage", "less noise", "faster training"]

# %% wrong: numbers_stored
# Misconception: Thinks that the components are found one after the other, each from what the last one has left, and
# that a mean of its own is taken away (and has to be kept) for each of them.
def numbers_stored(n: int, d: int, k: int) -> int:
    one_component = n + d + d  # scores, direction, mean
    return k * one_component

# %% wrong: P_07_1_CHOICE
# Misconception: Thinks that PCA can only ever throw information away, noise or not, and that what a model sees can't
# become cleaner by it.
P_07_1_CHOICE: list[str] = ["a picture of the data", "less storage", "faster training"]
