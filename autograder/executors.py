"""Where a class is judged: processes of this machine, or the workers of a dask cluster."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import wait
from typing import Any

import psutil

from autograder.engine.isolation.tiers import Tier
from autograder.settings import load_settings
from course.errors import SetupError
from course.project import Project

_CONNECT_SECONDS = "10s"


@dataclass(frozen=True)
class Workforce:
    """Who judges.

    Attributes
    ----------
    workers : how many hand-ins are judged at the same time.
    make : makes an executor for so many workers; called again when a killed worker has broken the last one.
    begin : starts what takes a while, so that the caller can do other things meanwhile; whether all is to be run.
    close : called once all is done.
    """

    workers: int
    make: Callable[[int], Executor]
    begin: Callable[[bool], object] = lambda fresh: None
    close: Callable[[], object] = lambda: None


def default_workers() -> int:
    """Return how many hand-ins to judge at the same time on this machine."""
    return os.cpu_count() or 1


def local(project: Project, chapter: str, workers: int | None = None) -> Workforce:
    """Return processes of this machine, `default_workers` of them unless told otherwise.

    On Linux they are forked from a process that has imported everything, so that many cost the time and the memory
    of one; elsewhere each imports by itself. They end when this process does, however it ends.
    """
    return Workforce(
        workers or default_workers(),
        lambda count: _pool(project, chapter, count),
        lambda fresh: _begin_local(project, chapter, fresh),
    )


def dask(project: Project, address: str) -> Workforce:
    """Return the workers of the dask cluster whose scheduler is at `address`, e.g. ``tcp://10.0.0.5:8786``.

    They and the scheduler need the packages of this environment and the checkout, with its build folder, under the
    same path.

    Raises
    ------
    SetupError : dask is not installed, nothing answers there, or there are no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise SetupError("--dask needs dask.distributed: run `pip install '.[cluster]'`.") from error
    try:
        client: Any = Client(address, timeout=_CONNECT_SECONDS, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError) as error:
        raise SetupError(
            f"No dask scheduler answers at {address} ({error}). Start one with `dask scheduler`, or mend the address."
        ) from error
    threads = client.nthreads()
    if not threads:
        raise SetupError(f"The dask scheduler at {address} has no workers. Start some with `dask worker {address}`.")
    client.run_on_scheduler(project.activate)  # it reads what it hands on
    client.register_worker_callbacks(project.activate)
    return Workforce(sum(threads.values()), lambda count: _executor(client), close=client.close)


def _executor(client: Any) -> Executor:
    executor: Executor = client.get_executor(pure=False)
    return executor


def _begin_local(project: Project, chapter: str, fresh: bool) -> None:
    """Start the parent of the workers and, where something will have to be run, that of the warm kernels.

    If it turns out that a kernel is needed after all, its parent is started then.
    """
    if sys.platform == "linux" and load_settings().tier is not Tier.T4:
        from autograder.engine.warm.launcher import share

        stored = project.build / "results" / chapter
        students = {folder.parent.name for folder in (project.build / "submitted").glob(f"*/{chapter}")}
        share(now=fresh or not all((stored / student / "result.json").exists() for student in students))
    _context(project, chapter)


def _pool(project: Project, chapter: str, workers: int) -> Executor:
    context = _context(project, chapter)
    return ProcessPoolExecutor(workers, mp_context=context, initializer=_begin, initargs=(project,))


def _context(project: Project, chapter: str) -> multiprocessing.context.BaseContext:
    """Return how workers are started; on Linux with their parent running, which imports before it is needed."""
    # `sys.platform` alone: forking is there on macOS too, but not safe with its libraries.
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.preload"])
    checks = (f"autograder.checks.{path.stem}" for path in project.check_files(chapter))
    os.environ["COURSE_PRELOAD"] = " ".join(checks)
    with contextlib.chdir(project.root):  # where the server that is started looks for `autograder`
        forkserver.ensure_running()
    del os.environ["COURSE_PRELOAD"]
    return context


def _begin(project: Project) -> None:
    """Called in each worker before its first hand-in."""
    project.activate()
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """Wait for the end of the process that wants the results, then end what was started here, and this process.

    A worker that waits for work does not notice by itself: it holds both ends of the pipe.
    """
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        for child in psutil.Process().children(recursive=True):
            with contextlib.suppress(psutil.Error):
                child.kill()
        os._exit(1)
