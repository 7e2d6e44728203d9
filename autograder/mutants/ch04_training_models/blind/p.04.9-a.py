# %% right
# Intent: build H, then the mean prediction is H @ X @ w (bias: its distance from X @ w), and the noise in row i's
# prediction is sigma**2 times the sum of the squares in row i of H. A pseudo-inverse helps out if alpha is 0 and
# X.T @ X has no inverse.
def hat_matrix(X: Array, alpha: float) -> Array:
    n: int = X.shape[1]
    inner: Array = X.T @ X + alpha * np.eye(n)
    if alpha == 0.0 and int(np.linalg.matrix_rank(X)) < n:
        return X @ np.linalg.pinv(X)
    return X @ np.linalg.solve(inner, X.T)


def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    features: Array = np.asarray(X, dtype=np.float64)
    m: int = features.shape[0]
    H: Array = hat_matrix(features, alpha)
    truth: Array = features @ np.asarray(w, dtype=np.float64)
    expected: Array = H @ truth
    squared_bias: float = 0.0
    variance: float = 0.0
    for i in range(m):
        squared_bias += float(expected[i] - truth[i]) ** 2
        variance += float(sigma) ** 2 * float(np.sum(H[i] ** 2))
    return squared_bias / m, variance / m


P_04_9_CHOICE: list[str] = ["bias", "reduce"]

# %% wrong: bias_and_variance
# Misconception: Thinks that the bias of the model is one number, the mean error over all rows, which is squared at the
# end; so errors that are too high in one row and too low in another cancel.
def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    H: Array = hat_matrix(np.asarray(X, dtype=np.float64), alpha)
    truth: Array = X @ w
    bias: float = float(np.mean(H @ truth - truth))
    variance: float = float(sigma**2 * np.sum(H**2)) / len(X)
    return bias**2, variance


# %% wrong: bias_and_variance
# Misconception: Thinks that H is a projection for every alpha, so that H @ H.T is H and the variance can be read off
# the trace of H (the number of effective parameters).
def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    H: Array = hat_matrix(np.asarray(X, dtype=np.float64), alpha)
    truth: Array = X @ w
    squared_bias: float = float(np.mean((H @ truth - truth) ** 2))
    variance: float = float(sigma**2 * np.trace(H)) / len(X)
    return squared_bias, variance
