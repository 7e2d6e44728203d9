"""`course learn` and `course status`: one promise at a time, and how far one is."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pexpect
import pytest
from rich.console import Console

from autograder.engine.result import CheckResult, Outcome
from autograder.learner.lesson import Look, Step
from autograder.learner.loop import LineKeys, Loop
from autograder.learner.progress import Progress, Reached, fingerprint, now
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter, Exercise
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

RIGHT = {
    "p_99_1_double": "def double(values):\n    return 2 * np.asarray(values)",
    "p_99_1_halve": "def halve(values):\n    return np.asarray(values) / 2",
}


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("learn"))


def write(course: Checkout, **answers: str) -> None:
    path = course.project.work / f"{NAME}.ipynb"
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        cell["source"] = answers.get(cell["id"].replace("-", "_"), cell["source"])
    path.write_text(json.dumps(notebook))


@pytest.fixture
def terminal(course: Checkout) -> Iterator[pexpect.spawn[str]]:
    (course.project.work / f"{NAME}.ipynb").unlink(missing_ok=True)
    inherited = {name: value for name, value in os.environ.items() if name not in ("COURSE_ROOT", "COURSE_BUILD")}
    environment = {**inherited, "PYTHONPATH": str(course.root), "HOME": str(course.root / "home"), "TERM": "xterm"}
    command = pexpect.spawn(
        sys.executable, ["-m", "course", "learn", "ch99"], cwd=str(course.root), env=environment,
        encoding="utf-8", dimensions=(40, 110), timeout=240,
    )  # fmt: skip
    yield command
    command.close(force=True)


@pytest.mark.skipif(sys.platform != "linux", reason="the terminal is one of Linux")
def test_in_a_terminal_each_save_is_judged_and_keys_are_obeyed(course: Checkout, terminal: pexpect.spawn[str]) -> None:
    terminal.expect("p.99.1 is not begun: fill in double, halve")
    terminal.expect("q quit")
    write(course, p_99_1_double="def double(values):\n    return values")
    terminal.expect("Every value comes back doubled")
    terminal.expect("q quit")
    terminal.send("h")
    terminal.expect(r"Hint: .*\w")
    terminal.send("h")
    terminal.expect("all the hint there is")
    terminal.send("s")
    terminal.expect("a worked solution")
    write(course, **RIGHT)
    terminal.expect(r"1 of 4 exercises . 2 of 4 promises . 4 of 8 points")
    terminal.expect("p.99.2 is not begun")
    terminal.send("n")
    terminal.expect("p.99.3 is not begun")
    terminal.send("q")
    terminal.expect(pexpect.EOF)
    terminal.close()
    assert terminal.exitstatus == 1  # something is left to do

    status = json.loads(course.run("course", "status", "--json").stdout)
    (row,) = (one for one in status if one["chapter"] == "ch99")
    assert (row["begun"], row["done"], row["exercises"], row["points"]) == (True, 1, 4, 4.0)
    assert (row["minutes"], row["minutes_left"], row["stopped_at"]) == (60, 40, "p.99.3")
    assert "1 of 4" in course.run("course", "status").stdout


def test_without_a_terminal_it_is_plain_text_and_ends_with_its_input(course: Checkout) -> None:
    course.run("course", "start", "ch99")
    write(course, **RIGHT)
    done = subprocess.run(
        [sys.executable, "-m", "course", "learn", "ch99"], input="", capture_output=True, text=True, cwd=course.root,
        env={**os.environ, "PYTHONPATH": str(course.root), "HOME": str(course.root / "home")}, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 1, done.stderr
    assert "p.99.2 is not begun" in done.stdout
    assert "\x1b" not in done.stdout


# What it is made of


class _Told:
    """A lesson that finds what it is told."""

    def __init__(self, path: Path, *found: Look | SetupError) -> None:
        self.path, self.chapter = path, Chapter(name="ch99_mini", title="Mini", exercise=(EXERCISE,))
        self.passed_over: set[str] = set()
        self._found = list(found)
        path.write_text("{}")

    def look(self) -> Look:
        found = self._found.pop(0)
        if isinstance(found, SetupError):
            raise found
        return found


EXERCISE = Exercise(id="p.99.1", kind="code", title="Twice")
DONE = Look(Step(None), ("p.99.1",), 1, 2, 2, 4.0, 4.0)
UNJUDGED = CheckResult(check="c", outcome=Outcome.NOT_JUDGED, sentence="A promise.", trouble="no memory")


def said(lesson: _Told, keys: str) -> tuple[bool, str]:
    screen = io.StringIO()
    with open(os.devnull) as end:  # its end is there at once
        loop = Loop(lesson, Console(file=screen, width=100), LineKeys(end))  # type: ignore[arg-type]
        pressed = iter([*keys, "q"])
        loop.keys = type("_Pressed", (), {"pressed": lambda self, seconds: next(pressed)})()
        ended = loop.run()
    return ended, screen.getvalue()


def test_when_all_is_done_it_says_so(tmp_path: Path) -> None:
    ended, text = said(_Told(tmp_path / "one.ipynb", DONE), "hs")
    assert ended and "Every promise is kept." in text and "4 of 4 points" in text
    assert "There is nothing to hint at" in text


def test_a_notebook_that_cant_be_read_is_no_end(tmp_path: Path) -> None:
    ended, text = said(_Told(tmp_path / "one.ipynb", SetupError("It is no notebook.")), "hsn")
    assert not ended and "It is no notebook." in text and "Save the notebook once it is mended." in text


def test_trouble_of_ours_is_not_blamed_on_the_learner(tmp_path: Path) -> None:
    _, text = said(_Told(tmp_path / "one.ipynb", Look(Step(EXERCISE, broken=UNJUDGED), (), 1, 0, 2, 0.0, 4.0)), "")
    assert "no fault of yours: no memory" in text and "✗" not in text


def test_lines_are_keys_and_their_end_is_the_end() -> None:
    read, write_end = os.pipe()
    os.write(write_end, b"Hint please\n\n")
    os.close(write_end)
    with os.fdopen(read) as stream:
        keys = LineKeys(stream)
        assert [keys.pressed(1.0) for _ in range(3)] == ["h", "", "q"]


def test_a_kept_promise_is_judged_anew_when_what_it_names_changes() -> None:
    def notebook(helper: str, other: str, used: bool = True) -> nbformat.NotebookNode:
        sources = {"p-99-1-helper": helper, "p-99-2-twice": "helper()" if used else "1", "p-99-3-other": other}
        cells = [nbformat.v4.new_code_cell(source, id=key) for key, source in sources.items()]
        for cell in cells:
            cell.metadata["nbgrader"] = {"solution": True, "grade": False, "grade_id": cell.id}
        return nbformat.v4.new_notebook(cells=cells)

    first = fingerprint(notebook("1", "1"), "p-99-2", "checks")
    assert fingerprint(notebook("1", "2"), "p-99-2", "checks") == first
    assert fingerprint(notebook("2", "1"), "p-99-2", "checks") != first
    assert fingerprint(notebook("1", "1"), "p-99-2", "other checks") != first
    assert fingerprint(notebook("1", "1", used=False), "p-99-2", "checks") == fingerprint(
        notebook("2", "1", used=False), "p-99-2", "checks"
    )


def test_progress_is_kept_and_what_is_damaged_counts_as_none(tmp_path: Path) -> None:
    project = Project(tmp_path, tmp_path / "build")
    reached = Reached(answer="a", kept=1, promises=2, points=1.5, most=4.0, when=now())
    progress = Progress(project)
    assert progress.last() == ("", "")
    progress.note("ch99_mini", "p.99.1", reached)
    progress.note("ch99_mini", "p.99.2", reached.model_copy(update={"kept": 2, "when": now()}))
    again = Progress(project)
    assert again.of("ch99_mini")["p.99.1"] == reached and not reached.is_done
    assert again.of("ch99_mini")["p.99.2"].is_done
    assert again.last() == ("ch99_mini", "p.99.2")
    (tmp_path / "build" / "learner" / "progress.json").write_text("{")
    assert Progress(project).of("ch99_mini") == {}
