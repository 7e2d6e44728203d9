# %% right
# Intent: recon_error goes there and back; find_odd_faces does the same with the orthogonal projector of a singular
# value decomposition of the training rows, and takes the quantile of the errors of the validation rows only.
def recon_error(pca: PCA, X: NDArray[Any]) -> NDArray[Any]:
    X = np.asarray(X, dtype=float)
    lost = X - pca.inverse_transform(pca.transform(X))
    return np.einsum("nd,nd->n", lost, lost) / X.shape[1]


def _loss_beyond(X_train, variance):
    """Close over the principal subspace of some rows: what a row loses by projection onto it."""
    rows = np.asarray(X_train, dtype=float)
    centre = rows.mean(axis=0)
    _, size, V = np.linalg.svd(rows - centre, full_matrices=False)
    kept = np.cumsum(size**2) / np.sum(size**2)
    V = V[: np.count_nonzero(kept < variance) + 1]

    def loss(X):
        away = np.asarray(X, dtype=float) - centre
        return np.mean((away - (away @ V.T) @ V) ** 2, axis=1)

    return loss


def find_odd_faces(
    X_train: NDArray[Any], X_val: NDArray[Any], X_new: NDArray[Any], variance: float = 0.99, usual: float = 0.95
) -> NDArray[np.bool_]:
    loss = _loss_beyond(X_train, variance)
    return loss(X_new) > np.quantile(loss(X_val), usual)


# %% wrong: find_odd_faces
# Misconception: Thinks that the more normal faces tell what is usual, the better, so the errors of the training faces
# are thrown in with those of the validation faces.
def find_odd_faces(
    X_train: NDArray[Any], X_val: NDArray[Any], X_new: NDArray[Any], variance: float = 0.99, usual: float = 0.95
) -> NDArray[np.bool_]:
    loss = _loss_beyond(X_train, variance)
    return loss(X_new) > np.quantile(np.concatenate([loss(X_train), loss(X_val)]), usual)


# %% wrong: recon_error
# Misconception: Thinks that a reconstruction is the projection onto the components alone, and forgets that the mean has
# to be taken off before and put back after.
def recon_error(pca: PCA, X: NDArray[Any]) -> NDArray[Any]:
    X, V = np.asarray(X, dtype=float), pca.components_
    return np.mean((X - np.einsum("nd,md,me->ne", X, V, V, optimize=True)) ** 2, axis=1)
