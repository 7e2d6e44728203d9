"""What a course tells its students of its assignments beforehand: titles, deadlines, and the rules for hand-ins.

The gradebook and ``courses.toml`` say it. A grader's server, or the course's schedule, sends it to the exchange, which
keeps it and shows it on the start page.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from course.exchange.bundle import Name
from course.exchange.policy import GradePolicy
from course.zone_names import zone_named

VARIABLE = "COURSE_FEEDBACK"  # set by the hub for a course's servers: `AtOnce` as JSON
TITLE = "COURSE_TITLE"  # set by the hub for a course's servers
_Text = Annotated[str, Field(max_length=200)]
_Person = Annotated[str, Field(max_length=255)]


class AtOnce(BaseModel):
    """What of ``[course.feedback]`` a student is told.

    Attributes
    ----------
    instant : whether each hand-in is judged when it comes.
    points : whether students are told the points, too.
    workers : hand-ins that are judged at the same time.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    instant: bool = False
    points: bool = True
    workers: Annotated[int, Field(ge=1, le=64)] = 1


class Planned(BaseModel):
    """One assignment.

    Attributes
    ----------
    due : None where there is no deadline.
    extended : the deadlines of students who have been given more time.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: _Text = ""
    due: AwareDatetime | None = None
    extended: dict[_Person, AwareDatetime] = {}

    def due_for(self, student: str) -> datetime | None:
        """Return a student's own deadline, UTC without saying so; None where there is none."""
        due = self.extended.get(student, self.due)
        return None if due is None else due.astimezone(UTC).replace(tzinfo=None)


class Plan(BaseModel):
    """One course's.

    Attributes
    ----------
    title : of the course.
    time_zone : IANA's name of the one that deadlines are meant in.
    grade : which hand-in counts, and what a late one is worth.
    feedback : at once, or not.
    grading : where the course's server is, on the hub; empty where each grader has a server of their own.
    assignments : by name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    title: _Text = ""
    time_zone: Annotated[str, Field(max_length=64)] = "UTC"
    grade: GradePolicy = GradePolicy()
    feedback: AtOnce = AtOnce()
    grading: Annotated[str, StringConstraints(pattern=r"^(/[A-Za-z0-9_.~/-]*services/[A-Za-z0-9_.-]+/)?$")] = ""
    assignments: Mapping[Name, Planned] = {}

    def of(self, assignment: str) -> Planned:
        """Return what is said of an assignment; nothing of one that is not known."""
        return self.assignments.get(assignment, Planned())

    def ruled_by(self, rules: Plan) -> Plan:
        """Return this, with what the hub itself says of the course, which may be newer: all but deadlines."""
        return rules.model_copy(update={"assignments": {**rules.assignments, **self.assignments}})

    @property
    def zone(self) -> ZoneInfo:
        """The time zone; UTC where this machine does not know it."""
        try:
            return zone_named(self.time_zone)
        except ValueError:
            return ZoneInfo("UTC")
