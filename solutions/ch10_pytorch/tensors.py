"""Chapter 10, tensors (p.10.1 to p.10.3): the answers."""

from collections.abc import Sequence
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

P_10_1 = """
- It remembers which operations a result came from, and works out gradients of any of it by itself.
- The same code runs on a GPU or another accelerator: a tensor has a device.
- What networks are made of is there: layers, losses, optimisers, loaders that shuffle and batch the data.
- A finished model can be compiled, or exported, so that it runs faster, and without Python.
"""
P_10_1_RUBRIC = """
- 1 point: gradients by automatic differentiation, and tensors on a GPU or another accelerator
- 1 point: layers, losses, optimisers, data loaders; or that models can be compiled or exported
"""
# The letters of all things that PyTorch has and NumPy lacks, such as ["a", "b"].
P_10_1_CHOICE: list[str] = ["b", "d", "e", "g"]


def to_numpy(x: Tensor) -> NDArray[Any]:
    """Return the values of a tensor as a NumPy array.

    Parameters
    ----------
    x : a tensor of any shape, on any device. It may require gradients, be the result of
        a computation that is recorded, and be of any type of whole or floating-point
        numbers that NumPy has, or of ``bfloat16``.

    Returns
    -------
    An array of the same shape and type. NumPy has no ``bfloat16``: of such a tensor the
    array is of ``float32``, which holds each value exactly. The tensor stays as it is,
    with its record; the array may share its memory or not.

    Examples
    --------
    >>> w = torch.tensor([1.5, 2.5], requires_grad=True)
    >>> to_numpy(2 * w)
    array([3., 5.], dtype=float32)
    >>> to_numpy(torch.ones(2, dtype=torch.bfloat16)).dtype
    dtype('float32')
    """
    x = x.detach().cpu()
    return (x.float() if x.dtype == torch.bfloat16 else x).numpy()


def squash(x: Tensor) -> Tensor:
    """Return a new tensor with ``x / (1 + |x|)`` of each value; `x` stays as it is.

    Parameters
    ----------
    x : floats, of any shape.

    Examples
    --------
    >>> x = torch.tensor([-3.0, 1.0])
    >>> squash(x)
    tensor([-0.7500,  0.5000])
    >>> [squash(x), x][1]
    tensor([-3.,  1.])
    """
    return x / (1 + x.abs())


def squash_(x: Tensor) -> Tensor:
    """Do the same as `squash` in place: what the name's last character promises.

    Parameters
    ----------
    x : floats, of any shape. It may be a part of a larger tensor, such as a column,
        which is then changed in the larger one, too. It has nothing to do with
        gradients.

    Returns
    -------
    What PyTorch's own methods with such names return.

    Examples
    --------
    >>> x = torch.tensor([-3.0, 1.0])
    >>> [squash_(x), x][1]
    tensor([-0.7500,  0.5000])
    """
    return x.div_(1 + x.abs())


# The letters of all true sentences, such as ["a", "b"].
P_10_2_CHOICE: list[str] = ["a", "b", "d"]


def made_there(shape: Sequence[int], value: float, device: torch.device | str) -> Tensor:
    """Return a tensor that was on a device from the beginning: no tensor on the CPU
    came before it.

    Parameters
    ----------
    shape : of the tensor.
    value : stands at every place.
    device : where it is to be: ``"cuda"``, ``torch.device("mps")``, ``"cpu"``, ….

    Returns
    -------
    A tensor of float32.

    Examples
    --------
    >>> made_there((2, 3), 0.5, "cpu")
    tensor([[0.5000, 0.5000, 0.5000],
            [0.5000, 0.5000, 0.5000]])
    """
    return torch.full(tuple(shape), value, dtype=torch.float32, device=device)


def moved_there(shape: Sequence[int], value: float, device: torch.device | str) -> Tensor:
    """Return the same tensor by the other way: it is made on the CPU, and then moved to
    the device.

    Parameters
    ----------
    shape, value, device : as for `made_there`.

    Returns
    -------
    A tensor of float32.

    Examples
    --------
    >>> moved_there((2,), 0.5, torch.device("cpu"))
    tensor([0.5000, 0.5000])
    """
    return torch.full(tuple(shape), value, dtype=torch.float32, device="cpu").to(device)
