# %% right
# Intent: Two nested loops fill the arrays; day t of window i is day i + t of the series, so its target is the slice
# that starts one day later.
def next_values(series: ArrayLike, window: int, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = np.asarray(series, dtype=np.float64).ravel()
    m = max(len(values) - window - horizon + 1, 0)
    X = np.zeros((m, window, 1), dtype=np.float64)
    Y = np.zeros((m, window, horizon), dtype=np.float64)
    for i in range(m):
        for t in range(window):
            day = i + t
            X[i, t, 0] = values[day]
            Y[i, t, :] = values[day + 1 : day + 1 + horizon]
    return X, Y


P_13_4_CHOICE: list[str] = [
    "sequence to vector, 5 outputs at the last step",
    "sequence to sequence, 5 outputs at every step",
]

# %% wrong: next_values
# Misconception: Thinks that the target belongs to the window as a whole: at each of its days the network is to give
# the days that follow the end of the window.
def next_values(series: ArrayLike, window: int, horizon: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    values = np.asarray(series, dtype=np.float64).ravel()
    m = len(values) - window - horizon + 1
    X = np.zeros((m, window, 1), dtype=np.float64)
    Y = np.zeros((m, window, horizon), dtype=np.float64)
    for i in range(m):
        X[i, :, 0] = values[i : i + window]
        Y[i, :, :] = values[i + window : i + window + horizon]
    return X, Y

# %% wrong: P_13_4_CHOICE
# Misconception: Thinks that a sequence-to-sequence network with 5 outputs at every step cannot be asked just once,
# because it answers after every day and not only after the last.
P_13_4_CHOICE: list[str] = ["sequence to vector, 5 outputs at the last step"]
