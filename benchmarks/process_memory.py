"""Samples the memory of all descendants, and tells those of one submission from those that serve the whole run."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import psutil

_STANDING = 0.3  # a process that is there for this share of a run serves all of it; a submission has a smaller share
_MB = 1 << 20

Key = tuple[int, float]  # process id and start: ids are used again


@dataclass(frozen=True)
class MemoryUse:
    """What a command's processes held, in MB.

    Attributes
    ----------
    flights : for each process tree that came and went (a submission's kernel and all that belongs to it), the most
        unshared memory (USS) it had at one time; the largest first.
    standing : unshared memory of the processes that were there throughout (the grader, its workers, a zygote).
    total : the most that all processes together had at one time, shared pages counted once (PSS; USS where a system
        has no such figure).
    samples, hidden : how often was looked, and how often a process did not let itself be looked at.
    """

    flights: tuple[float, ...]
    standing: float
    total: float
    samples: int
    hidden: int


@dataclass
class _Seen:
    """One process: its parent, when it was seen, and its (tick, unshared bytes)."""

    parent: Key | None
    first: float
    last: float
    unshared: dict[int, int] = field(default_factory=dict)


class Sampler:
    """Looks at this process's descendants `hertz` times a second, in a thread, until the ``with`` block ends."""

    def __init__(self, hertz: float) -> None:
        self._period = 1 / hertz if hertz else 0.0
        self._seen: dict[Key, _Seen] = {}
        self._totals: list[int] = []
        self._hidden = 0
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Sampler:
        if self._period:
            self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._end.set()
        if self._period:
            self._thread.join()

    def summary(self, wall: float) -> MemoryUse:
        """Return what was seen during a run of `wall` seconds."""
        passing = {key for key, seen in self._seen.items() if seen.last - seen.first < _STANDING * wall}
        flights: dict[Key, list[_Seen]] = {}
        for key in passing:
            flights.setdefault(self._top(key, passing), []).append(self._seen[key])
        standing = [seen for key, seen in self._seen.items() if key not in passing]
        return MemoryUse(
            flights=tuple(sorted((_peak(group) for group in flights.values()), reverse=True)),
            standing=_peak(standing),
            total=max(self._totals, default=0) / _MB,
            samples=len(self._totals),
            hidden=self._hidden,
        )

    def _top(self, key: Key, passing: set[Key]) -> Key:
        """Return the first of a process's ancestors that is not one of the standing processes."""
        while (parent := self._seen[key].parent) in passing:
            assert parent is not None
            key = parent
        return key

    def _watch(self) -> None:
        me = psutil.Process()
        while not self._end.wait(self._period):
            with contextlib.suppress(psutil.Error):
                self._look(me)

    def _look(self, me: psutil.Process) -> None:
        now, tick, total = time.monotonic(), len(self._totals), 0
        found = {one.pid: one for one in me.children(recursive=True)}
        keys: Mapping[int, Key] = {pid: (pid, one.create_time()) for pid, one in found.items()}
        for pid, process in found.items():
            try:
                held = process.memory_full_info()
                seen = self._seen.setdefault(keys[pid], _Seen(keys.get(process.ppid()), now, now))
            except psutil.NoSuchProcess:
                continue
            except psutil.AccessDenied:
                self._hidden += 1
                continue
            seen.last = now
            seen.unshared[tick] = held.uss
            total += getattr(held, "pss", held.uss)
        self._totals.append(total)


def _peak(group: list[_Seen]) -> float:
    """Return the most that the processes of `group` had at one time, in MB."""
    ticks: dict[int, int] = {}
    for seen in group:
        for tick, size in seen.unshared.items():
            ticks[tick] = ticks.get(tick, 0) + size
    return max(ticks.values(), default=0) / _MB
