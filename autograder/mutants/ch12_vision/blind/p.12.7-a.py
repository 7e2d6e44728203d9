# %% right
# Intent: in each square the most common label is the best one label; all others in it are wrong.
import numpy as np


def detail_lost(labels, stride):
    labels = np.asarray(labels)
    height, width = labels.shape
    wrong = 0
    for top in range(0, height, stride):
        for left in range(0, width, stride):
            square = labels[top : top + stride, left : left + stride].ravel()
            counts = {}
            for label in square.tolist():
                counts[label] = counts.get(label, 0) + 1
            wrong += len(square) - max(counts.values())
    return wrong / (height * width)

# %% wrong: detail_lost
# Misconception: the label of a square is that of the pixel where the stride lands, its upper left one.
def detail_lost(labels, stride):
    labels = np.asarray(labels)
    height, width = labels.shape
    wrong = 0
    for top in range(0, height, stride):
        for left in range(0, width, stride):
            square = labels[top : top + stride, left : left + stride]
            wrong += int((square != square[0, 0]).sum())
    return wrong / (height * width)

# %% wrong: detail_lost
# Misconception: the share over the picture is the mean of the squares' shares, also where the edge cuts squares off.
def detail_lost(labels, stride):
    labels = np.asarray(labels)
    height, width = labels.shape
    shares = []
    for top in range(0, height, stride):
        for left in range(0, width, stride):
            square = labels[top : top + stride, left : left + stride].ravel()
            shares.append(1 - np.bincount(square).max() / len(square))
    return float(np.mean(shares))
