# %% right
# Intent: scikit-learn knows the Johnson-Lindenstrauss bound. For the batches, mean and scatter matrix are updated
# (Chan's formula) and the eigenvalues of the covariance matrix are the variances.
from sklearn.random_projection import johnson_lindenstrauss_min_dim


def projection_dims(n: int, d: int, eps: float) -> int:
    return min(d, int(johnson_lindenstrauss_min_dim(n, eps=eps)))


def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    n, mean, scatter = 0, 0.0, 0.0
    for batch in batches:
        batch = np.asarray(batch, dtype=float)
        m, centre = len(batch), batch.mean(axis=0)
        shift = centre - mean
        scatter = scatter + (batch - centre).T @ (batch - centre) + np.outer(shift, shift) * n * m / (n + m)
        mean = mean + shift * m / (n + m)
        n += m
    return np.linalg.eigvalsh(scatter / (n - 1))[::-1][:k].clip(min=0)


P_07_6_CHOICE = {
    "A": "regular PCA",
    "B": "incremental PCA",
    "C": "incremental PCA",
    "D": "randomized PCA",
    "E": "random projection",
    "F": "regular PCA",
}

# %% wrong: batch_variances
# Misconception: Thinks that incremental PCA with k components gives exactly what PCA of all rows would give: what
# lies beyond the first k after a batch is of no use later and may be forgotten.
from sklearn.decomposition import IncrementalPCA


def batch_variances(batches: Iterable[NDArray[Any]], k: int) -> NDArray[np.float64]:
    pca, waiting = IncrementalPCA(n_components=k), []
    for batch in batches:
        waiting.append(np.asarray(batch, dtype=float))
        if sum(map(len, waiting)) >= k:  # the first fit needs k rows
            pca.partial_fit(np.vstack(waiting))
            waiting = []
    if waiting:
        pca.partial_fit(np.vstack(waiting))
    return pca.explained_variance_


# %% wrong: projection_dims
# Misconception: Thinks that of n rows in d dimensions no more than d can be independent, so that further rows are
# combinations of these and don't ask for more dimensions.
def projection_dims(n: int, d: int, eps: float) -> int:
    return min(d, int(johnson_lindenstrauss_min_dim(min(n, d), eps=eps)))
