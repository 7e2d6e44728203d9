# %% right
# Intent: split_faces sorts by (person, random key) into a people x portraits grid and cuts its columns; cluster_faces
# rotates the rows into their own span (an isometry, so nothing is lost), runs k-means there and measures the silhouette
# in the distances of X.
def split_faces(
    X: NDArray[Any], y: NDArray[Any], per_person: Sequence[int] = (7, 2, 1), seed: int = 42
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    rng = np.random.default_rng(seed)
    grid = np.lexsort((rng.random(len(y)), y)).reshape(-1, sum(per_person))
    cuts = np.split(grid, np.cumsum(per_person)[:-1], axis=1)
    return [(X[rows], y[rows]) for rows in (rng.permutation(cut.ravel()) for cut in cuts)]


FACE_KS: list[int] = [*range(2, 40, 4), *range(40, 160, 5), *range(160, 241, 20)]


class SpanKMeans:
    """k-means in the coordinates of the rows' own span, as an orthonormal basis gives them."""

    def __init__(self, k, basis, centre):
        self.basis, self.centre = basis, centre
        self.lloyd = KMeans(k, n_init=5, random_state=42)

    def into(self, X):
        return (np.asarray(X, dtype=float) - self.centre) @ self.basis.T

    def fit(self, X):
        self.lloyd.fit(self.into(X))
        return self

    def predict(self, X):
        return self.lloyd.predict(self.into(X))


def cluster_faces(X: NDArray[Any], ks: Iterable[int]) -> tuple[int, Any, dict[int, float]]:
    X = np.asarray(X, dtype=float)
    centre = X.mean(axis=0)
    _, size, basis = np.linalg.svd(X - centre, full_matrices=False)
    basis = basis[size > 1e-10 * size[0]]
    models = {int(k): SpanKMeans(int(k), basis, centre).fit(X) for k in ks}
    scores = {k: float(silhouette_score(X, model.predict(X))) for k, model in models.items()}
    best_k = max(scores, key=scores.get)
    return best_k, models[best_k], scores


# %% wrong: cluster_faces
# Misconception: Thinks that a clustering is to be judged in the space in which it was made, so the silhouette is taken
# of the principal components.
def cluster_faces(X: NDArray[Any], ks: Iterable[int]) -> tuple[int, Any, dict[int, float]]:
    X = np.asarray(X, dtype=float)
    few = PCA(0.9, svd_solver="full").fit(X)
    Z = few.transform(X)
    scores, models = {}, {}
    for k in ks:
        groups = KMeans(k, n_init=5, random_state=42).fit(Z)
        scores[k] = float(silhouette_score(Z, groups.labels_))
        models[k] = make_pipeline(few, groups)
    best_k = max(scores, key=scores.get)
    return best_k, models[best_k], scores


# %% wrong: split_faces
# Misconception: Thinks that the portraits of a person are in no order anyway, so the first of them are as good for
# training as any drawn at random, and shuffling the parts is all that chance is for.
def split_faces(
    X: NDArray[Any], y: NDArray[Any], per_person: Sequence[int] = (7, 2, 1), seed: int = 42
) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    rng = np.random.default_rng(seed)
    grid = np.argsort(y, kind="stable").reshape(-1, sum(per_person))
    cuts = np.split(grid, np.cumsum(per_person)[:-1], axis=1)
    return [(X[rows], y[rows]) for rows in (rng.permutation(cut.ravel()) for cut in cuts)]
