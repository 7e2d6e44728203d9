# %% right
# Intent: slices of nn.Sequential and torch.autograd.grad; F.interpolate changes the size; a copy of the network in evaluation mode leaves the given one alone.
import copy

import torch
from torch.nn import functional as F


def response(network, X, layer, channel):
    return network[: layer + 1](X)[0, channel].mean()


def climb(picture, gradient, step):
    size = gradient.abs().mean()
    return (picture + step * gradient / size).clamp(0, 1) if size > 0 else picture.clone()


def dream(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    network = copy.deepcopy(network).eval().requires_grad_(False)
    X = picture.detach().clone()
    for octave in range(n_octaves):
        size = [max(1, round(side / scale ** (n_octaves - 1 - octave))) for side in picture.shape[-2:]]
        if list(X.shape[-2:]) != size:
            X = F.interpolate(X, size=size, mode="bilinear", antialias=True).clamp(0, 1)
        for _ in range(n_steps):
            X.requires_grad_(True)
            (gradient,) = torch.autograd.grad(response(network, X, layer, channel), X)
            X = climb(X.detach(), gradient, step)
    return X.detach()

# %% wrong: climb
# Misconception: to make steps independent of the network, a gradient is brought to length one (its Euclidean norm).
def climb(picture, gradient, step):
    return (picture + step * F.normalize(gradient.flatten(), dim=0).view_as(gradient)).clamp(0, 1)

# %% wrong: dream
# Misconception: in each octave one begins again with the picture itself, at that octave's size.
def dream(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    network = copy.deepcopy(network).eval().requires_grad_(False)
    for octave in range(n_octaves):
        size = [max(1, round(side / scale ** (n_octaves - 1 - octave))) for side in picture.shape[-2:]]
        X = F.interpolate(picture.detach(), size=size, mode="bilinear", antialias=True).clamp(0, 1)
        for _ in range(n_steps):
            X.requires_grad_(True)
            (gradient,) = torch.autograd.grad(response(network, X, layer, channel), X)
            X = climb(X.detach(), gradient, step)
    return X.detach()
