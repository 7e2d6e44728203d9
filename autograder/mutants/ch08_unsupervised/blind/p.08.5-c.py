# %% right
# Intent: A table of closures for the counts (n choose 2 for agglomerative); the neighbours are counted in the matrix
# of all distances, from torch in double precision without its matrix-multiplication shortcut, so that "at most" holds.
from math import comb

import torch


def distances_computed(algorithm: str, n: int, k: int, rounds: int, batch: int) -> int:
    work = {
        "k-means": lambda: rounds * n * k,
        "mini-batch k-means": lambda: rounds * batch * k,
        "agglomerative": lambda: comb(n, 2),
    }
    return work[algorithm]()


def core_rows(X: ArrayLike, eps: float, min_samples: int) -> NDArray[np.bool_]:
    T = torch.from_numpy(np.array(X, dtype=np.float64))
    near = torch.cdist(T, T, compute_mode="donot_use_mm_for_euclid_dist") <= eps
    return (near.sum(dim=1) >= min_samples).numpy()


P_08_5_SCALE: list[str] = ["mini-batch k-means", "BIRCH"]
P_08_5_DENSITY: list[str] = ["DBSCAN", "OPTICS", "HDBSCAN", "mean-shift"]

# %% wrong: core_rows
# Misconception: Thinks that the root can be spared, since squares keep the order, and compares the squared distances
# with eps itself.
def core_rows(X: ArrayLike, eps: float, min_samples: int) -> NDArray[np.bool_]:
    X = np.asarray(X, dtype=float)
    squares = ((X[:, None] - X[None]) ** 2).sum(axis=-1)
    return np.count_nonzero(squares <= eps, axis=1) >= min_samples


# %% wrong: distances_computed
# Misconception: Thinks that every row has to be compared with every row, so the whole n x n matrix is worked out.
def distances_computed(algorithm: str, n: int, k: int, rounds: int, batch: int) -> int:
    return {"k-means": rounds * n * k, "mini-batch k-means": rounds * batch * k, "agglomerative": n * n}[algorithm]
