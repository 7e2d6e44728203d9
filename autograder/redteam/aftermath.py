"""What a submission has left behind on the machine: processes and files that carry its mark."""

from __future__ import annotations

import contextlib
import glob
import os
import signal
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from course.files import remove

_PATIENCE = 3.0  # seconds the engine has to end what it runs, after it has returned


def survivors(mark: str, patience: float = _PATIENCE) -> list[psutil.Process]:
    """Return the processes that carry `mark`, once those that are about to end have had time to."""
    until = time.monotonic() + patience
    while (found := _marked(mark)) and time.monotonic() < until:
        time.sleep(0.1)
    return found


def kill(processes: list[psutil.Process]) -> None:
    """End these processes, and only these."""
    for process in processes:
        with contextlib.suppress(psutil.Error):
            process.send_signal(signal.SIGKILL if sys.platform != "win32" else signal.SIGTERM)


def kill_marked(mark: str) -> None:
    """End what carries `mark`: a submission that its grader does not get rid of."""
    kill(_marked(mark))


def leftovers(mark: str) -> Iterator[Path]:
    """Yield the files that carry `mark` in the places a submission could think of; then remove them."""
    temporary = Path(tempfile.gettempdir())
    places = {temporary, Path("/tmp"), Path("/dev/shm"), Path("/var/tmp"), Path(sysconfig.get_path("purelib"))}
    for place in sorted(place for place in places if place.is_dir()):
        yield from _removed(f"{place}/*{mark}*")
    yield from _removed(f"{temporary}/course-*/**/{mark}*")


def _removed(pattern: str) -> Iterator[Path]:
    # Not by pathlib, which trips over other graders' folders that vanish meanwhile.
    for path in map(Path, sorted(glob.glob(pattern, recursive=True))):
        yield path
        remove(path)


def _marked(mark: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and process.status() != psutil.STATUS_ZOMBIE and _carries(process, mark):
                found.append(process)
    return found


def _carries(process: psutil.Process, mark: str) -> bool:
    # The name is cut off after 15 characters.
    return process.name() == mark[:15] or any(mark in argument for argument in process.cmdline())
