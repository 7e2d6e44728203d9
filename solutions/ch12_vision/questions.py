"""Chapter 12, questions on architectures (tf2.14.5, p.12.5 to p.12.7): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit
from torch import nn

TF2_14_5 = """
Where one map responds strongly, the maps beside it are held down *in the same place*. So neighbouring maps can't all
respond to the same thing: each is driven to find something of its own, and together the maps find more kinds of
patterns.

It is of use in the lower layers, where a large stock of different patterns is what the layers above build on. (In
networks of today batch normalisation has taken its place, which does another job, and does it better.)
"""
TF2_14_5_RUBRIC = """
- 1 point: strong responses hold down the neighbouring maps in the same place, so that maps specialise
- 1 point: in the lower layers, where many different patterns are wanted for the layers above
"""


def response_norm(X: ArrayLike, radius: int, alpha: float, beta: float, k: float) -> NDArray[np.float64]:
    """Return maps after local response normalisation.

    The value of map c at some place is divided by
    (k + alpha * s) ** beta, where s is the sum of the squares of the values that the
    maps from c - radius to c + radius have at the same place. Maps that don't exist are
    left out.

    Parameters
    ----------
    X : (maps, height, width) numbers, perhaps whole ones. They are not changed.
    radius : 0 or more maps on each side.
    alpha, beta, k : positive numbers.

    Examples
    --------
    >>> response_norm([[[2.0]], [[0.0]]], radius=1, alpha=1.0, beta=1.0, k=1.0).tolist()
    [[[0.4]], [[0.0]]]
    """
    X = np.asarray(X, dtype=float)
    squares = X**2
    sums = np.stack([squares[max(0, c - radius) : c + radius + 1].sum(axis=0) for c in range(len(X))])
    return X / (k + alpha * sums) ** beta


P_12_5 = """
AlexNet was deeper than its forerunners and put convolutional layers directly on top of each other, without pooling in
between. GoogLeNet's inception modules look at a place through windows of several sizes at once, and first squeeze the
number of maps by 1x1 convolutions, so that it needs a tenth of AlexNet's parameters. ResNet adds what goes into a few
layers to what comes out of them: the gradient finds its way down, and a hundred layers can be trained. Xception splits
a convolution into one over each map on its own and one across maps. SENet looks at all maps of a layer as a whole and
turns each up or down. EfficientNet makes a network deeper, wider and its pictures larger all at the same time, in a
fixed proportion. ConvNeXt is a ResNet redone by what transformers for pictures had taught: large windows, fewer
activations and norms.
"""
P_12_5_RUBRIC = """
- 1 point: AlexNet and GoogLeNet
- 1 point: ResNet and SENet
- 1 point: Xception, EfficientNet and ConvNeXt
"""


def separable_parameters(n_in: int, n_out: int, kernel: int) -> int:
    """Return the number of weights of a separable convolutional layer, which has no
    biases.

    It has two parts. The first has one filter of `kernel` x `kernel` for each map that
    goes in, and looks at that map only. The second is a convolutional layer of 1 x 1
    windows that makes `n_out` maps of what the first has found.

    Examples
    --------
    >>> separable_parameters(1, 1, 3)
    10
    """
    return n_in * kernel**2 + n_in * n_out


def recalibrate(X: ArrayLike, W_1: ArrayLike, b_1: ArrayLike, W_2: ArrayLike, b_2: ArrayLike) -> NDArray[np.float64]:
    """Return maps as a squeeze-and-excitation block turns them up or down.

    The mean of each map goes through a dense layer with ReLU and another one with
    sigmoid, which gives a factor for each map. All values of a map are multiplied by
    its factor.

    Parameters
    ----------
    X : (C, height, width), the maps.
    W_1, b_1 : (R, C) and (R,), weights and biases of the first dense layer.
    W_2, b_2 : (C, R) and (C,), those of the second.

    Returns
    -------
    (C, height, width)

    Examples
    --------
    With weights of 0 each factor is one half:

    >>> recalibrate([[[2.0, 4.0]]], [[0.0]], [0.0], [[0.0]], [0.0]).tolist()
    [[[1.0, 2.0]]]
    """
    X = np.asarray(X, dtype=float)
    means = X.mean(axis=(1, 2))  # (C,)
    hidden = np.maximum(np.asarray(W_1) @ means + np.asarray(b_1), 0)  # (R,)
    factors = expit(np.asarray(W_2) @ hidden + np.asarray(b_2))  # (C,)
    return X * factors[:, None, None]


# For each network the letter of its idea.
P_12_5_CHOICE: dict[str, str] = {
    "AlexNet": "A",
    "GoogLeNet": "E",
    "ResNet": "C",
    "Xception": "G",
    "SENet": "B",
    "EfficientNet": "F",
    "ConvNeXt": "D",
}

P_12_6 = """
It is a network of convolutional and pooling layers only (with activations and norms between them). None of these asks
how large the picture is, so it takes pictures of any size, and gives a map of answers instead of a single one: as if a
window slid over the picture, but everything that windows share is computed once.

A dense layer that gets maps of height h and width w becomes a convolutional layer with windows of h x w, without
padding, and as many maps as the dense layer has units. The weights of a unit, which stand in one long row, are put into
the shape (maps, h, w); the biases stay as they are. For a picture of the old size it gives maps of 1 x 1 with the same
numbers as before.
"""
P_12_6_RUBRIC = """
- 1 point: only convolutional and pooling layers, so that pictures of any size can be processed
- 1 point: windows as large as the maps that the dense layer was given, no padding, one map for each unit
- 1 point: the weights are the same ones, in another shape
"""


def as_convolution(layer: nn.Linear, shape: tuple[int, int, int]) -> nn.Conv2d:
    """Return a convolutional layer that does the work of a dense one.

    Parameters
    ----------
    layer : has been given maps that were flattened as ``nn.Flatten`` does. It may have
        no bias. It must not be changed.
    shape : (maps, height, width) of these maps.

    Returns
    -------
    A layer that gives (B, units, 1, 1) for maps of that shape, the numbers that `layer`
    gives, and for larger ones a number for each place and unit: what `layer` would have
    given for the part of the maps that begins there. It has a copy of the weights,
    which can be trained on its own.

    Examples
    --------
    >>> dense = nn.Linear(12, 5)
    >>> layer = as_convolution(dense, (3, 2, 2))
    >>> layer(torch.zeros(1, 3, 2, 2)).shape, layer(torch.zeros(1, 3, 6, 4)).shape
    (torch.Size([1, 5, 1, 1]), torch.Size([1, 5, 5, 3]))
    """
    maps, height, width = shape
    found = nn.Conv2d(maps, layer.out_features, (height, width), bias=layer.bias is not None)
    with torch.no_grad():
        found.weight.copy_(layer.weight.view(-1, maps, height, width))
        if found.bias is not None:
            found.bias.copy_(layer.bias)
    return found


P_12_7 = """
Strides and pooling throw away *where* something was: after a stride of 32 a network still knows that there is a wheel,
and only roughly in which part of the picture. For a single label that is all the better. But here each pixel wants a
label of its own, and the edge of the wheel has to be right to the pixel.

So what was thrown away must be brought back. The coarse maps are enlarged, by transposed convolutions or by
interpolation, and skip connections bring in the finer maps of lower layers, which still know the places. Or one throws
away less from the start, with dilated windows in the place of strides.
"""
P_12_7_RUBRIC = """
- 1 point: strides and pooling lose the places, and every pixel needs a label
- 1 point: maps have to be enlarged again
- 1 point: skip connections from lower layers bring the details back, or fewer strides (dilated windows) keep them
"""


def detail_lost(labels: ArrayLike, stride: int) -> float:
    """Return which share of the pixels gets a wrong label, at the least, if a network
    can give only one label to each square of `stride` x `stride` pixels.

    Parameters
    ----------
    labels : (height, width) whole numbers from 0, the right label of each pixel.
    stride : squares begin at rows and columns 0, stride, 2 stride, … Those at the right
        and at the bottom may be cut off by the edge.

    Examples
    --------
    >>> detail_lost([[1, 1, 0, 0], [1, 0, 0, 0]], stride=2)
    0.125
    """
    found = np.asarray(labels)
    wrong = 0
    for top in range(0, found.shape[0], stride):
        for left in range(0, found.shape[1], stride):
            square = found[top : top + stride, left : left + stride]
            wrong += square.size - int(np.bincount(square.ravel()).max())
    return wrong / found.size
