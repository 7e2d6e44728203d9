# %% right
# Intent: d less the number of principal directions whose share of the squared Frobenius norm of the centred rows is
# a billionth or more.
import numpy as np


def _centre(X):
    rows = np.asarray(X, dtype=float)
    rows = rows - rows.mean(axis=0)
    return rows - rows.mean(axis=0)  # once more: what rounding has left of a large mean


def useless_dimensions(X: ArrayLike) -> int:
    rows = _centre(X)
    energy = np.linalg.svd(rows / np.linalg.norm(rows), compute_uv=False) ** 2
    return rows.shape[1] - int(np.count_nonzero(energy >= 1e-9))


P_07_4_CHOICE: list[str] = ["spiral and sum", "tilted circle"]

# %% wrong: useless_dimensions
# Misconception: Thinks that a dimension is superfluous if its column is constant or tells the same as one other
# column (correlation 1 or -1), and doesn't see that a column may be a combination of several.
def useless_dimensions(X: ArrayLike) -> int:
    columns = [c for c in _centre(X).T]
    size = sum(c @ c for c in columns)
    kept = []
    for c in columns:
        if c @ c < 1e-9 * size:
            continue
        if any(abs(c @ b) > (1 - 1e-9) * np.sqrt((c @ c) * (b @ b)) for b in kept):
            continue
        kept.append(c)
    return len(columns) - len(kept)

# %% wrong: useless_dimensions, P_07_4_CHOICE
# Misconception: Takes the singular values for the variances, so the billionth is one of the spread and not of its
# square; and thinks that a spiral, being rolled up, can't be taken to two dimensions by a linear method.
def useless_dimensions(X: ArrayLike) -> int:
    spread = np.linalg.svd(_centre(X), compute_uv=False)
    return int(np.count_nonzero(spread < 1e-9 * spread.sum()))


P_07_4_CHOICE: list[str] = ["tilted circle"]
