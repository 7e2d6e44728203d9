"""Wrong and right answers of chapter 12: the style of another picture (tf2.14.11)."""

import copy

import torch
from torch import nn
from torch.nn.functional import mse_loss

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- maps


def _walk(network, X, layers, keep=lambda X: X.clone()):
    found = []
    for number, layer in enumerate(network):
        X = layer(X)
        if number in layers:
            found.append(keep(X))
    return found


@mutant("tf2.14.11", replaces="feature_maps", fails="test_maps_of_some_layers")
def changed_in_place(network, X, layers):
    """A ReLU that works in place changes what you have kept of the layer before it: keep a copy."""
    return _walk(network, X, layers, keep=lambda X: X)


@mutant("tf2.14.11", replaces="feature_maps", fails="test_maps_of_some_layers")
def before_the_layer(network, X, layers):
    """You keep what goes *into* the layers: what comes out of them is asked for."""
    found = []
    for number, layer in enumerate(network):
        if number in layers:
            found.append(X.clone())
        X = layer(X)
    return found


@mutant("tf2.14.11", replaces="feature_maps", fails="test_maps_of_some_layers")
def without_gradients(network, X, layers):
    """You compute the maps without a graph: then nothing tells how the picture has to change."""
    with torch.no_grad():
        return _walk(network, X, layers)


# ---------------------------------------------------------------- style


@mutant("tf2.14.11", replaces="gram", fails="test_gram_matrix")
def summed_over_places(maps):
    """You add up over the places: with the mean, the size of a picture makes no difference."""
    rows = maps.flatten(2)
    return rows @ rows.mT


@mutant("tf2.14.11", replaces="gram", fails="test_gram_matrix")
def of_places(maps):
    """You multiply places, not maps: the matrix has a row for each map."""
    rows = maps.flatten(2)
    return rows.mT @ rows / rows.shape[2]


@mutant("tf2.14.11", replaces="gram", fails="test_gram_matrix")
def centred(maps):
    """You take the means of the maps away, which makes covariances of it: how strong a map is belongs to the style."""
    rows = maps.flatten(2) - maps.mean(dim=(2, 3))[..., None]
    return rows @ rows.mT / rows.shape[2]


@mutant("tf2.14.11", replaces="gram", fails="test_gram_matrix")
def pictures_mixed(maps):
    """Each picture has a matrix of its own; you take one for the whole batch."""
    rows = maps.transpose(0, 1).flatten(1)
    return (rows @ rows.mT / rows.shape[1]).expand(len(maps), -1, -1)


@mutant("tf2.14.11", replaces="gram", fails="test_style_can_be_learned")
def cut_off(maps):
    """Your Gram matrix is cut off from the maps: no gradient gets through `detach`."""
    rows = maps.detach().flatten(2)
    return rows @ rows.mT / rows.shape[2] + 0 * maps.sum()


def _gram(maps):
    rows = maps.flatten(2)
    return rows @ rows.mT / rows.shape[2]


@mutant("tf2.14.11", replaces="style_loss", fails="test_style_loss_of_several_layers")
def mean_over_layers(maps, wanted):
    """The layers' losses are added up: you take their mean."""
    return torch.stack([mse_loss(_gram(a), _gram(b)) for a, b in zip(maps, wanted, strict=True)]).mean()


@mutant("tf2.14.11", replaces="style_loss", fails="test_style_loss_of_several_layers")
def absolute_differences(maps, wanted):
    """Squared differences are asked for."""
    return sum((_gram(a) - _gram(b)).abs().mean() for a, b in zip(maps, wanted, strict=True))


@mutant("tf2.14.11", replaces="style_loss", fails="test_style_loss_of_several_layers")
def last_layer_only(maps, wanted):
    """All layers count, not only the last one."""
    return mse_loss(_gram(maps[-1]), _gram(wanted[-1]))


# ---------------------------------------------------------------- transfer


def _transferred(network, content, style, content_layer, style_layers, weight, n_steps, lr, *, begin=None, clamp=True):
    with torch.no_grad():
        (wanted,) = _walk(network, content, [content_layer])
        styles = [_gram(maps) for maps in _walk(network, style, style_layers)]
    picture = (content if begin is None else begin).clone().requires_grad_(True)
    optimizer = torch.optim.Adam([picture], lr)
    for _ in range(n_steps):
        (maps,) = _walk(network, picture, [content_layer])
        losses = [mse_loss(_gram(a), b) for a, b in zip(_walk(network, picture, style_layers), styles, strict=True)]
        loss = mse_loss(maps, wanted) + weight * sum(losses)
        optimizer.zero_grad()
        (picture.grad,) = torch.autograd.grad(loss, picture)
        optimizer.step()
        if clamp:
            picture.data.clamp_(0, 1)
    return picture.detach()


@mutant("tf2.14.11", replaces="transfer_style", fails="test_picture_takes_on_the_style")
def content_as_it_is(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """Your picture never changes: the optimiser has to have the pixels, and they need a gradient."""
    return content.clone()


@mutant("tf2.14.11", replaces="transfer_style", fails="test_picture_takes_on_the_style")
def the_style_itself(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """You return a piece of the other picture, which has its style, but not what the first one shows."""
    return nn.functional.interpolate(style, content.shape[2:])


@mutant("tf2.14.11", replaces="transfer_style", fails="test_picture_takes_on_the_style")
def values_out_of_range(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """Some values leave the range from 0 to 1: bring them back after each step."""
    return 1.5 * _transferred(network, content, style, content_layer, style_layers, weight, n_steps, lr, clamp=False)


@mutant("tf2.14.11", replaces="transfer_style", fails="test_weight_says_how_much_style")
def weight_forgotten(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """The style loss has to be multiplied by its weight."""
    return _transferred(network, content, style, content_layer, style_layers, 100.0, n_steps, lr)


@mutant("tf2.14.11", replaces="transfer_style", fails="test_weight_says_how_much_style")
def begins_with_noise(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """You begin with noise: begin with the picture whose content is wanted."""
    noise = torch.rand_like(content)
    return _transferred(network, content, style, content_layer, style_layers, weight, n_steps, lr, begin=noise)


@mutant("tf2.14.11", replaces="transfer_style", fails="test_network_and_pictures_stay_as_they_are")
def weights_learn_too(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """You change the network's weights: what is learned here are the pixels alone."""
    optimizer = torch.optim.SGD(network.parameters(), 1e-3)
    picture = content.clone()
    for _ in range(n_steps):
        loss = mse_loss(_walk(network, picture, [content_layer])[0], torch.zeros(()))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return picture


@mutant("tf2.14.11", replaces="transfer_style", fails="test_network_and_pictures_stay_as_they_are")
def leaves_gradients(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """`backward` leaves gradients in all weights of the network: ask for the picture's gradient only, or empty them."""
    picture = content.clone().requires_grad_(True)
    sum(maps.square().mean() for maps in _walk(network, picture, style_layers)).backward()
    return _transferred(network, content, style, content_layer, style_layers, weight, n_steps, lr)


@mutant("tf2.14.11", replaces="transfer_style", fails="test_network_and_pictures_stay_as_they_are")
def still_to_be_learned(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """The picture that you return still wants a gradient, and can't be shown: `detach` it."""
    found = _transferred(network, content, style, content_layer, style_layers, weight, n_steps, lr)
    return found.requires_grad_(True)


@mutant("tf2.14.11", replaces="transfer_style", fails="test_network_and_pictures_stay_as_they_are")
def works_on_the_callers_picture(
    network, content, style, content_layer, style_layers, weight=100.0, n_steps=9, lr=0.02
):
    """You change the picture that was passed in: make a copy first."""
    found = _transferred(network, content, style, content_layer, style_layers, weight, n_steps, lr)
    content.copy_(found)
    return content


# ---------------------------------------------------------------- right


@alternative("tf2.14.11", replaces="transfer_style")
def on_a_frozen_copy(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """Asks a frozen copy of the network, so that nothing can happen to it."""
    eye = copy.deepcopy(network).eval().requires_grad_(False)
    return _transferred(eye, content, style, content_layer, style_layers, weight, n_steps, lr)


@alternative("tf2.14.11", replaces="feature_maps")
def by_hooks(network, X, layers):
    """By forward hooks, which are taken away again."""
    found = {}
    hooks = [
        network[number].register_forward_hook(lambda _, __, out, number=number: found.update({number: out + 0}))
        for number in layers
    ]
    try:
        network(X)
    finally:
        for hook in hooks:
            hook.remove()
    return [found[number] for number in layers]


@alternative("tf2.14.11", replaces="gram")
def by_einsum(maps):
    """By Einstein's sums."""
    return torch.einsum("bchw,bdhw->bcd", maps, maps).div(maps.shape[-1] * maps.shape[-2])


@alternative("tf2.14.11", replaces="style_loss")
def one_after_the_other(maps, wanted):
    """Adds up in a loop."""
    total = torch.zeros(())
    for one, other in zip(maps, wanted, strict=True):
        difference = _gram(one) - _gram(other)
        total = total + difference.pow(2).sum() / difference.numel()
    return total


@alternative("tf2.14.11", replaces="transfer_style")
def by_rprop(network, content, style, content_layer, style_layers, weight=100.0, n_steps=100, lr=0.02):
    """Resilient steps on a frozen network; the pixels are held by a parameter."""
    picture = nn.Parameter(content.detach().clone())
    optimizer = torch.optim.Rprop([picture], lr / 2, step_sizes=(1e-6, lr))
    flags = [parameter.requires_grad for parameter in network.parameters()]
    network.requires_grad_(False)
    wanted = _walk(network, content, [content_layer])[0]
    styles = [_gram(maps) for maps in _walk(network, style, style_layers)]
    for _ in range(n_steps):
        optimizer.zero_grad()
        (maps,) = _walk(network, picture, [content_layer])
        losses = [mse_loss(_gram(a), b) for a, b in zip(_walk(network, picture, style_layers), styles, strict=True)]
        (mse_loss(maps, wanted) + weight * torch.stack(losses).sum()).backward()
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    for parameter, flag in zip(network.parameters(), flags, strict=True):
        parameter.requires_grad_(flag)
    return picture.detach()
