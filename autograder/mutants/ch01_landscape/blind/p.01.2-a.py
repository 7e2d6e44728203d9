# %% right
# Intent: multiply for the combinations, add for the weights, in Python's whole numbers, which do not overflow.
P_01_2_CHOICE = ["a", "c", "f", "g"]


def rules_and_weights(levels: Sequence[int]) -> tuple[int, int]:
    rules, weights = 1, 1
    for level in levels:
        rules *= int(level)
        weights += int(level)
    return rules, weights


# %% wrong: P_01_2_CHOICE
# Misconception: Thinks that a learner can foretell anything, even what has never been seen before, and that rules which
# work already need not be replaced.
P_01_2_CHOICE = ["a", "e", "f", "g"]


# %% wrong: rules_and_weights
# Misconception: Thinks that the number of combinations is always small enough for a NumPy integer, so the product of
# many columns wraps round.
def rules_and_weights(levels: Sequence[int]) -> tuple[int, int]:
    counts = np.array(levels, dtype=np.int64)
    return int(np.prod(counts)), int(np.sum(counts)) + 1
