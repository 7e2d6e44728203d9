# %% right
# Intent: Add up the rows of all nodes that have a left child, and multiply by the number of features.
def comparisons(left: ArrayLike, sizes: ArrayLike, n_features: int) -> int:
    total_rows: int = 0
    for child, size in zip(np.asarray(left).tolist(), np.asarray(sizes).tolist()):
        if child != -1:
            total_rows += int(size)
    return total_rows * int(n_features)


P_05_6_HOURS: float = 2.0


# %% wrong: comparisons
# Misconception: Thinks that each split looks at all training rows again, not just at those that have reached its node.
def comparisons(left: ArrayLike, sizes: ArrayLike, n_features: int) -> int:
    n_rows: int = int(np.asarray(sizes)[0])
    splits: int = 0
    for child in np.asarray(left).tolist():
        if child != -1:
            splits += 1
    return n_rows * splits * int(n_features)


# %% wrong: P_05_6_HOURS
# Misconception: Thinks that the number of features costs nothing, as each split uses just one of them.
P_05_6_HOURS: float = 1.0
