"""Carries out a course's schedule: looks what is planned, what is done and what time it is, and does what lacks.

What people have done stays. A release that they have given out is not given out again; one that they have made is
given out as it is. A due date that they have set, or taken away, is left alone, and who has more time by it or by an
extension may hand in after the closing; the solutions wait for them. While people hand something out, a release waits.
So each look may be the first after days in which the hub was off, and each may be killed.
"""

from __future__ import annotations

import logging
import math
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from nbgrader.api import Gradebook, MissingEntry

from course.authoring.release_gradebook import file_of
from course.errors import EngineError
from course.exchange.client import ExchangeClient
from course.nbgrader_plugins.deadlines import Deadlines, deadlines_in
from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
from course.nbgrader_plugins.hand_out import HandOutBusy, one_at_a_time
from course.project import Project
from course.time_zone import shown
from hub_config.schedule.memory import Memory
from hub_config.settings.schedule import Kind, Planned, coming

_SECONDS = 3600.0  # that an action may take
log = logging.getLogger("course.schedule")


def utc_now() -> datetime:
    """Return the moment in UTC, without saying so, as all of the schedule has it."""
    return datetime.now(UTC).replace(tzinfo=None)


def in_a_process(action: str, chapter: str) -> None:
    """Do what `hub_config.schedule.actions` calls `action`, in a process of its own: the checkout may have changed.

    Raises
    ------
    EngineError : it failed; the text is what it said.
    """
    command = [sys.executable, "-m", "hub_config.schedule", "--do", action, "--chapter", chapter]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise EngineError(f"it was not done in {_SECONDS / 60:.0f} minutes") from error
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise EngineError(said or f"it ended with exit code {done.returncode}")


@dataclass
class Service:
    """The service of one course; to be used by one thread.

    Parameters
    ----------
    course : its id.
    planned : of its chapters.
    zone : for what people read.
    do : carries out an action on a chapter, or raises an error with the reason.
    clock : the moment in UTC, without saying so.
    tell : tells students' start page what the gradebook says now.
    """

    project: Project
    course: str
    planned: list[Planned]
    zone: ZoneInfo
    client: ExchangeClient
    do: Callable[[str, str], None] = in_a_process
    clock: Callable[[], datetime] = utc_now
    tell: Callable[[], object] = lambda: None
    _told: dict[str, dict[str, datetime]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.memory = Memory.of(self.project)

    def step(self, *, eager: bool = False) -> list[str]:
        """Do what is to be done now; return a sentence for each thing that could not be.

        What fails is logged when it does so for the first time or in another way, and tried again after a pause; with
        `eager` at once.
        """
        actions: tuple[tuple[Kind, Callable[[Planned], None]], ...] = (
            ("release", self._release),
            ("due", self._due),
            ("late_until", self._longer),
            ("solutions", self._solutions),
        )
        troubles = []
        for kind, action in actions:  # what takes longest comes last, for all chapters
            for one in self.planned:
                if trouble := self._attempt(one, kind, action, eager):
                    troubles.append(trouble)
        self.tell()
        return troubles

    @property
    def idle(self) -> float:
        """Seconds until the next thing is planned; infinite where nothing is."""
        now = self.clock()
        return next(((when - now).total_seconds() for when, _, _ in coming(self.planned, now)), math.inf)

    def _attempt(self, one: Planned, kind: Kind, action: Callable[[Planned], None], eager: bool) -> str:
        done, now = self.memory.chapter(one.chapter), self.clock()
        trouble = done.troubles.get(kind)
        if trouble and now < trouble.again and not eager:
            return ""
        try:
            action(one)
        except Exception as error:  # whatever it is, and a mistake of ours too: the others are done
            text = str(error).strip() or type(error).__name__
            if done.failed(kind, text, now):
                again = shown(done.troubles[kind].again, self.zone)
                log.error("%s: %s: %s It is tried again %s.", one.chapter, kind, text, again)
            self.memory.save()
            return f"{one.chapter}: {kind}: {text}"
        if trouble:
            del done.troubles[kind]
            log.info("%s: %s: the trouble is over", one.chapter, kind)
        self.memory.save()
        return ""

    def _release(self, one: Planned) -> None:
        done = self.memory.chapter(one.chapter)
        if one.release is None or self.clock() < one.release or done.released:
            return
        try:
            with one_at_a_time(self.project):
                self._give_out(one)
        except HandOutBusy:
            if not done.held_up:
                log.info("%s waits: somebody is handing out a chapter", one.chapter)
            done.held_up = True
        else:
            done.held_up = False

    def _give_out(self, one: Planned) -> None:
        """Release a chapter and give it out, unless somebody has just done so."""
        done = self.memory.chapter(one.chapter)
        if any(release.assignment == one.chapter for release in self.client.releases(self.course)):
            done.released = "people"
            log.info("%s has been given out already, and stays as it is", one.chapter)
            return
        made = self.project.build / "release" / one.chapter / f"{one.chapter}.ipynb"
        if not made.is_file():
            self.do("release-full-size" if one.full_size else "release", one.chapter)
        self._due(one)  # and what goes with it, before the students see the release
        self._longer(one)
        self.tell()
        self.do("hand-out", one.chapter)
        done.released = "the hub"
        log.info("%s is released", one.chapter)
        if one.due and one.due < self.clock():
            log.warning("%s comes after its due date: give more time by `course due %s`", one.chapter, one.chapter)

    def _due(self, one: Planned) -> None:
        if one.due is None or not self._has_gradebook:
            return
        done = self.memory.chapter(one.chapter)
        with alembic_in_process(), Gradebook(gradebook_url(self.project), self.course) as book:
            try:
                row = book.find_assignment(one.chapter)
            except MissingEntry:  # not released yet
                return
            there: datetime | None = row.duedate
            by_hand = there not in (done.due, one.due)
            if by_hand and not (done.by_hand and there == done.other_due):
                what = f"is due {shown(there, self.zone)}" if there else "has no due date"
                log.info("%s %s, as people have set it: that stays", one.chapter, what)
            done.by_hand, done.other_due = by_hand, there if by_hand else None
            if by_hand:
                return
            if there != one.due:
                row.duedate = one.due
                book.db.commit()
                log.info("%s is due %s", one.chapter, shown(one.due, self.zone))
            done.due = one.due

    def _longer(self, one: Planned) -> None:
        """Tell the exchange who may hand in after the closing, where that has changed."""
        if one.closes is None or not self._has_gradebook:
            return
        deadlines = self._deadlines(one.chapter)
        own = {"": deadlines.due, **{student: deadlines.of(student) for student in deadlines.extensions}}
        longer = {student: until for student, until in own.items() if until and until > one.closes}
        if self._told.get(one.chapter) != longer:
            self.client.allow(self.course, one.chapter, longer)
            self._told[one.chapter] = self.memory.chapter(one.chapter).longer = longer

    def _solutions(self, one: Planned) -> None:
        done = self.memory.chapter(one.chapter)
        if one.solutions is None or self.clock() < one.solutions or done.solutions:
            return
        last = self._deadlines(one.chapter).last if self._has_gradebook else None
        done.waits_until = last if last and last > self.clock() else None
        if done.waits_until:
            return
        self.do("solutions", one.chapter)
        done.solutions = self.clock()
        log.info("%s: feedback with solutions is given", one.chapter)

    def _deadlines(self, chapter: str) -> Deadlines:
        with alembic_in_process(), Gradebook(gradebook_url(self.project), self.course) as book:
            return deadlines_in(book, chapter)

    @property
    def _has_gradebook(self) -> bool:
        """Whether there is one: to open it would make it."""
        file = file_of(gradebook_url(self.project))
        return file is None or file.exists()
