# %% right
# Intent: scores with minus infinity for forbidden keys, scipy's softmax over the keys, one matrix product.
import numpy as np
from scipy.special import softmax


def attend(queries, keys, values, mask=None):
    queries, keys, values = (np.asarray(a, dtype=np.float64) for a in (queries, keys, values))
    scores = queries @ keys.T / np.sqrt(keys.shape[1])
    if mask is not None:
        scores = np.where(np.asarray(mask, dtype=bool), scores, -np.inf)
    weights = softmax(scores, axis=1)
    return weights @ values, weights


# %% wrong: attend
# Misconception: masking means setting the weights of forbidden keys to zero after the softmax; that is all there is to do.
def attend(queries, keys, values, mask=None):
    queries, keys, values = (np.asarray(a, dtype=np.float64) for a in (queries, keys, values))
    weights = softmax(queries @ keys.T / np.sqrt(keys.shape[1]), axis=1)
    if mask is not None:
        weights = weights * np.asarray(mask, dtype=bool)
    return weights @ values, weights


# %% wrong: attend
# Misconception: "scaled" means divided by the size d of the vectors, as in a mean of products.
def attend(queries, keys, values, mask=None):
    queries, keys, values = (np.asarray(a, dtype=np.float64) for a in (queries, keys, values))
    scores = queries @ keys.T / keys.shape[1]
    if mask is not None:
        scores = np.where(np.asarray(mask, dtype=bool), scores, -np.inf)
    weights = softmax(scores, axis=1)
    return weights @ values, weights
