# %% right
# Intent: mean and sample covariance, then a square root of the covariance by eigenvectors times standard normal numbers.
import numpy as np


def draw_codings(codings, n, seed=42):
    codings = np.array(codings, dtype=float)
    mean = codings.mean(axis=0)
    covariance = np.cov(codings, rowvar=False)
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 0))
    z = np.random.default_rng(seed).normal(size=(n, codings.shape[1]))
    return mean + z @ root.T


P_18_6_CHOICE = "variational autoencoder"

# %% wrong: draw_codings
# Misconception: it is enough to draw each coding on its own with its mean and standard deviation.
def draw_codings(codings, n, seed=42):
    codings = np.array(codings, dtype=float)
    rng = np.random.default_rng(seed)
    return rng.normal(codings.mean(axis=0), codings.std(axis=0, ddof=1), (n, codings.shape[1]))

# %% wrong: P_18_6_CHOICE
# Misconception: noise in training makes the codings Gaussian.
P_18_6_CHOICE = "denoising autoencoder"
