"""Chapter 12, the style of another picture (tf2.14.11): the answers."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn.functional import mse_loss


def feature_maps(network: nn.Sequential, X: Tensor, layers: Sequence[int]) -> list[Tensor]:
    """Return what some layers of a network make of pictures.

    Parameters
    ----------
    network : layers, one after the other, in evaluation mode. A layer may work in
        place: then it changes the output of the layer before it.
    X : (B, 3, height, width) pictures.
    layers : numbers of layers of `network`, from 0, in ascending order.

    Returns
    -------
    The output of each of these layers, as it was when it came out. Gradients
    flow from them back to `X`.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.Sigmoid(), nn.AvgPool2d(2))
    >>> [maps.shape for maps in feature_maps(network, torch.zeros(1, 3, 6, 6), [0, 2])]
    [torch.Size([1, 4, 4, 4]), torch.Size([1, 4, 2, 2])]
    """
    found = []
    for number, layer in enumerate(network[: max(layers) + 1]):
        X = layer(X)
        if number in layers:
            found.append(X.clone())  # a ReLU that works in place would change it
    return found


def gram(maps: Tensor) -> Tensor:
    """Return how strongly the maps of a layer respond together: their Gram matrix.

    Parameters
    ----------
    maps : (B, C, height, width)

    Returns
    -------
    (B, C, C) : for each picture, the product of two maps at the same place, as a mean
        over all places.

    Examples
    --------
    >>> gram(torch.tensor([[[[1.0, 3.0]], [[2.0, 0.0]]]])).tolist()
    [[[5.0, 1.0], [1.0, 2.0]]]
    """
    rows = maps.flatten(2)  # (B, C, places)
    return rows @ rows.mT / rows.shape[2]


def style_loss(maps: Sequence[Tensor], wanted: Sequence[Tensor]) -> Tensor:
    """Return how far the style of a picture is from another one's.

    Parameters
    ----------
    maps : (1, C, height, width) of the picture, from each of some layers; layers differ
        in C and size.
    wanted : the maps of the picture whose style is wanted, from the same layers. It may
        be of another size.

    Returns
    -------
    A tensor without a dimension: for each layer the mean squared difference of the
    entries of both Gram matrices, added up over the layers.

    Examples
    --------
    >>> style_loss([torch.zeros(1, 2, 4, 4)], [2 * torch.ones(1, 2, 3, 5)]).item()
    16.0
    """
    return torch.stack([mse_loss(gram(one), gram(other)) for one, other in zip(maps, wanted, strict=True)]).sum()


def transfer_style(
    network: nn.Sequential,
    content: Tensor,
    style: Tensor,
    content_layer: int,
    style_layers: Sequence[int],
    weight: float = 100.0,
    n_steps: int = 100,
    lr: float = 0.02,
) -> Tensor:
    """Return a picture that shows what one picture shows, in the style of another.

    It begins with `content`, and is changed in `n_steps` steps so that the sum becomes
    small of the *content loss*, the mean squared difference of its maps and `content`'s
    in `content_layer`, and of `weight` times the style loss in `style_layers`.

    Parameters
    ----------
    network : as for `feature_maps`. Neither its weights nor anything else about it
        changes.
    content : (1, 3, height, width) from 0 to 1.
    style : (1, 3, height, width) from 0 to 1, perhaps of another size.
    content_layer, style_layers : numbers of layers of `network`.
    weight : of the style; with 0 the picture stays `content`, but for rounding.
    n_steps : how often the picture is changed.
    lr : how far a pixel is moved in a step, about. With ``torch.optim.Adam``, whose
        steps are of about this size, 0.02 is a good beginning.

    Returns
    -------
    (1, 3, height, width) from 0 to 1, of the size of `content`, without a gradient.

    Examples
    --------
    >>> network = nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Conv2d(4, 4, 3))
    >>> pictures = torch.rand(2, 1, 3, 12, 12)
    >>> transfer_style(network, *pictures, 2, [0, 2], n_steps=2).shape
    torch.Size([1, 3, 12, 12])
    """
    with torch.no_grad():
        (wanted_content,) = feature_maps(network, content, [content_layer])
        wanted_style = feature_maps(network, style, style_layers)
    picture = content.clone().requires_grad_(True)
    optimizer = torch.optim.Adam([picture], lr)  # the pixels are what is learned
    for _ in range(n_steps):
        (maps,) = feature_maps(network, picture, [content_layer])
        loss = mse_loss(maps, wanted_content) + weight * style_loss(
            feature_maps(network, picture, style_layers), wanted_style
        )
        (picture.grad,) = torch.autograd.grad(loss, picture)  # for the pixels, and not for the weights
        optimizer.step()
        with torch.no_grad():
            picture.clamp_(0, 1)
    return picture.detach()


TF2_14_11 = """
I put the style of a building on a flower, for 60 steps. With a weight of 1 the content is 0.002 away and the style
0.0045 (it was 0.0064 to begin with); with 30 they are 0.010 and 0.0018, with 1,000 they are 0.024 and 0.0011. So what
is won in style is paid for in content: at 1,000 the petals are there still, but all areas have got the building's grain
and its blues.

With the style of layer 2 alone, that layer's loss falls to a fortieth, and colours and fine grain change. With layer 9
alone, its loss falls to a seventh, layer 2's by a quarter only, and the patterns that come are larger.

A Gram matrix tells which maps respond together, as a mean over all places. Where they do is thrown away, and has to be:
else the building itself would appear in the flower.
"""
TF2_14_11_RUBRIC = """
- 1 point: figures of its own for several weights: the style comes nearer, the content goes farther away
- 1 point: low layers bring colours and grain, high layers larger patterns (or what was seen instead)
- 1 point: Gram matrices keep which maps respond together, and throw away where: a style has no places
"""
