# %% right
# Intent: A helper gives log(weight) + log(normal density) for each row and component by way of a Cholesky factor; the
# density adds its exponentials, the responsibilities normalise them after the largest has been taken off. Rows are
# drawn by choosing a component for each and then shaping standard normal noise.
import math

import numpy as np


def _log_normal(X: np.ndarray, mean: np.ndarray, covariance: np.ndarray) -> np.ndarray:
    lower = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(lower, (X - mean).T)
    log_root_det = float(np.log(np.diag(lower)).sum())
    return -0.5 * (scaled**2).sum(axis=0) - log_root_det - 0.5 * len(mean) * math.log(2.0 * math.pi)


def _joint(X, weights, means, covariances) -> np.ndarray:
    rows = np.asarray(X, dtype=np.float64)
    shares = np.asarray(weights, dtype=np.float64)
    centres = np.asarray(means, dtype=np.float64)
    shapes = np.asarray(covariances, dtype=np.float64)
    logs = np.empty((len(rows), len(shares)))
    for j in range(len(shares)):
        logs[:, j] = math.log(shares[j]) + _log_normal(rows, centres[j], shapes[j])
    return logs


def mixture_density(X, weights, means, covariances):
    return np.exp(_joint(X, weights, means, covariances)).sum(axis=1)


def responsibilities(X, weights, means, covariances):
    logs = _joint(X, weights, means, covariances)
    parts = np.exp(logs - logs.max(axis=1, keepdims=True))
    return parts / parts.sum(axis=1, keepdims=True)


def _square_root(covariance: np.ndarray) -> np.ndarray:
    values, vectors = np.linalg.eigh(covariance)
    return vectors * np.sqrt(np.maximum(values, 0.0))


def sample_mixture(weights, means, covariances, n: int, seed: int = 42):
    shares = np.asarray(weights, dtype=np.float64)
    centres = np.asarray(means, dtype=np.float64)
    roots = [_square_root(np.asarray(covariance, dtype=np.float64)) for covariance in covariances]
    rng = np.random.default_rng(seed)
    chosen = rng.choice(len(shares), size=n, p=shares / shares.sum())
    noise = rng.standard_normal((n, centres.shape[1]))
    drawn = np.empty_like(noise)
    for i in range(n):
        drawn[i] = centres[chosen[i]] + roots[chosen[i]] @ noise[i]
    return drawn


# %% wrong: mixture_density, responsibilities
# Misconception: Thinks that the density of a row is the product of one normal density for each column, which only holds
# if the columns of a component do not go together; the covariances off the diagonal are never used.
import math

import numpy as np


def _log_normal(X, mean, covariance):
    total = np.zeros(len(X))
    for column in range(len(mean)):
        variance = covariance[column, column]
        total += -0.5 * (X[:, column] - mean[column]) ** 2 / variance - 0.5 * math.log(2 * math.pi * variance)
    return total


# %% wrong: sample_mixture
# Misconception: Thinks that standard normal noise multiplied by the covariance matrix has that covariance, as if the
# matrix held standard deviations rather than variances.
import numpy as np


def sample_mixture(weights, means, covariances, n: int, seed: int = 42):
    rng = np.random.default_rng(seed)
    centres = np.asarray(means, dtype=float)
    shapes = np.asarray(covariances, dtype=float)
    drawn = []
    for j in rng.choice(len(centres), size=n, p=np.asarray(weights, dtype=float)):
        drawn.append(centres[j] + shapes[j] @ rng.standard_normal(centres.shape[1]))
    return np.array(drawn)
