"""Chapter 9, threshold units (p.09.2): the answers."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

Layer = tuple[ArrayLike, ArrayLike]


def threshold_net(layers: Sequence[Layer], X: ArrayLike) -> NDArray[np.int64]:
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


def xor_net() -> list[Layer]:
    """Return a network of threshold units that computes XOR of two inputs.

    Its layers are pairs (W, b) as `threshold_net` takes them. There are two inputs,
    each 0 or 1, and one unit in the last layer, which answers 1 where exactly one of
    the inputs is 1. How many layers and units there are before it is up to you.

    Examples
    --------
    >>> threshold_net(xor_net(), [[0, 0], [0, 1]]).tolist()
    [[0], [1]]
    >>> threshold_net(xor_net(), [[1, 1]]).shape
    (1, 1)
    """
    # first unit: a and not b; second unit: b and not a
    hidden = (np.array([[1.0, -1.0], [-1.0, 1.0]]), np.array([-0.5, -0.5]))
    either = (np.array([[1.0], [1.0]]), np.array([-0.5]))
    return [hidden, either]
