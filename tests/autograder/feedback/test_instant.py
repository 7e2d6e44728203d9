"""What a student reads at once: the first promise that is not kept, and nothing that is not theirs to know yet."""

from __future__ import annotations

import html
from collections.abc import Callable

import pytest
from nbformat import NotebookNode

from autograder.engine.result import CheckResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.instant import LATER, postponed, render_verdict, verdict_of
from course.exchange.verdict import Verdict
from tests.support import feedback_samples as samples
from tests.support.feedback_samples import ATTACK, KEEPS, MOVES, WRAPS, exercise


def page_of(verdict: Verdict) -> str:
    return render_verdict(verdict, student="ada", chapter_title="Classification")


def test_the_first_promise_that_is_not_kept_is_told() -> None:
    verdict = verdict_of(samples.partial()[0], "f" * 32)
    rows = {one.exercise: one for one in verdict.exercises}
    assert (rows["p.03.1"].word, rows["p.03.1"].sentence) == ("full marks", "Everything that was checked works.")
    assert (rows["p.03.2"].word, rows["p.03.2"].score, rows["p.03.2"].sentence) == (
        "partial marks",
        2.4,
        WRAPS.sentence,
    )
    assert rows["p.03.4"].word == "to be graded by hand"
    assert (verdict.score, verdict.max_score, verdict.complete) == (6.4, 12.0, True)  # without what is read by a person
    assert WRAPS.sentence in page_of(verdict)
    assert "6.4 of 12 points" in page_of(verdict)


def test_a_text_and_a_function_of_one_exercise_are_one_row() -> None:
    checked = exercise(2, "One-pixel shifts", ExerciseStatus.PARTIAL, 2.4, MOVES, WRAPS, KEEPS)
    text = exercise(2, "One-pixel shifts", ExerciseStatus.MANUAL, None)
    whole = checked.model_copy(update={"status": ExerciseStatus.FULL, "score": 4.0, "checks": (MOVES,)})
    rows = []
    for parts in ((text, checked), (text, whole)):
        result = Result(chapter="c", student="ada", status=Status.GRADED, exercises=parts)
        verdict = verdict_of(result, "f" * 32)
        assert verdict.max_score == 4.0, "without what is read by a person"
        rows += [(one.exercise, one.word, one.score, one.max_score, one.sentence) for one in verdict.exercises]
    both = (
        "What you wrote: Your instructor reads this answer and grades it by hand. "
        "What you programmed: Everything that was checked works."
    )
    assert rows == [
        ("p.03.2", "to be graded by hand", 2.4, 8.0, WRAPS.sentence),
        ("p.03.2", "to be graded by hand", 4.0, 8.0, both),
    ]


def test_the_main_part_is_told_before_what_does_not_count_without_it() -> None:
    minor = WRAPS.model_copy(update={"core": False, "sentence": "A detail."})
    result = Result(
        chapter="c", student="ada", status=Status.GRADED,
        exercises=(exercise(1, "One", ExerciseStatus.NONE, 0, minor, WRAPS, MOVES),),
    )  # fmt: skip
    assert verdict_of(result, "f" * 32).exercises[0].sentence == WRAPS.sentence


@pytest.mark.parametrize("sample", [samples.partial, samples.not_judged, samples.timed_out])
def test_nothing_else_is_told(sample: Callable[[], tuple[Result, NotebookNode]]) -> None:
    result, _ = sample()
    verdict = verdict_of(result, "f" * 32)
    told = verdict.model_dump_json() + page_of(verdict)
    for check in (check for one in result.exercises for check in one.checks):
        assert check.check not in told
        for hidden in (check.hint, check.detail, check.trouble):
            assert not hidden or hidden[:40] not in told
    for hidden in ("np.roll", "first column came back", "/srv/secret", "Traceback", "shift_image"):
        assert hidden not in told


def test_points_are_told_only_if_the_course_says_so() -> None:
    verdict = verdict_of(samples.partial()[0], "f" * 32, points=False)
    assert verdict.score is None
    assert {one.score for one in verdict.exercises} == {None}
    told = verdict.model_dump_json() + page_of(verdict)
    assert "2.4" not in told
    assert "6.4" not in told
    assert WRAPS.sentence in told


def test_what_a_student_has_set_to_something_nasty_stays_text() -> None:
    result, _ = samples.hostile()
    page = render_verdict(verdict_of(result, "f" * 32), student=result.student, chapter_title="Classification")
    assert ATTACK[:40] not in page
    for tag in ("<script", "<iframe", "<img", "<form", "<svg"):
        assert tag not in page


def test_trouble_of_ours_is_no_zero_and_tells_nothing_of_us() -> None:
    result = Result(
        chapter="c", student="ada", status=Status.NOT_JUDGED, notes=("/srv/secret/course.key: no space",),
        exercises=(
            exercise(1, "One", ExerciseStatus.NOT_JUDGED, None, MOVES),
            exercise(2, "Two", ExerciseStatus.FULL, 4, MOVES, KEEPS),
        ),
    )  # fmt: skip
    verdict = verdict_of(result, "f" * 32)
    assert (verdict.complete, verdict.score, verdict.sentences) == (False, None, (LATER,))
    assert [(one.word, one.score) for one in verdict.exercises] == [("not judged yet", None), ("full marks", 4.0)]
    assert "secret" not in verdict.model_dump_json() + page_of(verdict)
    nothing = postponed("f" * 32, "c")
    assert (nothing.complete, nothing.score, nothing.exercises) == (False, None, ())
    assert "Your hand-in is safe" in page_of(nothing)


def test_what_is_said_of_the_whole_comes_first() -> None:
    verdict = verdict_of(samples.timed_out()[0], "f" * 32, before=("Handed in 2 hours after the deadline.", ""))
    assert verdict.sentences[0] == "Handed in 2 hours after the deadline."
    assert verdict.sentences[-1] == "Cell 4 ran longer than 60 s and was interrupted."


WORKS = WRAPS.model_copy(update={"outcome": Outcome.PASSED, "detail": "", "hint": ""})


def shifts(score: float, *checks: CheckResult) -> Result:
    full = ExerciseStatus.FULL if score == 4 else ExerciseStatus.PARTIAL
    return Result(
        chapter="c", student="ada", status=Status.GRADED, exercises=(exercise(2, "Shifts", full, score, *checks),)
    )


def changed(before: Result, now: Result, *, points: bool = True) -> tuple[str, str]:
    last = verdict_of(before, "e" * 32, points=points)
    verdict = verdict_of(now, "f" * 32, points=points, last=last)
    (one,) = verdict.exercises
    page = page_of(verdict)
    assert html.escape(verdict.change) in page
    assert html.escape(one.change) in page
    return one.change, verdict.change


def test_what_has_changed_since_the_hand_in_before() -> None:
    found = changed(shifts(1, MOVES, WRAPS), shifts(4, MOVES, WORKS))
    kept = "“Pixels shifted in from outside are 0; nothing wraps round” is kept now."
    assert found == (f"+3 points: {kept}", "Since your hand-in before this one: +3 points.")
    assert changed(shifts(1, MOVES, WRAPS), shifts(4, MOVES, WORKS), points=False) == (kept, "")


def test_what_was_full_and_is_not_kept_now_is_named() -> None:
    lost, together = changed(shifts(4, MOVES, WORKS), shifts(1, MOVES, WRAPS))
    assert lost == "−3 points: “Pixels shifted in from outside are 0; nothing wraps round” is no longer kept."
    assert together == "Since your hand-in before this one: −3 points."


def test_no_promise_is_told_that_the_two_verdicts_do_not_tell() -> None:
    """Of a promise that neither verdict has named it is not said what became of it: it might be tried out."""
    kept, lost = KEEPS, MOVES.model_copy(update={"outcome": Outcome.FAILED})
    broken = KEEPS.model_copy(update={"outcome": Outcome.FAILED})
    found, _ = changed(shifts(1, MOVES, WRAPS, broken), shifts(1, lost, WRAPS, kept))
    assert found == ""
    found, _ = changed(shifts(1, MOVES, WRAPS, broken), shifts(2, lost, WORKS, kept))
    assert KEEPS.sentence[:10] not in found and MOVES.sentence[:10] not in found


def test_nothing_is_compared_with_what_was_not_judged() -> None:
    last = postponed("e" * 32, "c")
    verdict = verdict_of(shifts(4, MOVES, WORKS), "f" * 32, last=last)
    assert (verdict.change, verdict.exercises[0].change) == ("", "")
    assert "hand-in before" not in page_of(verdict)
