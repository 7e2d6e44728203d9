# %% right
# Intent: a point is inside if all d coordinates are inside, which are independent; the complement is the border.
# The distances come from SciPy's cdist.
from scipy.spatial.distance import cdist


def border_share(d: int, margin: float) -> float:
    return 1 - (1 - 2 * margin) ** d


def contrast(X: ArrayLike, x: ArrayLike) -> float:
    distances = cdist(np.atleast_2d(x), X)
    return np.ptp(distances) / distances.min()


# %% wrong: border_share
# Misconception: Thinks that the chances of the single dimensions add up (until they reach 1), although a point may be
# close to several borders at once.
def border_share(d: int, margin: float) -> float:
    return min(1.0, 2 * margin * d)


# %% wrong: contrast
# Misconception: Thinks that two points are as far apart as their lengths differ, so that the norms of the rows, less
# that of the point, are the distances.
def contrast(X: ArrayLike, x: ArrayLike) -> float:
    distances = np.abs(np.linalg.norm(X, axis=1) - np.linalg.norm(x))
    return np.ptp(distances) / distances.min()
