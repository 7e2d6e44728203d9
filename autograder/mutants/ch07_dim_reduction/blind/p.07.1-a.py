# %% right
# Intent: add up the three parts that have to be kept: scores of every row, the components, the mean.
def numbers_stored(n: int, d: int, k: int) -> int:
    scores: int = int(n) * int(k)
    components: int = int(k) * int(d)
    means: int = int(d)
    return scores + components + means


P_07_1_CHOICE: list[str] = ["faster training", "less noise", "less storage", "a picture of the data"]

# %% wrong: numbers_stored
# Misconception: Thinks that the way back needs one weight and one mean per feature, and forgets that every component
# has its own weights for all features.
def numbers_stored(n: int, d: int, k: int) -> int:
    scores: int = int(n) * int(k)
    weights: int = int(d)
    means: int = int(d)
    return scores + weights + means


# %% wrong: P_07_1_CHOICE
# Misconception: Thinks that what PCA drops is always signal, so that it can't make data less noisy.
P_07_1_CHOICE: list[str] = ["faster training", "less storage", "a picture of the data"]
