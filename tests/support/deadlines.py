"""How long a test waits for what comes at once where all is well."""

from __future__ import annotations

import time
from collections.abc import Callable

SOON = 20.0  # seconds


def soon() -> float:
    """Return the moment, on the monotonic clock, until which to wait."""
    return time.monotonic() + SOON


def wait_until(true: Callable[[], object], seconds: float = SOON) -> None:
    """Wait until something is so, e.g. that a process has its command line, which it lacks when it has just begun.

    Raises
    ------
    AssertionError : it is not so after `seconds`.
    """
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)
