# %% right
# Intent: for each row the k nearest others in both spaces as two sets, and the size of what they share.
def _nearest_sets(rows: NDArray[np.float64], k: int) -> list[set[int]]:
    found: list[set[int]] = []
    for i in range(len(rows)):
        squared: NDArray[np.float64] = np.sum((rows - rows[i]) ** 2, axis=1)
        squared[i] = np.inf  # a row is no neighbour of itself, even if it has a twin
        order: NDArray[np.intp] = np.argsort(squared, kind="stable")
        found.append({int(j) for j in order[:k]})
    return found


def _as_rows(A: ArrayLike) -> NDArray[np.float64]:
    rows: NDArray[np.float64] = np.asarray(A, dtype=np.float64)
    return rows.reshape(-1, 1) if rows.ndim == 1 else rows


def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    before: list[set[int]] = _nearest_sets(_as_rows(X), int(k))
    after: list[set[int]] = _nearest_sets(_as_rows(Z), int(k))
    kept: int = 0
    for old, new in zip(before, after):
        kept += len(old & new)
    return kept / (int(k) * len(before))


P_07_7_CHOICE: list[str] = ["reconstruction error", "validation score of the next model"]

# %% wrong: neighbours_kept
# Misconception: Thinks that a neighbour is kept only if it has the same rank: the second nearest has to be the second
# nearest again.
def neighbours_kept(X: ArrayLike, Z: ArrayLike, k: int) -> float:
    def ranked(rows: NDArray[np.float64]) -> list[list[int]]:
        lists = []
        for i in range(len(rows)):
            squared = np.sum((rows - rows[i]) ** 2, axis=1)
            squared[i] = np.inf
            lists.append([int(j) for j in np.argsort(squared, kind="stable")[:k]])
        return lists

    kept = 0
    for old, new in zip(ranked(_as_rows(X)), ranked(_as_rows(Z))):
        for a, b in zip(old, new):
            if a == b:
                kept += 1
    return kept / (k * len(_as_rows(X)))


# %% wrong: P_07_7_CHOICE
# Misconception: Thinks that the score on the training rows tells as well which columns suit the next model.
P_07_7_CHOICE: list[str] = [
    "reconstruction error",
    "training score of the next model",
    "validation score of the next model",
]
