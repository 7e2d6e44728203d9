"""What is sent to a model, what comes back, and when two results are the same."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from autograder.engine.wire.proxy import Handle

Array: TypeAlias = NDArray[Any]
NOISE = 2e-5


def tensor(values: ArrayLike) -> torch.Tensor:
    """Return `values` as a tensor a model can take: floats as float32, whole numbers as int64, truth values as bool."""
    found = values if isinstance(values, torch.Tensor) else torch.from_numpy(np.array(values))
    if found.is_floating_point():
        return found.to(torch.float32)
    return found if found.dtype is torch.bool else found.to(torch.int64)


def outputs(model: Any, *inputs: ArrayLike, shape: Sequence[int], dtype: str = "float32") -> Array:
    """Call `model` on `inputs` and return what it gives, an array of `shape`.

    Parameters
    ----------
    model : a handle, or any function over one, e.g. ``model.encode``.
    shape : what the result's shape has to be; -1 for a length that does not matter.
    dtype : torch's name of the result's type; empty when it does not matter.

    Raises
    ------
    AssertionError : the result is no tensor, has another shape or type, or holds what is not finite.
    """
    found = as_tensor(model(*map(tensor, inputs)))
    assert found is not None, "the model returns no tensor"
    fits = len(found.shape) == len(shape) and all(
        want in (-1, size) for want, size in zip(shape, found.shape, strict=True)
    )
    assert fits, f"the output has shape {tuple(found.shape)}, not {tuple(shape)}"
    assert dtype in ("", str(found.dtype).removeprefix("torch.")), f"the output is of {found.dtype}, not {dtype}"
    assert torch.isfinite(found).all(), "the output is not finite"
    return np.asarray(found)


def as_tensor(value: Any) -> torch.Tensor | None:
    """Return a reply that was a tensor in the student's process: one without a dimension comes as a number. None for
    anything else."""
    if isinstance(value, bool | int | float | complex):
        return torch.tensor(value)
    return value if isinstance(value, torch.Tensor) else None


def leaf(value: Any) -> Array:
    found = value if isinstance(value, np.ndarray) else as_tensor(value)
    assert found is not None, "the model returns no tensor"
    return np.asarray(found)


def leaves(value: Any) -> list[Array]:
    """Return the arrays and numbers in nested containers, dictionaries in the order of their keys."""
    assert value is not None and not isinstance(value, Handle), "a plain value is wanted"
    if isinstance(value, dict):
        return [leaf for key in sorted(value, key=str) for leaf in leaves(value[key])]
    if isinstance(value, list | tuple):
        return [leaf for item in value for leaf in leaves(item)]
    return [np.asarray(value)]


def apart(one: Sequence[Array], other: Sequence[Array]) -> float:
    """Return the largest difference, relative to the largest value compared; infinite where shapes differ."""
    if [leaf.shape for leaf in one] != [leaf.shape for leaf in other]:
        return np.inf
    assert any(leaf.size for leaf in one), "there is nothing to compare"
    apart = 0.0
    for a, b in zip(one, other, strict=True):
        a, b = a.astype(float), b.astype(float)
        assert np.isfinite(a).all() and np.isfinite(b).all(), "a value is not finite"
        scale = max(np.abs(a).max(initial=0), np.abs(b).max(initial=0))
        apart = max(apart, float(np.abs(a - b).max(initial=0) / scale) if scale else 0.0)
    return apart
