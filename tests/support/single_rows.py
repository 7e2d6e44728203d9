"""Whether a check puts a single row to a network in training mode, which honest layers refuse (batch normalisation)."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_pre_hook

from autograder.engine.wire import server


@contextmanager
def single_rows() -> Iterator[list[str]]:
    """Collect the networks that are asked so by a check itself, and not by a function of the answer's, each by its
    class and the input's shape; asked are those of an answer in this process (`LocalSession`)."""
    found: list[str] = []

    def note(module: torch.nn.Module, inputs: tuple[Any, ...]) -> None:
        first = inputs[0] if inputs else None
        if not (module.training and isinstance(first, torch.Tensor) and first.ndim >= 2 and len(first) == 1):
            return
        if _asked_by_a_check(_caller(sys._getframe(1)), type(module).__module__):
            found.append(f"{type(module).__name__} {tuple(first.shape)}")

    hook = register_module_forward_pre_hook(note)
    try:
        yield found
    finally:
        hook.remove()


def _asked_by_a_check(caller: str, network: str) -> bool:
    """Whether a check asks, or a probe of it; what probes ask of PyTorch's own layers is an oracle's answer."""
    probes = caller.startswith(("autograder.checks", "autograder.testing"))
    return caller == server.__name__ or (probes and network.startswith("solutions"))


def _caller(frame: FrameType | None) -> str:
    """The module of the first frame that is none of torch's."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith("torch."):
        frame = frame.f_back
    return str(frame.f_globals.get("__name__", "")) if frame is not None else ""
