# %% right
# Intent: boolean n x n tables of who is among whose k nearest, from SciPy's distances with the diagonal at infinity;
# the share of hits that both tables have in common.
from scipy.spatial.distance import cdist


def _nearest(A: ArrayLike, k: int) -> NDArray[np.bool_]:
    A = np.asarray(A, dtype=float)
    distances = cdist(A, A)
    np.fill_diagonal(distances, np.inf)
    near = np.zeros(distances.shape, dtype=bool)
    np.put_along_axis(near, np.argsort(distances, axis=1, kind="stable")[:, :k], True, axis=1)
    return near


def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    return (_nearest(X, k) & _nearest(Z, k)).sum(axis=1).mean() / k


P_07_7_CHOICE = ["reconstruction error", "validation score of the next model"]

# %% wrong: neighbours_kept
# Misconception: Thinks that a neighbour is kept only if it has the same rank as before: the second nearest has to be
# the second nearest again.
from sklearn.neighbors import NearestNeighbors


def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    before, after = (NearestNeighbors(n_neighbors=k).fit(A).kneighbors(return_distance=False) for A in (X, Z))
    return (before == after).mean()


# %% wrong: P_07_7_CHOICE
# Misconception: Thinks that any score of the next model tells whether the reduction has kept what it needs, also one
# on the rows that it has learned from.
P_07_7_CHOICE = [
    "reconstruction error",
    "training score of the next model",
    "validation score of the next model",
]
