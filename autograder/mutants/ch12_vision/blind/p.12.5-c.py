# %% right
# Intent: count the weights of both parts; squeeze, excite and scale by matrix products and broadcasting in torch.
import numpy as np
import torch
from torch.nn.functional import linear


def separable_parameters(n_in, n_out, kernel):
    return n_in * (kernel * kernel + n_out)


def recalibrate(X, W_1, b_1, W_2, b_2):
    X, W_1, b_1, W_2, b_2 = (torch.as_tensor(np.array(a, dtype=np.float64)) for a in (X, W_1, b_1, W_2, b_2))
    squeezed = torch.einsum("chw->c", X) / X[0].numel()
    factors = linear(linear(squeezed, W_1, b_1).relu(), W_2, b_2).sigmoid()
    return torch.einsum("c,chw->chw", factors, X).numpy()


P_12_5_CHOICE = {
    "AlexNet": "A",
    "GoogLeNet": "E",
    "ResNet": "C",
    "Xception": "G",
    "SENet": "B",
    "EfficientNet": "F",
    "ConvNeXt": "D",
}


# %% wrong: separable_parameters, P_12_5_CHOICE
# Misconception: the first part has a single window that all maps share; and Xception, being an Inception, is the one
# that looks through windows of several sizes (so GoogLeNet must be the one with separate filters).
def separable_parameters(n_in, n_out, kernel):
    return kernel * kernel + n_in * n_out


P_12_5_CHOICE = {**P_12_5_CHOICE, "GoogLeNet": "G", "Xception": "E"}


# %% wrong: recalibrate
# Misconception: to squeeze a map is global max pooling: what counts is its strongest response.
def recalibrate(X, W_1, b_1, W_2, b_2):
    X, W_1, b_1, W_2, b_2 = (torch.as_tensor(np.array(a, dtype=np.float64)) for a in (X, W_1, b_1, W_2, b_2))
    squeezed = X.amax(dim=(1, 2))
    factors = linear(linear(squeezed, W_1, b_1).relu(), W_2, b_2).sigmoid()
    return torch.einsum("c,chw->chw", factors, X).numpy()
