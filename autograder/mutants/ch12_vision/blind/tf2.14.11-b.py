# %% right
# Intent: run the layers one by one and keep the wanted outputs; mse_loss and einsum for the losses; Adam on the pixels of a copy, with a frozen copy of the network.
import copy

import torch
from torch.nn import functional as F


def feature_maps(network, X, layers):
    found = []
    for number, layer in enumerate(network):
        X = layer(X)
        if number in layers:
            found.append(X.clone())  # the next layer may work in place
    return found


def gram(maps):
    return torch.einsum("bchw,bdhw->bcd", maps, maps) / (maps.shape[2] * maps.shape[3])


def style_loss(maps, wanted):
    return sum(F.mse_loss(gram(some), gram(other)) for some, other in zip(maps, wanted))


def transfer_style(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    network = copy.deepcopy(network).eval().requires_grad_(False)
    style_layers = sorted(style_layers)
    with torch.no_grad():
        (shown,) = feature_maps(network, content, [content_layer])
        wanted = feature_maps(network, style, style_layers)
    X = content.detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([X], lr=lr)
    layers = sorted({content_layer, *style_layers})
    for _ in range(n_steps):
        maps = dict(zip(layers, feature_maps(network, X, layers)))
        loss = F.mse_loss(maps[content_layer], shown) + weight * style_loss([maps[n] for n in style_layers], wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            X.clamp_(0, 1)
    return X.detach()

# %% wrong: gram
# Misconception: a Gram matrix is divided by the number of all values of the maps, channels included.
def gram(maps):
    B, C, height, width = maps.shape
    return torch.einsum("bchw,bdhw->bcd", maps, maps) / (C * height * width)

# %% wrong: transfer_style
# Misconception: the picture has to grow out of noise, so that neither content nor style is favoured.
def transfer_style(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    network = copy.deepcopy(network).eval().requires_grad_(False)
    with torch.no_grad():
        (shown,) = feature_maps(network, content, [content_layer])
        wanted = feature_maps(network, style, style_layers)
    X = torch.rand_like(content).requires_grad_(True)
    optimizer = torch.optim.Adam([X], lr=lr)
    for _ in range(n_steps):
        (maps,) = feature_maps(network, X, [content_layer])
        loss = F.mse_loss(maps, shown) + weight * style_loss(feature_maps(network, X, style_layers), wanted)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        with torch.no_grad():
            X.clamp_(0, 1)
    return X.detach()
