# %% right
# Intent: a table of formulas; neighbours are counted in SciPy's full distance matrix, whose diagonal is the row itself.
from scipy.spatial.distance import cdist


def distances_computed(algorithm, n, k, rounds, batch):
    return {
        "k-means": rounds * n * k,
        "mini-batch k-means": rounds * batch * k,
        "agglomerative": n * (n - 1) // 2,
    }[algorithm]


def core_rows(X, eps, min_samples):
    return (cdist(X, X) <= eps).sum(axis=1) >= min_samples


P_08_5_SCALE = ["BIRCH", "mini-batch k-means", "k-means"]
P_08_5_DENSITY = ["OPTICS", "HDBSCAN", "DBSCAN", "mean-shift"]

# %% wrong: distances_computed
# Misconception: Thinks that agglomerative clustering fills a whole n by n matrix, each pair twice and each row with
# itself.
def distances_computed(algorithm, n, k, rounds, batch):
    return {"k-means": rounds * n * k, "mini-batch k-means": rounds * batch * k, "agglomerative": n * n}[algorithm]

# %% wrong: core_rows
# Misconception: Thinks of the neighbourhood as a box: a row is a neighbour if no column differs by more than eps.
def core_rows(X, eps, min_samples):
    return (cdist(X, X, "chebyshev") <= eps).sum(axis=1) >= min_samples
