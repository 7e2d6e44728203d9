# %% right
# Intent: scipy's cdist and argmin (which takes the first) to encode, fancy indexing to decode.
import numpy as np
from scipy.spatial.distance import cdist


def encode_by_heart(X_train, X):
    return cdist(np.asarray(X, float), np.asarray(X_train, float)).argmin(axis=1)


def decode_by_heart(X_train, codings):
    return np.asarray(X_train, float)[np.asarray(codings, int)]


# %% wrong: encode_by_heart
# Misconception: the most similar row is the one with the largest dot product.
def encode_by_heart(X_train, X):
    return (np.asarray(X, float) @ np.asarray(X_train, float).T).argmax(axis=1)


# %% wrong: decode_by_heart
# Misconception: a decoder gives a typical row back: with several rows of codings, each distinct coding is decoded once.
def decode_by_heart(X_train, codings):
    return np.asarray(X_train, float)[np.unique(np.asarray(codings, int))]
