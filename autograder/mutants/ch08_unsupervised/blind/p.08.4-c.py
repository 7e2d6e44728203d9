# %% right
# Intent: Sort all rows by (cluster, distance) at once; a row's rank in its cluster is its place in that order less the
# place where the cluster begins, and it is labelled if the rank is below ceil(share * m).
def representatives(distances: ArrayLike) -> NDArray[Any]:
    return np.asarray(distances).T.argmin(axis=1)


def _ranks(owner, gap, k):
    """Rank of each row in its cluster, nearest first, and the sizes of the clusters."""
    sizes = np.bincount(owner, minlength=k)
    begins = np.cumsum(sizes) - sizes
    order = np.lexsort((gap, owner))
    rank = np.empty(len(owner), dtype=int)
    rank[order] = np.arange(len(owner)) - begins[owner[order]]
    return rank, sizes


def propagate(labels: ArrayLike, distances: ArrayLike, share: float = 1.0) -> NDArray[Any]:
    D, labels = np.asarray(distances, dtype=float), np.asarray(labels, dtype=int)
    owner, gap = D.argmin(axis=1), D.min(axis=1)
    rank, sizes = _ranks(owner, gap, len(labels))
    quota = np.ceil(share * sizes)
    return np.where(rank < quota[owner], labels[owner], -1)


# %% wrong: propagate
# Misconception: Thinks that the nearest share of a cluster are the rows whose distance is at most that percentile of
# the distances, which is what the interpolated percentile gives.
def propagate(labels: ArrayLike, distances: ArrayLike, share: float = 1.0) -> NDArray[Any]:
    D, labels = np.asarray(distances, dtype=float), np.asarray(labels, dtype=int)
    owner, gap = D.argmin(axis=1), D.min(axis=1)
    spread = np.full(len(D), -1)
    for j in np.unique(owner):
        inside = owner == j
        spread[inside & (gap <= np.percentile(gap[inside], 100 * share))] = labels[j]
    return spread


# %% wrong: representatives
# Misconception: Thinks that a cluster's best representative is the row that belongs to it most clearly, compared with
# the other centroids, rather than the one nearest to its centroid.
def representatives(distances: ArrayLike) -> NDArray[Any]:
    D = np.asarray(distances, dtype=float)
    return (D / D.sum(axis=1, keepdims=True)).argmin(axis=0)
