"""A result adds up its exercises, can't be altered, and survives being stored."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status


def exercise(
    score: float | None, status: ExerciseStatus = ExerciseStatus.PARTIAL, points: float = 4, number: int = 1
) -> ExerciseResult:
    row = CheckResult(check="test_a", outcome=Outcome.FAILED, sentence="s", hint="h")
    by_hand = status is ExerciseStatus.MANUAL
    return ExerciseResult(
        exercise=f"p.99.{number}",
        grade_id=f"p-99-{number}" if by_hand else f"p-99-{number}-checks",
        title="t",
        status=status,
        score=score,
        max_score=points,
        checks=() if by_hand else (row,),
    )


def result(*exercises: ExerciseResult, status: Status = Status.GRADED) -> Result:
    return Result(chapter="ch99_mini", student="ada", status=status, exercises=exercises)


@given(st.lists(st.integers(0, 4)))
def test_scores_add_up(scores: list[int]) -> None:
    made = result(*(exercise(score, number=number) for number, score in enumerate(scores)))
    assert made.score == sum(scores) and made.max_score == 4 * len(scores)


def test_what_is_graded_by_hand_counts_only_to_what_can_be_reached() -> None:
    made = result(exercise(3), exercise(None, ExerciseStatus.MANUAL, 2))
    assert (made.score, made.max_score) == (3, 6)


def test_what_a_person_has_given_counts_instead() -> None:
    text, checked = exercise(None, ExerciseStatus.MANUAL, 2), exercise(3)
    assert result(checked, text.model_copy(update={"by_hand": 1.5})).score == 4.5
    assert result(checked.model_copy(update={"by_hand": 0.0}), text).score == 0.0
    unjudged = exercise(None, ExerciseStatus.NOT_JUDGED).model_copy(update={"by_hand": 2.0})
    assert result(unjudged).score == 2.0


def test_the_parts_of_an_exercise_are_told_apart_and_come_together() -> None:
    text, checked, other = exercise(None, ExerciseStatus.MANUAL, 2), exercise(3), exercise(1, number=2)
    assert result(text, checked, other).by_exercise == ((text, checked), (other,))
    with pytest.raises(ValidationError, match="there twice"):
        result(checked, other, checked)


def test_what_is_not_judged_is_never_a_zero() -> None:
    assert result(exercise(3), exercise(None, ExerciseStatus.NOT_JUDGED, number=2)).score is None
    assert result(exercise(3), status=Status.NOT_JUDGED).score is None


def test_a_result_survives_being_stored_and_can_not_be_altered() -> None:
    made = result(exercise(3), exercise(None, ExerciseStatus.MANUAL))
    assert Result.model_validate_json(made.model_dump_json()) == made
    with pytest.raises(ValidationError):
        made.student = "bob"
    with pytest.raises(ValidationError):
        Result.model_validate({**made.model_dump(), "more": 1})
