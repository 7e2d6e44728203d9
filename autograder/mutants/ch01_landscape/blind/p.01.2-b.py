# %% right
# Intent: Rules multiply, weights add up; with Python's integers, so that a long table doesn't overflow.
import math

P_01_2_CHOICE = ["a", "c", "f", "g"]


def rules_and_weights(levels):
    levels = [int(level) for level in levels]
    return math.prod(levels), sum(levels) + 1


# %% wrong: rules_and_weights
# Misconception: Counts as for dummy variables: one value of each column is the reference and needs no weight of its
# own.
def rules_and_weights(levels):
    levels = [int(level) for level in levels]
    return math.prod(levels), sum(level - 1 for level in levels) + 1


# %% wrong: P_01_2_CHOICE
# Misconception: Thinks that learning is for what nobody can foresee, even without any data (e), and that fraud with
# its known patterns is a case for rules.
P_01_2_CHOICE = ["a", "c", "e", "g"]
