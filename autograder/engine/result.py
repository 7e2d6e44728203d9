"""What grading yields: plain, frozen, and the same whether it is stored, shown or written to the gradebook."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict


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
    """One exercise's score: the share of its checks' weight that passed, of `max_score` points."""

    exercise: str
    title: str
    status: ExerciseStatus
    score: float | None
    max_score: float
    checks: tuple[CheckResult, ...] = ()


class Result(_Frozen):
    """One submission's grade.

    Attributes
    ----------
    status, notes : what became of the submission, and a sentence for each trouble met on the way.
    exercises : in the notebook's order.
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

    @property
    def score(self) -> float | None:
        """Points reached, or None while some automatic part is not judged."""
        scores = [e.score for e in self.exercises if e.status is not ExerciseStatus.MANUAL]
        if self.status is Status.NOT_JUDGED or any(score is None for score in scores):
            return None
        return sum(score for score in scores if score is not None)

    @property
    def max_score(self) -> float:
        """Points that can be reached, by hand or automatically."""
        return sum(e.max_score for e in self.exercises)
