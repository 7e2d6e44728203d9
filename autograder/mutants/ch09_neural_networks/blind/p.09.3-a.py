# %% right
# Intent: the rule as stated, row by row, until an epoch passes without a mistake.
def perceptron_epochs(X, y, max_epochs):
    X = np.asarray(X, dtype=float)
    y = [int(label) for label in y]
    w = np.zeros(X.shape[1])
    b = 0.0
    for epoch in range(1, max_epochs + 1):
        mistakes = 0
        for row, label in zip(X, y):
            said = 1 if row @ w + b >= 0 else 0
            if said != label:
                mistakes += 1
                sign = 1 if label == 1 else -1
                w = w + sign * row
                b = b + sign
        if mistakes == 0:
            return epoch
    return None

# %% wrong: perceptron_epochs
# Misconception: an epoch judges all rows with the same weights, and the corrections are added up at its end.
def perceptron_epochs(X, y, max_epochs):
    X = np.asarray(X, dtype=float)
    y = np.asarray(y)
    w = np.zeros(X.shape[1])
    b = 0.0
    for epoch in range(1, max_epochs + 1):
        error = y - (X @ w + b >= 0).astype(int)
        if not error.any():
            return epoch
        w = w + error @ X
        b = b + error.sum()
    return None

# %% wrong: perceptron_epochs
# Misconception: a constant is not needed if each input has a weight: the line through the origin can turn everywhere.
def perceptron_epochs(X, y, max_epochs):
    X = np.asarray(X, dtype=float)
    w = np.zeros(X.shape[1])
    for epoch in range(1, max_epochs + 1):
        mistakes = 0
        for row, label in zip(X, y):
            said = 1 if row @ w >= 0 else 0
            if said != label:
                mistakes += 1
                w = w + (label - said) * row
        if mistakes == 0:
            return epoch
    return None
