# %% right
# Intent: one fold over the columns with a pair (product, sum), in Python's exact integers.
from functools import reduce

P_01_2_CHOICE: list[str] = ["a", "c", "f", "g"]


def rules_and_weights(levels: Sequence[int]) -> tuple[int, int]:
    return reduce(lambda pair, level: (pair[0] * int(level), pair[1] + int(level)), levels, (1, 1))


# %% wrong: rules_and_weights
# Misconception: Thinks that a column which can take a single value only says nothing, and so needs no weight.
def rules_and_weights(levels: Sequence[int]) -> tuple[int, int]:
    useful = [int(level) for level in levels if level > 1]
    return reduce(lambda product, level: product * level, useful, 1), sum(useful) + 1


# %% wrong: P_01_2_CHOICE
# Misconception: Thinks that a learner is made for foretelling the future, whether or not there are examples of the
# like; and that rules which somebody keeps adding to are fine as they are.
P_01_2_CHOICE: list[str] = ["a", "e", "f", "g"]
