# %% right
# Intent: fold r validates on the residue class r modulo k; residue classes partition the rows, and their sizes differ
# by at most 1.
def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    residue = np.arange(n) % k
    return [(np.flatnonzero(residue != r), np.flatnonzero(residue == r)) for r in range(k)]


# %% wrong: folds
# Misconception: Thinks that each fold gets n // k rows and that the rest can all go into the last one.
def folds(n: int, k: int) -> list[tuple[Array, Array]]:
    rows, size = np.arange(n), n // k
    cuts = [r * size for r in range(k)] + [n]
    return [(np.concatenate([rows[:a], rows[b:]]), rows[a:b]) for a, b in zip(cuts, cuts[1:])]
