"""Answers that know the public data sets by heart: how much of an exercise's points they gain.

A label that anybody can download can be carried along in a notebook. So a core check has to ask for what only the rows
that it gives can teach, and our own look-ups, written for each exercise, must come away with next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from autograder.calibration.asked import Listening, answer_names
from autograder.classroom.assignment import open_examiner
from autograder.engine.judging.checks import Check, Variant
from autograder.engine.judging.judge import Examiner, Seed, run_check, score_of
from autograder.engine.result import CheckResult, Outcome
from course.project import Project
from course.syllabus import Chapter, Exercise, load_syllabus

LIMIT = 0.1  # of an exercise's points
SEEDS = ("1", "2", "3")
_POINTS = 1_000.0  # points are rounded to hundredths


class LookupRow(BaseModel):
    """What one look-up gains.

    Attributes
    ----------
    chapter, exercise, lookup : which one.
    gain : the largest share of the exercise's points over all draws, from 0 to 1.
    passed : checks that it passed in the draw with that gain, by itself.
    holds : whether the gain is within `LIMIT`.
    """

    model_config = ConfigDict(frozen=True)

    chapter: str
    exercise: str
    lookup: str
    gain: float
    passed: tuple[str, ...]
    holds: bool


def lookups(project: Project, only: frozenset[str] = frozenset(), seeds: Iterable[str] = SEEDS) -> Iterator[LookupRow]:
    """Try each look-up of each chapter.

    Parameters
    ----------
    only : short names of chapters (``ch03``); all when empty.
    seeds : one draw of hidden inputs for each; what the rest right would add is tried with the first.
    """
    for chapter in load_syllabus(project.syllabus):
        if not only or chapter.short in only:
            for found in open_examiner(project, chapter).checks.lookups:
                yield tried(project, chapter, found, seeds)


def tried(project: Project, chapter: Chapter, found: Variant, seeds: Iterable[str] = SEEDS) -> LookupRow:
    """Judge one look-up over several draws, and return what it gains at most."""
    exercise = next(exercise for exercise in chapter.exercise if exercise.id == found.exercise)
    gain, passed = max(
        _gained(project, chapter, exercise, found, seed, beside=number == 0) for number, seed in enumerate(seeds)
    )
    return LookupRow(
        chapter=chapter.name,
        exercise=exercise.id,
        lookup=found.name,
        gain=round(gain, 4),
        passed=passed,
        holds=gain <= LIMIT,
    )


def _gained(
    project: Project, chapter: Chapter, exercise: Exercise, found: Variant, seed: str, beside: bool
) -> tuple[float, tuple[str, ...]]:
    """Return what the look-up adds to nothing and, if wanted, to right answers for all that it leaves open: the larger
    one."""
    others = answer_names(project, chapter, exercise) - found.answers.keys()
    draw = _Draw(replace(open_examiner(project, chapter), hint_seconds=0.0), Seed("look-up", found.name, seed))
    checks, names = draw.examiner.checks.of(exercise.id), frozenset(found.answers)
    alone = [draw.judged(check, found, without=others) for check in checks]
    share = _share(exercise, [one.result for one in alone])
    passed = tuple(one.result.check for one in alone if one.result.outcome is Outcome.PASSED)
    if not others or not beside:
        return share, passed
    # What a check has not asked for makes no difference to it.
    together = [
        draw.judged(check, found) if one.asked & others else one for check, one in zip(checks, alone, strict=True)
    ]
    right = [
        draw.judged(check, None, without=names) if one.asked & names else one
        for check, one in zip(checks, together, strict=True)
    ]
    more = _share(exercise, [one.result for one in together]) - _share(exercise, [one.result for one in right])
    return max(share, more), passed


@dataclass(frozen=True)
class _Judged:
    """A check's result, and the names that it asked for."""

    result: CheckResult
    asked: frozenset[str]


@dataclass(frozen=True)
class _Draw:
    """One draw of hidden inputs. With one seed a check asks for the same, as long as it is given the same replies."""

    examiner: Examiner  # points are what it is about: without hints
    seed: Seed

    def judged(self, check: Check, variant: Variant | None, without: Set[str] = frozenset()) -> _Judged:
        """Judge the reference, or a variant of it, without some of its names."""
        names = {name: value for name, value in self.examiner.checks.namespace(variant).items() if name not in without}
        session = Listening(names)
        result = run_check(check, self.examiner, lambda: session, self.seed)
        if result.outcome is Outcome.NOT_JUDGED:
            raise RuntimeError(f"{check.exercise} was not judged: {result.trouble}")
        return _Judged(result, frozenset(session.names))


def _share(exercise: Exercise, results: list[CheckResult]) -> float:
    score = score_of(results, _POINTS)[1]
    assert score is not None, exercise.id
    return score / _POINTS
