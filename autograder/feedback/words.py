"""Grades in words: what a result means for the student who reads it, whatever the page looks like."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Literal

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Status
from autograder.engine.submission.faults import AS_ABOVE, NOT_BEGUN
from autograder.feedback.safe_html import plain_text

Pending = Literal["", "hand", "machine", "full size"]
_MAIN = "This is the main part: nothing else counts before it works."
_DETAIL = 800  # characters: an exception's message may be as long as its author likes
WAIT = "Trouble of the grading machine: there is nothing for you to do, it will be run again."

STATUS_SENTENCES: Mapping[Status, str] = MappingProxyType(
    {
        Status.GRADED: "",
        Status.MISSING: "Nothing was handed in for this chapter.",
        Status.UNREADABLE: "The file you handed in could not be read as a notebook. Open it in Jupyter, save it again, "
        "and hand that in.",
        Status.TOO_LARGE: "The notebook you handed in is too large. Clear its outputs, save it, and hand it in again.",
        Status.WRONG_NOTEBOOK: "The notebook you handed in is not the one of this chapter.",
        Status.TIMED_OUT: "Something in your notebook ran for too long and was stopped; everything else was graded.",
        Status.CRASHED: "Python ended while your notebook was running; everything that could be was graded.",
        Status.OUT_OF_MEMORY: "Your notebook needed more memory than there is; everything that could be was graded.",
        Status.NOT_JUDGED: f"Your work has not been judged yet. {WAIT}",
    }
)


@dataclass(frozen=True)
class Mark:
    """A verdict in words, with a symbol for the eye and a tone for the style sheet."""

    word: str
    symbol: str
    tone: Literal["good", "part", "bad", "wait", "calm"]


@dataclass(frozen=True)
class Points:
    """Points reached as far as they are known; `pending` says who owes the rest."""

    score: float
    max_score: float
    pending: Pending = ""

    def __str__(self) -> str:
        return f"{number(self.score)} of {counted(self.max_score)}"


@dataclass(frozen=True)
class CheckView:
    """One check as it is shown; `points` is what it is worth, `remark` how it counts."""

    mark: Mark
    sentence: str
    points: str
    detail: str
    hint: str
    remark: str


_MARKS: Mapping[ExerciseStatus, Mark] = {
    ExerciseStatus.FULL: Mark("full marks", "✓", "good"),
    ExerciseStatus.PARTIAL: Mark("partial marks", "◐", "part"),
    ExerciseStatus.NONE: Mark("no marks", "✗", "bad"),
    ExerciseStatus.NOT_BEGUN: Mark("not begun", "○", "calm"),
    ExerciseStatus.MANUAL: Mark("graded by hand", "✎", "calm"),
    ExerciseStatus.NOT_RUN: Mark("not run", "·", "calm"),
    ExerciseStatus.NOT_JUDGED: Mark("not judged yet", "…", "wait"),
}
_TO_GRADE = Mark("to be graded by hand", "✎", "wait")
_CHECK_MARKS: Mapping[Outcome, Mark] = {
    Outcome.FAILED: Mark("failed", "✗", "bad"),
    Outcome.NOT_JUDGED: Mark("not judged yet", "…", "wait"),
    Outcome.PASSED: Mark("passed", "✓", "good"),
}
_NOT_TRIED = Mark("not begun", "○", "calm")


def legend() -> str:
    """Return what the symbols mean, on one line."""
    said = {mark.symbol: mark.word for mark in _MARKS.values()} | {_TO_GRADE.symbol: "by hand, or to be graded by hand"}
    return "  ".join(f"{symbol} {word}" for symbol, word in said.items())


def number(value: float) -> str:
    """Return points with at most two decimals: 3, 1.5, 0.67."""
    return f"{value:.2f}".rstrip("0").rstrip(".")


def counted(value: float) -> str:
    """Return points with their unit: 1 point, 0.67 points."""
    return f"{number(value)} {'point' if number(value) == '1' else 'points'}"


def mark_of(exercise: ExerciseResult, points: Points, by_hand: bool) -> Mark:
    """Return an exercise's verdict; `by_hand` says that a person has decided on its points."""
    if by_hand:
        return _MARKS[ExerciseStatus.MANUAL]
    return _TO_GRADE if points.pending == "hand" else _MARKS[exercise.status]


def points_of(part: ExerciseResult, given: float | None = None) -> tuple[Points, bool]:
    """Return a graded part's points, and whether a person has decided on them; `given` is what that person gave."""
    given = part.by_hand if given is None else given
    if given is not None:
        return Points(given, part.max_score), True
    if part.status is ExerciseStatus.MANUAL:
        return Points(0.0, part.max_score, "hand"), False
    if part.status is ExerciseStatus.NOT_RUN:
        return Points(0.0, part.max_score, "full size"), False
    return Points(part.score or 0.0, part.max_score, "machine" if part.score is None else ""), False


def together(parts: Sequence[Points]) -> Points:
    """Return the points of an exercise with these parts; what the machine owes is named before what a person owes, and
    this before what is run separately."""
    owed = {part.pending for part in parts}
    order: tuple[Pending, ...] = ("machine", "hand", "full size")
    none: Pending = ""
    pending = next((one for one in order if one in owed), none)
    return Points(sum(part.score for part in parts), sum(part.max_score for part in parts), pending)


def mark_together(marks: Sequence[Mark], points: Points) -> Mark:
    """Return the verdict on an exercise whose parts have these `marks`, and together these `points`."""
    if len(set(marks)) == 1:
        return marks[0]
    if points.pending == "full size":  # the rest has its verdict
        rest = [mark for mark in marks if mark != _MARKS[ExerciseStatus.NOT_RUN]]
        verdict = mark_together(rest, replace(points, pending=""))
        return replace(verdict, word=f"{verdict.word} so far")
    if points.pending:
        return _TO_GRADE if points.pending == "hand" else _MARKS[ExerciseStatus.NOT_JUDGED]
    if points.score >= points.max_score:
        return _MARKS[ExerciseStatus.FULL]
    return _MARKS[ExerciseStatus.PARTIAL if points.score else ExerciseStatus.NONE]


def part_name(part: ExerciseResult) -> str:
    """Return what a student calls a part of an exercise that has several."""
    if part.is_full_size:
        return "At full size"
    return "What you programmed" if part.is_checked else "What you wrote"


def lead(exercise: ExerciseResult, points: Points, by_hand: bool) -> str:
    """Return the sentence under an exercise's title."""
    passed = sum(check.outcome is Outcome.PASSED for check in exercise.checks)
    count = f"{passed} of {len(exercise.checks)} checks passed."
    if by_hand:
        return "Your instructor has decided on these points."
    if points.pending == "machine":
        return f"Not judged yet. {WAIT}"
    if exercise.status is ExerciseStatus.NOT_RUN:
        return "Not run: what is asked of all the data takes minutes, and is run separately."
    if exercise.status is ExerciseStatus.MANUAL:
        return "Your instructor reads this answer and grades it by hand."
    if exercise.status is ExerciseStatus.FULL:
        return "Everything that was checked works."
    if exercise.status is ExerciseStatus.NOT_BEGUN:
        return "You have not begun this exercise."
    if exercise.status is ExerciseStatus.NONE and passed:
        return f"{count} They count once the main part works."
    return count if exercise.checks else ""


def check_views(
    exercise: ExerciseResult, by_hand: bool, told: MutableMapping[str, str] | None = None
) -> Iterator[CheckView]:
    """Yield an exercise's checks: what needs work first. A hint, a detail or a cause that repeats is given once, and a
    cause has one hint.

    Parameters
    ----------
    by_hand : a person has decided on the points, so that no share of them belongs to a check.
    told : for each cause the exercise in which the page has told it; what this exercise tells is added.
    """
    order = list(_CHECK_MARKS)
    total = sum(check.weight for check in exercise.checks) or 1.0
    told = {} if told is None else told
    hints: set[str] = set()
    details: set[str] = set()
    for check in sorted(exercise.checks, key=lambda check: order.index(check.outcome)):
        by_hand = by_hand or exercise.status is ExerciseStatus.MANUAL
        points = "" if by_hand else _worth(check, exercise, exercise.max_score * check.weight / total)
        detail, hint = check.detail, check.hint
        if check.cause in told:  # what each check makes of it would be so many guesses at one cause
            hint = ""
        if detail in details or (check.cause and told.get(check.cause) == exercise.exercise):
            detail = detail and AS_ABOVE
        elif check.cause in told:
            detail = f"For the same reason as in {told[check.cause]}."
        elif check.cause:
            told[check.cause] = exercise.exercise
        details.add(check.detail)
        if hint in hints:
            hint = hint and "The same as above."
        elif hint:
            hints.add(hint)
        yield _check_view(check, exercise, points, detail, hint)


def _worth(check: CheckResult, exercise: ExerciseResult, share: float) -> str:
    if check.outcome is Outcome.NOT_JUDGED or exercise.status in (ExerciseStatus.NOT_BEGUN, ExerciseStatus.NOT_JUDGED):
        return counted(share)
    earned = share if check.outcome is Outcome.PASSED and exercise.score else 0.0
    return f"{number(earned)} of {counted(share)}"


def _check_view(check: CheckResult, exercise: ExerciseResult, points: str, detail: str, hint: str) -> CheckView:
    idle = exercise.status is ExerciseStatus.NOT_BEGUN
    passed = check.outcome is Outcome.PASSED
    waits = passed and exercise.status is ExerciseStatus.NONE
    gated = exercise.score == 0 and not passed and check.core and not idle
    return CheckView(
        mark=_NOT_TRIED if idle else _CHECK_MARKS[check.outcome],
        sentence=plain_text(check.sentence),
        points=points,
        detail="" if check.detail == NOT_BEGUN else plain_text(detail)[:_DETAIL],
        hint=plain_text(hint),
        remark="Counts once the main part works." if waits else _MAIN if gated else "",
    )
