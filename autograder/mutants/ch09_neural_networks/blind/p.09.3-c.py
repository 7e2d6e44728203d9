# %% right
# Intent: the bias as an extra column of ones and labels as signs, so that each correction is one vector addition.
import numpy as np


def perceptron_epochs(X, y, max_epochs):
    X = np.asarray(X, dtype=float)
    rows = np.concatenate([X, np.ones((len(X), 1))], axis=1)
    labels = np.asarray(y).astype(int)
    theta = np.zeros(rows.shape[1])
    for epoch in range(1, max_epochs + 1):
        mistakes = 0
        for row, label in zip(rows, labels):
            correction = label - int(row @ theta >= 0)
            theta = theta + correction * row
            mistakes += abs(correction)
        if mistakes == 0:
            return epoch
    return None


# %% wrong: perceptron_epochs
# Misconception: an epoch is one matrix step: all rows are judged with the weights from the start of the epoch, and the
# corrections are added up at its end.
def perceptron_epochs(X, y, max_epochs):
    X = np.asarray(X, dtype=float)
    rows = np.concatenate([X, np.ones((len(X), 1))], axis=1)
    labels = np.asarray(y).astype(int)
    theta = np.zeros(rows.shape[1])
    for epoch in range(1, max_epochs + 1):
        correction = labels - (rows @ theta >= 0)
        if not correction.any():
            return epoch
        theta = theta + np.einsum("n,nd->d", correction, rows)
    return None


# %% wrong: perceptron_epochs
# Misconception: a row that lies on the line itself counts as class 0 (the step is taken as "greater than 0").
def perceptron_epochs(X, y, max_epochs):
    X = np.asarray(X, dtype=float)
    rows = np.concatenate([X, np.ones((len(X), 1))], axis=1)
    labels = np.asarray(y).astype(int)
    theta = np.zeros(rows.shape[1])
    for epoch in range(1, max_epochs + 1):
        mistakes = 0
        for row, label in zip(rows, labels):
            correction = label - int(row @ theta > 0)
            theta = theta + correction * row
            mistakes += abs(correction)
        if mistakes == 0:
            return epoch
    return None
