# %% right
# Intent: compare the middle layer with the inputs; the best linear autoencoder is PCA, with no more components than there can be.
import numpy as np
from sklearn.decomposition import PCA
from sklearn.metrics import mean_squared_error


def autoencoder_kind(sizes):
    codings, inputs = sizes[len(sizes) // 2], sizes[0]
    return "undercomplete" if codings < inputs else "overcomplete" if codings > inputs else "neither"


def least_error(X, k):
    X = np.asarray(X, float)
    if len(X) < 2 or k >= min(X.shape):
        return 0.0
    pca = PCA(k, svd_solver="full").fit(X)
    return float(mean_squared_error(X, pca.inverse_transform(pca.transform(X))))


# %% wrong: autoencoder_kind
# Misconception: an autoencoder is undercomplete as soon as any of its hidden layers is narrower than the inputs.
def autoencoder_kind(sizes):
    narrowest = min(sizes[1:-1])
    return "undercomplete" if narrowest < sizes[0] else "overcomplete" if narrowest > sizes[0] else "neither"


# %% wrong: least_error
# Misconception: a linear autoencoder is a truncated SVD of the raw rows; biases don't matter, so nothing has to be centred.
def least_error(X, k):
    X = np.asarray(X, float)
    k = min(k, *X.shape)
    U, S, Vt = np.linalg.svd(X, full_matrices=False)
    return float(np.mean((X - (U[:, :k] * S[:k]) @ Vt[:k]) ** 2))
