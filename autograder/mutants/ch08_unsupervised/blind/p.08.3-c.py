# %% right
# Intent: best_k starts k-means from a farthest-first traversal (no randomness) and takes the k with the highest mean
# silhouette, worked out with a one-hot matrix; elbow takes the largest ratio of consecutive drops.
from itertools import islice, pairwise


def _far_points(D):
    """Yield row numbers, each the farthest from all before it."""
    row = int(D.sum(axis=1).argmin())
    gap = D[row].copy()
    while True:
        yield row
        row = int(gap.argmax())
        gap = np.minimum(gap, D[row])


def _mean_silhouette(D, labels):
    Z = (labels[:, None] == np.unique(labels)).astype(float)
    size, total = Z.sum(axis=0), D @ Z
    if len(size) < 2:
        return -1.0
    own = Z.astype(bool)
    m = Z @ size
    a = total[own] / np.maximum(m - 1, 1)
    b = np.where(own, np.inf, total / size).min(axis=1)
    top = np.maximum(a, b)
    return float(np.mean(np.where((m > 1) & (top > 0), (b - a) / np.where(top > 0, top, 1), 0)))


def best_k(X: ArrayLike, ks: Iterable[int]) -> int:
    X = np.asarray(X, dtype=float)
    D = np.sqrt(((X[:, None] - X) ** 2).sum(axis=-1))

    def quality(k):
        seeds = list(islice(_far_points(D), k))
        return _mean_silhouette(D, KMeans(k, init=X[seeds], n_init=1).fit_predict(X))

    return int(max(ks, key=quality))


def elbow(inertias: Sequence[float]) -> int:
    drops = [before - after for before, after in pairwise(inertias)]
    multiples = {k: drop / following for k, (drop, following) in enumerate(pairwise(drops), start=2)}
    return max(multiples, key=multiples.get)


# %% wrong: best_k
# Misconception: Thinks that the elbow may be read off any list of candidates, as if the first and the last of them
# could never be the answer.
def best_k(X: ArrayLike, ks: Iterable[int]) -> int:
    ks = sorted(set(ks))
    if len(ks) < 3:
        return ks[0]
    X = np.asarray(X, dtype=float)
    inertia = [KMeans(k, n_init=10, random_state=0).fit(X).inertia_ for k in ks]
    drops = [max(before - after, 1e-12) for before, after in pairwise(inertia)]
    return int(ks[1 + int(np.argmax([drop / after for drop, after in pairwise(drops)]))])


# %% wrong: elbow
# Misconception: Thinks that the elbow is where the inertia itself shrinks by the largest factor, and compares inertias
# instead of drops.
def elbow(inertias: Sequence[float]) -> int:
    factors = {k: before / after for k, (before, after) in enumerate(pairwise(inertias), start=2)}
    return max(factors, key=factors.get)
