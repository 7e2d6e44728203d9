"""Benchmarks of the grading engine, each beside nbgrader's own ``autograde`` on the same submissions."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchmarks.row import BenchmarkRow, Spread
    from benchmarks.suite import BENCHMARKS, machine, run

__all__ = ["BENCHMARKS", "BenchmarkRow", "Spread", "machine", "run"]

_HOMES = {"BenchmarkRow": "row", "Spread": "row", "BENCHMARKS": "suite", "machine": "suite", "run": "suite"}


def __getattr__(name: str) -> Any:
    """Import a name when it is asked for: the meter, which runs beside what it measures, needs none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
