"""How one wrong answer fares: what counts as found out, and what does not."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from autograder.audit.habits import HABITS
from autograder.audit.trial import Trial
from autograder.engine.judging.checks import Answers, ChapterChecks, Check
from autograder.engine.judging.judge import Examiner
from autograder.engine.wire.proxy import Student
from course.syllabus import Exercise

EXERCISE = Exercise(id="p.99.1", kind="code", title="Fit", section="Fitting", minutes=5, difficulty="easy")


def fit() -> Any:
    """A fitted model."""
    return SimpleNamespace(predict=lambda X: np.array([1, 1, 2]), coef_=1.0)


def trial(check: Callable[[Student, np.random.Generator], None]) -> Trial:
    made = Check("p.99.1", "test_fit", "It fits.", check, core=True)
    return Trial(EXERCISE, Examiner(ChapterChecks("ch99", (made,), lambda: Answers({"fit": fit})), {}))


def test_a_habit_that_makes_a_difference_is_found_out_by_the_check() -> None:
    def asks(student: Student, rng: np.random.Generator) -> None:
        assert np.asarray(student.fit().predict([0, 0, 0])).tolist() == [1, 1, 2]

    verdict = trial(asks).wrong(lambda: {"fit": HABITS["labels change places"](fit)}, ["test_fit"])
    assert (verdict.by, verdict.applied) == ("test_fit", True)


def test_one_that_fails_by_what_we_put_around_it_does_not_count() -> None:
    def looks(student: Student, rng: np.random.Generator) -> None:
        assert student.fit() == "the model itself"

    verdict = trial(looks).wrong(lambda: {"fit": HABITS["labels change places"](fit)}, ["test_fit"])
    assert not verdict.applied


def test_what_cannot_be_defined_is_found_out() -> None:
    verdict = trial(lambda student, rng: None).wrong(lambda: {"fit": 1 // 0}, ["test_fit"])
    assert (verdict.by, verdict.trouble) == ("ZeroDivisionError", "")


def test_a_broken_check_finds_nothing_out() -> None:
    def breaks(student: Student, rng: np.random.Generator) -> None:
        student.fit()
        raise KeyError("ours")

    verdict = trial(breaks).wrong(lambda: {"fit": fit}, ["test_fit"])
    assert verdict.by == "" and "test_fit is broken" in verdict.trouble
