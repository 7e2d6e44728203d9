# %% right
# Intent: every row keeps k scores; the k x d matrix of components and the d feature means are stored once.
def numbers_stored(n: int, d: int, k: int) -> int:
    scores, components, mean = n * k, k * d, d
    return scores + components + mean


P_07_1_CHOICE = ["faster training", "less noise", "less storage", "a picture of the data"]

# %% wrong: numbers_stored
# Misconception: Thinks that every component is a line with a place of its own, so that each of the k directions is
# stored together with a mean vector that belongs to it.
def numbers_stored(n: int, d: int, k: int) -> int:
    return n * k + k * (d + d)


# %% wrong: P_07_1_CHOICE
# Misconception: Thinks that PCA throws signal and noise away in the same proportion, so that it can't make data cleaner.
P_07_1_CHOICE = ["faster training", "less storage", "a picture of the data"]
