"""One mistake costs one check: the others judge what they are there for."""

from __future__ import annotations

from dataclasses import replace

import pytest

from autograder.engine.judging.judge import judge_exercise
from autograder.engine.result import Outcome
from autograder.engine.wire.proxy import LocalSession
from course.syllabus import load_syllabus
from tests.support.chapters import PROJECT, checks_of, examiner_of
from tests.support.judged_once import SEED, LikeTheReference


@pytest.mark.parametrize(("short", "name"), [("ch03", "tunes_one_setting_only")])
def test_a_mistake_costs_its_own_check_alone(short: str, name: str) -> None:
    chapter = load_syllabus(PROJECT.syllabus).find(short)
    checks = checks_of(chapter)
    (mutant,) = (one for one in checks.mutants if one.name == name)
    exercise = next(one for one in chapter.exercise if one.id == mutant.exercise)
    session = LocalSession(checks.namespace(mutant))
    examiner = replace(examiner_of(chapter), memory=LikeTheReference(chapter, mutant.answers))
    result = judge_exercise(exercise, 4.0, examiner, lambda: session, SEED)
    assert [check.check for check in result.checks if check.outcome is not Outcome.PASSED] == [mutant.fails]
