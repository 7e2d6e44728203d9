"""One deviation from what a docstring settles costs one check: the others do without it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.engine.judging.judge import judge_exercise
from autograder.engine.result import Outcome
from autograder.engine.wire.proxy import LocalSession
from course.syllabus import load_syllabus
from tests.support.chapters import PROJECT, checks_of, examiner_of
from tests.support.judged_once import SEED

# The mutants that are right in all but a convention, as other books have it.
CONVENTIONS = {
    "ch02": ("NamesInAList",),
    "ch04": ("StartsAnywhere", "LooksBeforeTheStep", "AddsThePenalty", "with_an_epsilon"),
}


@pytest.mark.parametrize(("short", "name"), [(short, name) for short, names in CONVENTIONS.items() for name in names])
def test_a_convention_costs_one_check(short: str, name: str) -> None:
    chapter = load_syllabus(PROJECT.syllabus).find(short)
    mutant = next(one for one in checks_of(chapter).mutants if one.name == name)
    exercise = next(one for one in chapter.exercise if one.id == mutant.exercise)
    session = LocalSession(checks_of(chapter).namespace(mutant))
    result = judge_exercise(exercise, 8.0, replace(examiner_of(chapter), hint_seconds=0.0), lambda: session, SEED)
    assert [one.check for one in result.checks if one.outcome is not Outcome.PASSED] == [mutant.fails]
