"""A class's results in figures: how hard each exercise and check was, and which misconceptions are common.

*Difficulty* is the mean share of the points, 1 where everybody had all of them. *Discrimination* is the correlation of
an item with the points of all other exercises, over the students who have begun it (the corrected item-total
correlation of classical test theory): near 0 or below it, an item says nothing about who knows the rest.
"""

from __future__ import annotations

import itertools
import math
import statistics
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status

FEWEST = 10  # students of whom a correlation says anything
_BINS = 10


@dataclass(frozen=True)
class Misconception:
    """What a failed check was recognised as; `name` is that of the mutant, empty for a check's own hint."""

    exercise: str
    sentence: str
    name: str
    students: tuple[str, ...]


@dataclass(frozen=True)
class CheckFigures:
    """One check over all who have begun its exercise."""

    check: str
    sentence: str
    passed: int
    judged: int
    discrimination: float | None

    @property
    def share(self) -> float:
        return self.passed / self.judged if self.judged else 0.0


@dataclass(frozen=True)
class ExerciseFigures:
    """One exercise.

    Attributes
    ----------
    reached : mean share of its points that are known, over all who handed in.
    full, some, none, not_begun : students.
    waiting : students of whom points are still to be given by hand.
    """

    exercise: str
    title: str
    reached: float | None
    full: int
    some: int
    none: int
    not_begun: int
    waiting: int
    discrimination: float | None
    checks: tuple[CheckFigures, ...]


@dataclass(frozen=True)
class ClassFigures:
    """A class.

    Attributes
    ----------
    handed_in, missing, not_judged : students.
    scores : points so far of each who handed in, ascending; `most` can be reached.
    bins : how many reached 0–10%, 10–20%, … of them.
    """

    handed_in: tuple[str, ...]
    missing: tuple[str, ...]
    not_judged: tuple[str, ...]
    scores: tuple[float, ...]
    most: float
    bins: tuple[int, ...]
    exercises: tuple[ExerciseFigures, ...]
    misconceptions: tuple[Misconception, ...]

    @property
    def median(self) -> float | None:
        return statistics.median(self.scores) if self.scores else None

    @property
    def mean(self) -> float | None:
        return statistics.fmean(self.scores) if self.scores else None


def figures(results: Iterable[Result], names: Mapping[tuple[str, str], str]) -> ClassFigures:
    """Return the figures of a class.

    Parameters
    ----------
    results : one of each student; with the points given by hand.
    names : of the known misconceptions, by exercise and sentence.
    """
    every = sorted(results, key=lambda one: one.student)
    there = [one for one in every if one.status not in (Status.MISSING, Status.NOT_JUDGED)]
    scores = sorted(_points(one.exercises) for one in there)
    most = max((sum(part.max_score for part in one.exercises) for one in every), default=0.0)
    return ClassFigures(
        handed_in=tuple(one.student for one in there),
        missing=tuple(one.student for one in every if one.status is Status.MISSING),
        not_judged=tuple(one.student for one in every if one.status is Status.NOT_JUDGED),
        scores=tuple(scores),
        most=most,
        bins=_bins(scores, most),
        exercises=tuple(_exercises(there)),
        misconceptions=tuple(_misconceptions(there, names)),
    )


def correlation(pairs: Sequence[tuple[float, float]]) -> float | None:
    """Return Pearson's correlation; None for fewer than `FEWEST` pairs, or where one side is always the same."""
    if len(pairs) < FEWEST:
        return None
    left, right = zip(*pairs, strict=True)
    try:
        found = statistics.correlation(left, right)
    except statistics.StatisticsError:  # one is constant
        return None
    return found if math.isfinite(found) else None


def _points(parts: Iterable[ExerciseResult]) -> float:
    return sum(part.points or 0.0 for part in parts)


def _bins(scores: Sequence[float], most: float) -> tuple[int, ...]:
    found = Counter(min(int(_BINS * score / most), _BINS - 1) if most else 0 for score in scores)
    return tuple(found[at] for at in range(_BINS))


def _exercises(there: Sequence[Result]) -> Iterator[ExerciseFigures]:
    ids = dict.fromkeys(part.exercise for one in there for part in one.exercises)
    for exercise in ids:
        mine = {one.student: [part for part in one.exercises if part.exercise == exercise] for one in there}
        rest = {one.student: _points(part for part in one.exercises if part.exercise != exercise) for one in there}
        yield _exercise(exercise, mine, rest)


def _exercise(
    exercise: str, mine: Mapping[str, Sequence[ExerciseResult]], rest: Mapping[str, float]
) -> ExerciseFigures:
    shares = {student: _share(parts) for student, parts in mine.items()}
    known = [share for share in shares.values() if share is not None]
    begun = {student: parts for student, parts in mine.items() if not _is_idle(parts)}
    sides = [(share, rest[student]) for student in begun if (share := shares[student]) is not None]
    return ExerciseFigures(
        exercise=exercise,
        title=next(part.title for parts in mine.values() for part in parts),
        reached=statistics.fmean(known) if known else None,
        full=sum(shares[student] == 1.0 for student in begun),
        some=sum(0.0 < (shares[student] or 0.0) < 1.0 for student in begun),
        none=sum(shares[student] == 0.0 for student in begun),
        not_begun=len(mine) - len(begun),
        waiting=sum(any(_waits(part) for part in parts) for parts in begun.values()),
        discrimination=correlation(sides),
        checks=tuple(_checks(begun, rest)),
    )


def _share(parts: Sequence[ExerciseResult]) -> float | None:
    """The share of an exercise's points that are known; None where none is."""
    known = [part for part in parts if part.points is not None]
    most = sum(part.max_score for part in known)
    return _points(known) / most if most else None


def _is_idle(parts: Sequence[ExerciseResult]) -> bool:
    return all(part.status is ExerciseStatus.NOT_BEGUN for part in parts if part.is_checked) and any(
        part.is_checked for part in parts
    )


def _waits(part: ExerciseResult) -> bool:
    return part.status is ExerciseStatus.MANUAL and part.by_hand is None


def _checks(begun: Mapping[str, Sequence[ExerciseResult]], rest: Mapping[str, float]) -> Iterator[CheckFigures]:
    found: dict[str, list[tuple[str, CheckResult]]] = {}
    for student, parts in begun.items():
        for check in itertools.chain.from_iterable(part.checks for part in parts):
            found.setdefault(check.check, []).append((student, check))
    for name, rows in found.items():
        judged = [(student, one) for student, one in rows if one.outcome is not Outcome.NOT_JUDGED]
        passed = [(student, one.outcome is Outcome.PASSED) for student, one in judged]
        yield CheckFigures(
            check=name,
            sentence=rows[0][1].sentence,
            passed=sum(good for _, good in passed),
            judged=len(judged),
            discrimination=correlation([(float(good), rest[student]) for student, good in passed]),
        )


def _misconceptions(there: Sequence[Result], names: Mapping[tuple[str, str], str]) -> Iterator[Misconception]:
    """What has been recognised, the most common first; a check's own hint is none."""
    found: dict[tuple[str, str], dict[str, None]] = {}
    for one in there:
        for part in one.exercises:
            for check in part.checks:
                if (key := (part.exercise, check.hint)) in names:
                    found.setdefault(key, {})[one.student] = None
    for key, students in sorted(found.items(), key=lambda row: (-len(row[1]), row[0])):
        yield Misconception(*key, names[key], tuple(students))
