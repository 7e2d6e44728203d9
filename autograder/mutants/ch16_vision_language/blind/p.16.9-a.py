# %% right
# Intent: queries from words, keys and values from regions; one softmax per word, in a loop.
import numpy as np


def cross_attention(words, regions, W_q, W_k, W_v):
    words, regions, W_q, W_k, W_v = (np.asarray(a, dtype=np.float64) for a in (words, regions, W_q, W_k, W_v))
    queries, keys, values = words @ W_q, regions @ W_k, regions @ W_v
    root = np.sqrt(queries.shape[1])
    weights = np.zeros((len(queries), len(keys)))
    fused = np.zeros((len(queries), values.shape[1]))
    for i in range(len(queries)):
        scores = keys @ queries[i] / root
        e = np.exp(scores - scores.max())
        weights[i] = e / e.sum()
        for j in range(len(keys)):
            fused[i] += weights[i, j] * values[j]
    return fused, weights

# %% wrong: cross_attention
# Misconception: each region deals its attention out to the words, so the softmax runs over the words (columns sum to 1).
def cross_attention(words, regions, W_q, W_k, W_v):
    words, regions, W_q, W_k, W_v = (np.asarray(a, dtype=np.float64) for a in (words, regions, W_q, W_k, W_v))
    queries, keys, values = words @ W_q, regions @ W_k, regions @ W_v
    scores = queries @ keys.T / np.sqrt(queries.shape[1])
    e = np.exp(scores - scores.max(axis=0, keepdims=True))
    weights = e / e.sum(axis=0, keepdims=True)
    return weights @ values, weights

# %% wrong: cross_attention
# Misconception: the scale is the square root of the model's width, the length of a word's vector, not that of a query.
def cross_attention(words, regions, W_q, W_k, W_v):
    words, regions, W_q, W_k, W_v = (np.asarray(a, dtype=np.float64) for a in (words, regions, W_q, W_k, W_v))
    queries, keys, values = words @ W_q, regions @ W_k, regions @ W_v
    scores = queries @ keys.T / np.sqrt(words.shape[1])
    e = np.exp(scores - scores.max(axis=1, keepdims=True))
    weights = e / e.sum(axis=1, keepdims=True)
    return weights @ values, weights
