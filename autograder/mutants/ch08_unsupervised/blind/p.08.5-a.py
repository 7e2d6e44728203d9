# %% right
# Intent: The counts are plain products, with n (n - 1) / 2 for the pairs; core_rows counts for one row at a time how
# many rows, itself included, are at most eps away.
import numpy as np


def distances_computed(algorithm: str, n: int, k: int, rounds: int, batch: int) -> int:
    if algorithm == "k-means":
        return n * k * rounds
    if algorithm == "mini-batch k-means":
        return batch * k * rounds
    if algorithm == "agglomerative":
        return n * (n - 1) // 2
    raise ValueError(f"unknown algorithm: {algorithm!r}")


def core_rows(X, eps: float, min_samples: int):
    rows = np.asarray(X, dtype=np.float64)
    core = np.zeros(len(rows), dtype=bool)
    for i in range(len(rows)):
        gaps = np.sqrt(((rows - rows[i]) ** 2).sum(axis=1))
        core[i] = int(np.count_nonzero(gaps <= eps)) >= min_samples
    return core


P_08_5_SCALE: list[str] = ["k-means", "mini-batch k-means", "BIRCH"]
P_08_5_DENSITY: list[str] = ["DBSCAN", "HDBSCAN", "OPTICS", "mean-shift"]

# %% wrong: distances_computed
# Misconception: Thinks that a round of mini-batch k-means is an epoch, in which one batch after the other passes until
# all rows have been seen, so that it saves memory but no distances.
def distances_computed(algorithm: str, n: int, k: int, rounds: int, batch: int) -> int:
    if algorithm == "agglomerative":
        return n * (n - 1) // 2
    if algorithm == "mini-batch k-means":
        batches = -(-n // batch)
        return rounds * k * min(n, batches * batch)
    return n * k * rounds


# %% wrong: core_rows
# Misconception: Thinks that a neighbour is a row that differs by eps at most in every column, a box instead of a ball.
import numpy as np


def core_rows(X, eps: float, min_samples: int):
    rows = np.asarray(X, dtype=float)
    core = np.zeros(len(rows), dtype=bool)
    for i in range(len(rows)):
        near = np.all(np.abs(rows - rows[i]) <= eps, axis=1)
        core[i] = near.sum() >= min_samples
    return core
