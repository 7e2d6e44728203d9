"""Starts the process that workers are forked from: by itself, or forked from a command that has imported all of it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator, Sequence
from multiprocessing import forkserver, util
from unittest import mock

from course import resident


def start() -> None:
    """Start it where it does not run yet; what it imports besides is in its environment (`worker_imports`)."""
    with _forked() if resident.inside and _has_one_thread() else contextlib.nullcontext():
        forkserver.ensure_running()


def _has_one_thread() -> bool:
    return len(os.listdir("/proc/self/task")) == 1


@contextlib.contextmanager
def _forked() -> Iterator[None]:
    """Have `forkserver` fork its process in the place of starting it; its tracker of resources is started as ever."""
    spawn = util.spawnv_passfds

    def fork(path: bytes, args: Sequence[str], passed: Sequence[int]) -> int:
        if "multiprocessing.forkserver" not in args[-1]:
            return int(spawn(path, args, passed))
        pid = os.fork()
        if pid == 0:
            try:
                _close_others(frozenset(passed))
                exec(args[-1], {})  # noqa: S102  # the very text that would be run by a Python of its own
            finally:
                os._exit(1)
        return pid

    with mock.patch.object(util, "spawnv_passfds", fork):
        yield


def _close_others(keep: frozenset[int]) -> None:
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2 and int(name) not in keep:
            with contextlib.suppress(OSError):
                os.close(int(name))
