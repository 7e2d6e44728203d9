"""What decoding one message may take: memory, work, and values made to collide in a hash table.

Self-contained, like the codec: its text is also run inside the student's process. Every bound is a count, never a
clock: the same message is read, or refused, on every machine.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from typing import Any

from autograder.engine.wire.frame import MAX_BYTES, MAX_CATEGORIES, WireError

ITEM = 64  # bytes for a part of a container
MAX_WORK = 4_000_000
# What one value takes beside the content of its arrays: bytes, and work in about microseconds; measured, rounded up.
COSTS = {
    "int": (600, 1), "tuple": (160, 2), "set": (300, 2), "frozenset": (400, 2), "dict": (300, 3), "complex": (200, 1),
    "range": (250, 4), "datetime": (150, 2), "date": (150, 2), "time": (150, 2), "handle": (400, 3), "bytes": (100, 2),
    "text": (100, 2), "scalar": (200, 6), "array": (500, 8), "objects": (400, 8), "tensor": (700, 20),
    "sparse": (2000, 150), "rangeindex": (600, 10), "index": (1500, 50), "multiindex": (4000, 500),
    "series": (2500, 80), "frame": (4000, 200), "categorical": (1500, 60), "strings": (800, 60),
    "zoned": (2000, 100), "nullable": (1000, 80), "Timestamp": (300, 6), "Timedelta": (300, 25), "NaT": (0, 1),
    "NA": (0, 1),
}  # fmt: skip
COLUMN = (2000, 100)  # of a frame, a level of an index
_FEW = 100  # keys of one hash; more would make a set's time quadratic


class Budget:
    """Adds up what a message takes; each method raises `WireError` where that is too much."""

    def __init__(self) -> None:
        self.spent = 0  # bytes beside the content of arrays
        self.work = 0  # about microseconds
        self.categories = 0
        self._first: dict[int, Any] = {}
        self._alike: dict[int, set[Any]] = {}

    def spend(self, size: int, work: int = 0) -> None:
        """Count bytes and work."""
        self.spent += size
        self.work += work
        if self.spent > MAX_BYTES or self.work > MAX_WORK:
            raise WireError("the value would take more memory or time than a message may")

    def spend_each(self, cost: tuple[int, int], nodes: Any) -> None:
        """Count one cost for each node of a list."""
        if not isinstance(nodes, list):
            raise WireError("not a list")
        self.spend(cost[0] * len(nodes), cost[1] * len(nodes))

    def spend_categories(self, count: int) -> None:
        """Count the categories of a column."""
        self.categories += count
        if self.categories > MAX_CATEGORIES:
            raise WireError("too many categories")

    def note(self, value: Any) -> None:
        """Refuse many values of one hash, of a type whose hash a sender can choose: a check may make a set of them."""
        with contextlib.suppress(TypeError):  # it has no hash
            key = hash(value)
            first = self._first.setdefault(key, value)
            if first is not value and first != value:
                alike = self._alike.setdefault(key, set())
                alike.add(value)
                if len(alike) > _FEW:
                    raise WireError("too many values of one hash")

    @staticmethod
    def keys(keys: list[Any]) -> list[Any]:
        """Return what is about to become the keys of a set or dict."""
        try:
            hashes = Counter(map(hash, keys))
        except TypeError:
            raise WireError("a set or dict whose keys have no plain form") from None
        if len(keys) > _FEW and max(hashes.values()) > _FEW:
            raise WireError("too many keys of one hash")
        return keys
