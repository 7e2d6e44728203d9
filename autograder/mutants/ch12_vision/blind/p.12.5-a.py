# %% right
# Intent: explicit counting, and the three steps mean, two dense layers, multiplication one after the other.
import numpy as np


def separable_parameters(n_in, n_out, kernel):
    return n_in * kernel * kernel + n_in * n_out


def recalibrate(X, W_1, b_1, W_2, b_2):
    X = np.asarray(X, dtype=float)
    W_1, b_1, W_2, b_2 = (np.asarray(values, dtype=float) for values in (W_1, b_1, W_2, b_2))
    squeezed = X.mean(axis=(1, 2))
    hidden = np.maximum(0.0, W_1 @ squeezed + b_1)
    a = W_2 @ hidden + b_2
    factors = 0.5 * (1.0 + np.tanh(0.5 * a))  # the sigmoid, without overflow
    out = np.empty_like(X)
    for c in range(len(X)):
        out[c] = X[c] * factors[c]
    return out


P_12_5_CHOICE = {
    "AlexNet": "A",
    "GoogLeNet": "E",
    "ResNet": "C",
    "Xception": "G",
    "SENet": "B",
    "EfficientNet": "F",
    "ConvNeXt": "D",
}

# %% wrong: separable_parameters
# Misconception: the first part has one spatial filter, which all maps that go in share.
def separable_parameters(n_in, n_out, kernel):
    return kernel * kernel + n_in * n_out

# %% wrong: recalibrate
# Misconception: as in a residual block, what went in is added again after it was turned up or down.
def recalibrate(X, W_1, b_1, W_2, b_2):
    X = np.asarray(X, dtype=float)
    W_1, b_1, W_2, b_2 = (np.asarray(values, dtype=float) for values in (W_1, b_1, W_2, b_2))
    hidden = np.maximum(0.0, W_1 @ X.mean(axis=(1, 2)) + b_1)
    factors = 1.0 / (1.0 + np.exp(-(W_2 @ hidden + b_2)))
    return X + X * factors[:, None, None]
