"""A cause is told once on a page, with one hint."""

from __future__ import annotations

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome
from autograder.feedback.words import check_views


def failed(name: str, detail: str, cause: str, hint: str) -> CheckResult:
    return CheckResult(
        check=name, outcome=Outcome.FAILED, sentence=f"{name} works.", weight=1.0, core=False, detail=detail,
        cause=cause, hint=hint, seconds=0.0,
    )  # fmt: skip


def exercise(number: int, *checks: CheckResult) -> ExerciseResult:
    return ExerciseResult(
        exercise=f"p.99.{number}", grade_id=f"p-99-{number}", title="One", status=ExerciseStatus.NONE, score=0.0,
        max_score=4.0, checks=checks,
    )  # fmt: skip


RAISED = "Your code raised ValueError in line 2 of `fit`."


def test_one_cause_has_one_hint() -> None:
    told: dict[str, str] = {}
    one = exercise(1, failed("a", RAISED, RAISED, "Columns?"), failed("b", RAISED, RAISED, "Folds?"))
    found = [(view.detail, view.hint) for view in check_views(one, False, told)]
    assert found == [(RAISED, "Columns?"), ("For the same reason as above.", "")]
    other = exercise(2, failed("c", RAISED, RAISED, "Seeds?"))
    assert [(view.detail, view.hint) for view in check_views(other, False, told)] == [
        ("For the same reason as in p.99.1.", "")
    ]


def test_wrong_values_have_their_own_hints() -> None:
    both = exercise(1, failed("a", "", "", "Columns?"), failed("b", "", "", "Folds?"), failed("c", "", "", "Folds?"))
    assert [view.hint for view in check_views(both, False)] == ["Columns?", "Folds?", "The same as above."]


def test_a_hint_that_was_left_out_is_given_where_it_belongs() -> None:
    three = exercise(
        1, failed("a", RAISED, RAISED, "Columns?"), failed("b", RAISED, RAISED, "Folds?"), failed("c", "", "", "Folds?")
    )
    assert [view.hint for view in check_views(three, False)] == ["Columns?", "", "Folds?"]
