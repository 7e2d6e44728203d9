# %% right
# Intent: the variances along the components are squared singular values; count those below a billionth of their sum.
def useless_dimensions(X: ArrayLike) -> int:
    rows: NDArray[np.float64] = np.asarray(X, dtype=np.float64)
    rows = rows - rows.mean(axis=0)
    size: float = float(np.max(np.abs(rows)))
    if size > 0.0:
        rows = rows / size  # no overflow or underflow when squared
    singular: NDArray[np.float64] = np.linalg.svd(rows, compute_uv=False)
    variances: list[float] = [float(s) * float(s) for s in singular]
    limit: float = 1e-9 * sum(variances)
    useful: int = 0
    for variance in variances:
        if variance >= limit and variance > 0.0:
            useful += 1
    return int(rows.shape[1]) - useful


P_07_4_CHOICE: list[str] = ["tilted circle", "spiral and sum"]

# %% wrong: useless_dimensions
# Misconception: Thinks that a dimension can be dropped only if a column is constant or follows a single other column
# (perfect correlation), and forgets sums of several columns.
def useless_dimensions(X: ArrayLike) -> int:
    rows = np.asarray(X, dtype=np.float64)
    rows = rows - rows.mean(axis=0)
    total = float(np.sum(rows**2))
    useless = 0
    needed: list[NDArray[np.float64]] = []
    for column in rows.T:
        power = float(np.sum(column**2))
        if power < 1e-9 * total:
            useless += 1
            continue
        copy = False
        for other in needed:
            shared = float(np.dot(column, other)) ** 2 / (power * float(np.sum(other**2)))
            if shared > 1 - 1e-9:
                copy = True
        if copy:
            useless += 1
        else:
            needed.append(column)
    return useless


# %% wrong: P_07_4_CHOICE
# Misconception: Thinks that PCA finds the dimensions of a surface, so that a rolled sheet is two-dimensional for it.
P_07_4_CHOICE: list[str] = ["Swiss roll", "tilted circle", "spiral and sum"]
