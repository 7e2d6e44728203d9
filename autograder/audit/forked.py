"""Jobs in forked processes of their own: what a mutant does to memory, to modules or to the clock ends with it."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import multiprocessing.connection
import os
import resource
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

_MEMORY = 6 * 2**30  # bytes of address space, beside what the parent has
_CLOCK = 4.0  # so many times as long on the clock: a machine that has much else to do makes nobody's answer wrong
_LAST = 5.0  # seconds that a process which has closed its end may take to be gone


@dataclass(frozen=True)
class Lost:
    """A job that came to no result: it took too long, its process ended, or it raised, which is our own fault.

    Attributes
    ----------
    error : what it raised.
    """

    why: Literal["time", "process", "error"]
    error: str = ""


@dataclass
class _Running:
    number: int
    process: Any
    ends: float


def forked(
    jobs: Sequence[Callable[[], Any]], seconds: float, at_once: int, goes_on: Callable[[], bool]
) -> Iterator[tuple[int, Any]]:
    """Run each job in a process that is forked for it; yield its number and its result as they come.

    Parameters
    ----------
    jobs : what they return must be picklable.
    seconds : of the processor that one may use, and four times as many on the clock; then it is `Lost`.
    at_once : how many may run at a time.
    goes_on : whether a further job may be begun.
    """
    context = multiprocessing.get_context("fork")
    running: dict[Any, _Running] = {}
    waiting = list(enumerate(jobs))[::-1]
    try:
        while running or (waiting and goes_on()):
            while waiting and len(running) < at_once and goes_on():
                number, job = waiting.pop()
                mine, theirs = context.Pipe(duplex=False)
                process = context.Process(target=_work, args=(job, theirs, seconds), daemon=True)
                process.start()
                theirs.close()
                running[mine] = _Running(number, process, time.monotonic() + _CLOCK * seconds)
            left = min(one.ends for one in running.values()) - time.monotonic()
            ready = multiprocessing.connection.wait(list(running), timeout=max(0.0, left))
            for pipe in [*ready, *(pipe for pipe, one in running.items() if one.ends < time.monotonic())]:
                if pipe in running:
                    one = running.pop(pipe)
                    yield one.number, _result(pipe, one)
    finally:
        for pipe, one in running.items():
            _result(pipe, one)


def _result(pipe: Any, one: _Running) -> Any:
    try:
        found = pipe.recv() if pipe.poll() else Lost("time")
    except (EOFError, OSError):
        one.process.join(_LAST)
        found = Lost("time" if one.process.exitcode == -signal.SIGXCPU else "process")
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it has not made its group yet
        os.killpg(one.process.pid, signal.SIGKILL)
    one.process.kill()
    one.process.join()
    pipe.close()
    return found


def _work(job: Callable[[], Any], pipe: Any, seconds: float) -> None:
    os.setpgid(0, 0)
    # Ended with its parent, but answers may have children of their own; they are in its group, and ended with it.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    used = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + _MEMORY, used + _MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(seconds), resource.RLIM_INFINITY))
    try:
        pipe.send(job())
    except MemoryError:
        raise
    except Exception as error:
        pipe.send(Lost("error", f"{type(error).__name__}: {error}"))
    pipe.close()
    os._exit(0)
