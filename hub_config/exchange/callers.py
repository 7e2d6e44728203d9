"""Who asks, and what they are told when they can't have it.

Refused
├── Unknown        there is no such thing, or it is not the caller's to see (which is not told apart)
├── Forbidden      the caller is not a grader of the course
├── Conflict       it can't be done as things are: released already, closed, chunks are missing
├── TooMuch        larger, or more, than is taken
└── TooOften       more hand-ins than are taken per hour
"""

from __future__ import annotations

from dataclasses import dataclass

STUDENTS, GRADERS = "nbgrader-", "formgrade-"  # the hub's groups, as nbgrader's own plug-in calls them


class Refused(Exception):
    """The caller asked for what they can't have; the text says what to do."""


class Unknown(Refused):
    """There is no such thing, or it is not the caller's to see."""


class Forbidden(Refused):
    """The caller is not a grader of the course."""


class Conflict(Refused):
    """It can't be done as things are."""


class TooMuch(Refused):
    """Larger, or more, than is taken."""


class TooOften(Refused):
    """More hand-ins than are taken per hour."""


@dataclass(frozen=True)
class Caller:
    """Who asks, as the hub says: a user's name and groups."""

    name: str
    groups: frozenset[str]

    def grades(self, course: str) -> bool:
        """Whether the caller is a grader of `course`."""
        return GRADERS + course in self.groups

    def attends(self, course: str) -> bool:
        """Whether the caller is in `course`, as a student or a grader."""
        return self.grades(course) or STUDENTS + course in self.groups

    @property
    def courses(self) -> dict[str, str]:
        """The caller's courses, with ``grader`` or ``student``."""
        found = {group.removeprefix(STUDENTS): "student" for group in self.groups if group.startswith(STUDENTS)}
        found |= {group.removeprefix(GRADERS): "grader" for group in self.groups if group.startswith(GRADERS)}
        return dict(sorted(found.items()))


def must_attend(caller: Caller, course: str) -> None:
    """Raise `Unknown` for who is not in a course."""
    if not caller.attends(course):
        raise Unknown(f"You are not in a course {course!r}. Ask your instructor to add you.")


def must_grade(caller: Caller, course: str) -> None:
    """Raise `Forbidden` for who is no grader of a course, `Unknown` for who is not in it."""
    must_attend(caller, course)
    if not caller.grades(course):
        raise Forbidden(f"Only graders of {course} can do that.")
