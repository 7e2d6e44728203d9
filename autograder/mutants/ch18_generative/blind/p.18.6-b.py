# %% right
# Intent: numpy's multivariate normal with the mean and covariance of the codings.
import numpy as np


def draw_codings(codings, n, seed=42):
    codings = np.asarray(codings, float)
    return np.random.default_rng(seed).multivariate_normal(codings.mean(axis=0), np.cov(codings, rowvar=False), size=n)


P_18_6_CHOICE = "variational autoencoder"

# %% wrong: draw_codings
# Misconception: it's enough to draw each coding from a Gaussian of its own; how they go together does not matter.
def draw_codings(codings, n, seed=42):
    codings = np.asarray(codings, float)
    return np.random.default_rng(seed).normal(codings.mean(axis=0), codings.std(axis=0, ddof=1), (n, codings.shape[1]))


# %% wrong: P_18_6_CHOICE
# Misconception: the Gaussian noise that is added in a denoising autoencoder makes its codings Gaussian.
P_18_6_CHOICE = "denoising autoencoder"
