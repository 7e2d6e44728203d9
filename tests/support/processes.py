"""Processes, looked for among all of the machine."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path


def running(mark: str) -> list[int]:
    """Return the numbers of those that have `mark` in their command line."""
    found = []
    for entry in os.listdir("/proc"):
        with suppress(OSError):
            if entry.isdigit() and mark.encode() in Path("/proc", entry, "cmdline").read_bytes():
                found.append(int(entry))
    return found
