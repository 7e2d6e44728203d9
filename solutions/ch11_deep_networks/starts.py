"""Chapter 11, how a network begins (p.11.1 to p.11.3): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

P_11_1 = """
Each layer multiplies the signal by its weights. If it makes it a little smaller each time, nothing is left of it after
twenty layers; if it makes it a little larger, it grows out of all bounds; and on the way back the gradients fare the
same. So weights are drawn with a spread at which the variance of what comes out of a layer is that of what goes in,
forwards, and the variance of the gradients stays the same, backwards.

Glorot's rule takes the mean of both fans, since one variance can't serve both ways, and fits activations that are
symmetric about 0, such as tanh. ReLU throws away half of the signal, so He's rule doubles the variance: 2 / fan in.
"""
P_11_1_RUBRIC = """
- 1 point: signals and gradients keep their size (variance) from layer to layer, so that they neither vanish nor explode
- 1 point: both ways (a mean of fan in and fan out), or what He changes for ReLU, and why
"""


def init_scale(rule: str, fan_in: int, fan_out: int, uniform: bool = False) -> float:
    """Return how widely a layer's weights are drawn.

    Parameters
    ----------
    rule : ``"glorot"`` (the mean of both fans), ``"he"`` (fan in, for ReLU) or
        ``"lecun"`` (fan in, for SELU).
    fan_in, fan_out : numbers that go into the layer, and its units.
    uniform : whether they are drawn evenly between two limits, -r and r, instead of
        from a normal distribution. The variance is the same.

    Returns
    -------
    The standard deviation of the normal distribution, or the limit r.

    Examples
    --------
    >>> round(init_scale("he", 100, 200), 5)
    0.14142
    >>> round(init_scale("glorot", 100, 200), 5)
    0.08165
    """
    variance = {"glorot": 2 / (fan_in + fan_out), "he": 2 / fan_in, "lecun": 1 / fan_in}[rule]
    return float((3 * variance if uniform else variance) ** 0.5)  # the variance between -r and r is r² / 3


def different_units(W_in: ArrayLike, b: ArrayLike, W_out: ArrayLike) -> int:
    """Count the units of a hidden layer that training can make different.

    Parameters
    ----------
    W_in : (n_units, n_inputs) weights that the hidden layer begins with.
    b : (n_units,) its biases.
    W_out : (n_outputs, n_units) weights of the layer behind it.

    Returns
    -------
    How many different units there are at most, however long gradient descent goes on.
    All weights and biases learn, and there is no dropout. Two numbers are the same if
    they are equal, to the last digit.

    Examples
    --------
    >>> different_units([[0.3, 0.3], [0.3, 0.3]], [0.0, 0.0], [[0.3, 0.3]])
    1
    >>> different_units([[0.3, 0.1], [0.2, 0.3]], [0.0, 0.0], [[0.3, 0.3]])
    2
    """
    units = np.column_stack([W_in, b, np.transpose(W_out)])  # all that belongs to a unit, in a row
    return len(np.unique(units, axis=0))


# The letters of all starts that will do, such as ["a", "b"].
P_11_2_CHOICE: list[str] = ["a", "e"]


def first_loss(counts: Sequence[int], biases: ArrayLike | None = None) -> float:
    """Return the loss of a classifier that has learned nothing but its output biases.

    All its weights are so small that the logits of any row are the output layer's
    biases. Many a mistake is found by comparing the first loss with this number.

    Parameters
    ----------
    counts : how many training rows there are of each class, at least one.
    biases : (classes,) of the output layer; None: all of them are 0.

    Returns
    -------
    The mean cross entropy of these rows, with natural logarithms.

    Examples
    --------
    >>> round(first_loss([500, 500]), 4)
    0.6931
    >>> round(first_loss([900, 100], [2.0, 0.0]), 4)
    0.3269
    """
    shares = np.asarray(counts, dtype=float) / np.sum(counts)
    logits = np.zeros(len(shares)) if biases is None else np.asarray(biases, dtype=float)
    shifted = logits - logits.max()
    log_probabilities = shifted - np.log(np.exp(shifted).sum())
    return float(-(shares * log_probabilities).sum())


# The letters of all sentences that are true.
P_11_3_CHOICE: list[str] = ["b", "c", "f"]
