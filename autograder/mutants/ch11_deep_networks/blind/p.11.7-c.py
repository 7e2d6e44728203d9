# %% right
# Intent: inverted dropout as a product with a mask that is 0 or 1 / (1 - rate).
def dropped(X: ArrayLike, rate: float, draws: ArrayLike, training: bool = True) -> NDArray[np.float64]:
    X = np.array(X, dtype=np.float64)
    if not training:
        return X
    mask = np.heaviside(np.asarray(draws, dtype=np.float64) - rate, 1.0) / (1.0 - rate)
    return np.einsum("nu,nu->nu", X, mask)


P_11_7_CHOICE: dict[str, str] = {
    "training until it has converged": "about twice as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}

# %% wrong: dropped
# Misconception: the others grow by what has really been dropped in their row, instead of by 1 / (1 - rate).
def dropped(X: ArrayLike, rate: float, draws: ArrayLike, training: bool = True) -> NDArray[np.float64]:
    X = np.array(X, dtype=np.float64)
    if not training:
        return X
    kept = np.asarray(draws, dtype=np.float64) >= rate
    share = np.maximum(kept.mean(axis=1, keepdims=True), 1e-12)
    return X * kept / share


# %% wrong: P_11_7_CHOICE
# Misconception: with half of the units gone there is half as much to work out in training.
P_11_7_CHOICE: dict[str, str] = {
    "training until it has converged": "half as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}
