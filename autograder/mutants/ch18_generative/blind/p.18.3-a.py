# %% right
# Intent: loop over the rows, compute the squared distances to all learned rows from their differences, take the first smallest; decoding looks the row up.
import numpy as np


def encode_by_heart(X_train, X):
    X_train = np.array(X_train, dtype=float)
    X = np.array(X, dtype=float)
    codings = np.zeros(len(X), dtype=np.int64)
    for i in range(len(X)):
        best, best_distance = 0, np.inf
        distances = ((X_train - X[i]) ** 2).sum(axis=1)
        for j in range(len(distances)):
            if distances[j] < best_distance:
                best, best_distance = j, distances[j]
        codings[i] = best
    return codings


def decode_by_heart(X_train, codings):
    X_train = np.array(X_train, dtype=float)
    return np.array([X_train[int(c)] for c in codings], dtype=float).reshape(-1, X_train.shape[1])

# %% wrong: encode_by_heart
# Misconception: the nearest row is the one with the largest dot product (similarity), without regard to lengths.
def encode_by_heart(X_train, X):
    X_train = np.array(X_train, dtype=float)
    X = np.array(X, dtype=float)
    codings = []
    for row in X:
        codings.append(int(np.argmax(X_train @ row)))
    return np.array(codings, dtype=np.int64)

# %% wrong: encode_by_heart
# Misconception: "distance" is the sum of the absolute differences; all distances order rows alike.
def encode_by_heart(X_train, X):
    X_train = np.array(X_train, dtype=float)
    X = np.array(X, dtype=float)
    return np.array([int(np.abs(X_train - row).sum(axis=1).argmin()) for row in X], dtype=np.int64)
