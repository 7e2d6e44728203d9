"""Chapter 18, questions on autoencoders (p.18.1 to p.18.5, tf1.15.6): the answers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import linear

P_18_1 = """
Fewer columns: a few codings stand for a long row, to compress it, to draw it, or to search faster. Features: the
codings go into another model, such as a classifier. Pretraining: where labels are few, a network takes over the layers
that an autoencoder has learned from all rows. Finding what is unusual: rows unlike those it was trained on come back
badly, so a large reconstruction error is an alarm. Cleaning: one that has learned to take noise away, or to fill gaps,
does so with new rows. And variational ones generate new rows from random codings.
"""
P_18_1_RUBRIC = """
- 1 point: two of them: dimensionality reduction (compression, pictures of the data), feature extraction, pretraining
  without labels, anomaly detection, removing noise, generating new rows
- 1 point: two more
- 1 point: an example for each
"""


def flag_anomalies(
    X: ArrayLike, X_rec: ArrayLike, normal: ArrayLike, normal_rec: ArrayLike, share: float
) -> NDArray[np.bool_]:
    """Return which rows an autoencoder finds unusual.

    A row is unusual if its reconstruction error, the mean of the squared differences of
    its columns, is larger than the limit. The limit is the quantile of the errors of
    normal rows that a share of `share` of them lies above, as ``np.quantile`` has it.

    Parameters
    ----------
    X, X_rec : (n, d) rows, and what an autoencoder makes of them.
    normal, normal_rec : (m, d) the same of rows that are known to be normal.
    share : from 0 to 1, of the normal rows that may be flagged.

    Returns
    -------
    (n,) truth values

    Examples
    --------
    >>> normal, normal_rec = [[0.0], [0.0]], [[1.0], [0.0]]
    >>> flag_anomalies([[1.0], [5.0]], [[1.5], [3.0]], normal, normal_rec, 0.0).tolist()
    [False, True]
    """

    def errors(rows: ArrayLike, found: ArrayLike) -> NDArray[np.float64]:
        return np.asarray(((np.asarray(rows, dtype=float) - np.asarray(found, dtype=float)) ** 2).mean(axis=1))

    return errors(X, X_rec) > np.quantile(errors(normal, normal_rec), 1 - share)


P_18_2 = """
Train an autoencoder, a deep one, on all 40,000 pictures: it needs no labels, and its encoder learns what these pictures
are made of. Then throw its decoder away, take over the encoder (all or its lower layers), put a new output layer on
top, and train this classifier on the 300 labelled pictures. With so few of them I'd first freeze the layers that were
taken over, so that 300 pictures have to fit the new layer only, and then set the upper ones free, with a small learning
rate, as long as pictures that were held out are read better.
"""
P_18_2_RUBRIC = """
- 1 point: an autoencoder is trained on all pictures, with labels or without
- 1 point: its encoder's layers, under a new output layer, are the classifier that is trained on the labelled ones
- 1 point: (lower) layers are frozen, at first at least, since there are so few labels
"""


def trainable_parameters(sizes: Sequence[int], n_classes: int, n_frozen: int) -> int:
    """Return how many weights and biases are left to be learned from the labels.

    Parameters
    ----------
    sizes : of the encoder, from its inputs to its codings: [784, 100, 30] are two dense
        layers, with biases.
    n_classes : units of the dense layer that is put on top of the codings.
    n_frozen : how many of the encoder's layers are frozen, from the lowest one on. More
        than there are freeze them all.

    Examples
    --------
    >>> trainable_parameters([4, 3, 2], n_classes=5, n_frozen=1)
    23
    """
    layers = list(pairwise([*sizes, n_classes]))
    frozen = min(n_frozen, len(sizes) - 1)  # the new layer never is
    return sum((n_in + 1) * n_out for n_in, n_out in layers[frozen:])


# For each of the four steps its letter.
P_18_2_CHOICE: dict[str, str] = {"first": "C", "second": "F", "third": "A", "fourth": "D"}

P_18_3 = """
No. It may have learned to copy: with enough codings nothing has to be understood to hand each number through. And even
a single coding can do it: a powerful network may number the rows that it was trained on, and know by heart what number
17 looks like. Nothing of that helps with a new row. (If rows come back *badly*, though, it is certainly no good.)

I'd look at the error on rows that it has not seen, and compare it with PCA's of as many codings; look at such rows
beside what they become; and above all see how good the codings are at what they are for: how well does a classifier do
on them, in cross-validation, and how much better than on the plain columns?
"""
P_18_3_RUBRIC = """
- 1 point: no: it may copy its inputs, or know them by heart
- 1 point: the reconstruction error of rows that were held out (or a look at them)
- 1 point: how useful the codings are for the task that they are for
"""


def encode_by_heart(X_train: ArrayLike, X: ArrayLike) -> NDArray[np.int64]:
    """Return the coding of each row: a single number, the index of the row of `X_train`
    that is nearest to it (the first of them if several are).

    Parameters
    ----------
    X_train : (m, d) the rows that were learned by heart.
    X : (n, d) rows, distances to which are Euclidean.

    Returns
    -------
    (n,) whole numbers

    Examples
    --------
    >>> encode_by_heart([[0.0], [5.0]], [[5.0], [1.0], [0.0]]).tolist()
    [1, 0, 0]
    """
    known, rows = np.asarray(X_train, dtype=float), np.asarray(X, dtype=float)
    return np.array([((known - row) ** 2).sum(axis=1).argmin() for row in rows])


def decode_by_heart(X_train: ArrayLike, codings: ArrayLike) -> NDArray[np.float64]:
    """Return the rows, (n, d), that codings of `encode_by_heart`, (n,), stand for.

    Examples
    --------
    >>> decode_by_heart([[0.0], [5.0]], [1, 1, 0]).tolist()
    [[5.0], [5.0], [0.0]]
    """
    return np.asarray(X_train, dtype=float)[np.asarray(codings)]


P_18_4 = """
An undercomplete one has fewer codings than columns, an overcomplete one more. The first has to leave something out, so
it has to find what matters; its danger is that the codings are too few, and that rows can't be put together again well
enough. The second has room for all; its danger is that it hands every number through and learns nothing that is of any
use. It needs something else that keeps it from that: noise on its inputs, or codings most of which have to be 0.
"""
P_18_4_RUBRIC = """
- 1 point: fewer codings than inputs, more codings than inputs
- 1 point: the danger of too few: the inputs can't be reconstructed
- 1 point: the danger of too many: inputs are copied, and no useful features are learned
"""


def autoencoder_kind(sizes: Sequence[int]) -> str:
    """Return whether an autoencoder is "undercomplete", "overcomplete" or "neither".

    Parameters
    ----------
    sizes : units of all its layers, from the inputs to the outputs. They are an odd
        number; the layer in the middle has the codings.

    Examples
    --------
    >>> autoencoder_kind([5, 3, 5])
    'undercomplete'
    """
    inputs, codings = sizes[0], sizes[len(sizes) // 2]
    return "undercomplete" if codings < inputs else "overcomplete" if codings > inputs else "neither"


def least_error(X: ArrayLike, k: int) -> float:
    """Return the smallest reconstruction error on rows that a linear autoencoder can
    have: one dense layer to codings, one back, both with biases and without activation.

    Parameters
    ----------
    X : (n, d) the rows.
    k : how many codings there are, 1 or more, maybe more than `d`, or than `n`.

    Returns
    -------
    The mean, over rows and columns, of the squared differences.

    Examples
    --------
    >>> least_error([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]], 1) < 1e-9
    True
    """
    X = np.asarray(X, dtype=float)
    lengths = np.linalg.svd(X - X.mean(axis=0), compute_uv=False)
    return float((lengths[k:] ** 2).sum() / X.size)


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
