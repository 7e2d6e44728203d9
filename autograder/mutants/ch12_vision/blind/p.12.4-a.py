# %% right
# Intent: two loops over the places of the windows, the maximum of each window for all maps at once.
import numpy as np


def max_pool(X, kernel, stride):
    X = np.asarray(X)
    maps, height, width = X.shape
    tops = range(0, height - kernel + 1, stride)
    lefts = range(0, width - kernel + 1, stride)
    out = np.empty((maps, len(tops), len(lefts)), dtype=X.dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            out[:, i, j] = X[:, top : top + kernel, left : left + kernel].max(axis=(1, 2))
    return out


def pooling_saves(maps, kernel):
    return maps * maps * kernel * kernel + maps


P_12_4_CHOICE = [
    "it has nothing to learn",
    "it takes less computing",
    "its output often stays the same when the picture moves by a pixel",
]

# %% wrong: max_pool
# Misconception: what is left over at the right and at the bottom gets a window of its own, smaller than the others, so
# that no pixel is lost.
def max_pool(X, kernel, stride):
    X = np.asarray(X)
    maps, height, width = X.shape
    tops = range(0, height, stride)
    lefts = range(0, width, stride)
    out = np.empty((maps, len(tops), len(lefts)), dtype=X.dtype)
    for i, top in enumerate(tops):
        for j, left in enumerate(lefts):
            out[:, i, j] = X[:, top : top + kernel, left : left + kernel].max(axis=(1, 2))
    return out

# %% wrong: pooling_saves
# Misconception: pooling works map by map, and so does the convolution that replaces it: one window and bias per map.
def pooling_saves(maps, kernel):
    return maps * (kernel * kernel + 1)
