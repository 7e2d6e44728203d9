"""Chapter 12, what a network dreams of (tf1.13.10): the answers."""

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate


def response(network: nn.Sequential, X: Tensor, layer: int, channel: int) -> Tensor:
    """Return how strongly one map of a network responds to a picture.

    Parameters
    ----------
    network : layers, one after the other, in evaluation mode.
    X : (1, 3, height, width), a picture.
    layer : the number of a layer of `network`, from 0.
    channel : the number of one of its maps.

    Returns
    -------
    The mean of that map, a tensor without a dimension. Gradients flow back to `X`.

    Examples
    --------
    >>> network = nn.Sequential(nn.Identity(), nn.MaxPool2d(2))
    >>> response(network, torch.ones(1, 3, 4, 4), 1, 2)
    tensor(1.)
    """
    return network[: layer + 1](X)[0, channel].mean()


def climb(picture: Tensor, gradient: Tensor, step: float) -> Tensor:
    """Return a picture after one step up a gradient.

    The gradient is divided by the mean of its absolute values, so that the size of the
    step does not depend on the network, and `step` times the result is added. Then all
    values are brought back into the range from 0 to 1: below 0 becomes 0, above 1
    becomes 1. Where the gradient is 0 everywhere, the picture stays as it is.

    Parameters
    ----------
    picture, gradient : (1, 3, height, width)
    step : how far a pixel is moved, on average.

    Examples
    --------
    >>> climb(torch.tensor([0.5, 0.5, 0.9]), torch.tensor([0.0, -1.0, 2.0]), 0.2)
    tensor([0.5000, 0.3000, 1.0000])
    """
    size = gradient.abs().mean()
    return picture if size == 0 else (picture + step * gradient / size).clamp(0, 1)


def dream(
    network: nn.Sequential,
    picture: Tensor,
    layer: int,
    channel: int,
    n_steps: int = 20,
    step: float = 0.02,
    n_octaves: int = 1,
    scale: float = 1.4,
) -> Tensor:
    """Change a picture so that a map of a network responds to it more and more.

    With several octaves, it begins with a small copy of the picture, takes `n_steps`
    steps there, enlarges the result, takes `n_steps` steps again, and so on, the last
    ones in full size: first the large patterns are made, then the small ones.

    Parameters
    ----------
    network : as for `response`. Neither its weights nor anything else about it changes.
    picture : (1, 3, height, width) from 0 to 1. It stays as it is.
    layer, channel : of the map, as for `response`.
    n_steps, step : of `climb`, in each octave.
    n_octaves : sizes in which it is worked on. In octave i of n, counted from 0, height
        and width are those of the picture divided by scale ** (n - 1 - i), rounded (a
        half either way). How the picture is enlarged is up to you.
    scale : above 1.

    Returns
    -------
    (1, 3, height, width) from 0 to 1, without a gradient.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU())
    >>> dream(network, torch.rand(1, 3, 14, 10), layer=1, channel=3, n_steps=2).shape
    torch.Size([1, 3, 14, 10])
    """
    height, width = picture.shape[2:]
    found = picture.detach()
    for octave in range(n_octaves):
        smaller = scale ** (n_octaves - 1 - octave)
        size = (round(height / smaller), round(width / smaller))
        found = interpolate(found, size, mode="bilinear", align_corners=False)
        for _ in range(n_steps):
            found = found.requires_grad_(True)
            (gradient,) = torch.autograd.grad(response(network, found, layer, channel), found)
            found = climb(found.detach(), gradient, step)
    return found.detach()


TF1_13_10 = """
Maps of layer 0 ask for a plain colour, those of layer 7 for stripes of one direction and width, and those of layer 11
for textures of several colours, such as crossed stripes and spots. The deeper a map, the larger is the part of the
picture that its pattern repeats in.

With one octave I get fine stripes, and map 0 of layer 7 responds with 1.4; with three it responds with 2.0, and there
are broad stripes under the fine ones, since they were made while the picture was small. After 100 steps in place of 15
it responds with 2.4, but half of all values are 0 or 1 by then: the colours are glaring, and nothing new comes. Steps
of 0.3 jump over the top: the response is 1.3 only.
"""
TF1_13_10_RUBRIC = """
- 1 point: low layers ask for colours, edges or fine stripes, high ones for larger and more complex patterns
- 1 point: what octaves do (large patterns as well as small ones), and what too many or too large steps do
"""
