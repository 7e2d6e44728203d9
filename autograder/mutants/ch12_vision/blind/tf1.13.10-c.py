# %% right
# Intent: fold the picture through the first layers; steps by autograd.grad on a frozen copy of the network in evaluation
# mode; octaves by bilinear interpolation of the last result.
from copy import deepcopy
from functools import reduce

import torch
from torch.nn.functional import interpolate


def response(network, X, layer, channel):
    maps = reduce(lambda maps, part: part(maps), network[: layer + 1], X.clone())
    return maps[:, channel].mean()


def climb(picture, gradient, step):
    size = gradient.abs().mean()
    if size == 0:
        return picture.clone()
    return (picture + step * gradient / size).clamp(0, 1)


def dream(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    eye = deepcopy(network).eval().requires_grad_(False)
    full = picture.shape[-2:]
    current = picture.detach().clone()
    for octave in range(n_octaves):
        size = [max(1, round(side / scale ** (n_octaves - 1 - octave))) for side in full]
        if list(current.shape[-2:]) != size:
            current = interpolate(current, size=size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            with torch.enable_grad():
                current.requires_grad_()
                (gradient,) = torch.autograd.grad(response(eye, current, layer, channel), current)
            current = climb(current.detach(), gradient, step)
    return current.detach()


# %% wrong: climb
# Misconception: the step shall not depend on the gradient's size, so only its sign counts: each pixel moves by `step`.
def climb(picture, gradient, step):
    return (picture + step * gradient.sign()).clamp(0, 1)


# %% wrong: dream
# Misconception: each octave is a dream of its own that begins with the (resized) picture; the last one is the full one.
def dream(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    eye = deepcopy(network).eval().requires_grad_(False)
    for octave in range(n_octaves):
        size = [round(side / scale ** (n_octaves - 1 - octave)) for side in picture.shape[-2:]]
        current = interpolate(picture.detach(), size=size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            current = current.detach().requires_grad_()
            (gradient,) = torch.autograd.grad(response(eye, current, layer, channel), current)
            current = climb(current.detach(), gradient, step)
    return current.detach()
