# %% right
# Intent: support vectors are on the edge of their class, inside the street, or on the wrong side: all rows that do not
# get beyond the edge. The decision is a plain sum over the vectors.
def support_rows(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, tol: float = 1e-6) -> NDArray[np.int64]:
    rows = np.asarray(X, dtype=float)
    signs = np.asarray(t, dtype=float)
    weights = np.asarray(w, dtype=float)
    found: list[int] = []
    for i in range(len(rows)):
        reached = float(signs[i]) * (float(rows[i] @ weights) + b)
        if reached <= 1.0 + tol:
            found.append(i)
    return np.array(found, dtype=np.int64)


def decide(vectors: ArrayLike, coefs: ArrayLike, b: float, gamma: float, X: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(X, dtype=float)
    kept = np.asarray(vectors, dtype=float)
    factors = np.asarray(coefs, dtype=float).ravel()
    scores = np.full(len(rows), float(b))
    for i in range(len(kept)):
        squared = np.sum((rows - kept[i]) ** 2, axis=1)
        scores += factors[i] * np.exp(-gamma * squared)
    return scores


# %% wrong: support_rows
# Misconception: Thinks that support vectors are only those rows that lie exactly on the edges, and that rows inside the
# street or on the wrong side are mere errors which the line ignores.
def support_rows(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, tol: float = 1e-6) -> NDArray[np.int64]:
    reached = np.asarray(t, dtype=float) * (np.asarray(X, dtype=float) @ np.asarray(w, dtype=float) + b)
    return np.flatnonzero(np.abs(reached - 1) <= tol)


# %% wrong: decide
# Misconception: Thinks that the decision is the mean opinion of the support vectors, so that their number does not
# matter.
def decide(vectors: ArrayLike, coefs: ArrayLike, b: float, gamma: float, X: ArrayLike) -> NDArray[np.float64]:
    rows = np.asarray(X, dtype=float)
    kept = np.asarray(vectors, dtype=float)
    factors = np.asarray(coefs, dtype=float)
    total = np.zeros(len(rows))
    for i in range(len(kept)):
        total += factors[i] * np.exp(-gamma * np.sum((rows - kept[i]) ** 2, axis=1))
    return total / len(kept) + b
