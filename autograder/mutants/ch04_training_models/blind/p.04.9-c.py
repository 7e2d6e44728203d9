# %% right
# Intent: In the eigenbasis of the Gram matrix ridge regression is a row of filters f = c / (c + alpha): the bias is
# what the filters take from the truth, the variance is what they let through of the noise.
def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    X = np.asarray(X, dtype=float)
    curvature, axes = np.linalg.eigh(np.einsum("mi,mj->ij", X, X))
    alive = curvature > curvature.max() * max(X.shape) * np.finfo(float).eps
    curvature, axes = curvature[alive], axes[:, alive]
    kept = curvature / (curvature + alpha)
    lost = alpha / (curvature + alpha) * (w @ axes)
    return float(lost**2 @ curvature / len(X)), float(sigma**2 * (kept @ kept) / len(X))


P_04_9_CHOICE: list[str] = ["bias", "reduce"]

# %% wrong: bias_and_variance
# Misconception: Thinks that the bias of a model is how far its mean weights are from the true weights, and averages
# their squared differences instead of those of the predictions.
def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    to_weights = np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T)
    H = X @ to_weights
    return float(np.mean((to_weights @ X @ w - w) ** 2)), float(sigma**2 * np.sum(H**2) / len(X))

# %% wrong: bias_and_variance
# Misconception: Knows that the trace of H counts the effective parameters, and thinks that the variance is sigma^2
# times that count, as in plain linear regression, where H @ H is H.
def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    H = X @ np.linalg.solve(X.T @ X + alpha * np.eye(X.shape[1]), X.T)
    return float(np.mean((H @ X @ w - X @ w) ** 2)), float(sigma**2 * np.trace(H) / len(X))
