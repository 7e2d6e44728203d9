"""Graphs and compiled functions, tensors and what a framework is for (tf2.12.1 to tf2.12.4): the answers."""

from collections.abc import Callable, Sequence

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor

TF2_12_1 = """
At its heart PyTorch is what NumPy is: arrays of many dimensions and fast functions on them. Three things come on top.
The arrays can live on a GPU or another accelerator, and one program can be spread over several of them. It remembers
how each number came about, so that it can say how a result changes with every number that went into it (automatic
differentiation), which is what training takes. And it brings what networks are built, trained and shipped with: layers,
losses, optimisers, loaders for data, a compiler, and formats in which a model runs without Python.

TensorFlow (mostly by way of Keras) and JAX do the same job; MXNet and others did.
"""
TF2_12_1_RUBRIC = """
- 1 point: computes with tensors as NumPy does, on accelerators too
- 1 point: automatic differentiation; tools around it (layers, optimisers, data, compiling, distributed, deployment)
- 1 point: another framework for the same job (TensorFlow, JAX, …)
"""


def slopes(f: Callable[[Tensor], Tensor], x: ArrayLike) -> NDArray[np.float64]:
    """Return the derivative of a function that you can call but not read.

    Parameters
    ----------
    f : made of PyTorch's operations; works on each number of a 1D tensor by itself.
    x : (n,) numbers, whole ones too, an array or a list.

    Returns
    -------
    (n,) float64: the derivative of `f` at each of them, right to nine digits.

    Examples
    --------
    >>> slopes(lambda t: t**3 + t, [0.0, 1.0, 2.0]).tolist()
    [1.0, 4.0, 13.0]
    """
    points = torch.tensor(np.asarray(x), dtype=torch.float64, requires_grad=True)
    (slope,) = torch.autograd.grad(f(points).sum(), points)  # each output depends on its own input alone
    result: NDArray[np.float64] = slope.numpy()
    return result


def numpy_std(t: Tensor, dim: int) -> Tensor:
    """Return what ``t.numpy().std(axis=dim)`` would be, as a tensor.

    Parameters
    ----------
    t : float32, float64 or int64, of any shape, with one number or more along `dim`.
    dim : the dimension that goes.

    Returns
    -------
    Of the type of `t`; float64 where `t` holds whole numbers.

    Examples
    --------
    >>> numpy_std(torch.tensor([[1.0, 5.0], [3.0, 5.0]]), dim=0).tolist()
    [1.0, 0.0]
    """
    values = t if t.is_floating_point() else t.to(torch.float64)
    return values.std(dim=dim, correction=0)  # torch divides by n - 1 if nobody objects


# All that is true, in any order.
TF2_12_2_CHOICE: list[str] = [
    "from_numpy shares memory",
    "tensor of an array keeps its dtype",
]


def compare(one: Tensor, other: Tensor) -> str:
    """Say how alike two tensors are.

    Parameters
    ----------
    one, other : of any shapes; whole numbers of up to a million, or floats of 32 or 64
        bits, none of which is nan.

    Returns
    -------
    ``"identical"`` if shape, values and dtype are the same, ``"another dtype"`` if only
    the dtype differs, else ``"different"``. Values are the same if they are the same
    numbers exactly.

    Examples
    --------
    >>> compare(torch.zeros(3), torch.zeros(3))
    'identical'
    >>> compare(torch.zeros(3), torch.zeros(3, dtype=torch.int32))
    'another dtype'
    """
    if one.shape != other.shape or not bool((one == other).all()):
        return "different"
    return "identical" if one.dtype == other.dtype else "another dtype"


# For each pair what `compare` says of it.
TF2_12_3_CHOICE: dict[str, str] = {
    "whole": "identical",
    "real": "another dtype",
    "tenths": "different",
    "int32": "another dtype",
}

TF2_12_4 = """
- *Sparse tensors* hold only the numbers that are not 0, and where they stand (by coordinates, COO, or row by row, CSR).
  Bags of words, or the links of a large graph, would not fit into memory otherwise.
- *Nested (jagged) tensors* hold rows of unequal length without padding: sentences, or baskets with any number of items.
- *Packed sequences* hold the same for recurrent layers, sorted by time step, so that no step is wasted on padding.

There are quantised tensors as well, whose numbers take a byte each and come with a scale; and lists and dictionaries of
modules or parameters, which a model can find its parts in.
"""
TF2_12_4_RUBRIC = """
- 2 points: three structures besides the plain dense tensor, one point for the first two (sparse, nested or ragged,
  packed sequences, quantised, lists and dictionaries of modules, …)
- 1 point: what each of the three is good for
"""


def sparse_numbers(rows: int, columns: int, n_nonzero: int) -> dict[str, int]:
    """Return how many numbers a matrix takes, values and indices counted alike.

    Parameters
    ----------
    rows, columns, n_nonzero : its size, and how many of its numbers are not 0.

    Returns
    -------
    For ``"dense"``, ``"coo"`` (``t.to_sparse_coo()``) and ``"csr"``
    (``t.to_sparse_csr()``) the size of all tensors together that it is made of.

    Examples
    --------
    >>> sparse_numbers(1, 10, 0)
    {'dense': 10, 'coo': 0, 'csr': 2}
    """
    return {
        "dense": rows * columns,
        "coo": n_nonzero * (2 + 1),  # row, column, value
        "csr": rows + 1 + n_nonzero * (1 + 1),  # where each row begins and the last one ends; column, value
    }


def ragged_numbers(lengths: Sequence[int], n_features: int) -> dict[str, int]:
    """Return how many numbers sequences of unequal length take.

    Parameters
    ----------
    lengths : time steps of each sequence, 1 or more; the longest comes first.
    n_features : numbers per time step.

    Returns
    -------
    ``"padded"`` : all of them as long as the longest, in one tensor.
    ``"packed"`` : the `data` and the `batch_sizes` of
        ``nn.utils.rnn.pack_sequence(…)``.
    ``"jagged"`` : the `values()` and the `offsets()` of
        ``torch.nested.nested_tensor(…, layout=torch.jagged)``.

    Examples
    --------
    >>> ragged_numbers([1], 4)
    {'padded': 4, 'packed': 5, 'jagged': 6}
    """
    steps = sum(lengths)
    return {
        "padded": len(lengths) * max(lengths) * n_features,
        "packed": steps * n_features + max(lengths),  # for each time step: how many sequences are still there
        "jagged": steps * n_features + len(lengths) + 1,  # where each begins, and the last one ends
    }
