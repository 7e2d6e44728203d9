"""When an assignment is due, by nbgrader's gradebook: the one place for it, which formgrader edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.api import Gradebook, MissingEntry

from course.errors import SetupError
from course.exchange.policy import seconds_late
from course.nbgrader_plugins.gradebook import alembic_in_process
from course.time_zone import clock_seconds, course_zone, deadline, shown

_UTC = ZoneInfo("UTC")


@dataclass(frozen=True)
class Deadlines:
    """Of one assignment.

    Attributes
    ----------
    due : UTC, without saying so; None where there is no deadline.
    extensions : of students who have been given more time.
    zone : the course's.
    """

    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)
    zone: ZoneInfo = _UTC

    def of(self, student: str) -> datetime | None:
        """Return a student's own deadline, UTC without saying so; None where there is none."""
        return None if self.due is None else deadline(self.due, self.extensions.get(student), self.zone)

    @property
    def last(self) -> datetime | None:
        """The last student's deadline, UTC without saying so; None where there is none."""
        if self.due is None:
            return None
        return max([self.due, *(deadline(self.due, more, self.zone) for more in self.extensions.values())])

    def late(self, student: str, handed_in: datetime) -> float | None:
        """Return the seconds from a student's deadline to a hand-in; None where there is no deadline."""
        return seconds_late(handed_in, self.of(student))

    def by_clock(self, student: str, handed_in: datetime) -> float | None:
        """Return `late` as the clocks of the course's time zone show it."""
        due = self.of(student)
        return None if due is None else clock_seconds(due, handed_in.replace(tzinfo=None), self.zone)

    def shown(self, student: str) -> str:
        """Return a student's deadline as people of the course read it; empty where there is none."""
        due = self.of(student)
        return "" if due is None else shown(due, self.zone)


def read_deadlines(db_url: str, course: str, assignment: str) -> Deadlines:
    """Return an assignment's deadlines; none where the gradebook does not know the assignment."""
    with alembic_in_process(), Gradebook(db_url, course) as book:
        return deadlines_in(book, assignment)


def assignment_in(book: Gradebook, assignment: str) -> Any:
    """Return an assignment's row, whose ``duedate`` may be set.

    Raises
    ------
    SetupError : the gradebook does not know it.
    """
    try:
        return book.find_assignment(assignment)
    except MissingEntry as error:
        message = f"The gradebook does not know {assignment}: run `course release {assignment}` first."
        raise SetupError(message) from error


def deadlines_in(book: Gradebook, assignment: str) -> Deadlines:
    """Return an assignment's deadlines, by an open gradebook; none where it does not know the assignment."""
    try:
        found = book.find_assignment(assignment)
    except MissingEntry:
        return Deadlines(zone=course_zone())
    given = {one.student_id: one.extension for one in found.submissions if one.extension}
    return Deadlines(found.duedate, given, course_zone())
