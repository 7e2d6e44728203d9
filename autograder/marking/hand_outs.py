"""What takes long and reads the chapters' text, each in a process of its own: the checkout may have changed."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from course.errors import OperatorError
from course.project import Project
from course.syllabus import Chapter

_SECONDS = 3600.0
_HOME = Path(__file__).resolve().parents[2]  # of this package and of `course`


def run_course(project: Project, *words: str) -> str:
    """Run a ``course`` command on the checkout, and return what it says.

    Raises
    ------
    OperatorError : it has failed; the text is all that it has said.
    """
    path = os.pathsep.join(filter(None, [str(project.root), str(_HOME), os.environ.get("PYTHONPATH", "")]))
    environment = {**os.environ, "COURSE_ROOT": str(project.root), "PYTHONPATH": path, "PYTHONWARNINGS": "ignore"}
    environment |= {"COLUMNS": "10000", "NO_COLOR": "1"}  # one sentence, one line
    command = [sys.executable, "-m", "course", *words]
    try:
        done = subprocess.run(
            command, cwd=project.root, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True,
            check=False, timeout=_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise OperatorError(f"It was not done in {_SECONDS / 60:.0f} minutes, and was ended.") from error
    lines = [" ".join(line.split()) for line in f"{done.stdout}\n{done.stderr}".splitlines()]
    said = "\n".join(filter(None, lines))
    if done.returncode:
        raise OperatorError(said or f"It ended with exit code {done.returncode}.")
    return said


class Busy(Exception):
    """A chapter is being handed out; the text says which."""


@dataclass(frozen=True)
class HandOut:
    """A release that is made and given to the students.

    Attributes
    ----------
    by : who has asked for it.
    begun : UTC, without saying so.
    went : whether it went well; None while it runs.
    said : what came of it, in lines.
    """

    chapter: Chapter
    by: str
    begun: datetime
    went: bool | None = None
    said: str = ""


@dataclass
class HandOuts:
    """Hands out one chapter after the other, never two at once; may be used by several threads.

    Parameters
    ----------
    run : runs a command, as `run_course` does.
    """

    project: Project
    run: Callable[..., str] = run_course
    _last: HandOut | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def last(self) -> HandOut | None:
        """The one that runs, or was the last; None where there was none since this program has been started."""
        return self._last

    def begin(self, chapter: Chapter, full_size: bool, by: str) -> None:
        """Begin to release a chapter and give it out, as ``course release --hand-out`` does it.

        Raises
        ------
        Busy : one is being handed out.
        """
        with self._lock:
            if self._last and self._last.went is None:
                raise Busy(f"{self._last.chapter.name} is being handed out: wait until that is done.")
            self._last = HandOut(chapter, by, datetime.now(UTC).replace(tzinfo=None))
        words = ["release", chapter.name, "--hand-out", *(["--full-size"] if full_size else [])]
        # Who ends this program meanwhile waits for it.
        threading.Thread(target=self._work, args=(self._last, words), name="hand-out").start()

    def _work(self, begun: HandOut, words: list[str]) -> None:
        try:
            went, said = True, self.run(self.project, *words)
        except Exception as error:  # whatever it is, it has to be told, and the next one may begin
            went, said = False, str(error) or type(error).__name__
        self._last = replace(begun, went=went, said=said)
