"""A class graded again after a change: what has not changed is not judged, and mostly no notebook is run."""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME, THEME


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("memory"))
    made.run("course", "release", NAME)
    made.hand_in("ada", made.notebook("source"))
    made.hand_in("ben", made.answered(p_99_1_double="def double(values):\n    return np.asarray(values) ** 2"))
    made.hand_in("cleo", made.answered(p_99_1_double="def double(values):\n    import os\n    os._exit(0)"))
    made.grade()
    return made


@pytest.fixture
def checkout(graded: Checkout, tmp_path: Path) -> Iterator[Checkout]:
    """A copy of a graded class under the same path, which a test may spoil."""
    shutil.copytree(graded.root, tmp_path / "before")
    yield graded
    shutil.rmtree(graded.root)
    shutil.copytree(tmp_path / "before", graded.root)


def edit(checkout: Checkout, old: str, new: str) -> None:
    path = checkout.project.checks / NAME / f"test_{THEME}.py"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    os.utime(path, (0, 0))  # Python tells by time and size whether its compiled copy is of today


# Judges every hand-in in this process and tells whose notebooks were run and which checks were called, and over what.
SCRIPT = """
import json
from autograder.classroom import hand_in, regrade
from autograder.engine.judging import judge
from autograder.classroom.store import Store
from course.errors import SetupError
from course.project import Project
from course.syllabus import load_syllabus

run, called = [], []
real_grade, real_call = regrade.grade, judge.call

def grade(notebook, student, *rest):
    run.append(student)
    return real_grade(notebook, student, *rest)

def call(check, bench, student, seed):
    session = getattr(student._link.session, "_session", student._link.session)
    called.append([seed.student, check.name, type(session).__name__])
    return real_call(check, bench, student, seed)

regrade.grade, judge.call = grade, call
project = Project.find().activate()
chapter = load_syllabus(project.syllabus).find("ch99")
results = [hand_in.judge_hand_in(project, chapter.name, one).result for one in hand_in.hand_ins(project, chapter)]
scores = {one.student: [one.status] + [e.score for e in one.exercises] for one in results}
hints = {one.student: [c.hint for e in one.exercises for c in e.checks if c.hint] for one in results}
print(json.dumps({"run": run, "called": called, "scores": scores, "hints": hints}))
"""
FULL = ["graded", 4.0, 3.0, 1.0, None]
SQUARES = ["graded", 0.0, 3.0, 1.0, None]
CRASHES = ["crashed", 0.0, 3.0, 1.0, None]


def judge_again(checkout: Checkout) -> dict[str, Any]:
    environment = {**os.environ, "PYTHONPATH": str(checkout.root), "HOME": str(checkout.root / "home")}
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], cwd=checkout.root, env=environment, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_what_has_not_changed_is_not_judged_again(checkout: Checkout) -> None:
    found = judge_again(checkout)
    assert found["scores"] == {"ada": FULL, "ben": SQUARES, "cleo": CRASHES}
    assert (found["run"], found["called"]) == ([], [])
    assert found["hints"]["ben"] == ["squares instead of doubling."]


def test_a_changed_check_alone_is_judged_again_without_a_kernel(checkout: Checkout) -> None:
    edit(checkout, "4 + 4", "3 * 3")
    found = judge_again(checkout)
    assert found["run"] == []
    assert found["called"] == [[student, "test_corners", "ReplaySession"] for student in ("ada", "ben", "cleo")]
    assert {student: scores[3] for student, scores in found["scores"].items()} == {"ada": 0.0, "ben": 0.0, "cleo": 0.0}
    assert judge_again(checkout) == {**found, "called": []}


def test_a_check_that_asks_for_more_runs_the_notebook_and_that_check(checkout: Checkout) -> None:
    edit(checkout, "assert student.CORNERS == 4 + 4", "assert student.CORNERS == student.CORNERS == 4 + 4")
    found = judge_again(checkout)
    assert found["run"] == ["ada", "ben", "cleo"]
    assert found["scores"] == {"ada": FULL, "ben": SQUARES, "cleo": CRASHES}
    afresh = [(student, name) for student, name, session in found["called"] if session == "NotebookSession"]
    assert [name for student, name in afresh if student != "cleo"] == ["test_corners", "test_corners"]
    # What ended the process is met again, since it belongs to the submission's status.
    assert {name for student, name in afresh if student == "cleo"} == {"test_doubles", "test_corners"}


def test_changed_mutants_only_word_the_hints_anew(checkout: Checkout) -> None:
    path = checkout.project.mutants / NAME / f"{THEME}.py"
    text = path.read_text(encoding="utf-8").replace("squares instead of doubling", "takes the square")
    path.write_text(text, encoding="utf-8")
    os.utime(path, (0, 0))
    found = judge_again(checkout)
    assert found["hints"]["ben"] == ["takes the square."]
    assert [row for row in found["called"] if row[0] == "ben"] == [["ben", "test_doubles", "ReplaySession"]]
    assert "ada" not in found["run"]


def test_changed_solutions_are_compared_with_again(checkout: Checkout) -> None:
    path = checkout.project.solutions / NAME / f"{THEME}.py"
    path.write_text(path.read_text(encoding="utf-8") + "\n\nUNUSED = 1\n", encoding="utf-8")
    found = judge_again(checkout)
    assert "ada" not in found["run"]
    assert len([row for row in found["called"] if row[0] == "ada"]) == 4
    assert found["scores"] == {"ada": FULL, "ben": SQUARES, "cleo": CRASHES}


def test_another_course_key_is_another_run(checkout: Checkout) -> None:
    (checkout.project.build / "course.key").write_text(secrets.token_hex(32), encoding="utf-8")
    assert judge_again(checkout)["run"] == ["ada", "ben", "cleo"]


def test_what_is_damaged_in_the_store_is_judged_again(checkout: Checkout) -> None:
    results = checkout.project.build / "results" / NAME
    for student, name in (("ada", "result.json"), ("ben", "transcripts.json")):
        path = results / student / name
        path.write_bytes(path.read_bytes()[:-20])
    found = judge_again(checkout)
    assert found["run"] == ["ada"], "ben's transcripts are not needed"
    assert found["scores"] == {"ada": FULL, "ben": SQUARES, "cleo": CRASHES}
    edit(checkout, "4 + 4", "2 * 4")
    assert judge_again(checkout)["run"] == ["ben"]
    assert judge_again(checkout)["run"] == []
