# %% right
# Intent: a convolution whose window is as large as the maps were; row u of the dense weights, folded back, is filter u.
import torch
from torch import nn


def as_convolution(layer, shape):
    maps, height, width = shape
    units = layer.out_features
    convolution = nn.Conv2d(maps, units, kernel_size=(height, width), bias=layer.bias is not None)
    convolution = convolution.to(layer.weight.device, layer.weight.dtype)
    with torch.no_grad():
        for u in range(units):
            convolution.weight[u] = layer.weight[u].reshape(maps, height, width)
            if layer.bias is not None:
                convolution.bias[u] = layer.bias[u]
    return convolution

# %% wrong: as_convolution
# Misconception: flattened maps come place by place, all maps of one place side by side (as if channels came last).
def as_convolution(layer, shape):
    maps, height, width = shape
    convolution = nn.Conv2d(maps, layer.out_features, kernel_size=(height, width), bias=layer.bias is not None)
    with torch.no_grad():
        folded = layer.weight.reshape(layer.out_features, height, width, maps)
        convolution.weight.copy_(folded.permute(0, 3, 1, 2))
        if layer.bias is not None:
            convolution.bias.copy_(layer.bias)
    return convolution

# %% wrong: as_convolution
# Misconception: reshaping a tensor and wrapping it in nn.Parameter makes a copy of it.
def as_convolution(layer, shape):
    maps, height, width = shape
    convolution = nn.Conv2d(maps, layer.out_features, kernel_size=(height, width), bias=layer.bias is not None)
    convolution.weight = nn.Parameter(layer.weight.data.reshape(layer.out_features, maps, height, width))
    if layer.bias is not None:
        convolution.bias = nn.Parameter(layer.bias.data)
    return convolution
