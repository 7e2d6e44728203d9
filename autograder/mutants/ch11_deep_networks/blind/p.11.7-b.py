# %% right
# Intent: inverted dropout in one np.where; nothing at all where the network is used.
def dropped(X: ArrayLike, rate: float, draws: ArrayLike, training: bool = True) -> NDArray[np.float64]:
    X = np.array(X, dtype=np.float64)
    return np.where(np.asarray(draws) < rate, 0.0, X / (1 - rate)) if training else X

P_11_7_CHOICE: dict[str, str] = {
    "training until it has converged": "about twice as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}

# %% wrong: dropped
# Misconception: in training units are only dropped; it is when the network is used that outputs are scaled down.
def dropped(X: ArrayLike, rate: float, draws: ArrayLike, training: bool = True) -> NDArray[np.float64]:
    X = np.array(X, dtype=np.float64)
    return np.where(np.asarray(draws) < rate, 0.0, X) if training else X * (1 - rate)

# %% wrong: P_11_7_CHOICE
# Misconception: half of the units are gone, so there is half of the work in training.
P_11_7_CHOICE: dict[str, str] = {
    "training until it has converged": "half as long",
    "a prediction": "as long",
    "a prediction by 20 samples of Monte Carlo dropout": "about twenty times as long",
}
