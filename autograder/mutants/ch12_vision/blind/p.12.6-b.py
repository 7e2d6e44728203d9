# %% right
# Intent: a Conv2d whose window is as large as the maps; its weights are the dense ones, unflattened, copied in.
import torch
from torch import nn


def as_convolution(layer, shape):
    conv = nn.Conv2d(
        shape[0], layer.out_features, tuple(shape[1:]),
        bias=layer.bias is not None, device=layer.weight.device, dtype=layer.weight.dtype,
    )
    with torch.no_grad():
        conv.weight.copy_(layer.weight.view_as(conv.weight))
        if layer.bias is not None:
            conv.bias.copy_(layer.bias)
    return conv

# %% wrong: as_convolution
# Misconception: flattening goes place by place, with the maps of a place next to each other (channels last).
def as_convolution(layer, shape):
    n_maps, height, width = shape
    conv = nn.Conv2d(n_maps, layer.out_features, (height, width), bias=layer.bias is not None)
    with torch.no_grad():
        conv.weight.copy_(layer.weight.view(-1, height, width, n_maps).permute(0, 3, 1, 2))
        if layer.bias is not None:
            conv.bias.copy_(layer.bias)
    return conv

# %% wrong: as_convolution
# Misconception: a new nn.Parameter made of the old weights is a copy of them (it shares their memory).
def as_convolution(layer, shape):
    conv = nn.Conv2d(shape[0], layer.out_features, tuple(shape[1:]), bias=layer.bias is not None)
    conv.weight = nn.Parameter(layer.weight.data.view_as(conv.weight))
    if layer.bias is not None:
        conv.bias = nn.Parameter(layer.bias.data)
    return conv
