# %% right
# Intent: for each map add up the squares of its neighbours among the maps, with indices cut off at both ends.
import numpy as np


def response_norm(X, radius, alpha, beta, k):
    X = np.asarray(X, dtype=float)
    out = np.zeros_like(X)
    for c in range(len(X)):
        s = np.zeros(X.shape[1:])
        for other in range(max(0, c - radius), min(len(X), c + radius + 1)):
            s += X[other] ** 2
        out[c] = X[c] / (k + alpha * s) ** beta
    return out

# %% wrong: response_norm
# Misconception: "local" means near in the picture: a value is damped by its neighbours in the same map.
def response_norm(X, radius, alpha, beta, k):
    X = np.asarray(X, dtype=float)
    maps, height, width = X.shape
    out = np.zeros_like(X)
    for i in range(height):
        for j in range(width):
            near = X[:, max(0, i - radius) : i + radius + 1, max(0, j - radius) : j + radius + 1]
            out[:, i, j] = X[:, i, j] / (k + alpha * (near**2).sum(axis=(1, 2))) ** beta
    return out

# %% wrong: response_norm
# Misconception: a norm takes the average over the neighbours (as in some libraries, where alpha is divided by the
# number of neighbours), not their sum.
def response_norm(X, radius, alpha, beta, k):
    X = np.asarray(X, dtype=float)
    out = np.zeros_like(X)
    for c in range(len(X)):
        near = X[max(0, c - radius) : c + radius + 1]
        out[c] = X[c] / (k + alpha * (near**2).sum(axis=0) / (2 * radius + 1)) ** beta
    return out
