"""Chapter 11, activations (p.11.4 and tf2.11.3): the answers."""

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, softmax

P_11_4 = """
*Hidden layers.* I begin with ReLU: it costs next to nothing and does well enough; where many of its units are dead, a
leaky one at nearly the same price. For a large network, where quality is worth some time, SiLU (Swish), GELU or Mish,
which are smooth and dip below 0. For a plain stack of dense layers on standardised inputs, SELU with LeCun's weights,
which keeps the signals in shape without batch norm, as long as nothing else stands in between.

*Output layers.* There the task decides: none at all for any number; tanh for one between -1 and 1; a sigmoid for the
probability of yes, also for each of several tags by itself; a softmax where exactly one class is right.
"""
P_11_4_RUBRIC = """
- 1 point: ReLU (or a leaky one) where it has to be fast or simple, and when another one pays
- 1 point: SELU, or one of SiLU, GELU and Mish, with the case that it is for
- 1 point: output layers: tanh, sigmoid, softmax or none, by what comes out
"""


def activation(name: str, z: ArrayLike) -> NDArray[np.float64]:
    """Return what an activation makes of numbers.

    Parameters
    ----------
    name : ``"relu"``, ``"leaky relu"`` (with a slope of 0.01 on the left), ``"gelu"``
        (z times the probability that a standard normal number is below z), ``"silu"``
        (z times its sigmoid), ``"mish"`` (z tanh(log(1 + e^z))) or ``"softmax"``.
    z : (n, k) numbers; a softmax is taken over each row, all others of each number.

    Returns
    -------
    (n, k), right also where z is in the hundreds.

    Examples
    --------
    >>> activation("leaky relu", [[-2.0, 3.0]]).tolist()
    [[-0.02, 3.0]]
    >>> activation("softmax", [[0.0, 0.0]]).tolist()
    [[0.5, 0.5]]
    """
    z = np.asarray(z, dtype=float)
    if name == "softmax":
        return np.asarray(softmax(z, axis=1))
    shapes = {
        "relu": lambda: np.maximum(z, 0),
        "leaky relu": lambda: np.where(z > 0, z, 0.01 * z),
        "gelu": lambda: z * ndtr(z),
        "silu": lambda: z * np.exp(-np.logaddexp(0, -z)),  # logaddexp(0, z) is log(1 + e^z), which does not overflow
        "mish": lambda: z * np.tanh(np.logaddexp(0, z)),
    }
    return np.asarray(shapes[name]())


# For each case one of "relu", "leaky relu", "selu", "silu", "tanh", "sigmoid",
# "softmax" and "none".
P_11_4_CHOICE: dict[str, str] = {
    "first try": "relu",
    "half of them dead": "leaky relu",
    "normalises itself": "selu",
    "best, not fastest": "silu",
    "from -1 to 1": "tanh",
    "spam or not": "sigmoid",
    "any tags of ten": "sigmoid",
    "one class of ten": "softmax",
    "any number": "none",
}


def elu(z: ArrayLike) -> NDArray[np.float64]:
    """Return z where it is positive, and e^z - 1 where it is not; right also where z is
    in the hundreds.

    Parameters
    ----------
    z : numbers of any shape.

    Examples
    --------
    >>> elu([-1.0, 2.0]).round(6).tolist()
    [-0.632121, 2.0]
    """
    z = np.asarray(z, dtype=float)
    return np.where(z > 0, z, np.expm1(np.minimum(z, 0)))


def selu(z: ArrayLike) -> NDArray[np.float64]:
    """Return SELU: λz where z is positive, and λα(e^z - 1) where it is not.

    The two constants make it so that mean 0 and variance 1 stay what they are: they are
    α = 1.6732632423543772 and λ = 1.0507009873554805.

    Parameters
    ----------
    z : numbers of any shape.

    Examples
    --------
    >>> selu([-1.0, 1.0]).round(6).tolist()
    [-1.111331, 1.050701]
    """
    z = np.asarray(z, dtype=float)
    scale, alpha = 1.0507009873554805, 1.6732632423543772
    return scale * np.where(z > 0, z, alpha * np.expm1(np.minimum(z, 0)))


def dead_units(X: ArrayLike, W: ArrayLike, b: ArrayLike) -> list[int]:
    """Return which units of a ReLU layer are dead.

    Parameters
    ----------
    X : (n, d), all rows that there are; none of them is 0 everywhere.
    W, b : (units, d) and (units,): the layer gives ReLU(X Wᵀ + b).

    Returns
    -------
    The numbers of the units, from 0 on and in that order, whose weights get no gradient
    from any of the rows. (Just at 0, ReLU has a slope of 0.)

    Examples
    --------
    >>> dead_units([[1.0], [2.0]], [[1.0], [-1.0], [-1.0]], [0.0, 1.5, 0.5])
    [2]
    """
    z = np.asarray(X, dtype=float) @ np.transpose(W) + np.asarray(b)  # (n, units)
    return [int(unit) for unit in np.flatnonzero((z <= 0).all(axis=0))]


# The letters of the three that are advantages over ReLU.
TF2_11_3_CHOICE: list[str] = ["a", "d", "e"]
