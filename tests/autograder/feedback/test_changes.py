"""What has changed since the hand-in before: said of the same student's work, as far as it can be compared."""

from __future__ import annotations

import pytest

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.changes import changes, in_all
from autograder.feedback.page import ManualGrade, render_feedback
from autograder.feedback.views import Asked
from tests.support import feedback_samples as samples
from tests.support.feedback_samples import KEEPS, MOVES, WRAPS, exercise
from tests.support.page import Page

WORKS = WRAPS.model_copy(update={"outcome": Outcome.PASSED, "detail": "", "hint": ""})
STRAYS = MOVES.model_copy(update={"outcome": Outcome.FAILED, "detail": "It moved twice as far."})


def of(*rows: ExerciseResult, status: Status = Status.GRADED) -> Result:
    return Result(chapter="ch03_classification", student="ada", status=status, exercises=rows)


def shifts(score: float | None, *checks: CheckResult, number: int = 2) -> ExerciseResult:
    status = ExerciseStatus.NOT_JUDGED if score is None else ExerciseStatus.PARTIAL
    return exercise(number, "One-pixel shifts", status, score, *checks)


def said(before: Result, now: Result, decided: tuple[str, ...] = ()) -> tuple[str, str]:
    found = changes(before, now, decided)
    return str(found.get("p.03.2", "")), in_all(found)


def test_points_and_promises_that_are_kept_now() -> None:
    before, now = of(shifts(2, MOVES, WRAPS, KEEPS)), of(shifts(4, MOVES, WORKS, KEEPS))
    kept = "“Pixels shifted in from outside are 0; nothing wraps round” is kept now."
    assert said(before, now) == (f"+2 points: {kept}", "Since your hand-in before this one: +2 points.")


def test_what_is_no_longer_kept() -> None:
    before, now = of(shifts(2, MOVES, WRAPS)), of(shifts(1, STRAYS, WORKS))
    line, together = said(before, now)
    assert line.startswith(
        "−1 point: “Pixels shifted in from outside are 0; nothing wraps round” is kept now; “One bright"
    )
    assert line.endswith("” is no longer kept.")
    assert together == "Since your hand-in before this one: −1 point."


def test_nothing_has_changed() -> None:
    same = of(shifts(2, MOVES, WRAPS))
    assert said(same, same) == ("", "Since your hand-in before this one: as many points.")


def test_points_that_moved_from_one_exercise_to_another() -> None:
    before = of(shifts(2, MOVES), shifts(3, MOVES, number=3))
    now = of(shifts(3, MOVES), shifts(2, MOVES, number=3))
    assert said(before, now) == (
        "+1 point.",
        "Since your hand-in before this one: as many points, but for other exercises.",
    )


def test_many_promises_are_counted() -> None:
    broken = [STRAYS.model_copy(update={"check": f"c{n}", "sentence": f"Promise {n}."}) for n in range(6)]
    mended = [one.model_copy(update={"outcome": Outcome.PASSED}) for one in broken]
    line, _ = said(of(shifts(0, *broken)), of(shifts(4, *mended)))
    assert line == "+4 points: “Promise 0”, “Promise 1”, “Promise 2” and 3 more are kept now."


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (of(shifts(None, MOVES)), of(shifts(4, MOVES))),
        (of(shifts(4, MOVES)), of(shifts(None, MOVES))),
        (of(shifts(0, STRAYS), status=Status.NOT_JUDGED), of(shifts(4, MOVES))),
        (of(), of(shifts(4, MOVES))),
        (of(shifts(1, STRAYS).model_copy(update={"max_score": 3})), of(shifts(4, MOVES))),
    ],
    ids=["not judged then", "not judged now", "nothing judged then", "new exercise", "other points"],
)
def test_what_can_not_be_compared_is_not_told(before: Result, now: Result) -> None:
    assert said(before, now) == ("", "")


def test_what_a_person_has_decided_on_is_not_compared() -> None:
    before, now = of(shifts(2, MOVES, WRAPS)), of(shifts(4, MOVES, WORKS))
    assert said(before, now, ("p-03-2-checks",)) == ("", "")
    page = render_feedback(now, None, chapter_title="", before=before, manual={"p-03-2-checks": ManualGrade(1, 4)})
    assert "hand-in before" not in page
    comment = {"p-03-2-checks": ManualGrade(None, 4, "Well done.")}
    assert "+2 points" in render_feedback(now, None, chapter_title="", before=before, manual=comment)


def test_a_file_that_could_not_be_read_then_had_nothing() -> None:
    before = of(exercise(2, "One-pixel shifts", ExerciseStatus.NOT_BEGUN, 0), status=Status.UNREADABLE)
    line, _ = said(before, of(shifts(2, MOVES, WRAPS)))
    assert line == "+2 points: “One bright pixel moves exactly as asked, in all four directions” is kept now."


def test_the_page_says_it_at_the_top_and_at_the_exercise() -> None:
    result, notebook = samples.partial()
    rows = [row if row.exercise != "p.03.2" else shifts(0, STRAYS, WRAPS, KEEPS) for row in result.exercises]
    before = result.model_copy(update={"exercises": tuple(rows)})
    text = Page(render_feedback(result, notebook, chapter_title="", before=before)).text
    assert "Since your hand-in before this one: +2.4 points." in text
    assert "Since your hand-in before: +2.4 points: “One bright pixel" in text
    assert text.count("ince your hand-in before") == 2
    assert "hand-in before" not in Page(render_feedback(result, notebook, chapter_title="")).text


def wrote(status: ExerciseStatus, score: float | None) -> ExerciseResult:
    row = exercise(4, "Recall or precision?", status, score)
    return row.model_copy(update={"grade_id": "p-03-4"})


@pytest.mark.parametrize(("rewritten", "word"), [(True, "rewritten"), (False, "unchanged")])
def test_texts_are_compared(rewritten: bool, word: str) -> None:
    same = of(shifts(2, MOVES), wrote(ExerciseStatus.MANUAL, None))
    found = changes(same, same, ("p-03-4",), {"p-03-4": rewritten, "p-03-2-checks": True})
    assert str(found["p.03.4"]) == f"what you wrote is {word}."
    assert str(found["p.03.2"]) == "", "what became of code, its checks say"
    assert in_all(found) == "Since your hand-in before this one: as many points."


def test_nothing_is_said_of_a_text_that_was_never_written() -> None:
    idle = of(wrote(ExerciseStatus.NOT_BEGUN, 0))
    assert str(changes(idle, idle, (), {"p-03-4": False})["p.03.4"]) == ""


def test_a_text_of_an_exercise_with_checks_comes_after_them() -> None:
    row = wrote(ExerciseStatus.MANUAL, None).model_copy(update={"exercise": "p.03.2"})
    found = changes(of(shifts(2, MOVES), row), of(shifts(4, MOVES), row), (), {"p-03-4": True})
    assert str(found["p.03.2"]) == "+2 points; what you wrote is rewritten."


@pytest.mark.parametrize("older", [True, False])
def test_points_of_an_earlier_version_are_called_that(older: bool) -> None:
    result, notebook = samples.partial()
    manual = {"p-03-4": ManualGrade(3, 4, older=older)}
    text = Page(render_feedback(result, notebook, chapter_title="", manual=manual)).text
    assert ("These points were given for an earlier version of your answer" in text) == older


def test_what_is_not_begun_is_folded_and_counts() -> None:
    result, notebook = samples.partial()
    idle = [exercise(n, "More", ExerciseStatus.NOT_BEGUN, 0, STRAYS) for n in (5, 6)]
    text = Page(
        render_feedback(result.model_copy(update={"exercises": (*result.exercises, *idle)}), notebook, chapter_title="")
    ).text
    assert "6.4 of 24 points so far" in text
    assert "2 exercises are not begun, and folded below: 8 points in all." in text
    assert text.count("Show what is checked, and your cells") == 2
    assert "No exercise is begun" not in text


@pytest.mark.parametrize("status", [Status.GRADED, Status.MISSING, Status.UNREADABLE])
def test_a_notebook_in_which_nothing_is_begun_is_told_at_the_top(status: Status) -> None:
    result, notebook = samples.untouched()
    text = Page(render_feedback(result.model_copy(update={"status": status}), notebook, chapter_title="")).text
    assert ("No exercise is begun in the notebook that you handed in" in text) == (status is Status.GRADED)
    assert "p.03.2 is not begun, and folded below: 4 points in all." in text


def test_where_points_are_lost_the_student_can_ask_and_reads_the_answer_there() -> None:
    result, notebook = samples.partial()
    asked = {"p.03.3": [Asked("It <b>is</b> padded."), Asked("And again?", "No: see `np.roll`.")]}
    page = render_feedback(result, notebook, chapter_title="", asked=asked, again="ch03")
    text = Page(page).text
    assert 'course regrade-request ch03 p.03.2 "why"' in text
    assert "regrade-request ch03 p.03.1 " not in text, "it has all points"
    assert "regrade-request ch03 p.03.4 " not in text, "it is not graded yet"
    assert "regrade-request ch03 p.03.3 " not in text, "a question is open"
    assert "You asked to have this looked at again It <b>is</b> padded. Not answered yet." in text
    assert "And again? Answer from your instructor No: see np.roll." in text
    assert "<b>is" not in page
    assert {link["href"] for link in Page(page).all("a") if not link["href"].startswith("#")} == set()
    form = "/hub/user-redirect/course/regrade-request?course=ml&assignment=ch03&exercise="
    linked = Page(render_feedback(result, notebook, chapter_title="", asked=asked, again="ch03", form=form))
    assert [one["href"] for one in linked.all("a") if not one["href"].startswith("#")] == [f"{form}p.03.2"]
    assert "tell your instructor the exercise" in Page(render_feedback(result, notebook, chapter_title="")).text
