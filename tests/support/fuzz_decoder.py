"""Fuzzes the decoder: ``python -m tests.support.fuzz_decoder --inputs 2000000 --seed 1``.

Inputs are valid frames that have been damaged (bits, lengths, nodes of the tree, parts of other frames) and trees made
from the decoder's own grammar. For every input only a value of exact types or a `WireError` may come out, within
`SECONDS`, and within `MEMORY` more than the process has at the start: memory beyond that is not there (Linux), and a
`MemoryError` is a failure. Prints what failed, and figures; exits with 1 if anything did.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import faulthandler
import signal
import sys
import time
import types
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import scipy.sparse
import torch

from autograder.engine.wire import codec
from tests.support.fuzz_inputs import Maker

SECONDS = 2.0
MEMORY = 1 << 30  # bytes: what one small message may cost (`bounds.MAX_BYTES`), twice
BATCH = 1000


class Token:
    """What a handle resolves to."""

    __slots__ = ()
    __hash__ = None  # type: ignore[assignment]


class TooSlow(BaseException):
    """An input took longer than `SECONDS`."""


@dataclass
class Report:
    """What a run has seen."""

    inputs: int = 0
    values: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0
    seconds: float = 0.0


EXACT = {
    type(None), bool, int, float, complex, str, bytes, range, Token, dt.datetime, dt.date, dt.time, np.ndarray,
    torch.Tensor, pd.DataFrame, pd.Series, pd.Timestamp, pd.Timedelta, type(pd.NaT), type(pd.NA), pd.Index,
    pd.RangeIndex, pd.MultiIndex, pd.CategoricalIndex, pd.DatetimeIndex, pd.TimedeltaIndex, pd.Categorical,
    pd.arrays.DatetimeArray, type(pd.array(["a"], dtype="str")), type(pd.array(["a"], dtype="string")),
    pd.arrays.IntegerArray, pd.arrays.FloatingArray, pd.arrays.BooleanArray,
}  # fmt: skip
EXACT |= {getattr(scipy.sparse, f"{layout}_{kind}") for layout in ("csr", "csc", "coo") for kind in ("array", "matrix")}


def stranger_in(value: Any) -> type | None:
    """Return the first type in a decoded value that is not exactly one we know."""
    kind = type(value)
    if kind in (list, tuple, set, frozenset):
        return next((found for item in value if (found := stranger_in(item))), None)
    if kind is dict:
        return next((found for pair in value.items() if (found := stranger_in(list(pair)))), None)
    if kind is np.ndarray and value.dtype == object:
        return next((found for item in value.flat if (found := stranger_in(item))), None)
    known = kind in EXACT or (issubclass(kind, np.generic) and kind.__module__ == "numpy")
    return None if known else kind


def run(inputs: int, seed: int, seconds: float = float("inf"), out: Callable[[str], object] = print) -> Report:
    """Put `inputs` inputs to the decoder, or as many as there is time for."""
    maker, report = Maker(seed), Report()
    start = time.monotonic()
    with guarded(report):
        while report.inputs < inputs and time.monotonic() - start < seconds:
            if report.inputs % BATCH == 0:
                _watch_for_hangs()
            _one(maker, report, out)
    report.seconds = time.monotonic() - start
    return report


def _one(maker: Maker, report: Report, out: Callable[[str], object]) -> None:
    frame = maker.frame()
    report.inputs += 1
    problem = ""
    begun = _started[0] = time.monotonic()
    try:
        value = codec.decode(frame, lambda *_: Token())
    except codec.WireError as error:
        report.refused[str(error)] += 1
    except (Exception, TooSlow) as error:
        problem = f"{type(error).__name__}: {error}"
    else:
        found = stranger_in(value)
        problem = f"a value of type {found}" if found else ""
        report.values += not found
    _started[0] = float("inf")
    report.slowest = max(report.slowest, time.monotonic() - begun)
    if problem:
        report.failures.append(problem)
        out(f"input {report.inputs}: {problem[:200]}\n  {frame.hex()[:4000]}")


_started = [float("inf")]


@contextlib.contextmanager
def guarded(report: Report) -> Iterator[None]:
    """Bound time and memory while inputs are decoded; both as they were afterwards."""
    limits = _limit_memory()
    unix = hasattr(signal, "setitimer")

    def look(_: int, __: types.FrameType | None) -> None:
        if time.monotonic() - _started[0] > SECONDS:
            _started[0] = float("inf")
            raise TooSlow

    before = signal.signal(signal.SIGALRM, look) if unix else None
    try:
        if unix:
            signal.setitimer(signal.ITIMER_REAL, 0.5, 0.5)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        if unix:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        faulthandler.cancel_dump_traceback_later()
        if limits is not None:
            import resource

            resource.setrlimit(resource.RLIMIT_DATA, limits)


def _watch_for_hangs() -> None:
    """End the process, with a trace, if a batch hangs in code that no signal interrupts."""
    with contextlib.suppress(AttributeError, ValueError):  # a stderr that is no file
        faulthandler.dump_traceback_later(300, exit=True)


def _limit_memory() -> tuple[int, int] | None:
    if sys.platform != "linux":
        return None
    import resource

    with open("/proc/self/status") as status:
        used = next(int(line.split()[1]) << 10 for line in status if line.startswith("VmData"))
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (used + MEMORY, before[1]))
    return before


def peak_megabytes() -> int:
    """Return the most memory this process has had, resident, in MB."""
    if sys.platform == "win32":
        return 0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> (20 if sys.platform == "darwin" else 10)


def main() -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description="Fuzz the decoder.", epilog="python -m tests.support.fuzz_decoder")
    parser.add_argument("--inputs", type=int, default=2_000_000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=float("inf"))
    arguments = parser.parse_args()
    before = peak_megabytes()
    report = run(arguments.inputs, arguments.seed, arguments.seconds)
    print(
        f"{report.inputs:,} inputs in {report.seconds:.0f} s ({report.inputs / report.seconds:,.0f}/s): "
        f"{report.values:,} values, {report.refused.total():,} refused, {len(report.failures)} failures; "
        f"slowest {report.slowest * 1000:.0f} ms; memory {before} MB before, {peak_megabytes()} MB at most"
    )
    for reason, count in report.refused.most_common(25):
        print(f"{count:>10,}  {reason[:100]}")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
