"""What has changed between two hand-ins of one student: points, which promises are kept now or no longer, and texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.safe_html import plain_text
from autograder.feedback.words import counted, number

Written = Literal["", "unchanged", "rewritten"]
_MOST = 3  # promises that are named, of each kind
_NOTHING = 0.005  # points: less is shown as 0


@dataclass(frozen=True)
class Change:
    """What has changed in one exercise, or in all of them.

    Attributes
    ----------
    points : more than before, or less; None where they can't be compared, or are not to be told.
    kept, lost : the promises that are kept now and were not, and the other way round.
    written : what became of the answer in words; empty where there is none, or it can't be compared.
    """

    points: float | None = None
    kept: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    written: Written = ""

    def __bool__(self) -> bool:
        return bool(self.kept or self.lost or self.written or abs(self.points or 0.0) >= _NOTHING)

    def __str__(self) -> str:
        """What a student reads of it; empty where nothing has changed."""
        if not self:
            return ""
        named = [f"{_named(self.kept)} kept now"] if self.kept else []
        named += [f"{_named(self.lost)} no longer kept"] if self.lost else []
        lead = "" if self.points is None else signed(self.points)
        judged = ": ".join(part for part in (lead, "; ".join(named)) if part)
        text = f"what you wrote is {self.written}" if self.written else ""
        return "; ".join(part for part in (judged, text) if part) + "."


def changes(
    before: Result,
    now: Result,
    decided: Collection[str] = (),
    rewritten: Mapping[str, bool] = MappingProxyType({}),
) -> Mapping[str, Change]:
    """Return what has changed of each exercise that can be compared, by its id.

    Parameters
    ----------
    before, now : results of one student's hand-ins for one chapter.
    decided : grade ids of what a person has decided on, which no two hand-ins are compared by.
    rewritten : of answers in words, by grade id: whether it is another text than before.
    """
    if before.status is Status.NOT_JUDGED or now.status is Status.NOT_JUDGED:
        return {}
    earlier = {part.grade_id: part for part in before.exercises}
    found = {}
    for parts in now.by_exercise:
        both = [(earlier[part.grade_id], part) for part in parts if part.grade_id in earlier]
        compared = [(old, new) for old, new in both if new.grade_id not in decided and _comparable(old, new)]
        written = _text(parts, rewritten)
        if compared or written:
            points = sum((new.score or 0.0) - (old.score or 0.0) for old, new in compared) if compared else None
            kept = tuple(sentence for pair in compared for sentence in _sentences(*pair, Outcome.PASSED))
            lost = tuple(sentence for pair in compared for sentence in _sentences(*pair, Outcome.FAILED))
            found[parts[0].exercise] = Change(points, kept, lost, written)
    return found


def _text(parts: Sequence[ExerciseResult], rewritten: Mapping[str, bool]) -> Written:
    """Return what became of an exercise's answer in words; nothing is said of one that was never begun."""
    for part in parts:
        if not part.is_checked and part.grade_id in rewritten:
            if rewritten[part.grade_id]:
                return "rewritten"
            return "" if part.status is ExerciseStatus.NOT_BEGUN else "unchanged"
    return ""


def in_all(found: Mapping[str, Change]) -> str:
    """Return the line on all exercises; empty where no points can be compared."""
    points = [one.points for one in found.values() if one.points is not None]
    if not points:
        return ""
    if abs(sum(points)) >= _NOTHING:
        return f"Since your hand-in before this one: {signed(sum(points))}."
    other = any(abs(one) >= _NOTHING for one in points)
    return f"Since your hand-in before this one: as many points{', but for other exercises' if other else ''}."


def signed(points: float) -> str:
    """Return points with their sign: +2 points, −1 point."""
    if abs(points) < _NOTHING:
        return "as many points"
    return f"{'+' if points > 0 else '−'}{counted(abs(points))}"


def _comparable(old: ExerciseResult, new: ExerciseResult) -> bool:
    """Whether both have points, of as many: a chapter may have been released again between them."""
    return old.score is not None and new.score is not None and number(old.max_score) == number(new.max_score)


def _sentences(old: ExerciseResult, new: ExerciseResult, outcome: Outcome) -> Iterator[str]:
    """Yield the promises of which this became the outcome, and which had the other before."""
    other = Outcome.FAILED if outcome is Outcome.PASSED else Outcome.PASSED
    before = {check.check: check.outcome for check in old.checks}
    # What was not begun has no checks where nothing could be read: none of its promises was kept, then.
    unread = Outcome.NOT_JUDGED if old.checks else Outcome.FAILED
    yield from (promise(one) for one in new.checks if one.outcome is outcome and before.get(one.check, unread) is other)


def promise(check: CheckResult) -> str:
    """Return a check's promise as it is quoted."""
    return f"“{plain_text(check.sentence).rstrip('. ')}”"


def _named(promises: Sequence[str]) -> str:
    more = len(promises) - _MOST
    named = [*promises[:_MOST], f"{more} more"] if more > 0 else list(promises)
    said = " and ".join([", ".join(named[:-1]), named[-1]]) if len(named) > 1 else named[0]
    return f"{said} {'is' if len(promises) == 1 else 'are'}"
