# %% right
# Intent: two torch layers (depthwise with groups, then 1 x 1) are built without memory and counted; the block is torch's linear, relu, sigmoid.
import numpy as np
import torch
from torch import nn


def separable_parameters(n_in, n_out, kernel):
    layers = nn.Sequential(
        nn.Conv2d(n_in, n_in, kernel, groups=n_in, bias=False, device="meta"),
        nn.Conv2d(n_in, n_out, 1, bias=False, device="meta"),
    )
    return sum(p.numel() for p in layers.parameters())


def recalibrate(X, W_1, b_1, W_2, b_2):
    X, W_1, b_1, W_2, b_2 = (torch.tensor(np.asarray(a, dtype=np.float64)) for a in (X, W_1, b_1, W_2, b_2))
    hidden = nn.functional.linear(X.mean(dim=(1, 2)), W_1, b_1).relu()
    return (X * nn.functional.linear(hidden, W_2, b_2).sigmoid()[:, None, None]).numpy()


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
# Misconception: the spatial part is a single filter that all maps share.
def separable_parameters(n_in, n_out, kernel):
    return kernel**2 + n_in * n_out

# %% wrong: recalibrate, P_12_5_CHOICE
# Misconception: squeeze takes the strongest response of each map (its maximum); and Inception's modules are the separable ones, Xception's the many windows.
def recalibrate(X, W_1, b_1, W_2, b_2):
    X, W_1, b_1, W_2, b_2 = (torch.tensor(np.asarray(a, dtype=np.float64)) for a in (X, W_1, b_1, W_2, b_2))
    hidden = nn.functional.linear(X.amax(dim=(1, 2)), W_1, b_1).relu()
    return (X * nn.functional.linear(hidden, W_2, b_2).sigmoid()[:, None, None]).numpy()


P_12_5_CHOICE = {
    "AlexNet": "A",
    "GoogLeNet": "G",
    "ResNet": "C",
    "Xception": "E",
    "SENet": "B",
    "EfficientNet": "F",
    "ConvNeXt": "D",
}
