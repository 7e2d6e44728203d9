# %% right
# Intent: one window as large as the maps; the dense rows, unflattened to (maps, height, width), are its weights.
import torch
from torch import nn


def as_convolution(layer, shape):
    weights = {name: value.detach().clone() for name, value in layer.named_parameters()}
    weights["weight"] = weights["weight"].unflatten(1, tuple(shape))
    convolution = nn.Conv2d(
        shape[0],
        layer.out_features,
        kernel_size=tuple(shape[1:]),
        bias=layer.bias is not None,
        device=layer.weight.device,
        dtype=layer.weight.dtype,
    )
    convolution.load_state_dict(weights)
    return convolution


# %% wrong: as_convolution
# Misconception: flattened maps lie pixel by pixel, with the maps last, as in pictures of (height, width, channels).
def as_convolution(layer, shape):
    maps, height, width = shape
    convolution = nn.Conv2d(maps, layer.out_features, (height, width), bias=layer.bias is not None)
    with torch.no_grad():
        convolution.weight.copy_(layer.weight.reshape(-1, height, width, maps).movedim(-1, 1))
        if layer.bias is not None:
            convolution.bias.copy_(layer.bias)
    return convolution


# %% wrong: as_convolution
# Misconception: nn.Parameter makes a copy of what it is given (it shares its memory).
def as_convolution(layer, shape):
    maps, height, width = shape
    convolution = nn.Conv2d(maps, layer.out_features, (height, width), bias=layer.bias is not None)
    convolution.weight = nn.Parameter(layer.weight.data.view(-1, maps, height, width))
    if layer.bias is not None:
        convolution.bias = nn.Parameter(layer.bias.data)
    return convolution
