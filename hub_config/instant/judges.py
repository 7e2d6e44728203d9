"""Has hand-ins judged in processes of their own, which stay ready for the next one."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

from autograder.classroom.assignment import KEPT_OPEN, opened
from autograder.classroom.executors import local
from autograder.classroom.hand_in import HandIn, judge_hand_in
from autograder.engine.result import Result
from course.errors import CourseError
from course.project import Project

Judge = Callable[[str, str, Path], "Future[Result]"]  # (chapter, student, folder of the hand-in)

_NO_CHAPTER = ""  # whose checks would be imported beforehand: each worker imports those it is asked for


def judge(project: Project, chapter: str, hand_in: HandIn) -> Result:
    """Judge one hand-in, run in a worker; what it gets is stored for the grading that counts."""
    return judge_hand_in(project, chapter, hand_in, instant=True).result


def prepare(project: Project) -> None:
    """Open the assignments that hand-ins are likely to come for, run in a worker: those released last."""
    released = (project.build / "release").glob("*/*.ipynb")
    newest = sorted(released, key=lambda path: path.stat().st_mtime, reverse=True)[:KEPT_OPEN]
    for path in reversed(newest):
        with contextlib.suppress(CourseError):  # said when a hand-in comes for it
            opened(project, path.parent.name)


class Judges:
    """Workers of this machine, to be used as a context manager. They are made again when one was killed.

    What all chapters import, the parent of warm kernels and what was released last are made ready at once, so that the
    first hand-in does not wait for that.
    """

    def __init__(self, project: Project, workers: int) -> None:
        self._project, self._workers = project, workers
        self._workforce = local(project, _NO_CHAPTER, workers)
        self._executor: Executor | None = None

    def __enter__(self) -> Judges:
        self._workforce.begin(True)
        executor = self._ready()
        for _ in range(self._workers):
            executor.submit(prepare, self._project)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def __call__(self, chapter: str, student: str, folder: Path) -> Future[Result]:
        """Begin to judge; the future may end in any error, in `BrokenExecutor` where the worker was killed."""
        job = functools.partial(judge, self._project, chapter, HandIn(student, folder))
        try:
            return self._ready().submit(job)
        except BrokenExecutor:
            self.__exit__()
            self._executor = None
            return self._ready().submit(job)

    def _ready(self) -> Executor:
        if self._executor is None:
            self._executor = self._workforce.make(self._workers)
        return self._executor
