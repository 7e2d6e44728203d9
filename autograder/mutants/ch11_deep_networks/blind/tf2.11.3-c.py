# %% right
# Intent: expm1 of the part below 0 plus the part above it; a unit is dead if its preactivation is positive for no row.
def elu(z: ArrayLike) -> NDArray[np.float64]:
    z = np.asarray(z, dtype=np.float64)
    return np.maximum(z, 0.0) + np.expm1(np.minimum(z, 0.0))


def selu(z: ArrayLike) -> NDArray[np.float64]:
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    z = np.asarray(z, dtype=np.float64)
    return scale * (np.maximum(z, 0.0) + alpha * np.expm1(np.minimum(z, 0.0)))


def dead_units(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> list[int]:
    X, W, b = (np.asarray(part, dtype=np.float64) for part in (X, W, b))
    z = np.einsum("nd,ud->nu", X, W) + b
    return np.flatnonzero((z <= 0.0).all(axis=0)).tolist()


TF2_11_3_CHOICE: list[str] = ["a", "d", "e"]

# %% wrong: dead_units
# Misconception: a unit is dead if it is below 0 on average.
def dead_units(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> list[int]:
    X, W, b = (np.asarray(part, dtype=np.float64) for part in (X, W, b))
    return np.flatnonzero((X @ W.T + b).mean(axis=0) < 0.0).tolist()


# %% wrong: TF2_11_3_CHOICE
# Misconception: what normalises itself makes up for any first weights.
TF2_11_3_CHOICE: list[str] = ["a", "d", "f"]
