# %% right
# Intent: the street is 2 divided by the Euclidean length of w; violations are added up row by row.
def street_width(w: ArrayLike) -> float:
    length = 0.0
    for weight in np.asarray(w, dtype=float).ravel():
        length = float(np.hypot(length, weight))
    return 2.0 / length


def soft_margin_cost(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, C: float) -> float:
    rows = np.asarray(X, dtype=float)
    signs = np.asarray(t, dtype=float)
    weights = np.asarray(w, dtype=float)
    total = 0.0
    for i in range(len(rows)):
        reached = signs[i] * (float(rows[i] @ weights) + b)
        total += max(0.0, 1.0 - float(reached))
    return float(weights @ weights) / 2 + C * total


# %% wrong: soft_margin_cost
# Misconception: Thinks that a row on the wrong side of the boundary is one full violation, and that it can't be more
# than that however far it has gone astray.
def soft_margin_cost(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, C: float) -> float:
    weights = np.asarray(w, dtype=float)
    reached = np.asarray(t, dtype=float) * (np.asarray(X, dtype=float) @ weights + b)
    violations = np.clip(1 - reached, 0, 1)
    return float(weights @ weights / 2 + C * violations.sum())


# %% wrong: street_width
# Misconception: Thinks that the size of the weights is the sum of their absolute values, because each column adds its
# own part.
def street_width(w: ArrayLike) -> float:
    return 2.0 / float(np.abs(np.asarray(w, dtype=float)).sum())
