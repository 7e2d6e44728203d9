"""Chapter 18, questions on the layers of autoencoders (p.18.5, tf1.15.6): the answers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import linear

P_18_5 = """
Layers of the decoder use the weights of the encoder's layers, in reverse order and transposed; only their biases are
their own. So there are about half as many weights to learn and to keep: training is faster, and the autoencoder
overfits less. (A price is paid, too: what it can do is less, since the way back is given by the way there.)
"""
P_18_5_RUBRIC = """
- 1 point: a layer of the decoder has the transposed weights of the encoder's layer that it mirrors (biases apart)
- 1 point: about half as many weights: less memory, faster training
- 1 point: less overfitting
"""


class TiedAutoencoder(nn.Module):
    """An autoencoder of dense layers whose decoder uses the encoder's weights.

    Each layer of the encoder has a weight matrix and biases. The decoder goes through
    the same matrices in reverse order, transposed, with biases of its own. ReLU comes
    after each layer but the one that gives the codings and the one that gives the
    outputs.

    Parameters
    ----------
    sizes : units from the inputs to the codings: [784, 100, 30] are two layers in the
        encoder and two in the decoder.

    Methods
    -------
    encode(X) : from (B, inputs) to (B, codings).
    decode(codings) : from (B, codings) to (B, inputs).
    forward(X) : one after the other.

    Examples
    --------
    >>> autoencoder, X = TiedAutoencoder([6, 2]), torch.zeros(5, 6)
    >>> autoencoder(X).shape, autoencoder.encode(X).shape
    (torch.Size([5, 6]), torch.Size([5, 2]))
    >>> sum(parameter.numel() for parameter in autoencoder.parameters())
    20
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(n_in, n_out) for n_in, n_out in pairwise(sizes))
        self.biases = nn.ParameterList(nn.Parameter(torch.zeros(size)) for size in sizes[:-1])

    def encode(self, X: Tensor) -> Tensor:
        for number, layer in enumerate(self.layers):
            X = layer(torch.relu(X) if number else X)
        return X

    def decode(self, codings: Tensor) -> Tensor:
        X = codings
        for number in reversed(range(len(self.layers))):
            X = linear(X, self.layers[number].weight.T, self.biases[number])
            X = torch.relu(X) if number else X
        return X

    def forward(self, X: Tensor) -> Tensor:
        return self.decode(self.encode(X))


TF1_15_6 = """
In the lowest layer each unit has a weight for each pixel, so its weights are a picture, which I can look at as one: it
shows what the unit responds to most, a stroke or a spot, or just noise if the unit has learned nothing.

A unit higher up has weights for the units below it, which is no picture of anything. There I let all training pictures
go through the encoder, and look at those that make the unit respond most: what have they in common? (Or I change a
picture step by step, by gradients, so that the unit responds more.)
"""
TF1_15_6_RUBRIC = """
- 1 point: lowest layer: the weights of a unit, in the shape of a picture
- 1 point: higher layers: the training pictures that activate the unit most (or a picture optimised for it)
"""


def weight_pictures(layer: nn.Linear, size: tuple[int, int]) -> NDArray[np.float64]:
    """Return the weights of each unit as a picture, with the same grey for 0 in all.

    Parameters
    ----------
    layer : has a weight for each pixel of pictures that were flattened row by row. It
        is not changed.
    size : (height, width) of the pictures.

    Returns
    -------
    (units, height, width), from 0 to 1: 0.5 is a weight of 0, and the weight of the
    unit that is farthest from 0 is at 0 (if it is negative) or at 1. For each unit on
    its own; one whose weights are all 0 is 0.5 everywhere.

    Examples
    --------
    >>> layer = nn.Linear(2, 1)
    >>> _ = layer.weight.data.copy_(torch.tensor([[1.0, -2.0]]))
    >>> weight_pictures(layer, (1, 2)).tolist()
    [[[0.75, 0.0]]]
    """
    weights = layer.weight.detach().cpu().double().numpy().reshape(-1, *size)
    largest = np.abs(weights).max(axis=(1, 2), keepdims=True)
    return np.asarray(0.5 + 0.5 * weights / np.where(largest > 0, largest, 1))


def most_active(activations: ArrayLike, k: int) -> NDArray[np.int64]:
    """Return which rows activate each unit most.

    Parameters
    ----------
    activations : (n, units), one row for each picture.
    k : how many rows are wanted, at most `n`.

    Returns
    -------
    (units, k) indices of rows, the largest activation first.

    Examples
    --------
    >>> most_active([[0.1, 7.0], [0.9, 3.0], [0.4, 5.0]], k=2).tolist()
    [[1, 2], [0, 2]]
    """
    return np.argsort(-np.asarray(activations, dtype=float), axis=0)[:k].T
