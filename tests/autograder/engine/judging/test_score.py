"""What the checks of an exercise come to in points."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from autograder.engine.judging.judge import (
    score_of,
)
from autograder.engine.result import CheckResult, ExerciseStatus, Outcome


def row(outcome: Outcome, weight: float = 1.0, core: bool = False, detail: str = "") -> CheckResult:
    return CheckResult(check="c", outcome=outcome, sentence="s", weight=weight, core=core, detail=detail)


OUTCOMES = st.sampled_from([Outcome.PASSED, Outcome.FAILED])
ROWS = st.builds(row, OUTCOMES, st.floats(1e-6, 1e6), st.booleans(), st.sampled_from(["", "x"]))


@given(st.lists(ROWS, min_size=1, max_size=8), st.integers(1, 100) | st.floats(0.5, 50))
def test_a_score_lies_between_nothing_and_full_marks(rows: list[CheckResult], points: float) -> None:
    status, score = score_of(rows, points)
    assert score is not None and 0 <= score <= points
    all_pass = all(one.outcome is Outcome.PASSED for one in rows)
    assert (score == points) == all_pass == (status is ExerciseStatus.FULL)
    cores = [one for one in rows if one.core] or rows
    if not any(one.outcome is Outcome.PASSED for one in cores):
        assert score == 0 and status is ExerciseStatus.NONE


@given(st.lists(ROWS, max_size=5), st.integers(0, 5))
def test_one_check_not_judged_leaves_the_exercise_not_judged(rows: list[CheckResult], position: int) -> None:
    rows.insert(position, row(Outcome.NOT_JUDGED))
    assert score_of(rows, 4) == (ExerciseStatus.NOT_JUDGED, None)


def test_weights_share_the_points() -> None:
    passed, failed = Outcome.PASSED, Outcome.FAILED
    assert score_of([row(passed, 3), row(failed, 1)], 8) == (ExerciseStatus.PARTIAL, 6.0)
    assert score_of([row(passed), row(passed), row(failed)], 1) == (ExerciseStatus.PARTIAL, 0.67)
    assert score_of([row(failed, core=True), row(passed, 9)], 8) == (ExerciseStatus.NONE, 0.0)
    assert score_of([row(passed, core=True), row(failed, core=True)], 8) == (ExerciseStatus.PARTIAL, 4.0)
    assert score_of([], 8) == (ExerciseStatus.NOT_JUDGED, None)
