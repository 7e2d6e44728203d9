"""Chapter 18, questions on autoencoders (p.18.1 to p.18.4): the answers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

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
