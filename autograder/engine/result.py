"""What grading yields: plain, frozen, and the same whether it is stored, shown or written to the gradebook."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, field_validator

from course.syllabus import FULL_SIZE


class Outcome(StrEnum):
    """What became of one check."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_JUDGED = "not judged"  # trouble of the grader: never a zero, run again


class Status(StrEnum):
    """What became of a submission as a whole. All but `NOT_JUDGED` carry a grade."""

    GRADED = "graded"
    MISSING = "missing"  # nothing was handed in
    UNREADABLE = "unreadable"  # not JSON, or not a notebook format we know
    TOO_LARGE = "too large"
    WRONG_NOTEBOOK = "wrong notebook"  # another chapter's, or no exercise of this one in it
    TIMED_OUT = "timed out"  # a cell or a call had to be interrupted; the rest was graded
    CRASHED = "crashed"  # its process ended by itself; the rest was graded
    OUT_OF_MEMORY = "out of memory"
    NOT_JUDGED = "not judged"


class ExerciseStatus(StrEnum):
    """What became of one exercise."""

    FULL = "full marks"
    PARTIAL = "partial marks"
    NONE = "no marks"
    NOT_BEGUN = "not begun"
    MANUAL = "graded by hand"
    NOT_RUN = "not run"  # at full size, which is asked for separately
    NOT_JUDGED = "not judged"


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CheckResult(_Frozen):
    """One check's outcome, in words a student may read.

    Attributes
    ----------
    sentence : the promise that was checked.
    detail : what the submission did instead, free of hidden inputs and expected values; empty if passed.
    cause : where the submission has raised an error or not answered, what such details of one cause have in common, so
        that it is told once; nobody reads it.
    hint : how to go on; empty if passed.
    trouble : for the operator only, when not judged.
    """

    check: str
    outcome: Outcome
    sentence: str
    weight: float = 1.0
    core: bool = False
    detail: str = ""
    cause: str = ""
    hint: str = ""
    trouble: str = ""
    seconds: float = 0.0


class ExerciseResult(_Frozen):
    """One graded part of an exercise: its text, or what its checks judge. Most exercises have one, some have both.

    Attributes
    ----------
    exercise : its id, which the parts of one exercise share.
    grade_id : nbgrader's, of the cell that has the points; it belongs to this part alone.
    score : the share of the checks' weight that passed, of `max_score` points; None where it is not known.
    by_hand : what a person has given instead, or with it; None for nothing. It is the gradebook's, and never stored.
    """

    exercise: str
    grade_id: str
    title: str
    status: ExerciseStatus
    score: float | None
    max_score: float
    checks: tuple[CheckResult, ...] = ()
    by_hand: float | None = None

    @property
    def is_checked(self) -> bool:
        """Whether checks judge it; else it is a text."""
        return self.grade_id.endswith(("-checks", FULL_SIZE))

    @property
    def is_full_size(self) -> bool:
        """Whether it is the exercise's target on all the data."""
        return self.grade_id.endswith(FULL_SIZE)

    @property
    def points(self) -> float | None:
        """What counts, as far as it is known: what a person has given, else the score."""
        return self.score if self.by_hand is None else self.by_hand


class Result(_Frozen):
    """One submission's grade.

    Attributes
    ----------
    status, notes : what became of the submission, and a sentence for each trouble met on the way.
    exercises : a row for each graded part, in the syllabus's order; see `by_exercise`.
    data : for each data set the checks used, its label (real or stand-in).
    isolation : how the submission's process was kept apart.
    """

    chapter: str
    student: str
    status: Status
    notes: tuple[str, ...] = ()
    exercises: tuple[ExerciseResult, ...] = ()
    data: tuple[str, ...] = ()
    isolation: str = ""
    seconds: float = 0.0

    @field_validator("exercises")
    @classmethod
    def _each_part_once(cls, parts: tuple[ExerciseResult, ...]) -> tuple[ExerciseResult, ...]:
        if len({part.grade_id for part in parts}) != len(parts):
            raise ValueError("a graded part is there twice")
        return parts

    @property
    def by_exercise(self) -> tuple[tuple[ExerciseResult, ...], ...]:
        """The parts of each exercise, as a reader wants them: one row per exercise."""
        return grouped(self.exercises)

    @property
    def score(self) -> float | None:
        """Points reached, with those given by hand so far, or None while some automatic part is not judged."""
        known = [part.points for part in self.exercises]
        later = (ExerciseStatus.MANUAL, ExerciseStatus.NOT_RUN)
        owed = [part for part in self.exercises if part.points is None and part.status not in later]
        return None if self.status is Status.NOT_JUDGED or owed else sum(one for one in known if one is not None)

    @property
    def max_score(self) -> float:
        """Points that can be reached, by hand or automatically."""
        return sum(e.max_score for e in self.exercises)


def grouped(parts: Iterable[ExerciseResult]) -> tuple[tuple[ExerciseResult, ...], ...]:
    """Return the parts of each exercise, in the order in which the exercises are met."""
    found: dict[str, list[ExerciseResult]] = {}
    for part in parts:
        found.setdefault(part.exercise, []).append(part)
    return tuple(map(tuple, found.values()))
