# %% right
# Intent: numpy's sliding_window_view gives all windows, steps of stride choose among them; torch counts the other layer's parameters.
import numpy as np
from torch import nn


def max_pool(X, kernel, stride):
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(X), (kernel, kernel), axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(-2, -1))


def pooling_saves(maps, kernel):
    return sum(p.numel() for p in nn.Conv2d(maps, maps, kernel, device="meta").parameters())


P_12_4_CHOICE = [
    "it has nothing to learn",
    "it takes less computing",
    "its output often stays the same when the picture moves by a pixel",
]

# %% wrong: max_pool
# Misconception: no pixel may be lost, so windows that hang over the edge count as well (ceil mode).
import torch


def max_pool(X, kernel, stride):
    X = np.asarray(X)
    maps = nn.functional.max_pool2d(torch.tensor(X, dtype=torch.float64)[None], kernel, stride, ceil_mode=True)[0]
    return maps.numpy().astype(X.dtype)

# %% wrong: pooling_saves, P_12_4_CHOICE
# Misconception: a convolutional layer filters each map by itself, as pooling does; and a maximum remembers where it was found.
def pooling_saves(maps, kernel):
    return sum(p.numel() for p in nn.Conv2d(maps, maps, kernel, groups=maps, device="meta").parameters())


P_12_4_CHOICE = [
    "it has nothing to learn",
    "it takes less computing",
    "it remembers where in its window something was",
]
