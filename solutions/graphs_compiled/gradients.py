"""Graphs and compiled functions, passes for a gradient (tf1.09.11): the answers."""

from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor


def traversals(mode: str, n_inputs: int, n_outputs: int) -> int:
    """Return how often a graph is walked through for all its derivatives.

    Parameters
    ----------
    mode : "reverse" or "forward". Reverse mode walks through it once for the values,
        and then back, once for each output. In forward mode a walk computes values and
        the derivatives with respect to one input together.
    n_inputs, n_outputs : numbers that go in and that come out.

    Examples
    --------
    >>> traversals("reverse", 1, 1), traversals("forward", 1, 1)
    (2, 1)
    """
    return n_inputs if mode == "forward" else 1 + n_outputs


def forward_gradient(f: Callable[[Tensor], Tensor], x: ArrayLike) -> NDArray[np.float64]:
    """Return the gradient of a function by forward mode, without any `backward`.

    Parameters
    ----------
    f : takes a tensor (n,) and returns one number, a tensor without dimensions.
    x : (n,) numbers, whole ones too, an array or a list.

    Returns
    -------
    (n,) float64, right to nine digits. `f` is called once for each of the n numbers, as
    ``torch.func.jvp`` does, and no gradient is required of anything.

    Examples
    --------
    >>> forward_gradient(lambda t: t[0] * t[1], [3.0, 5.0]).tolist()
    [5.0, 3.0]
    """
    point = torch.tensor(np.asarray(x), dtype=torch.float64)
    directions = torch.eye(len(point), dtype=torch.float64)
    return np.array([float(torch.func.jvp(f, (point,), (direction,))[1]) for direction in directions])


# For each case "forward" or "reverse".
TF1_09_11_CHOICE: dict[str, str] = {
    "loss": "reverse",
    "throw": "forward",
    "picture": "reverse",
    "dial": "forward",
}
