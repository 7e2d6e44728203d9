# %% right
# Intent: compare the middle layer with the inputs; the best linear autoencoder is PCA, whose error is the sum of the left-out squared singular values of the centred rows, per entry.
import numpy as np


def autoencoder_kind(sizes):
    sizes = list(sizes)
    middle = sizes[len(sizes) // 2]
    if middle < sizes[0]:
        return "undercomplete"
    if middle > sizes[0]:
        return "overcomplete"
    return "neither"


def least_error(X, k):
    X = np.array(X, dtype=float)
    centred = X - X.mean(axis=0)
    singular = np.linalg.svd(centred, compute_uv=False)
    lost = 0.0
    for i, value in enumerate(singular):
        if i >= k:
            lost += value**2
    return float(lost / X.size)

# %% wrong: least_error
# Misconception: PCA is the SVD of the rows as they are; centring (the biases) can be left out.
def least_error(X, k):
    X = np.array(X, dtype=float)
    singular = np.linalg.svd(X, compute_uv=False)
    return float((singular[k:] ** 2).sum() / X.size)

# %% wrong: autoencoder_kind
# Misconception: overcomplete means that some hidden layer is wider than the inputs, wherever it is.
def autoencoder_kind(sizes):
    widest = max(sizes[1:-1])
    if widest > sizes[0]:
        return "overcomplete"
    if widest < sizes[0]:
        return "undercomplete"
    return "neither"
