# %% right
# Intent: the loop as it is told, row after row; an epoch that changes nothing ends it. (The library's Perceptron
# corrects a sum of 0 for both classes, so it cannot be used here.)
import numpy as np


def perceptron_epochs(X, y, max_epochs):
    X = np.c_[np.asarray(X, float), np.ones(len(X))]
    y = np.asarray(y).astype(int)
    w = np.zeros(X.shape[1])
    for epoch in range(1, max_epochs + 1):
        mistakes = 0
        for row, label in zip(X, y):
            error = label - int(row @ w >= 0)
            w += error * row
            mistakes += abs(error)
        if mistakes == 0:
            return epoch
    return None

# %% wrong: perceptron_epochs
# Misconception: an epoch is one step: all rows are judged by the weights at its start, and corrected together.
def perceptron_epochs(X, y, max_epochs):
    X = np.c_[np.asarray(X, float), np.ones(len(X))]
    y = np.asarray(y).astype(int)
    w = np.zeros(X.shape[1])
    for epoch in range(1, max_epochs + 1):
        error = y - (X @ w >= 0)
        if not error.any():
            return epoch
        w = w + error @ X
    return None

# %% wrong: perceptron_epochs
# Misconception: as in the library's Perceptron, a row is right only if it lies strictly on its own side; a sum of 0 is
# always a mistake.
def perceptron_epochs(X, y, max_epochs):
    X = np.c_[np.asarray(X, float), np.ones(len(X))]
    sign = 2 * np.asarray(y).astype(int) - 1
    w = np.zeros(X.shape[1])
    for epoch in range(1, max_epochs + 1):
        clean = True
        for row, s in zip(X, sign):
            if s * (row @ w) <= 0:
                w += s * row
                clean = False
        if clean:
            return epoch
    return None
