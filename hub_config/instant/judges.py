"""Has hand-ins judged in processes of their own, which stay ready for the next one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future
from pathlib import Path

from autograder.classroom.executors import local
from autograder.classroom.hand_in import HandIn, judge_hand_in
from autograder.engine.result import Result
from course.project import Project

Judge = Callable[[str, str, Path], "Future[Result]"]  # (chapter, student, folder of the hand-in)


def judge(project: Project, chapter: str, hand_in: HandIn) -> Result:
    """Judge one hand-in, run in a worker; what it gets is stored for the grading that counts."""
    return judge_hand_in(project, chapter, hand_in, instant=True).result


class Judges:
    """Workers of this machine, to be used as a context manager. They are made again when one was killed."""

    def __init__(self, project: Project, workers: int) -> None:
        self._project, self._workers = project, workers
        self._executor: Executor | None = None

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *exc: object) -> None:
        if self._executor is not None:
            self._executor.shutdown(wait=False, cancel_futures=True)

    def __call__(self, chapter: str, student: str, folder: Path) -> Future[Result]:
        """Begin to judge; the future may end in any error, in `BrokenExecutor` where the worker was killed."""
        job = functools.partial(judge, self._project, chapter, HandIn(student, folder))
        try:
            return self._ready(chapter).submit(job)
        except BrokenExecutor:
            self.__exit__()
            self._executor = None
            return self._ready(chapter).submit(job)

    def _ready(self, chapter: str) -> Executor:
        if self._executor is None:
            self._executor = local(self._project, chapter, self._workers).make(self._workers)
        return self._executor
