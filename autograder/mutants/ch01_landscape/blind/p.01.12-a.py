# %% right
# Intent: the intercept is free, so the line goes through the mean point; what is left is a quadratic in the slope,
# least at Sxy / (Sxx + alpha).
P_01_12_LEARNED = ["a", "d", "e", "h", "i"]


def fit_with_penalty(x: Array, y: Array, alpha: float) -> dict[str, float]:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    mean_x, mean_y = float(xs.mean()), float(ys.mean())
    sxx = float(np.sum((xs - mean_x) ** 2))
    sxy = float(np.sum((xs - mean_x) * (ys - mean_y)))
    price = sxx + float(alpha)
    slope = sxy / price if price > 0 else 0.0
    return {"intercept": mean_y - slope * mean_x, "slope": slope}


# %% wrong: fit_with_penalty
# Misconception: Thinks that the penalty takes the same fixed amount away from every slope until nothing is left of it,
# as a penalty on its absolute value does.
def fit_with_penalty(x: Array, y: Array, alpha: float) -> dict[str, float]:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    mean_x, mean_y = float(xs.mean()), float(ys.mean())
    sxx = float(np.sum((xs - mean_x) ** 2))
    sxy = float(np.sum((xs - mean_x) * (ys - mean_y)))
    slope = float(np.sign(sxy)) * max(abs(sxy) - alpha, 0.0) / sxx
    return {"intercept": mean_y - slope * mean_x, "slope": slope}


# %% wrong: P_01_12_LEARNED
# Misconception: Thinks that only predicting models learn: a scaler's mean is a mere preparation, and the questions of a
# tree are part of its design.
P_01_12_LEARNED = ["a", "d", "e"]
