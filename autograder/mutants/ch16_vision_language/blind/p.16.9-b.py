# %% right
# Intent: scipy's softmax over the regions; the rest is matrix products.
import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import softmax


def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    words, regions, W_q, W_k, W_v = (np.asarray(a, dtype=np.float64) for a in (words, regions, W_q, W_k, W_v))
    weights = softmax(words @ W_q @ (regions @ W_k).T / np.sqrt(W_q.shape[1]), axis=1)
    return weights @ (regions @ W_v), weights

# %% wrong: cross_attention
# Misconception: the attention is shared out by each region among the words, so the softmax goes over the words.
def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    words, regions, W_q, W_k, W_v = (np.asarray(a, dtype=np.float64) for a in (words, regions, W_q, W_k, W_v))
    weights = softmax(words @ W_q @ (regions @ W_k).T / np.sqrt(W_q.shape[1]), axis=0)
    return weights @ (regions @ W_v), weights

# %% wrong: cross_attention
# Misconception: the square root is that of the length of the words' vectors (the model's width), not of the queries.
def cross_attention(
    words: ArrayLike, regions: ArrayLike, W_q: ArrayLike, W_k: ArrayLike, W_v: ArrayLike
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    words, regions, W_q, W_k, W_v = (np.asarray(a, dtype=np.float64) for a in (words, regions, W_q, W_k, W_v))
    weights = softmax(words @ W_q @ (regions @ W_k).T / np.sqrt(words.shape[1]), axis=1)
    return weights @ (regions @ W_v), weights
