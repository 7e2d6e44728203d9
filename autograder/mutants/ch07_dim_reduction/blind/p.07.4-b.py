# %% right
# Intent: fit a full PCA and count the components whose share of the variance is under one billionth.
def useless_dimensions(X: ArrayLike) -> int:
    shares = PCA(svd_solver="full").fit(X).explained_variance_ratio_
    return np.count_nonzero(shares < 1e-9)


P_07_4_CHOICE = ["tilted circle", "spiral and sum"]

# %% wrong: useless_dimensions
# Misconception: Thinks that a dimension is useless only if it is constant or repeats one other column (correlation
# 1 or -1); overlooks columns that follow from several others together.
def useless_dimensions(X: ArrayLike) -> int:
    X = np.asarray(X, dtype=float)
    varying = X[:, np.ptp(X, axis=0) > 0]
    correlation = np.abs(np.atleast_2d(np.corrcoef(varying, rowvar=False)))
    repeats = (np.triu(correlation, 1) > 1 - 1e-9).any(axis=0)
    return int(X.shape[1] - varying.shape[1] + repeats.sum())


# %% wrong: P_07_4_CHOICE
# Misconception: Thinks that PCA finds the two dimensions that a thing has in itself: the roll is a sheet, so PCA
# takes it to two without loss.
P_07_4_CHOICE = ["Swiss roll", "tilted circle", "spiral and sum"]
