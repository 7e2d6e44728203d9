"""Chapter 9, threshold units (p.09.2): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray


def threshold_net(layers: Sequence[tuple[ArrayLike, ArrayLike]], X: ArrayLike) -> NDArray[np.int64]:
    """Return what a network of threshold units says.

    A unit adds up its inputs, each times its weight, and its bias. It answers 1 if the
    sum is 0 or more, else 0.

    Parameters
    ----------
    layers : the layers from the first to the last, each a pair (W, b): weights, shape
        (inputs, units), and biases, shape (units,). What a layer answers is the input
        of the next one.
    X : (m, n) rows; n is the number of inputs of the first layer.

    Returns
    -------
    (m, units of the last layer), whole numbers 0 and 1.

    Examples
    --------
    One unit that wants both inputs (AND), and one that wants either (OR):

    >>> gates = ([[1, 1], [1, 1]], [-1.5, -0.5])
    >>> threshold_net([gates], [[0, 0], [0, 1], [1, 1]]).tolist()
    [[0, 0], [0, 1], [1, 1]]

    A second layer turns its only input round; a sum of 0 is enough for a 1:

    >>> threshold_net([([[1], [1]], [-1.5]), ([[-1]], [0])], [[0, 1], [1, 1]]).tolist()
    [[1], [0]]
    """
    signal = np.asarray(X, dtype=float)  # (m, n)
    for W, b in layers:
        signal = (signal @ np.asarray(W) + np.asarray(b) >= 0).astype(float)  # (m, units)
    return signal.astype(np.int64)


def xor_net(low: float = 0.0, high: float = 1.0) -> list[tuple[ArrayLike, ArrayLike]]:
    """Return a network of threshold units that computes XOR of two inputs.

    Parameters
    ----------
    low, high : how the inputs say "no" and "yes": two numbers, `low` is less than
        `high`. As a rule these are 0 and 1, but in a machine they may be 0.2 and 4.8
        volts, or -1 and 1.

    Returns
    -------
    The layers, pairs (W, b) as `threshold_net` takes them. There are two inputs, each
    of them `low` or `high`, and one unit in the last layer, which answers 1 where
    exactly one of the inputs is `high`, else 0. How many layers and units there are
    before it is up to you.

    Examples
    --------
    >>> threshold_net(xor_net(), [[0, 0], [0, 1]]).tolist()
    [[0], [1]]
    >>> threshold_net(xor_net(-1, 3), [[3, -1], [3, 3]]).tolist()
    [[1], [0]]
    """
    half = (high - low) / 2  # the inputs differ by 2 half or not at all
    # first unit: a and not b; second unit: b and not a
    hidden = (np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([-half, -half]))
    either = (np.array([[1.0], [1.0]]), np.array([-0.5]))
    return [hidden, either]
