"""How one answer fares with an exercise's checks. All of it runs in a process that is forked for that answer."""

from __future__ import annotations

import functools
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from autograder.audit.habits import Habit
from autograder.calibration.asked import Listening
from autograder.engine.judging.checks import Check
from autograder.engine.judging.judge import Examiner, Seed, judge_exercise, run_check
from autograder.engine.result import CheckResult, Outcome
from autograder.engine.wire.proxy import LocalSession, Session
from course.syllabus import Exercise

Build = Callable[[], Mapping[str, Any]]
SEED = Seed("audit", "audit", "1")


@dataclass(frozen=True)
class Profile:
    """How the reference fares with one check: whether it passes, the names that were asked for, and the seconds."""

    check: str
    passed: bool
    names: frozenset[str]
    seconds: float


@dataclass(frozen=True)
class Verdict:
    """What became of a wrong answer.

    Attributes
    ----------
    by : the check that it failed, or how it ended otherwise; empty: it passed all.
    applied : whether it was wrong at all: a habit may have had no occasion.
    trouble : why it could not be judged.
    """

    by: str = ""
    applied: bool = True
    trouble: str = ""


def _same(session: Session) -> Session:
    return session


@dataclass(frozen=True)
class Trial:
    """What is needed to judge the answers to one exercise; hints are not looked for."""

    exercise: Exercise
    examiner: Examiner

    @property
    def checks(self) -> tuple[Check, ...]:
        """Those that are not at full size."""
        return self.examiner.checks.of(self.exercise.id)

    @property
    def quiet(self) -> Examiner:
        """One that looks for no hints."""
        return replace(self.examiner, hint_seconds=0.0)

    def session(self, answers: Mapping[str, Any]) -> LocalSession:
        """Return a session of some answers, and of the reference's for the rest."""
        return LocalSession({**self.examiner.checks.namespace(), **answers})

    def judge(self, check: Check, answers: Mapping[str, Any], seed: Seed = SEED) -> CheckResult:
        """Judge one check, with some answers in the place of the reference's."""
        session = self.session(answers)
        return run_check(check, self.quiet, lambda: session, seed)

    def profile(self) -> list[Profile]:
        """Return how the reference fares with each check."""
        found = []
        for check in self.checks:
            session, start = Listening(self.examiner.checks.namespace()), time.monotonic()
            result = run_check(check, self.quiet, functools.partial(_same, session), SEED)
            passed, names = result.outcome is Outcome.PASSED, frozenset(session.names)
            found.append(Profile(check.name, passed, names, time.monotonic() - start))
        return found

    def wrong(self, build: Build, order: Sequence[str]) -> Verdict:
        """Judge a wrong answer by the checks named in `order`, up to the first that it fails."""
        try:
            answers = build()
        except Exception as error:  # what can't even be defined is found out by whoever runs it
            return Verdict(type(error).__name__)
        session, examiner = self.session(answers), self.quiet
        habits = [answer for answer in answers.values() if isinstance(answer, Habit)]
        by_name = {check.name: check for check in self.checks}
        by = ""
        for name in order:
            result = run_check(by_name[name], examiner, lambda: session, SEED)
            if result.outcome is Outcome.NOT_JUDGED:
                return Verdict(trouble=result.trouble)
            if result.outcome is Outcome.FAILED:
                by = name
                break
        # One that fails before its habit has made a difference fails by what we have put around the answer.
        return Verdict(by, applied=not habits or any(habit.applied for habit in habits))

    def right(self, build: Build, order: Sequence[str]) -> list[str]:
        """Return the checks that a right answer fails, of those named in `order`."""
        answers = build()
        return [
            check.name
            for check in self.checks
            if check.name in order and self.judge(check, answers).outcome is not Outcome.PASSED
        ]

    def known(self, name: str) -> tuple[bool, str]:
        """Return whether a hand-written mutant fails all checks that are there for it, and whose sentence the first of
        them shows: a mutant's name, or nothing."""
        (variant,) = (one for one in self.examiner.checks.mutants if one.name == name)
        session = LocalSession(self.examiner.checks.namespace(variant))
        by_name = {check.name: check for check in self.checks}
        results = [
            run_check(by_name[one], self.examiner if one == variant.fails else self.quiet,
                      lambda: session, SEED)
            for one in variant.must_fail
        ]  # fmt: skip
        told = {one.sentence: one.name for one in self.examiner.checks.mutants if one.exercise == self.exercise.id}
        told[variant.sentence] = name
        return all(one.outcome is Outcome.FAILED for one in results), told.get(results[0].hint, "")

    def score(self, answers: Mapping[str, Any]) -> float:
        """Return the share of the exercise's points that some answers earn."""
        session = self.session(answers)
        found = judge_exercise(self.exercise, 1000.0, self.quiet, lambda: session, SEED)
        return (found.score or 0.0) / 1000.0

    def under(self, seeds: Sequence[Seed], order: Sequence[str], seconds: float) -> tuple[int, int, set[str]]:
        """Judge the reference under many seeds, as far as the seconds reach: how many, how many failed, and by what."""
        ends, runs, failed = time.monotonic() + seconds, 0, 0
        by: set[str] = set()
        for seed in seeds:
            if runs and time.monotonic() > ends:
                break
            lost = [check.name for check in self.checks if check.name in order
                    and self.judge(check, {}, seed).outcome is not Outcome.PASSED]  # fmt: skip
            runs, failed, by = runs + 1, failed + bool(lost), by | set(lost)
        return runs, failed, by
