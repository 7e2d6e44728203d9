"""The sample notebooks in nbgrader's own wheel: none crashes or hangs us, and their stated scores are ours too."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from pathlib import Path

import nbgrader
import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook, SubmittedAssignment

from autograder.engine.judging.checks import Answers, ChapterChecks
from autograder.engine.judging.grade import Assignment, Unreadable, grade, read_notebook
from autograder.engine.judging.judge import Examiner
from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession, runs_when_graded
from course.project import commands_path
from course.syllabus import Chapter, Exercise, Limits
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

SAMPLES = Path(nbgrader.__file__).parent / "tests"
NAMES = sorted(path.relative_to(SAMPLES).as_posix() for path in SAMPLES.glob("**/files/*.ipynb"))
ENDLESS = ("apps/files/infinite-loop.ipynb", "apps/files/infinite-loop-with-output.ipynb")
RECURSIVE = "preprocessors/files/infinite-recursion.ipynb"
OUTCOMES = {
    **{name: {Status.TIMED_OUT} for name in ENDLESS},
    # An ordinary error, but IPython needs seconds to word it, and the more modules are imported the longer.
    RECURSIVE: {Status.GRADED, Status.TIMED_OUT},
}
LIMITS = Limits(cell_seconds=30, wall_seconds=60, memory_mb=1500)
SHORT = Limits(cell_seconds=2, wall_seconds=30, memory_mb=1500)  # for those that would use any limit up

# Handed in for one of our chapters, through the whole command.
NASTY = (
    "apps/files/infinite-loop.ipynb",
    "apps/files/submitted-cheat-attempt.ipynb",
    "apps/files/test-v0-invalid.ipynb",
    "apps/files/too-new.ipynb",
    "preprocessors/files/bad-markdown-cell-1.ipynb",
    "preprocessors/files/blank-grade-id.ipynb",
    "preprocessors/files/duplicate-grade-ids.ipynb",
    "preprocessors/files/no-cell-type.ipynb",
    "ui-tests/files/empty.ipynb",
    "ui-tests/files/old-schema.ipynb",
)


def test_the_wheel_still_has_its_samples() -> None:
    assert len(NAMES) >= 60
    assert set(ENDLESS) | set(NASTY) <= set(NAMES)


@pytest.mark.parametrize("name", NAMES)
def test_it_is_not_one_of_our_chapters(name: str, assignment: Assignment, monkeypatch: pytest.MonkeyPatch) -> None:
    """Said without running it: nobody's process is started for a wrong notebook."""
    monkeypatch.setattr(NotebookSession, "start", _refuse)
    graded = grade(read_notebook(SAMPLES / name, 20), "someone", assignment)
    assert (graded.result.status, graded.result.score) == (Status.WRONG_NOTEBOOK, 0.0)
    assert graded.notebook == assignment.release


@pytest.mark.parametrize("name", NAMES)
def test_its_cells_run_to_an_end(name: str) -> None:
    """Every cell has been run or interrupted, the session answers or has said why not, and leaves nothing behind."""
    notebook = read_notebook(SAMPLES / name, 20)
    before = set(psutil.Process().children(recursive=True))
    with NotebookSession(notebook, SHORT if name in OUTCOMES else LIMITS) as session:
        session.start()
        started = set(psutil.Process().children(recursive=True)) - before
    assert session.run.status in OUTCOMES.get(name, {Status.GRADED}), session.run.notes
    errors = [cell for cell in notebook.cells if any(one.output_type == "error" for one in cell.get("outputs", []))]
    assert bool(session.run.notes) == any(runs_when_graded(cell) for cell in errors)
    assert not session.alive
    _, left = psutil.wait_procs(started, timeout=10)
    assert not [one for one in left if _is_of_a_session(one)]


def test_a_notebook_of_the_next_format_is_unreadable(tmp_path: Path) -> None:
    """nbgrader's "too new" sample is so in nbgrader's metadata only, which we do not read; this one is in nbformat."""
    content = json.loads((SAMPLES / "apps/files/too-new.ipynb").read_text(encoding="utf-8"))
    newer = tmp_path / "newer.ipynb"
    newer.write_text(json.dumps({**content, "nbformat": content["nbformat"] + 1}), encoding="utf-8")
    with pytest.raises(Unreadable) as caught:
        read_notebook(newer, 20)
    assert caught.value.status is Status.UNREADABLE


def test_handed_in_for_a_chapter_they_leave_the_class_alone(checkout: Checkout) -> None:
    """Through ``course grade``: each is a wrong notebook, and the one right hand-in has its points."""
    checkout.run("course", "release", NAME)
    for number, name in enumerate(NASTY):
        checkout.hand_in(f"foreign-{number:02d}", (SAMPLES / name).read_text(encoding="utf-8"))
    checkout.hand_in("honest", checkout.notebook("source"))
    rows = checkout.grade("--workers", "2")
    assert rows.pop("honest")["score"] == 8
    assert {row["status"] for row in rows.values()} == {"wrong notebook"}
    assert {row["score"] for row in rows.values()} == {0.0}


# --- assignments with their tests in the notebook, in the same course -------------------------------------------------

# Assignment -> notebook -> its source among the samples.
SOURCES = {
    "ps1": {
        "plain": "submitted-unchanged",
        "simple": "autotest-simple",
        "hashed": "autotest-hashed",
        "multi": "autotest-multi",
        "slow": "timeout",
        "loop": "infinite-loop",
        "env": "validating-environment-variable",
    },
    "ps2": {"tests": "test-hidden-tests", "auto": "autotest-hidden"},
}
# (assignment, notebook, student) -> (what is handed in, the score that nbgrader's own tests state, where).
STATED: dict[tuple[str, str, str], tuple[str, float, str]] = {
    ("ps1", "plain", "foo"): ("submitted-unchanged", 1, "test_grade"),
    ("ps1", "plain", "bar"): ("submitted-changed", 2, "test_grade"),
    ("ps1", "plain", "spam"): ("submitted-cheat-attempt", 1, "test_showtraceback_exploit"),
    ("ps1", "plain", "eggs"): ("submitted-cheat-attempt-alternative", 1, "test_showtraceback_exploit"),
    ("ps1", "simple", "foo"): ("autotest-simple-unchanged", 0, "test_grade_autotest"),
    ("ps1", "simple", "bar"): ("autotest-simple-changed", 1, "test_grade_autotest"),
    ("ps1", "hashed", "foo"): ("autotest-hashed-unchanged", 0, "test_grade_hashed_autotest"),
    ("ps1", "hashed", "bar"): ("autotest-hashed-changed", 1, "test_grade_hashed_autotest"),
    ("ps1", "multi", "foo"): ("autotest-multi-unchanged", 0, "test_grade_complex_autotest"),
    ("ps1", "multi", "bar"): ("autotest-multi-changed", 3, "test_grade_complex_autotest"),
    ("ps1", "slow", "bar"): ("timeout", 0, "test_autograde_timeout"),
    ("ps1", "loop", "foo"): ("infinite-loop", 0, "test_infinite_loop"),
    ("ps1", "env", "foo"): ("validating-environment-variable", 0, "test_grade_with_validating_envvar"),
    ("ps1", "simple", "spam"): ("", 0, "test_grade_missing_notebook"),
    ("ps2", "tests", "foo"): ("release", 1.5, "test_hidden_tests_single_notebook"),
    ("ps2", "auto", "foo"): ("autotest-hidden-unchanged", 0, "test_hidden_tests_autotest"),
    ("ps2", "auto", "bar"): ("autotest-hidden-changed-wrong", 0, "test_hidden_tests_autotest"),
    ("ps2", "auto", "baz"): ("autotest-hidden-changed-right", 1, "test_hidden_tests_autotest"),
}


@pytest.mark.parametrize("case", STATED, ids=["-".join(case) for case in STATED])
def test_an_assignment_of_nbgraders_own_gets_nbgraders_score(
    case: tuple[str, str, str], scores: dict[tuple[str, str, str], float | None]
) -> None:
    """The score is the one that the test named in `STATED` expects of nbgrader."""
    assert scores[case] == STATED[case][1]


def test_a_chapter_taken_out_of_the_syllabus_is_not_graded_by_its_examples(legacy: Checkout) -> None:
    """Its checks are not in the notebook: run as nbgrader's own it would get full marks for the public examples."""
    syllabus = legacy.project.syllabus.read_text(encoding="utf-8")
    legacy.run("course", "release", NAME)
    legacy.hand_in("foo", legacy.notebook("release"))
    legacy.project.syllabus.write_text(syllabus.replace(NAME, "ch98_other"), encoding="utf-8")
    try:
        done = legacy.run("nbgrader", "autograde", NAME, ok=1, PATH=commands_path())
    finally:
        legacy.project.syllabus.write_text(syllabus, encoding="utf-8")
    assert "no longer in the syllabus" in done.stderr


@pytest.fixture(scope="module")
def assignment() -> Assignment:
    """A chapter with one exercise; its checks are not reached."""
    grading = {"schema_version": 3, "task": False, "grade_id": "p-99-1-double", "locked": False}
    answer = {"nbgrader": {**grading, "grade": False, "solution": True}, "course": {"exercise": "p.99.1"}}
    test = {**grading, "grade_id": "p-99-1-checks", "locked": True, "grade": True, "solution": False, "points": 4}
    cells = [
        new_code_cell("def double(values): ...", id="p-99-1-double", metadata=answer),
        new_code_cell("", id="p-99-1-checks", metadata={"nbgrader": test, "course": {"exercise": "p.99.1"}}),
    ]
    exercise = Exercise(id="p.99.1", kind="code", title="Twice as much")
    chapter = Chapter(name=NAME, title="A miniature chapter", exercise=(exercise,))
    checks = ChapterChecks(NAME, (), _answers)
    return Assignment(chapter, new_notebook(cells=cells), Examiner(checks, {}), key="key")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("foreign"))


@pytest.fixture(scope="module")
def legacy(checkout: Checkout) -> Checkout:
    """The course with two assignments of nbgrader's own kind, handed in and graded by stock commands."""
    for name, notebooks in SOURCES.items():
        folder = checkout.project.build / "source" / name
        folder.mkdir(parents=True)
        for notebook, sample in notebooks.items():
            shutil.copy(SAMPLES / "apps" / "files" / f"{sample}.ipynb", folder / f"{notebook}.ipynb")
    shutil.copy(SAMPLES / "apps" / "files" / "autotests.yml", checkout.project.build)
    stub = "--ClearSolutions.code_stub={'python': '# YOUR CODE HERE'}"  # as in nbgrader's tests of hidden tests
    checkout.run("nbgrader", "generate_assignment", "ps1", PATH=commands_path())
    checkout.run("nbgrader", "generate_assignment", "ps2", stub, PATH=commands_path())
    for (name, notebook, student), (sample, _, _) in STATED.items():
        folder = checkout.project.build / "submitted" / student / name
        folder.mkdir(parents=True, exist_ok=True)
        if sample == "release":
            shutil.copy(checkout.project.build / "release" / name / f"{notebook}.ipynb", folder)
        elif sample:
            shutil.copy(SAMPLES / "apps" / "files" / f"{sample}.ipynb", folder / f"{notebook}.ipynb")
    # The sample that is to be late sleeps for 5 s.
    checkout.run("nbgrader", "autograde", "ps1", "--Execute.timeout=4", PATH=commands_path())
    checkout.run("nbgrader", "autograde", "ps2", PATH=commands_path())
    return checkout


@pytest.fixture(scope="module")
def scores(legacy: Checkout) -> dict[tuple[str, str, str], float | None]:
    """Every score in the gradebook, by assignment, notebook and student."""
    with Gradebook(f"sqlite:///{legacy.project.build / 'gradebook.db'}") as book:
        return {
            (submission.assignment.name, notebook.name, submission.student.id): notebook.score
            for submission in book.db.query(SubmittedAssignment).all()
            for notebook in submission.notebooks
        }


def _is_of_a_session(process: psutil.Process) -> bool:
    """Whether it is a kernel, or what a kernel was forked from made for it; the latter itself stays, for the next."""
    with contextlib.suppress(psutil.NoSuchProcess):
        return process.ppid() != os.getpid() or "ipykernel" in " ".join(process.cmdline())
    return False


def _answers() -> Answers:
    raise AssertionError("our own answers are not needed")


def _refuse(session: NotebookSession) -> None:
    raise AssertionError("a process was started")
