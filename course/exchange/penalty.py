"""The late policy of a course of the hub, for nbgrader's gradebook: formgrader shows what it takes off."""

from __future__ import annotations

from nbgrader.plugins import LateSubmissionPlugin

from course.exchange.policy import GradePolicy


class LatePenalty(LateSubmissionPlugin):  # type: ignore[misc]  # nbgrader has no types
    """Takes off what the course's `GradePolicy` says, as the hub has told it to this process.

    What a policy refuses is worth nothing, should it have come into the gradebook in another way.
    """

    def late_submission_penalty(self, student_id: str, score: float, total_seconds_late: float) -> float | None:
        """Called by nbgrader, and our `Recorder`, for a notebook that is late; returns points, or None for none."""
        return GradePolicy.from_environ().penalty(score, total_seconds_late) or None
