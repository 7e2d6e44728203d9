# %% right
# Intent: run the layers up to the one wanted and take the mean of a map; climb by the formula; dream by a loop over sizes
# and one over steps, with the network in evaluation mode and gradients for the picture alone.
import torch
from torch import nn


def response(network, X, layer, channel):
    for number in range(layer + 1):
        X = network[number](X)
    return X[0, channel].mean()


def climb(picture, gradient, step):
    size = gradient.abs().mean()
    if size == 0:
        return picture.clone()
    return (picture + step * gradient / size).clamp(0, 1)


def dream(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    height, width = picture.shape[2:]
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    now = picture.detach().clone()
    for octave in range(n_octaves):
        factor = scale ** (n_octaves - 1 - octave)
        size = (max(1, round(height / factor)), max(1, round(width / factor)))
        if size != tuple(now.shape[2:]):
            now = nn.functional.interpolate(now, size=size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            now.requires_grad_(True)
            (gradient,) = torch.autograd.grad(response(network, now, layer, channel), now)
            now = climb(now.detach(), gradient, step)
    for module, training in modes:
        module.training = training
    return now.detach().clamp(0, 1)

# %% wrong: climb
# Misconception: making the step independent of the gradient's size means to take its sign only.
def climb(picture, gradient, step):
    return (picture + step * gradient.sign()).clamp(0, 1)

# %% wrong: dream
# Misconception: each octave works on a fresh copy of the picture in its size; the last one is the result.
def dream(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    height, width = picture.shape[2:]
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    for octave in range(n_octaves):
        factor = scale ** (n_octaves - 1 - octave)
        size = (max(1, round(height / factor)), max(1, round(width / factor)))
        now = nn.functional.interpolate(picture.detach(), size=size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            now.requires_grad_(True)
            (gradient,) = torch.autograd.grad(response(network, now, layer, channel), now)
            now = climb(now.detach(), gradient, step)
    for module, training in modes:
        module.training = training
    return now.detach()
