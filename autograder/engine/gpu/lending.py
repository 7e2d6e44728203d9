"""Lends the GPUs of this machine to the submissions that are being judged: as many at once as fit.

A place on a GPU is a file that its holder has locked, so that graders that know nothing of each other share the cards,
and the place of one that is killed is free again.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from autograder.engine.gpu.nvml import Gpu, gpus
from course.errors import OperatorError
from course.syllabus import Limits

_WAIT = 0.1  # seconds between two looks for a free place


@dataclass(frozen=True)
class Lent:
    """A place on a GPU, until it is given back.

    Attributes
    ----------
    memory_mb : of the GPU's memory, for this submission.
    """

    gpu: Gpu
    memory_mb: int
    _lock: int = -1  # of a place that somebody else keeps: none

    def give_back(self) -> None:
        """Let the next one have it. Harmless when it is done twice."""
        with contextlib.suppress(OSError):
            os.close(self._lock)


def wanted(limits: Limits, here: Sequence[Gpu]) -> bool:
    """Return whether a chapter's submissions get a GPU on a machine with these.

    Raises
    ------
    OperatorError : it needs one that this machine does not have.
    """
    fit = [one for one in here if one.memory_mb >= limits.gpu_memory_mb]
    if limits.gpu == "required" and not fit:
        has = "none" if not here else f"the largest has {max(one.memory_mb for one in here)} MB"
        raise OperatorError(
            f"This chapter is graded on a GPU with {limits.gpu_memory_mb} MB, and of those that this machine may lend "
            f"{has}: grade it elsewhere, or see `gpus` in hub_config/grading.toml and `course doctor`."
        )
    return limits.gpu != "never" and bool(fit)


def lend(limits: Limits, here: Sequence[Gpu], at_once: int, folder: Path | None = None) -> Lent | None:
    """Wait for a place on a GPU, and return it; None where the chapter uses none here.

    Parameters
    ----------
    here : the GPUs that may be lent, as `chosen` returns them.
    at_once : submissions on one GPU at most, even if more would fit.
    folder : of the locks, which graders of one user share.

    Raises
    ------
    OperatorError : the chapter needs a GPU, and there is none.
    """
    if not wanted(limits, here):
        return None
    if sys.platform == "win32":  # nobody's work but one's own is graded there
        return Lent(here[0], limits.gpu_memory_mb)
    folder = folder or _folder()
    places = [
        (one, folder / f"{one.uuid.replace('/', '-')}.{number}")
        for number in range(at_once)
        for one in here
        if one.memory_mb >= (number + 1) * limits.gpu_memory_mb
    ]
    while True:
        for gpu, path in places:  # the first place of each card before the second of any
            if (lock := _locked(path)) is not None:
                return Lent(gpu, limits.gpu_memory_mb, lock)
        time.sleep(_WAIT)


def chosen(setting: str | Sequence[str]) -> tuple[Gpu, ...]:
    """Return the GPUs that may be lent: all for ``auto``, else those with the UUIDs that are listed.

    Raises
    ------
    OperatorError : one that is listed is not there.
    """
    here = gpus()
    if setting == "auto":
        return here
    if missing := [one for one in setting if one not in {each.uuid for each in here}]:
        there = ", ".join(one.uuid for one in here) or "none"
        raise OperatorError(
            f"hub_config/grading.toml lists GPUs that this machine lacks: {', '.join(missing)}. It has {there}: list "
            'these, or write gpus = "auto".'
        )
    return tuple(one for one in here if one.uuid in setting)


def _folder() -> Path:
    path = Path(tempfile.gettempdir()) / f"course-gpus-{os.getuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    if path.is_symlink() or path.stat().st_uid != os.getuid():
        raise OperatorError(f"{path} is not this user's: remove it.")
    return path


def _locked(path: Path) -> int | None:
    import fcntl  # not on Windows

    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
