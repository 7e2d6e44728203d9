# %% right
# Intent: the best label of a square is its most frequent one (np.bincount); all other pixels are lost.
import numpy as np


def detail_lost(labels, stride):
    labels = np.asarray(labels)
    height, width = labels.shape
    right = sum(
        np.bincount(labels[top : top + stride, left : left + stride].ravel()).max()
        for top in range(0, height, stride)
        for left in range(0, width, stride)
    )
    return float(1 - right / labels.size)

# %% wrong: detail_lost
# Misconception: with a stride the network keeps each square's first pixel, so that pixel's label is given to the whole square.
def detail_lost(labels, stride):
    labels = np.asarray(labels)
    coarse = labels[::stride, ::stride].repeat(stride, axis=0).repeat(stride, axis=1)
    return float(np.mean(coarse[: labels.shape[0], : labels.shape[1]] != labels))

# %% wrong: detail_lost
# Misconception: squares that the edge cuts off don't count, the map is cropped to whole squares first.
def detail_lost(labels, stride):
    labels = np.asarray(labels)
    height, width = (side // stride * stride for side in labels.shape)
    squares = labels[:height, :width].reshape(height // stride, stride, width // stride, stride)
    squares = squares.swapaxes(1, 2).reshape(-1, stride**2)
    right = sum(np.bincount(square).max() for square in squares)
    return float(1 - right / max(1, height * width))
