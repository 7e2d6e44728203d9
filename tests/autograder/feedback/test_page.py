"""The feedback page: what it says, that anybody can read it, and that nothing a student writes can take it over."""

from __future__ import annotations

import itertools
import re
import stat
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nbformat import NotebookNode
from nbformat.v4 import new_notebook

from autograder.engine.result import ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.page import ManualGrade, ModelAnswer, render_exercise, render_feedback, write_feedback
from autograder.feedback.words import STATUS_SENTENCES, counted
from course.errors import OperatorError
from tests.support import feedback_samples as samples
from tests.support.page import OURS, SAMPLES, Page, Sample, shown, shown_with, with_answer


@pytest.mark.parametrize("sample", SAMPLES)
def test_nothing_runs_and_nothing_is_fetched(sample: Sample) -> None:
    page = Page(shown(sample))
    assert {name for name, _ in page.tags} <= OURS
    for name, attributes in page.tags:
        assert not [key for key in attributes if key.startswith("on") or key in ("style", "srcset", "formaction")]
        if name == "img":
            assert re.fullmatch(r"data:image/(png|jpeg);base64,[A-Za-z0-9+/=]+", attributes["src"])
        if "href" in attributes:
            assert attributes["href"].startswith("#")
    assert all("refresh" not in meta.get("http-equiv", "") for meta in page.all("meta"))


@pytest.mark.parametrize("sample", SAMPLES)
def test_policy_forbids_scripts_and_the_network(sample: Sample) -> None:
    (policy,) = [m["content"] for m in Page(shown(sample)).all("meta") if "http-equiv" in m]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert "script-src" not in rules


@pytest.mark.parametrize("sample", SAMPLES)
def test_outline_and_landmarks_serve_a_screen_reader(sample: Sample) -> None:
    page = Page(shown(sample))
    levels = [int(name[1]) for name, _ in page.tags if re.fullmatch("h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.all("html")[0]["lang"] == "en"
    assert [name for name, _ in page.tags if name in ("header", "main", "footer")] == ["header", "main", "footer"]
    assert page.all("a")[0] == {"class": "skip", "href": "#main"}
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    assert page.open == [""]
    assert page.badly_closed == [""]


@pytest.mark.parametrize("sample", SAMPLES)
def test_what_scrolls_can_be_reached_and_named(sample: Sample) -> None:
    scrolling = [d for d in Page(shown(sample)).all("div") if "scroll" in d.get("class", "").split()]
    assert scrolling
    assert all(d["tabindex"] == "0" and d["role"] == "region" and d["aria-label"] for d in scrolling)


def test_summary_table_names_rows_and_columns_and_pictures_are_described() -> None:
    page = Page(shown(samples.partial))
    scopes = [th.get("scope") for th in page.all("th")]
    assert scopes[:3] == ["col"] * 3
    assert scopes.count("row") == 4
    assert [img["alt"] for img in page.all("img")] == [
        "Picture drawn by your code for p.03.1: Figure size 640x480 with 1 Axes"
    ]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_colours_have_enough_contrast(scheme: int) -> None:
    roots = re.findall(r":root \{(.*?)\}", shown(samples.partial), re.S)
    assert len(roots) == 2
    colour = dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6})", roots[scheme]))
    inks = set(colour) - {"bg", "card", "line", "hint"}
    on = dict.fromkeys(inks, ("bg", "card")) | {"fg": ("bg", "card", "hint")}
    for ink, papers in on.items():
        for paper in papers:
            low, high = sorted((_luminance(colour[ink]), _luminance(colour[paper])))
            assert (high + 0.05) / (low + 0.05) >= 4.5, (ink, paper)


def test_partial_marks_say_what_failed_why_and_how_to_go_on() -> None:
    text = Page(shown(samples.partial)).text
    assert "6.4 of 16 points so far" in text
    assert "p.03.4: still to be graded by hand." in text
    assert "Failed: Pixels shifted in from outside are 0; nothing wraps round. (0 of 1.6 points)" in text
    assert "Hint: np.roll brings pixels back in" in text
    assert "Passed: The picture handed in is left as it was. (0.8 of 0.8 points)" in text
    assert text.index("Failed: Pixels shifted") < text.index("Passed: One bright pixel")
    assert "Titanic (stand-in: seeded generator)" in text


def test_side_checks_wait_for_the_main_part() -> None:
    text = Page(shown(samples.partial)).text
    assert "1 of 2 checks passed. They count once the main part works." in text
    assert "(0 of 1.33 points) Counts once the main part works." in text
    assert text.count("This is the main part: nothing else counts before it works.") == 1


def test_every_cell_of_an_answer_is_shown_with_what_it_did() -> None:
    text = Page(shown(samples.partial)).text
    assert "def augment(X, y):" in text
    assert "return np.roll(picture, (dy, dx), axis=(0, 1))" in text
    assert "Warnings and messages FutureWarning: x" in text
    assert "KeyError: 'Cabin'" in text
    assert "frame 29" in text
    assert "frame 3 " not in text
    assert "expected [0, 9], got [9, 9]" in text
    assert "Show 1 more cell with output Cell 2 print('hello') Output hello" in text
    assert "assert shift_image is not None" not in text


def test_pandas_table_stays_a_table_without_its_styles() -> None:
    page = Page(shown(samples.partial))
    assert len(page.all("table")) == 3  # the summary, the frame, and the one in the written answer
    assert {"border", "style", "class"}.isdisjoint(page.all("table")[1])
    assert "vertical-align" not in page.text


def test_perfect_work_is_plainly_perfect() -> None:
    page = Page(shown(samples.perfect))
    assert "12 of 12 points" in page.text
    assert "so far" not in page.text
    assert "Failed" not in page.text
    assert page.text.count("Everything that was checked works.") == 3


def test_untouched_exercise_is_called_not_begun_and_nothing_failed() -> None:
    text = Page(shown(samples.untouched)).text
    assert "You have not begun this exercise." in text
    assert "Failed" not in text
    assert text.count("Not begun: ") == 2


def test_time_out_is_explained_once_and_long_output_is_cut() -> None:
    page = shown(samples.timed_out)
    text = Page(page).text
    assert STATUS_SENTENCES[Status.TIMED_OUT] in text
    assert "Cell 4 ran longer than 60 s and was interrupted." in text
    assert text.count("Your function did not answer within 10 s.") == 1
    assert text.count("For the same reason as above.") == 1
    assert "Shortened: the whole text is in your notebook." in text
    assert len(page) < 20_000


def test_not_judged_is_no_zero_and_tells_nothing_of_the_machine() -> None:
    page = shown(samples.not_judged)
    text = Page(page).text
    assert "4 of 8 points so far" in text
    assert "p.03.1: not judged yet. Trouble of the grading machine: there is nothing for you to do" in text
    assert "0 of 4" not in text
    assert "secret" not in page


def test_submission_that_was_not_judged_at_all() -> None:
    result = Result(chapter="ch03", student="kim", status=Status.NOT_JUDGED)
    text = Page(render_feedback(result, None, chapter_title="")).text
    assert text.count("Not judged yet") == 1
    assert "ch03" in text
    assert STATUS_SENTENCES[Status.NOT_JUDGED] in text


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_sentence(status: Status) -> None:
    result = samples.untouched()[0].model_copy(update={"status": status})
    page = Page(render_feedback(result, None, chapter_title="Chapter 3"))
    assert STATUS_SENTENCES[status] in page.text
    assert bool(STATUS_SENTENCES[status]) == (status is not Status.GRADED)
    assert "has no cell for this exercise" in page.text


def test_written_answer_is_typeset_and_may_hold_formulas() -> None:
    page = Page(shown(samples.partial))
    assert "Your answer Recall matters more here" in page.text
    assert "$0.99$" in page.text
    assert page.all("em")


@pytest.mark.parametrize("source", ["", "YOUR ANSWER HERE", " YOUR ANSWER HERE\n"])
def test_unwritten_answer_is_said_to_be_missing(source: str) -> None:
    result, _ = samples.partial()
    page = render_feedback(result, new_notebook(cells=[samples.text("p.03.4", source)]), chapter_title="Chapter 3")
    assert "You have not written an answer here." in page


def test_deleted_answer_is_said_to_be_missing() -> None:
    result, _ = samples.partial()
    text = Page(render_feedback(result, new_notebook(), chapter_title="Chapter 3")).text
    assert "There is no answer to this question in the notebook you handed in." in text
    assert text.count("has no cell for this exercise") == 3


@pytest.mark.parametrize("key", ["p.03.4", "p-03-4"])
def test_points_and_comment_given_by_hand(key: str) -> None:
    given = {key: ManualGrade(3, 4, "Good reason, *no* number.")}
    model = {"p.03.4": ModelAnswer("Recall.", "- 2 points: names recall")}
    text = Page(shown_with(samples.partial, manual=given, model_answers=model)).text
    assert "9.4 of 16 points" in text
    assert "so far" not in text
    assert "Comment from your instructor Good reason, no number." in text
    assert "What the points of p.03.4 are for 2 points: names recall" in text
    assert "A model answer to p.03.4 Recall." in text


def test_model_answer_stays_hidden_unless_given() -> None:
    assert "odel answer" not in shown(samples.partial)


def test_comment_alone_gives_no_points() -> None:
    text = Page(shown_with(samples.partial, manual={"p-03-4": ManualGrade(None, 4, "See me.")})).text
    assert "See me." in text
    assert "6.4 of 16 points so far" in text


@pytest.mark.parametrize("key", ["p.03.2", "p-03-2-checks"])
def test_instructor_may_overrule_the_checks(key: str) -> None:
    text = Page(shown_with(samples.partial, manual={key: ManualGrade(4, 4)})).text
    assert "8 of 16 points so far" in text
    assert "Your instructor has decided on these points." in text
    assert "(0 of 1.6 points)" not in text


def test_text_beside_checks_adds_its_own_points() -> None:
    """Each once, whoever has given them: one row per exercise, its parts inside."""
    result, notebook = samples.untouched()
    notebook.cells.append(samples.text("p.03.2", "Because."))
    (checked,) = result.exercises
    written = checked.model_copy(
        update={"grade_id": "p-03-2", "status": ExerciseStatus.MANUAL, "score": None, "max_score": 2.0, "checks": ()}
    )
    both = result.model_copy(update={"exercises": (written, checked)})
    waits = Page(render_feedback(both, notebook, chapter_title="")).text
    assert "0 of 6 points so far" in waits
    assert "What you wrote: ✎ to be graded by hand, 2 possible." in waits
    assert "What you programmed: ○ not begun, 0 of 4." in waits
    remark = {"p-03-2": ManualGrade(None, 2, "See me.")}
    assert "0 of 6 points so far" in Page(render_feedback(both, notebook, chapter_title="", manual=remark)).text
    given = Page(render_feedback(both, notebook, chapter_title="", manual={"p-03-2": ManualGrade(1.5, 2)}))
    assert "1.5 of 6 points" in given.text
    assert "so far" not in given.text
    assert given.text.count("One-pixel shifts") == 2, "in the summary, and above the answers"


def test_cells_are_found_by_grade_id_when_their_mark_is_lost() -> None:
    cell = samples.code("p.03.2", "kept = 1")
    del cell.metadata["course"]
    assert "kept = 1" in with_answer(cell).text
    cell.metadata.nbgrader.grade_id = "p-03-21-answer"
    assert "kept = 1" not in with_answer(cell).text


def test_attack_is_shown_as_text() -> None:
    page = shown(samples.hostile)
    text = Page(page).text
    assert "<script>alert(1)</script>" in text
    assert "{{ 7*7 }}" in text
    assert "{% raw %}" in text
    assert len(page) < 200_000
    page.encode("utf-8")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)


JSON = st.recursive(
    st.none() | st.integers() | st.text(st.characters(), max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
BUNDLE = st.dictionaries(st.sampled_from(["text/plain", "text/html", "text/markdown", "image/png"]), JSON)
OUTPUT = JSON | st.fixed_dictionaries(
    {"output_type": st.sampled_from(["stream", "error", "display_data"])},
    optional={"data": BUNDLE | JSON, "text": JSON, "name": JSON, "ename": JSON, "evalue": JSON, "traceback": JSON},
)
CELL = JSON | st.fixed_dictionaries(
    {"cell_type": st.sampled_from(["code", "markdown"])},
    optional={"metadata": JSON, "source": JSON, "outputs": st.lists(OUTPUT, max_size=3) | JSON, "attachments": JSON},
)


@settings(max_examples=60, deadline=None, derandomize=True)
@given(cells=st.lists(CELL, max_size=4) | JSON, source=st.text(max_size=60))
def test_no_shape_of_a_notebook_breaks_the_page(cells: object, source: str) -> None:
    result, _ = samples.hostile()
    written = {**samples.text("p.03.4", source), "source": source}
    mine = {**samples.code("p.03.1", "x"), "outputs": cells}
    for content in (cells, [written, mine]):
        page = render_feedback(result, NotebookNode(cells=content), chapter_title="Chapter 3")
        page.encode("utf-8")
        assert Page(page).open == [""]


@pytest.mark.parametrize(
    ("value", "words"), [(1, "1 point"), (0, "0 points"), (10, "10 points"), (2 / 3, "0.67 points")]
)
def test_points_in_words(value: float, words: str) -> None:
    assert counted(value) == words


def test_fragment_for_one_exercise_stands_alone() -> None:
    result, _ = samples.partial()
    page = Page(render_exercise(result.exercises[1]))
    assert "p.03.2 One-pixel shifts: 2.4 of 4 points (partial marks)" in page.text
    assert "failed: Pixels shifted in from outside are 0" in page.text
    assert "Hint: np.roll" in page.text
    assert all(set(attributes) <= {"aria-hidden"} for _, attributes in page.tags)


@pytest.mark.parametrize("exercise", [*samples.hostile()[0].exercises, *samples.not_judged()[0].exercises])
def test_fragment_is_as_safe_as_the_page(exercise: ExerciseResult) -> None:
    fragment = render_exercise(exercise)
    assert {name for name, _ in Page(fragment).tags} <= {"div", "p", "strong", "ul", "li", "span", "em", "br"}
    assert "secret" not in fragment
    fragment.encode("utf-8")


def test_same_input_gives_the_same_page() -> None:
    assert shown_with(samples.hostile) == shown_with(samples.hostile)


def test_page_is_written_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write_feedback(tmp_path / "ada" / "ch03.html", "<p>old é</p>")
    assert path.read_text(encoding="utf-8") == "<p>old é</p>"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("course.files.os.replace", full)
    with pytest.raises(OperatorError, match=r"ch03.html: No space left on device"):
        write_feedback(path, "<p>new</p>")
    assert [file.name for file in path.parent.iterdir()] == ["ch03.html"]
    assert path.read_text(encoding="utf-8") == "<p>old é</p>"


def test_what_is_not_run_yet_is_said_to_be_still_to_come() -> None:
    text = Page(shown(samples.not_run)).text
    assert "12 of 14 points so far" in text and "p.03.1: not run at full size yet." in text
    assert "At full size" in text and "What you programmed" in text and "full marks so far" in text


def test_samples_cover_every_outcome_and_exercise_status() -> None:
    exercises = [exercise for sample in SAMPLES for exercise in sample()[0].exercises]
    assert {exercise.status for exercise in exercises} == set(ExerciseStatus)
    assert {check.outcome for exercise in exercises for check in exercise.checks} == set(Outcome)
