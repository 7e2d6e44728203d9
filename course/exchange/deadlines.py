"""When an assignment is due, by nbgrader's gradebook: the one place for it, which formgrader edits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from nbgrader.api import Gradebook, MissingEntry

from course.exchange.policy import seconds_late


@dataclass(frozen=True)
class Deadlines:
    """Of one assignment.

    Attributes
    ----------
    due : UTC, without saying so; None where there is no deadline.
    extensions : of students who have been given more time.
    """

    due: datetime | None = None
    extensions: Mapping[str, timedelta] = field(default_factory=dict)

    def late(self, student: str, handed_in: datetime) -> float | None:
        """Return the seconds from a student's deadline to a hand-in; None where there is no deadline."""
        return seconds_late(handed_in, self.due, self.extensions.get(student))


def read_deadlines(db_url: str, course: str, assignment: str) -> Deadlines:
    """Return an assignment's deadlines; none where the gradebook does not know the assignment."""
    from course.nbgrader_plugins import alembic_on_path  # which imports what a student's server does not need

    with alembic_on_path(), Gradebook(db_url, course) as book:
        try:
            found = book.find_assignment(assignment)
        except MissingEntry:
            return Deadlines()
        given = {one.student_id: one.extension for one in found.submissions if one.extension}
        return Deadlines(found.duedate, given)
