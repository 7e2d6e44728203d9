"""Chapter 12, what convolutional networks cost (p.12.1 to p.12.4): the answers."""

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

P_12_1 = """
*Far fewer weights.* A unit of a convolutional layer looks at a small window, and all units of a map share one set of
weights. A dense layer needs a weight for each pixel and unit, so it needs much more memory and many more pictures
before it stops learning them by heart.

*What is learned in one place is known in all.* A hairline crack looks the same at the top and at the bottom of the
picture. A convolutional layer finds it wherever it is; a dense layer has to be shown cracks in every place.

*It knows what a picture is.* That neighbouring pixels belong together is built in, so layers make edges of pixels,
shapes of edges and things of shapes. For a dense layer the pixels could as well be shuffled: it would learn the same.
"""
P_12_1_RUBRIC = """
- 1 point: fewer parameters (small windows, shared weights), so less memory, or less overfitting with few pictures
- 1 point: a pattern that was learned in one place is found in all places
- 1 point: it is built in that neighbouring pixels belong together, or that patterns are made of smaller patterns
"""


def layer_parameters(size: tuple[int, int], n_in: int, n_out: int, kernel: int) -> tuple[int, int]:
    """Return how many parameters a dense and a convolutional layer have that do the
    same job: each makes `n_out` maps of `n_in` maps, all of them of one size.

    Parameters
    ----------
    size : height and width of every map, in pixels.
    n_in, n_out : maps that go in and that come out.
    kernel : the convolutional layer's windows are `kernel` x `kernel`.

    Returns
    -------
    (dense, convolutional) : weights and biases of each. The dense layer joins every
        value of all maps that go in with every value of all maps that come out.

    Examples
    --------
    >>> layer_parameters((1, 1), n_in=1, n_out=1, kernel=1)
    (2, 2)
    """
    pixels = size[0] * size[1]
    values_in, values_out = pixels * n_in, pixels * n_out
    return values_in * values_out + values_out, kernel**2 * n_in * n_out + n_out


def network_costs(size: tuple[int, int], channels: int, layers: Sequence[tuple[int, int, int]]) -> dict[str, Any]:
    """Count what a stack of convolutional layers needs for one picture.

    A layer with stride s makes maps of height h and width w into maps of height h / s
    and width w / s, both rounded up: there are just enough zeros around its input.

    Parameters
    ----------
    size : height and width of the picture.
    channels : of the picture, 3 for RGB.
    layers : (maps, kernel, stride) of each layer, the first one first: it has `maps`
        maps, and windows of `kernel` x `kernel`. All have biases.

    Returns
    -------
    ``"parameters"`` : weights and biases of all layers.
    ``"multiply_adds"`` : multiplications of a weight with a value, over all layers and
        all places. Zeros around the input count like other values; biases don't count.
    ``"shapes"`` : (maps, height, width) of each layer's output, the first one first.
    ``"values"`` : how many numbers each layer's output has, a list like the one before.

    Examples
    --------
    >>> costs = network_costs((5, 4), 1, [(2, 1, 2)])
    >>> costs["shapes"], costs["values"]
    ([(2, 3, 2)], [12])
    """
    (height, width), n_in = size, channels
    parameters = multiply_adds = 0
    shapes = []
    for maps, kernel, stride in layers:
        height, width = math.ceil(height / stride), math.ceil(width / stride)
        weights = kernel**2 * n_in * maps
        parameters += weights + maps
        multiply_adds += weights * height * width
        shapes.append((maps, height, width))
        n_in = maps
    values = [math.prod(shape) for shape in shapes]
    return {"parameters": parameters, "multiply_adds": multiply_adds, "shapes": shapes, "values": values}


def memory_bytes(
    size: tuple[int, int],
    channels: int,
    layers: Sequence[tuple[int, int, int]],
    bytes_per_value: int = 4,
    batch: int | None = None,
) -> int:
    """Return how many bytes such a stack needs, at least, to predict or to be trained.

    The parameters are always kept. To predict for *one* picture, a layer needs its
    input and its output at the same time; all that came before can be forgotten. To
    train on a batch, the pictures and the outputs of all layers are kept for the way
    back. Gradients and what an optimiser remembers don't count here.

    Parameters
    ----------
    size, channels, layers : as for `network_costs`; one layer at least.
    bytes_per_value : 4 for float32, 2 for float16.
    batch : pictures of a training batch; None to predict for one picture.

    Examples
    --------
    A single weight and its bias, for a picture of 10 x 10 that becomes a map of 10 x
    10:

    >>> memory_bytes((10, 10), 1, [(1, 1, 1)])
    808
    """
    costs = network_costs(size, channels, layers)
    values = [channels * size[0] * size[1], *costs["values"]]
    kept = max(map(sum, pairwise(values))) if batch is None else batch * sum(values)
    return int(bytes_per_value * (costs["parameters"] + kept))


def receptive_field(layers: Sequence[tuple[int, int, int]]) -> int:
    """Return how many pixels wide the square of the picture is that one unit of the
    last layer looks at.

    Parameters
    ----------
    layers : (kernel, stride, dilation) of each convolutional or pooling layer, the
        first one first. With dilation d, neighbouring places of a window are d apart;
        1 is the usual. With no layer, a unit is a pixel.

    Returns
    -------
    The side of the square: from the first to the last pixel that can have any
    influence, whatever lies in between. The picture is taken to be large enough.

    Examples
    --------
    >>> receptive_field([(5, 1, 1)])
    5
    """
    seen, apart = 1, 1
    for kernel, stride, dilation in layers:
        seen += (kernel - 1) * dilation * apart  # this layer's inputs are `apart` pixels from each other
        apart *= stride
    return seen


P_12_3 = """
- *A smaller batch.* The outputs of all layers are kept for every picture of the batch, and they are the larger part.
- *16-bit numbers*, in mixed precision: each output takes half the room.
- *Smaller maps early on*: a stride of 2 in the first layers, or smaller pictures. Half the side is a quarter of the
  values.
- *A smaller network*: fewer layers, or fewer maps in each.
- *More devices*: part of the batch, or of the layers, goes to another GPU.

What also helps: to forget the outputs of some layers and compute them again on the way back.
"""
P_12_3_RUBRIC = """
- 1 point: two things that help, and why (the outputs of all layers are kept for the whole batch)
- 1 point: two more: a smaller batch, 16-bit numbers, smaller pictures or larger strides, fewer layers or maps, several
  devices, accumulated gradients, checkpoints
- 1 point: a fifth
"""


def accumulate(model: nn.Module, X: Tensor, y: Tensor, size: int) -> float:
    """Compute the gradients of a large batch without ever holding more than a part of
    it.

    Afterwards each parameter's ``.grad`` is the gradient of the mean cross entropy over
    *all* rows, as if the model had been called once; what was in ``.grad`` before is
    forgotten. No weight is changed.

    Parameters
    ----------
    model : takes (B, …) and gives (B, K) logits; no row's output depends on another
        row.
    X : (n, …) inputs.
    y : (n,) classes, whole numbers from 0.
    size : the model is called with at most so many rows. n need not be a multiple.

    Returns
    -------
    The mean cross entropy over all rows.

    Examples
    --------
    >>> model = nn.Linear(3, 2)
    >>> X, y = torch.ones(5, 3), torch.tensor([0, 1, 1, 0, 1])
    >>> loss = accumulate(model, X, y, size=2)
    >>> whole = nn.functional.cross_entropy(model(X), y)
    >>> abs(loss - whole.item()) < 1e-6, model.weight.grad.shape
    (True, torch.Size([2, 3]))
    """
    model.zero_grad()
    total = 0.0
    for rows, labels in zip(X.split(size), y.split(size), strict=True):
        loss = cross_entropy(model(rows), labels, reduction="sum") / len(X)
        loss.backward()  # adds to what is in .grad, and lets go of the part's outputs
        total += loss.item()
    return total


# All that lower the memory needed while training, in any order.
P_12_3_CHOICE: list[str] = [
    "a smaller batch",
    "mixed precision",
    "larger strides in the first layers",
    "fewer maps",
    "gradients accumulated over small batches",
]


def max_pool(X: ArrayLike, kernel: int, stride: int) -> NDArray[Any]:
    """Return what a max pooling layer makes of maps.

    Parameters
    ----------
    X : (maps, height, width) numbers; height and width are at least `kernel`.
    kernel : windows are `kernel` x `kernel`.
    stride : the windows begin at rows and columns 0, stride, 2 stride, … as long as all
        of a window lies within the map.

    Returns
    -------
    (maps, new height, new width), the largest number of each window, of each map.

    Examples
    --------
    >>> max_pool([[[1, 2, 3], [4, 5, 6]]], kernel=2, stride=1).tolist()
    [[[5, 6]]]
    """
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(X), (kernel, kernel), axis=(1, 2))
    return windows[:, ::stride, ::stride].max(axis=(-2, -1))


def pooling_saves(maps: int, kernel: int) -> int:
    """Return how many parameters fewer a max pooling layer has than a convolutional
    layer with windows, stride and number of maps the same.

    Parameters
    ----------
    maps : that go in, and that come out.
    kernel : windows are `kernel` x `kernel`. The convolutional layer has biases.

    Examples
    --------
    >>> pooling_saves(1, 1)
    2
    """
    return kernel**2 * maps * maps + maps


# All that speak for max pooling, in any order.
P_12_4_CHOICE: list[str] = [
    "it has nothing to learn",
    "it takes less computing",
    "its output often stays the same when the picture moves by a pixel",
]
