"""The target on all the data: points of its own where a release has them, run where that is asked for, and kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from nbformat.v4 import new_notebook

from autograder.engine.judging.checks import Answers, ChapterChecks, Check
from autograder.engine.judging.grade import Assignment, Part, to_be_run
from autograder.engine.judging.judge import Examiner
from course.authoring.lint import problems
from course.syllabus import Chapter, Exercise, load_syllabus
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME, add_target, make_project

# Right for what the other checks ask, and wrong on much data.
SMALL = "def double(values):\n    return np.asarray(values)[:1000] * 2"
PART = "p-99-1-full-size"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    checkout = make_checkout(tmp_path_factory.mktemp("full"))
    add_target(checkout.project)
    return checkout


def rows(checkout: Checkout, *options: str) -> dict[str, tuple[str, float | None]]:
    """Return the full-size part's status and points, by student."""
    graded = checkout.grade(*options)
    return {
        student: next((part["status"], part["score"]) for part in row["exercises"] if part["grade_id"] == PART)
        for student, row in graded.items()
    }


def test_a_release_without_it_has_no_such_points(course: Checkout) -> None:
    course.run("course", "release", NAME)
    assert PART not in [cell["id"] for cell in course.notebook("release")["cells"]]
    course.hand_in("ada", course.notebook("source"))
    refused = course.run("course", "grade", NAME, "--full-size", ok=1)
    assert "released without full-size parts: `course release ch99 --full-size`" in " ".join(refused.stderr.split())


def test_it_is_run_where_asked_for_and_kept(tmp_path: Path, course: Checkout) -> None:
    for name in ("gradebook.db", "submitted"):
        path = course.project.build / name
        if path.exists():
            path.rename(tmp_path / name)
    course.run("course", "release", NAME, "--full-size")
    course.hand_in("ada", course.notebook("source"))
    course.hand_in("bob", course.answered(p_99_1_double=SMALL))
    assert rows(course) == {"ada": ("not run", None), "bob": ("not run", None)}
    before = course.grade()["ada"]
    assert (before["score"], before["max_score"]) == (8.0, 12.0)  # and 2 by hand
    page = course.run("course", "feedback", NAME).stdout
    assert "ada" in page
    shown = next(course.project.build.glob(f"feedback/ada/{NAME}/*.html")).read_text(encoding="utf-8")
    assert "At full size" in shown and "not run" in shown
    wanted = {"ada": ("full marks", 2.0), "bob": ("no marks", 0.0)}
    assert rows(course, "--full-size") == wanted
    assert rows(course) == wanted  # what is known stays
    assert course.grade()["ada"]["score"] == 10.0


@pytest.mark.parametrize(
    ("place", "without", "told"),
    [
        (1, ", full=True", "p.99.1 has full_size_points and no @check(..., full=True)."),
        (0, " full_size_points=2", "test_doubles_a_million is at full size: give p.99.1 full_size_points=N"),
    ],
    ids=["no check", "no points"],
)
def test_an_author_is_told_what_is_missing(tmp_path: Path, place: int, without: str, told: str) -> None:
    project = make_project(tmp_path)
    path = add_target(project)[place]
    path.write_text(path.read_text(encoding="utf-8").replace(without, ""), encoding="utf-8")
    found = [str(one) for one in problems(project, load_syllabus(project.syllabus).find(NAME))]
    assert any(told in one for one in found), found


@pytest.mark.parametrize(("source", "runs"), [("real", True), ("stand-in", False)])
def test_it_is_run_on_the_real_data_only(source: str, runs: bool) -> None:
    check = Check("p.99.1", "test_all", "All.", lambda student, rng: None, data="mnist", full_size=True)
    checks = ChapterChecks(NAME, (check,), lambda: Answers({}))
    examiner = Examiner(checks, {}, lambda name: source)
    exercise = Exercise(id="p.99.1", kind="code", title="Twice as much")
    part = Part(exercise, exercise.full_size_id, 2.0, by_hand=False)
    assignment = Assignment(Chapter(name=NAME, title=""), new_notebook(), examiner, "key", full_size=True)
    assert to_be_run(part, assignment) is runs
    assert not to_be_run(part, replace(assignment, full_size=False))


def test_a_self_learner_asks_for_it(course: Checkout) -> None:
    work = course.project.work
    work.mkdir(exist_ok=True)
    (work / f"{NAME}.ipynb").write_text(course.project.build.joinpath("source", NAME, f"{NAME}.ipynb").read_text())
    usual = course.run("pytest", "autograder", "-k", "p.99.1").stdout
    assert "A million values" not in usual and "4 of 4 points" in usual
    whole = course.run("pytest", "autograder", "-k", "p.99.1", "--full-size").stdout
    assert "passed A million values come back doubled." in whole and "4 of 4 points" in whole
    named = course.run("pytest", "autograder", "-k", "a_million", ok=4).stderr
    assert "names what is asked on all the data: add --full-size to run it." in named
