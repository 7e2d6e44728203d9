# %% right
# Intent: torch's unfold makes a view of all windows, of which the maximum is taken over the last two dimensions.
import numpy as np
import torch


def max_pool(X, kernel, stride):
    windows = torch.from_numpy(np.array(X)).unfold(1, kernel, stride).unfold(2, kernel, stride)
    return windows.amax(dim=(-2, -1)).numpy()


def pooling_saves(maps, kernel):
    return maps * (maps * kernel**2 + 1)


P_12_4_CHOICE = [
    "it has nothing to learn",
    "it takes less computing",
    "its output often stays the same when the picture moves by a pixel",
]


# %% wrong: max_pool
# Misconception: no pixel may be lost, so windows that are cut off by the edge count as well.
def max_pool(X, kernel, stride):
    X = np.asarray(X)
    maps = torch.as_tensor(X.astype(np.float64))
    return torch.nn.functional.max_pool2d(maps[None], kernel, stride, ceil_mode=True)[0].numpy().astype(X.dtype)


# %% wrong: pooling_saves, P_12_4_CHOICE
# Misconception: a convolutional layer treats each map on its own, as pooling does (one window and one bias per map);
# max pooling keeps the place of the strongest value.
def pooling_saves(maps, kernel):
    return maps * (kernel**2 + 1)


P_12_4_CHOICE = [
    "it has nothing to learn",
    "it takes less computing",
    "it remembers where in its window something was",
]
