# %% right
# Intent: centre, take the singular vectors, go there and back by hand, and average the squared distances.
def _centred(X: ArrayLike) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = np.asarray(X, dtype=np.float64)
    return rows - rows.mean(axis=0)


def reconstruction_error(X: ArrayLike, k: int) -> float:
    rows: NDArray[np.float64] = _centred(X)
    _, _, directions = np.linalg.svd(rows, full_matrices=False)
    kept: NDArray[np.float64] = directions[: int(k)]
    back: NDArray[np.float64] = (rows @ kept.T) @ kept
    total: float = 0.0
    for row, copy in zip(rows, back):
        total += float(np.sum((row - copy) ** 2))
    return total / len(rows)


P_07_3_CHOICE: list[str] = ["PCA", "random projection"]

# %% wrong: reconstruction_error
# Misconception: Thinks that features have to be standardised before PCA, always, and that the error is one of the
# standardised rows.
def reconstruction_error(X: ArrayLike, k: int) -> float:
    rows = _centred(X)
    scale = rows.std(axis=0)
    scale[scale == 0] = 1.0
    rows = rows / scale
    pca = PCA(n_components=int(k)).fit(rows)
    back = pca.inverse_transform(pca.transform(rows))
    return float(np.mean(np.sum((rows - back) ** 2, axis=1)))


# %% wrong: P_07_3_CHOICE
# Misconception: Thinks that a random projection can't be turned back, since it has learned nothing from the data.
P_07_3_CHOICE: list[str] = ["PCA"]
