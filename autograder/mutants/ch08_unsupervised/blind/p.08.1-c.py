# %% right
# Intent: Compare the two co-membership matrices A A^T and B B^T through their Frobenius distance, which needs only the
# sizes of the clusters and of their intersections: sum n_a^2 + sum n_b^2 - 2 sum n_ab^2.
from collections import Counter


def _gram(*names):
    """Sum of squared sizes of the groups of rows that agree in all the names given."""
    columns = [np.asarray(name).ravel().tolist() for name in names]
    return sum(size * size for size in Counter(zip(*columns)).values())


def same_grouping(a: ArrayLike, b: ArrayLike) -> bool:
    return _gram(a) + _gram(b) == 2 * _gram(a, b)


P_08_1_CHOICE: list[str] = ["agglomerative", "spectral", "k-means", "DBSCAN"]

# %% wrong: same_grouping
# Misconception: Thinks that it is enough if every cluster of a lies within one cluster of b; then b can't disagree,
# and need not be asked in turn.
def same_grouping(a: ArrayLike, b: ArrayLike) -> bool:
    return _gram(a) == _gram(a, b)


# %% wrong: P_08_1_CHOICE
# Misconception: Thinks that k nearest neighbours groups the rows that are near each other, so it must be a clustering.
P_08_1_CHOICE: list[str] = ["agglomerative", "spectral", "k-means", "DBSCAN", "k nearest neighbours"]
