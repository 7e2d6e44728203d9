# %% right
# Intent: the penalty is one more row of a least-squares problem: (x - mean, 0 | y - mean) and below it sqrt(alpha) | 0;
# the intercept is free, so the line goes through the mean point.
P_01_12_LEARNED: list[str] = ["a", "d", "e", "h", "i"]


def fit_with_penalty(x: Array, y: Array, alpha: float) -> dict[str, float]:
    x, y = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    mx, my = x.mean(), y.mean()
    column = np.append(x - mx, np.sqrt(alpha))
    (slope,), *_ = np.linalg.lstsq(column[:, None], np.append(y - my, 0.0), rcond=None)
    return {"intercept": float(my - slope * mx), "slope": float(slope)}


# %% wrong: fit_with_penalty
# Misconception: Thinks that every parameter has to be paid for, the intercept too, so puts alpha on the whole diagonal
# of the normal equations.
def fit_with_penalty(x: Array, y: Array, alpha: float) -> dict[str, float]:
    A = np.stack([np.ones(len(x)), np.asarray(x, dtype=float)], axis=1)
    intercept, slope = np.linalg.solve(A.T @ A + alpha * np.eye(2), A.T @ y)
    return {"intercept": float(intercept), "slope": float(slope)}


# %% wrong: P_01_12_LEARNED
# Misconception: Thinks that only a model learns; what a scaler takes away is a setting of the preparation.
P_01_12_LEARNED: list[str] = ["a", "d", "e", "i"]
