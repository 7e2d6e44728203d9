"""A GPU of the tests' own: tensors that say they are elsewhere, and refuse to be mixed with those on the CPU.

They compute on the CPU. So what is found here is whether code cares where its tensors live, and no more. They say that
they are on torch's device without data, "meta", since a CPU build of torch refuses all others before it can be helped.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from typing import Any
from unittest import mock

import torch
from torch.utils._mode_utils import no_dispatch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_flatten, tree_map

import course.devices
from course.devices import VARIABLE

GPU = torch.device("meta")
_PACKED = ("_pack_padded_sequence", "_pad_packed_sequence")  # whose second result is on the CPU
# As on a real one: these take indices, lengths or a mask from the CPU.
_MAY_MIX = {"index", "index_put_", "_index_put_impl_", *_PACKED, "copy_", "_to_copy"}

_SHAPES = {"transpose_", "t_", "squeeze_", "unsqueeze_", "as_strided_"}


class OnGPU(torch.Tensor):
    """A tensor that says it is on `GPU`; what it holds is on the CPU."""

    held: torch.Tensor

    @staticmethod
    def __new__(cls, held: torch.Tensor) -> OnGPU:
        """Called by Python."""
        made: OnGPU = torch.Tensor._make_wrapper_subclass(
            cls, held.size(), strides=held.stride(), storage_offset=held.storage_offset(), dtype=held.dtype,
            device=GPU, requires_grad=held.requires_grad,
        )  # fmt: skip
        made.held = held
        return made

    def __repr__(self, **_: Any) -> str:  # type: ignore[override]
        """Called by a failing assertion."""
        return f"OnGPU({self.held})"

    @classmethod
    def __torch_dispatch__(cls, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called by torch for each operation."""
        return _run(func, args, kwargs or {})


class FakeGPU(TorchDispatchMode):
    """While it is entered, `GPU` is there. `operations` counts what was computed on it."""

    def __init__(self) -> None:
        super().__init__()
        self.operations = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        """Called by torch for each operation."""
        kwargs = kwargs or {}
        if any(isinstance(one, OnGPU) for one in tree_flatten((args, kwargs))[0]):
            self.operations += 1
        return _run(func, args, kwargs)


def _run(func: Any, args: Any, kwargs: dict[str, Any]) -> Any:
    flat = tree_flatten((args, kwargs))[0]
    there = [one for one in flat if isinstance(one, OnGPU)]
    name = func.overloadpacket.__name__
    here = [one for one in flat if isinstance(one, torch.Tensor) and not isinstance(one, OnGPU) and one.dim()]
    if there and here and name not in _MAY_MIX:
        raise RuntimeError(f"Expected all tensors to be on the same device, but {name} got {GPU} and cpu")
    target = kwargs.get("device")
    wanted = torch.device(target) if target is not None else None
    kwargs = {**kwargs, "device": torch.device("cpu")} if wanted is not None else kwargs
    found = func(*_held(args), **_held(kwargs))
    on_gpu = bool(there) if wanted is None else wanted == GPU
    if name == "copy_":
        on_gpu = isinstance(args[0], OnGPU)
    if name in _SHAPES:  # the wrapper's own shape has to follow
        with no_dispatch():
            func(*args, **kwargs)
    if name.endswith("_") and not name.startswith("_") and isinstance(args[0], torch.Tensor):
        return args[0]
    if name in _PACKED and on_gpu:
        return OnGPU(found[0]), found[1]
    return tree_map(lambda one: OnGPU(one) if type(one) is torch.Tensor else one, found) if on_gpu else found


def _held(value: Any) -> Any:
    return tree_map(lambda one: one.held if isinstance(one, OnGPU) else one, value)


@contextlib.contextmanager
def fake_gpu() -> Iterator[FakeGPU]:
    """A machine with one GPU, which `course.device` finds."""
    with (
        mock.patch.dict(os.environ, {VARIABLE: str(GPU)}),
        mock.patch.object(course.devices, "_count", return_value=1),
        FakeGPU() as gpu,
    ):
        yield gpu
