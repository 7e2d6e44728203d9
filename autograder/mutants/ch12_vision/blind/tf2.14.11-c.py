# %% right
# Intent: accumulate() through the layers (each gets a copy, so in-place layers spoil nothing), einsum for Gram matrices, and
# Adam on the pixels with a frozen deep copy of the network, clamped after each step.
from copy import deepcopy
from itertools import accumulate as _accumulate

import torch
from torch.nn.functional import mse_loss


def feature_maps(network, X, layers):
    outputs = list(_accumulate(network[: max(layers, default=-1) + 1], lambda maps, layer: layer(maps.clone()), initial=X))
    return [outputs[number + 1] for number in layers]


def gram(maps):
    return torch.einsum("bchw,bdhw->bcd", maps, maps) / maps[0, 0].numel()


def style_loss(maps, wanted):
    return torch.stack([mse_loss(gram(some), gram(others)) for some, others in zip(maps, wanted)]).sum()


def transfer_style(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    eye = deepcopy(network).eval().requires_grad_(False)
    with torch.no_grad():
        (shown,) = feature_maps(eye, content, [content_layer])
        wanted = feature_maps(eye, style, style_layers)
    layers = sorted({content_layer, *style_layers})
    picture = content.detach().clone().requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=lr)
    for _ in range(n_steps):
        with torch.enable_grad():
            maps = dict(zip(layers, feature_maps(eye, picture, layers)))
            loss = mse_loss(maps[content_layer], shown)
            loss = loss + weight * style_loss([maps[layer] for layer in style_layers], wanted)
            (picture.grad,) = torch.autograd.grad(loss, picture)
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    return picture.detach()


# %% wrong: gram
# Misconception: a Gram matrix is normalised by the number of all values of the layer, maps times places.
def gram(maps):
    flat = maps.flatten(2)
    return flat @ flat.mT / flat[0].numel()


# %% wrong: transfer_style
# Misconception: style transfer begins with noise: whatever one begins with, the losses lead to the same picture.
def transfer_style(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    eye = deepcopy(network).eval().requires_grad_(False)
    with torch.no_grad():
        (shown,) = feature_maps(eye, content, [content_layer])
        wanted = feature_maps(eye, style, style_layers)
    picture = torch.rand_like(content).requires_grad_()
    optimizer = torch.optim.Adam([picture], lr=lr)
    for _ in range(n_steps):
        (maps,) = feature_maps(eye, picture, [content_layer])
        loss = mse_loss(maps, shown) + weight * style_loss(feature_maps(eye, picture, style_layers), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    return picture.detach()
