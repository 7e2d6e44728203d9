"""How long a test waits for what comes at once where all is well."""

from __future__ import annotations

import time

SOON = 20.0  # seconds


def soon() -> float:
    """Return the moment, on the monotonic clock, until which to wait."""
    return time.monotonic() + SOON
