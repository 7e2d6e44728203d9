"""A lock between processes, which ends with the one that has it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from course.errors import CourseError, EngineError


@contextlib.contextmanager
def held(path: Path, taken: CourseError, wait: bool = False) -> Iterator[None]:
    """Hold the lock of a file, which is made where it is not there, until the end of the block.

    Parameters
    ----------
    taken : raised where somebody else has it.
    wait : wait for it in that case.

    Raises
    ------
    EngineError : its folder can't be written to.
    """
    lock = FileLock(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lock.acquire(timeout=-1 if wait else 0)
    except Timeout:
        raise taken from None
    except OSError as error:
        raise EngineError(f"{path.parent} can't be written to: {error}.") from error
    try:
        yield
    finally:
        lock.release()
