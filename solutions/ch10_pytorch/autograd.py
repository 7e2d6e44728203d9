"""Chapter 10, gradients (p.10.4, p.10.5 and p.10.13): the answers."""

import math
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


def quiet(function: Callable[[Tensor], Any], x: Tensor) -> Any:
    """Return ``function(x)`` without anything being recorded for gradients meanwhile.

    Afterwards everything is as before: whether operations are recorded, also where the
    function has raised an error, and whether `x` requires gradients.

    Parameters
    ----------
    function : takes a tensor. It may be a network, with parameters of its own.
    x : a tensor, which may require gradients.

    Examples
    --------
    >>> layer, x = nn.Linear(3, 2), torch.ones(4, 3, requires_grad=True)
    >>> layer(x).requires_grad, quiet(layer, x).requires_grad, layer(x).requires_grad
    (True, False, True)
    """
    with torch.no_grad():
        return function(x)


def cut(x: Tensor) -> Tensor:
    """Return a tensor with the same values in the same memory, for which no gradients
    are recorded any more; `x` itself stays as it is.

    Parameters
    ----------
    x : may require gradients, and may be the result of operations that were recorded.

    Examples
    --------
    >>> w = torch.ones(2, requires_grad=True)
    >>> x = 3 * w
    >>> cut(x).requires_grad, x.requires_grad
    (False, True)
    >>> cut(x).data_ptr() == x.data_ptr()
    True
    """
    return x.detach()


def freeze(model: nn.Module, prefix: str) -> None:
    """Keep some of a model's parameters from getting gradients, from now on.

    Parameters
    ----------
    model : any module.
    prefix : a parameter is meant if its name, as `named_parameters` has it, begins so.
        All the others are left as they are. A `grad` that is there already may stay.

    Examples
    --------
    >>> model = nn.Sequential(nn.Linear(3, 2), nn.ReLU(), nn.Linear(2, 1))
    >>> [freeze(model, "0."), *(one.requires_grad for one in model.parameters())][1:]
    [False, False, True, True]
    """
    for name, parameter in model.named_parameters():
        if name.startswith(prefix):
            parameter.requires_grad_(False)


# The letters of all that keep y from requiring gradients, such as ["a", "b"].
P_10_4_CHOICE: list[str] = ["a", "c", "f"]


def fate(function: Callable[[Tensor], Tensor], value: float) -> str:
    """Try out what becomes of a function whose gradient is asked for.

    Parameters
    ----------
    function : takes a tensor with one number and no dimension, and returns such a one,
        which comes of it.
    value : what stands in the tensor. Make it a new one that requires gradients, hand
        it over as it is, and then ask for the gradient of what the function returns.

    Returns
    -------
    Where PyTorch refuses with a `RuntimeError`: ``"at once"``, while the function is
    computed, or ``"in backward"``, or ``"never"``.

    Examples
    --------
    >>> fate(lambda x: 3 * x, 2.0)
    'never'
    >>> fate(lambda x: x.detach(), 2.0)
    'in backward'
    """
    x = torch.tensor(float(value), requires_grad=True)
    try:
        y = function(x)
    except RuntimeError:
        return "at once"
    try:
        y.backward()
    except RuntimeError:
        return "in backward"
    return "never"


# For each line "at once", "in backward" or "never".
P_10_5_CHOICE: dict[str, str] = {
    "a": "never",
    "b": "at once",
    "c": "at once",
    "d": "in backward",
    "e": "never",
    "f": "in backward",
}
# Do the lines d and e give the same number? "yes" or "no".
P_10_5_SAME: str = "no"


def by_hand(x: float, y: float) -> tuple[float, float]:
    """Return the partial derivatives of f(x, y) = sin(x² y) with respect to x and y.

    Parameters
    ----------
    x, y : the place.

    Examples
    --------
    >>> by_hand(0.0, 3.0)
    (0.0, 0.0)
    >>> by_hand(2.0, 0.0)
    (0.0, 4.0)
    """
    slope = math.cos(x**2 * y)  # of the sine
    return 2 * x * y * slope, x**2 * slope


def by_autograd(function: Callable[[Tensor, Tensor], Tensor], x: float, y: float) -> tuple[float, float]:
    """Return the partial derivatives of any function of two numbers, as PyTorch works
    them out.

    Parameters
    ----------
    function : takes two tensors without dimensions, of float64, and returns one, or
        something that depends on one of them only.
    x, y : the place.

    Returns
    -------
    The derivatives with respect to x and y. With respect to what the function does not
    depend on, it is 0.

    Examples
    --------
    >>> by_autograd(lambda x, y: x * y**2, 2.0, 3.0)
    (9.0, 12.0)
    >>> by_autograd(lambda x, y: 5 * y, 2.0, 3.0)
    (0.0, 5.0)
    """
    inputs = [torch.tensor(value, dtype=torch.float64, requires_grad=True) for value in (x, y)]
    function(*inputs).backward()
    dx, dy = (0.0 if one.grad is None else one.grad.item() for one in inputs)
    return dx, dy


# Both derivatives at x = 1.2 and y = 3.4, with four digits after the point.
P_10_13: list[float] = [1.4899, 0.2629]
