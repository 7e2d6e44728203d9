"""A class's page that keeps up, for the evening on which everybody grades: see `report`."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from autograder.classroom.report import chapter_report, course_report
from course.errors import SetupError
from course.project import Project

_EVERY = 20.0  # seconds after which the page is made in any case: a gradebook on a server says nothing of its changes
_REST = 4  # times as long as making it took the page rests: while a class is graded, something is new all the time


@dataclass
class LiveReport:
    """The page of a chapter, or of all; see `live_pages.LivePages`.

    Parameters
    ----------
    chapter : its name; empty for all that are graded.
    tell : is told what happens.
    clock : tells seconds.
    """

    project: Project
    chapter: str
    tell: Callable[[str], None]
    clock: Callable[[], float] = time.monotonic
    version: int = 0
    _seen: tuple[float, int] = (-1.0, 0)
    _shown: str | None = None
    _made: float = 0.0
    _rests_until: float = 0.0

    @property
    def folder(self) -> Path:
        """Where the pages are."""
        return self.project.build / "report"

    @property
    def first(self) -> str:
        """The page that is shown first."""
        return f"{self.chapter or 'course'}.html"

    def look(self) -> bool:
        """Make the page anew if something has been graded, handed in or given since; return whether it was tried."""
        begun = self.clock()
        if begun < self._rests_until:
            return False
        stamp = self._stamp()
        if stamp == self._seen and begun - self._made < _EVERY:
            return False
        self._seen = stamp
        said = f"Made at {time.strftime('%H:%M:%S')}."
        try:
            page = chapter_report(self.project, self.chapter) if self.chapter else course_report(self.project)
            shown = page.read_text(encoding="utf-8")
        except SetupError as error:  # nothing is there yet
            said = shown = str(error)
        self._made = self.clock()
        self._rests_until = self._made + _REST * (self._made - begun)
        if shown != self._shown:
            self._shown = shown
            self.version += 1
            self.tell(said)
        return True

    def _stamp(self) -> tuple[float, int]:
        """When what the page is made of was last changed, and how much of it there is."""
        build, chapter = self.project.build, self.chapter or "*"
        found = (f"results/{chapter}/*/*", f"submitted/*/{chapter}/*", "gradebook.db*")
        files = [path for pattern in found for path in build.glob(pattern)]
        times = [path.stat().st_mtime for path in files if path.exists()]
        return max(times, default=0.0), len(times)
