"""Wrong and right answers of chapter 12: what a network dreams of (tf1.13.10)."""

import copy

import torch
from torch.nn.functional import interpolate

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- response and step


@mutant("tf1.13.10", replaces="response", fails="test_response_of_a_map")
def largest_value(network, X, layer, channel):
    """You take the largest value of the map: its mean is asked for."""
    return network[: layer + 1](X)[0, channel].max()


@mutant("tf1.13.10", replaces="response", fails="test_response_of_a_map")
def layer_before(network, X, layer, channel):
    """You stop one layer too early: `network[:layer]` leaves out the layer that is meant."""
    return network[: max(layer, 1)](X)[0, channel % 6].mean()


@mutant("tf1.13.10", replaces="response", fails="test_response_of_a_map")
def all_maps(network, X, layer, channel):
    """One map is meant, not the mean of all maps of the layer."""
    return network[: layer + 1](X).mean()


@mutant("tf1.13.10", replaces="response", fails="test_response_of_a_map")
def cut_off_from_the_picture(network, X, layer, channel):
    """Your response is cut off from the picture: no gradient gets back to it."""
    return network[: layer + 1](X.detach())[0, channel].mean() + 0 * X.sum()


@mutant("tf1.13.10", replaces="climb", fails="test_one_step")
def downhill(picture, gradient, step):
    """You go down the gradient: here it goes up."""
    size = gradient.abs().mean()
    return picture if size == 0 else (picture - step * gradient / size).clamp(0, 1)


@mutant("tf1.13.10", replaces="climb", fails="test_one_step")
def steps_of_any_size(picture, gradient, step):
    """The size of your step depends on the network: divide the gradient by the mean of its absolute values."""
    return (picture + step * gradient).clamp(0, 1)


@mutant("tf1.13.10", replaces="climb", fails="test_one_step")
def by_the_standard_deviation(picture, gradient, step):
    """You divide by the standard deviation: the mean of the absolute values is asked for."""
    return picture if not gradient.any() else (picture + step * gradient / gradient.std()).clamp(0, 1)


@mutant("tf1.13.10", replaces="climb", fails="test_one_step")
def divided_by_nothing(picture, gradient, step):
    """Where there is no gradient you divide by 0: the picture stays as it is then."""
    return (picture + step * gradient / gradient.abs().mean()).clamp(0, 1)


@mutant("tf1.13.10", replaces="climb", fails="test_one_step")
def out_of_range(picture, gradient, step):
    """Some values leave the range from 0 to 1: bring them back."""
    size = gradient.abs().mean()
    return picture if size == 0 else picture + step * gradient / size


# ---------------------------------------------------------------- dreams


def _up(picture, gradient, step):
    size = gradient.abs().mean()
    return picture if size == 0 else (picture + step * gradient / size).clamp(0, 1)


def _gradient(network, picture, layer, channel):
    picture = picture.detach().requires_grad_(True)
    (gradient,) = torch.autograd.grad(network[: layer + 1](picture)[0, channel].mean(), picture)
    return gradient


def _dreamed(network, picture, layer, channel, n_steps, step, sizes, anew=True):
    found = picture.detach()
    for size in sizes:
        found = interpolate(found, size, mode="bilinear", align_corners=False)
        first = _gradient(network, found, layer, channel)
        for _ in range(n_steps):
            found = _up(found, _gradient(network, found, layer, channel) if anew else first, step)
    return found.detach()


def _sizes(picture, n_octaves, scale):
    height, width = picture.shape[2:]
    return [(round(height / scale**i), round(width / scale**i)) for i in range(n_octaves)][::-1]


@mutant("tf1.13.10", replaces="dream", fails="test_steps_follow_each_other")
def one_gradient_for_all_steps(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You take the gradient once: after each step the picture is another one, and so is its gradient."""
    sizes = _sizes(picture, n_octaves, scale)
    return _dreamed(network, picture, layer, channel, n_steps, step, sizes, anew=False)


@mutant("tf1.13.10", replaces="dream", fails="test_steps_follow_each_other")
def one_large_step(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You take one large step in the place of many small ones: the slope changes on the way."""
    return _dreamed(network, picture, layer, channel, 1, step * n_steps, _sizes(picture, n_octaves, scale))


@mutant("tf1.13.10", replaces="dream", fails="test_map_responds_more_and_more")
def another_map(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You climb for another map than the one that is asked for."""
    return _dreamed(network, picture, layer, (channel + 1) % 8, n_steps, step, _sizes(picture, n_octaves, scale))


@mutant("tf1.13.10", replaces="dream", fails="test_octaves_make_large_patterns")
def full_size_only(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You work in full size in each octave: begin with a small copy of the picture."""
    sizes = [picture.shape[2:]] * n_octaves
    return _dreamed(network, picture, layer, channel, n_steps, step, sizes)


@mutant("tf1.13.10", replaces="dream", fails="test_octaves_make_large_patterns")
def sizes_cut_off(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You cut off what is left of a pixel: sizes are rounded."""
    height, width = picture.shape[2:]
    sizes = [(int(height / scale**i), int(width / scale**i)) for i in range(n_octaves)][::-1]
    return _dreamed(network, picture, layer, channel, n_steps, step, sizes)


@mutant("tf1.13.10", replaces="dream", fails="test_octaves_make_large_patterns")
def begins_anew(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You begin each octave with a copy of the picture, so that only the last one counts: enlarge what the octave
    before has made."""
    for size in _sizes(picture, n_octaves, scale):
        found = _dreamed(network, picture, layer, channel, n_steps, step, [size])
    return found


@mutant("tf1.13.10", replaces="dream", fails="test_octaves_make_large_patterns")
def begins_large(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You go from the large picture to the small one, and enlarge that in the end: go the other way."""
    sizes = [*_sizes(picture, n_octaves, scale)[::-1]]
    found = _dreamed(network, picture, layer, channel, n_steps, step, sizes)
    return interpolate(found, picture.shape[2:], mode="bilinear", align_corners=False)


@mutant("tf1.13.10", replaces="dream", fails="test_network_and_picture_stay_as_they_are")
def leaves_gradients_of_the_weights(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """`backward` leaves gradients in the network's weights: ask for the picture's gradient only."""
    found = picture.detach()
    for size in _sizes(picture, n_octaves, scale):
        found = interpolate(found, size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            found = found.detach().requires_grad_(True)
            network[: layer + 1](found)[0, channel].mean().backward()
            found = _up(found.detach(), found.grad, step)
    return found


@mutant("tf1.13.10", replaces="dream", fails="test_network_and_picture_stay_as_they_are")
def dream_wants_a_gradient(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """The picture that you return still wants a gradient, and can't be shown: `detach` it."""
    found = _dreamed(network, picture, layer, channel, n_steps, step, _sizes(picture, n_octaves, scale))
    return found.requires_grad_(True)


@mutant("tf1.13.10", replaces="dream", fails="test_network_and_picture_stay_as_they_are")
def dreams_into_the_picture(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """You change the picture that was passed in: work on a copy."""
    found = _dreamed(network, picture, layer, channel, n_steps, step, _sizes(picture, n_octaves, scale))
    return picture.copy_(found)


# ---------------------------------------------------------------- right


@alternative("tf1.13.10", replaces="response")
def by_a_hook(network, X, layer, channel):
    """Lets all of the network run, and listens to one layer."""
    heard = []
    hook = network[layer].register_forward_hook(lambda _, __, out: heard.append(out.clone()))
    try:
        network(X)
    finally:
        hook.remove()
    return heard[0][:, channel].mean(dim=(0, 1, 2))


@alternative("tf1.13.10", replaces="climb")
def with_a_little_more(picture, gradient, step):
    """Adds something tiny to what it divides by, which then is never 0."""
    return (picture + step * gradient / (gradient.abs().mean() + 1e-8)).clip(0, 1)


@alternative("tf1.13.10", replaces="climb")
def by_sums(picture, gradient, step):
    """By the sum of the absolute values."""
    total = float(gradient.abs().sum())
    moved = picture + gradient * (step * gradient.numel() / total if total else 0.0)
    return torch.minimum(torch.maximum(moved, torch.zeros(())), torch.ones(()))


@alternative("tf1.13.10", replaces="dream")
def with_a_copy_of_the_network(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """Asks a copy, so that nothing can happen to the network."""
    eye = copy.deepcopy(network).eval().requires_grad_(False)
    return _dreamed(eye, picture, layer, channel, n_steps, step, _sizes(picture, n_octaves, scale))


@alternative("tf1.13.10", replaces="dream")
def on_a_frozen_network(network, picture, layer, channel, n_steps=20, step=0.02, n_octaves=1, scale=1.4):
    """Freezes the network meanwhile, enlarges by cubes, and adds the picture's own details again in each octave."""
    flags = [parameter.requires_grad for parameter in network.parameters()]
    network.requires_grad_(False)
    detail, found = torch.zeros(1, 3, 1, 1), picture
    for size in _sizes(picture, n_octaves, scale):
        base = interpolate(picture, size, mode="bilinear", align_corners=False)
        detail = interpolate(detail, size, mode="bicubic", align_corners=False)
        found = (base + detail).clamp(0, 1)
        for _ in range(n_steps):
            found.requires_grad_(True)
            network[: layer + 1](found)[0, channel].mean().backward()
            found = _up(found.detach(), found.grad, step)
        detail = found - base
    for parameter, flag in zip(network.parameters(), flags, strict=True):
        parameter.requires_grad_(flag)
    return found
