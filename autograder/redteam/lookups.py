"""Answers that know the public data sets by heart: how much of an exercise's points they gain.

A label that anybody can download can be carried along in a notebook. So a core check has to ask for what only the rows
that it gives can teach, and our own look-ups, written for each exercise, must come away with next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from pydantic import BaseModel, ConfigDict

from autograder.calibration.asked import Listening
from autograder.classroom.assignment import open_examiner
from autograder.engine.judging.checks import Check, Variant
from autograder.engine.judging.judge import Examiner, Seed, run_check, score_of
from autograder.engine.result import CheckResult, Outcome
from course.authoring.script import Findings, imports, read_script
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
    trial = _Trial(open_examiner(project, chapter), found, frozenset(others), Seed("look-up", found.name, seed))
    checks = trial.examiner.checks.of(exercise.id)
    alone = [trial.alone(check) for check in checks]
    share = _share(exercise, alone)
    passed = tuple(one.check for one in alone if one.outcome is Outcome.PASSED)
    if not others or not beside:
        return share, passed
    pairs = [trial.beside(check, known) for check, known in zip(checks, alone, strict=True)]
    more = _share(exercise, [with_it for with_it, _ in pairs]) - _share(exercise, [without for _, without in pairs])
    return max(share, more), passed


@dataclass
class _Trial:
    """One look-up and one draw. With one seed a check asks for the same, as long as it is given the same replies: what
    it has not asked for makes no difference to it."""

    examiner: Examiner
    found: Variant
    others: frozenset[str]
    seed: Seed
    _asked: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        self.examiner = replace(self.examiner, hint_seconds=0.0)  # points are what it is about
        self._needing: set[str] = set()  # checks that ask for other answers, too

    def alone(self, check: Check) -> CheckResult:
        """Judge the look-up without any other answer."""
        result = self._judged(check, self.others, self.found)
        if self._asked & self.others:
            self._needing.add(check.name)
        return result

    def beside(self, check: Check, alone: CheckResult) -> tuple[CheckResult, CheckResult]:
        """Judge the look-up beside right answers, and these without it; `alone` is its result without them."""
        needing = check.name in self._needing
        with_it = self._judged(check, frozenset(), self.found) if needing else alone
        names = frozenset(self.found.answers)
        if needing and not self._asked & names:
            return with_it, with_it
        return with_it, self._judged(check, names, None)

    def _judged(self, check: Check, without: frozenset[str], variant: Variant | None) -> CheckResult:
        names = {name: value for name, value in self.examiner.checks.namespace(variant).items() if name not in without}
        session = Listening(names)
        result = run_check(check, self.examiner, lambda: session, self.seed)
        self._asked = frozenset(session.names)
        if result.outcome is Outcome.NOT_JUDGED:
            raise RuntimeError(f"{check.exercise} was not judged: {result.trouble}")
        return result


def _share(exercise: Exercise, results: list[CheckResult]) -> float:
    score = score_of(results, _POINTS)[1]
    assert score is not None, exercise.id
    return score / _POINTS


def answer_names(project: Project, chapter: Chapter, exercise: Exercise) -> set[str]:
    """Return the names that an exercise's cells ask for."""
    path, module = project.source / f"{chapter.name}.py", f"solutions.{chapter.name}"
    findings = Findings(chapter.name)
    return {
        one.name
        for cell in read_script(path, findings)
        if cell.exercise == exercise.id
        for one in imports(cell, module, path, findings)
        if not one.name.startswith("_")
    }
