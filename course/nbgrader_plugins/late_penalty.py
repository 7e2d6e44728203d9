"""The late policy of a course of the hub, for nbgrader's gradebook: formgrader shows what it takes off."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from nbgrader.plugins import LateSubmissionPlugin

from course.exchange.policy import GradePolicy
from course.nbgrader_plugins.deadlines import Deadlines
from course.time_zone import course_zone


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Takes off what the course's `GradePolicy` says, as the hub has told it to this process.

    What a policy refuses is worth nothing, should it have come into the gradebook in another way. Days are counted by
    the clocks of the course's time zone.
    """

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Called by nbgrader for a notebook that is late; returns points, or None for none.

        nbgrader's `AssignLatePenalties`, which made this, has the gradebook with the moments open.
        """
        book: Any = getattr(self.parent, "gradebook", None)
        if book is None:
            return GradePolicy.from_environ().penalty(score, total_seconds_late) or None
        row = book.find_submission(self.parent.assignment_id, student_id)
        return self.between(score, row.assignment.duedate, row.timestamp, row.extension)

    def between(
        self, score: float, due: datetime, handed_in: datetime, extension: timedelta | None = None
    ) -> float | None:
        """Return the points for moments in UTC, without saying so; called by our `Recorder`."""
        deadlines = Deadlines(due, {"": extension} if extension else {}, course_zone())
        late, by_clock = deadlines.late("", handed_in), deadlines.by_clock("", handed_in)
        return GradePolicy.from_environ().penalty(score, late or 0.0, by_clock) or None
