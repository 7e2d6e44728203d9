# %% right
# Intent: go through the layers one by one and keep copies; products of maps by a matrix product over places; Adam on the
# pixels, with gradients asked for the picture only, and the network in evaluation mode meanwhile.
import torch


def feature_maps(network, X, layers):
    wanted, kept = list(layers), []
    for number, layer in enumerate(network):
        if len(kept) == len(wanted):
            break
        X = layer(X)
        if number in wanted:
            kept.append(X.clone())  # a later layer may work in place
    return kept


def gram(maps):
    B, C, height, width = maps.shape
    flat = maps.reshape(B, C, height * width)
    return flat @ flat.transpose(1, 2) / (height * width)


def style_loss(maps, wanted):
    total = torch.zeros(())
    for some, others in zip(maps, wanted):
        total = total + ((gram(some) - gram(others)) ** 2).mean()
    return total


def transfer_style(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    style_layers = list(style_layers)
    with torch.no_grad():
        shown = feature_maps(network, content.detach().clone(), [content_layer])[0]
        wanted = feature_maps(network, style.detach().clone(), style_layers)
    picture = content.detach().clone().requires_grad_(True)
    optimizer = torch.optim.Adam([picture], lr=lr)
    both = sorted({content_layer, *style_layers})
    for _ in range(n_steps):
        maps = dict(zip(both, feature_maps(network, picture * 1.0, both)))
        loss = ((maps[content_layer] - shown) ** 2).mean()
        loss = loss + weight * style_loss([maps[n] for n in style_layers], wanted)
        (picture.grad,) = torch.autograd.grad(loss, picture)
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    for module, training in modes:
        module.training = training
    return picture.detach().clone()

# %% wrong: gram
# Misconception: the Gram matrix is normalised by all numbers of the maps: places times channels.
def gram(maps):
    B, C, height, width = maps.shape
    flat = maps.reshape(B, C, height * width)
    return flat @ flat.transpose(1, 2) / (C * height * width)

# %% wrong: transfer_style
# Misconception: the new picture has to grow out of random noise; content and style come in through the losses only.
def transfer_style(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    modes = [(module, module.training) for module in network.modules()]
    network.eval()
    with torch.no_grad():
        shown = feature_maps(network, content, [content_layer])[0]
        wanted = feature_maps(network, style, style_layers)
    picture = torch.rand_like(content).requires_grad_(True)
    optimizer = torch.optim.Adam([picture], lr=lr)
    for _ in range(n_steps):
        loss = ((feature_maps(network, picture, [content_layer])[0] - shown) ** 2).mean()
        loss = loss + weight * style_loss(feature_maps(network, picture, style_layers), wanted)
        (picture.grad,) = torch.autograd.grad(loss, picture)
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    for module, training in modes:
        module.training = training
    return picture.detach()
