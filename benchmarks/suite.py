"""All benchmarks, by name, and the one way to run them."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from importlib.metadata import version
from pathlib import Path

from benchmarks.cost import cpu_overhead, memory_in_flight
from benchmarks.hints import hints
from benchmarks.lab import FULL, QUICK, Lab, Sizes
from benchmarks.row import BenchmarkRow
from benchmarks.same import identical
from benchmarks.speed import class_of_30, growth, regrade, start
from benchmarks.warm import warm
from course.errors import SetupError, near

BENCHMARKS: Mapping[str, Callable[[Lab], Iterator[BenchmarkRow]]] = {
    "class_of_30": class_of_30,
    "cpu_overhead": cpu_overhead,
    "memory_in_flight": memory_in_flight,
    "growth": growth,
    "regrade": regrade,
    "warm": warm,
    "start": start,
    "identical": identical,
    "hints": hints,
}


def run(only: frozenset[str] = frozenset(), *, quick: bool = False) -> Iterator[BenchmarkRow]:
    """Run the benchmarks called `only` (all when empty), yielding each row as soon as it is measured.

    Parameters
    ----------
    quick : a few submissions, once: shows that everything works, and its figures mean nothing.

    Raises
    ------
    SetupError : there is no such benchmark, or this system can't fork.
    EngineError : a command that was to be measured failed; the message holds what it said.
    """
    for unknown in sorted(only - BENCHMARKS.keys()):
        known = ", ".join(BENCHMARKS)
        raise SetupError(f"There is no benchmark {unknown}.{near(unknown, BENCHMARKS)} Choose from: {known}.")
    if not hasattr(os, "fork"):
        raise SetupError("The benchmarks need a system that can fork: run them on Linux or macOS.")
    return _run(only or frozenset(BENCHMARKS), QUICK if quick else FULL)


def machine() -> str:
    """Return what the figures were measured on, in one line."""
    versions = ", ".join(f"{name} {version(name)}" for name in ("nbgrader", "ipykernel", "torch"))
    return (
        f"{os.cpu_count()} cores, {platform.system()} {platform.release()}, Python {sys.version.split()[0]}, {versions}"
    )


def _run(only: frozenset[str], sizes: Sizes) -> Iterator[BenchmarkRow]:
    with tempfile.TemporaryDirectory(prefix="course-bench-", ignore_cleanup_errors=True) as folder:
        lab = Lab.open(Path(folder), sizes)
        for name, benchmark in BENCHMARKS.items():
            if name in only:
                yield from benchmark(lab)
