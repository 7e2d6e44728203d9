"""Where a class is judged: processes of this machine, or the workers of a dask cluster."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import wait
from typing import Any

import psutil

from autograder.classroom import worker_parent
from autograder.engine.isolation.tiers import Tier
from autograder.engine.settings import default_workers, load_settings
from autograder.engine.warm.branch import IMPORTS, KERNEL_IMPORTS, PARENT
from course import devices
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


def local(project: Project, chapter: str, workers: int | None = None) -> Workforce:
    """Return processes of this machine, `default_workers` of them unless told otherwise.

    On Linux they are forked from a process that has imported everything, so that many cost the time and the memory
    of one, and so is the parent of warm kernels; elsewhere each imports by itself. They end when this process does,
    however it ends.
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
    """Start the parent of the workers, which, where something will have to be run, forks that of the warm kernels.

    If it turns out that a kernel is needed after all, its parent is started then.
    """
    asked = ""
    if sys.platform == "linux" and load_settings().tier is not Tier.T4:
        from autograder.engine.warm.launcher import share

        stored = project.build / "results" / chapter
        students = {folder.parent.name for folder in (project.build / "submitted").glob(f"*/{chapter}")}
        asked = share(now=fresh or not all((stored / student / "result.json").exists() for student in students))
    _context(project, chapter, asked)


def _pool(project: Project, chapter: str, workers: int) -> Executor:
    context = _context(project, chapter)
    begin = functools.partial(_begin, project, dict(os.environ))
    return ProcessPoolExecutor(workers, mp_context=context, initializer=begin)


def _context(project: Project, chapter: str, asked: str = "") -> multiprocessing.context.BaseContext:
    """Return how workers are started; on Linux with their parent running, which imports before it is needed.

    Parameters
    ----------
    asked : where that parent has to ask for the zygote it forks; empty: it forks none.
    """
    # `sys.platform` alone: forking is there on macOS too, but not safe with its libraries.
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["autograder.classroom.worker_imports"])
    from autograder.engine.warm.launcher import clean_environment
    from autograder.engine.warm.preload import named_in

    checks = (f"autograder.checks.{chapter}.{path.stem}" for path in project.check_files(chapter))
    # Kernels may be forked from it: nothing in its environment is secret. Workers are told the rest (`_begin`).
    given = {**clean_environment(), IMPORTS: " ".join(checks)}
    if asked:
        sources = [project.source / f"{chapter}.py", *project.solution_files(chapter)]
        modules = named_in(path.read_text(encoding="utf-8") for path in sources if path.is_file())
        given |= {PARENT: asked, KERNEL_IMPORTS: " ".join(modules)}
    with contextlib.chdir(project.root), _environment(given):  # where it looks for `autograder`
        worker_parent.start()
    return context


@contextlib.contextmanager
def _environment(given: Mapping[str, str]) -> Iterator[None]:
    """Have this environment for a while."""
    before = dict(os.environ)
    try:
        os.environ.clear()
        os.environ.update(given)
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _begin(project: Project, environment: Mapping[str, str]) -> None:
    """Called in each worker before its first hand-in.

    Parameters
    ----------
    environment : the grader's.
    """
    os.environ.clear()
    os.environ.update(environment)
    os.environ.setdefault(devices.VARIABLE, "cpu")  # references are no submissions: no GPU is lent to them
    tempfile.tempdir = None  # where another environment says so
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
