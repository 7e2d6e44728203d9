"""A result adds up its exercises, can't be altered, and survives being stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status


def exercise(score: float | None, status: ExerciseStatus = ExerciseStatus.PARTIAL, points: float = 4) -> ExerciseResult:
    row = CheckResult(check="test_a", outcome=Outcome.FAILED, sentence="s", hint="h")
    return ExerciseResult(exercise="p.99.1", title="t", status=status, score=score, max_score=points, checks=(row,))


def result(*exercises: ExerciseResult, status: Status = Status.GRADED) -> Result:
    return Result(chapter="ch99_mini", student="ada", status=status, exercises=exercises)


@given(st.lists(st.integers(0, 4)))
def test_scores_add_up(scores: list[int]) -> None:
    made = result(*map(exercise, scores))
    assert made.score == sum(scores) and made.max_score == 4 * len(scores)


def test_what_is_graded_by_hand_counts_only_to_what_can_be_reached() -> None:
    made = result(exercise(3), exercise(None, ExerciseStatus.MANUAL, 2))
    assert (made.score, made.max_score) == (3, 6)


def test_what_is_not_judged_is_never_a_zero() -> None:
    assert result(exercise(3), exercise(None, ExerciseStatus.NOT_JUDGED)).score is None
    assert result(exercise(3), status=Status.NOT_JUDGED).score is None


def test_a_result_survives_being_stored_and_can_not_be_altered() -> None:
    made = result(exercise(3), exercise(None, ExerciseStatus.MANUAL))
    assert Result.model_validate_json(made.model_dump_json()) == made
    with pytest.raises(ValidationError):
        made.student = "bob"
    with pytest.raises(ValidationError):
        Result.model_validate({**made.model_dump(), "more": 1})
