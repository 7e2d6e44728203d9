"""The ``course`` command: what it prints, what it refuses, and with which exit status."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

import course
from course.cli import app
from course.console import PERSONS
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.minichapter import NAME, THEME

GROUP: Any = get_command(app)
COMMANDS = sorted(GROUP.list_commands(None))


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("cli"))


def test_the_commands_are_the_ones_of_the_design() -> None:
    wanted = (
        "audit backup bench build calibrate check collect data doctor due export extend feedback fetch gpu grade "
        "headline hub learn lti mark new preview redteam regrade-request regrade-requests release report restore "
        "roster run schedule simulate solution start status submit warm web"
    )
    assert wanted.split() == COMMANDS


def test_the_help_lists_them_by_who_works_with_them(checkout: Checkout) -> None:
    text = checkout.run("course", "--help").stdout
    assert sorted(PERSONS, key=text.index) == list(PERSONS)
    assert sorted(("submit", "release", "grade", "doctor", "redteam"), key=lambda word: text.index(f"│ {word} ")) == [
        "submit",
        "release",
        "grade",
        "doctor",
        "redteam",
    ]


def test_the_help_imports_nothing_that_takes_time() -> None:
    script = (
        "import sys\nfrom typer.testing import CliRunner\nfrom course.cli import app\n"
        "assert CliRunner().invoke(app, ['--help']).exit_code == 0\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert not {"numpy", "pandas", "pydantic", "nbformat", "requests", "jupyterhub"} & set(done.stdout.split())


def test_a_command_imports_no_other_packages_commands() -> None:
    script = (
        "import sys\nfrom typer.testing import CliRunner\nfrom course.cli import app\n"
        "assert CliRunner().invoke(app, ['fetch', '--help']).exit_code == 0\n"
        "print(sorted(name for name in sys.modules if name.endswith('.commands')))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    assert "course.exchange.commands" in done.stdout
    assert "autograder" not in done.stdout


def test_the_version_is_told(checkout: Checkout) -> None:
    assert checkout.run("course", "--version").stdout.strip() == f"course {course.__version__}"


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (("gradee", "ch99"), "'grade'"),
        (("grade", "ch99", "--worker", "2"), "--workers"),
        (("grade", "hc99"), "'ch99'"),
        (("data", "mnits"), "'mnist'"),
        (("headline", "ch03", "--exercise", "p.03.44"), "'p.03.4'"),
        (("calibrate", "ch03", "--check", "test_finds_spams"), "'test_finds_real_spam'"),
        (("calibrate", "ch03", "--data", "reel"), "real"),
        (("redteam", "--only", "001_always_equals"), "'001_always_equal'"),
        (("redteam", "--lookups", "--only", "ch99x"), "'ch99'"),
        (("bench", "--only", "strat"), "'start'"),
    ],
)
def test_a_wrong_word_is_answered_with_what_was_meant(checkout: Checkout, words: tuple[str, ...], meant: str) -> None:
    home = {"COURSE_ROOT": str(ROOT)} if words[0] in ("headline", "calibrate", "bench") else {}
    no_word_of_the_command_line = {"gradee", "--worker", "reel"} & set(words)
    done = checkout.run("course", *words, ok=2 if no_word_of_the_command_line else 1, **home)
    said = " ".join((done.stdout + done.stderr).replace("│", " ").split())
    assert meant in said.split("Did you mean")[-1].split("Possible options")[-1], said


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(command: str) -> None:
    assert (GROUP.get_command(None, command).epilog or "").startswith(f"Example: course {command}")


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("build", "ch42"), "There is no chapter 'ch42' in the syllabus."),
        (("grade", "ch99"), "has not been released: run `course release ch99` first."),
        (("feedback", "ch99"), "has not been released"),
        (("headline", "ch99"), "autograder/checks/ch99_mini: there is no headline.py in it."),
        (("collect", "ch99", "--from", "nowhere"), "nowhere is not a folder"),
        (("data", "no-such-set"), "no-such-set"),
    ],
)
def test_a_mistake_is_one_readable_message(checkout: Checkout, command: tuple[str, ...], message: str) -> None:
    done = checkout.run("course", *command, ok=1)
    assert message in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr
    assert done.stdout == ""


def test_outside_a_checkout(checkout: Checkout, tmp_path: Path) -> None:
    done = checkout.run("course", "build", "ch99", ok=1, COURSE_ROOT=str(tmp_path))
    assert "is not a checkout of the course" in done.stderr


def test_a_disk_in_trouble_is_one_readable_message(checkout: Checkout, tmp_path: Path) -> None:
    (tmp_path / "a-file").write_text("where a folder has to be", encoding="utf-8")
    done = checkout.run("course", "build", "ch99", ok=1, COURSE_BUILD=str(tmp_path / "a-file" / "build"))
    assert "Free some space or mend the permissions." in " ".join(done.stderr.split())
    assert "Traceback" not in done.stderr


def test_check_reports_every_mistake_as_json(tmp_path: Path) -> None:
    checkout = make_checkout(tmp_path)
    assert json.loads(checkout.run("course", "check", "ch99", "--json").stdout) == []
    said = " ".join(checkout.run("course", "check", "ch99").stdout.split())
    assert "No problem found in ch99" in said
    assert "Not tried: whether the checks pass our answers" in said, "what a check of the text can't prove"
    assert "`make test-chapter CHAPTER=ch99` tries all that" in said
    solutions = checkout.project.solutions / NAME / f"{THEME}.py"
    solutions.write_text(solutions.read_text(encoding="utf-8").replace("def halve", "def half"), encoding="utf-8")
    (checkout.project.source / "stray.py").write_text("", encoding="utf-8")
    rows = json.loads(checkout.run("course", "check", "ch99", "--json", ok=1).stdout)
    assert {tuple(row) for row in rows} == {("chapter", "exercise", "problem")}
    assert any("halve" in row["problem"] and row["exercise"] == "p.99.1" for row in rows)
    assert any("stray.py" in row["problem"] for row in rows)


def test_from_a_folder_of_hand_ins_to_grades(checkout: Checkout) -> None:
    checkout.run("course", "release", "ch99")
    folder = checkout.root / "handed-in"
    (folder / "ben").mkdir(parents=True)
    for place, kind in ((folder / "ada.ipynb", "source"), (folder / "ben" / f"{NAME}.ipynb", "release")):
        shutil.copy(checkout.project.build / kind / NAME / f"{NAME}.ipynb", place)
    assert "2 hand-ins: ada, ben" in checkout.run("course", "collect", "ch99", "--from", str(folder)).stdout
    rows = checkout.grade()
    assert [(student, row["score"]) for student, row in rows.items()] == [("ada", 8.0), ("ben", 0.0)]
    table = checkout.run("course", "grade", "ch99").stdout
    assert "ada" in table
    assert "8 of 10" in table
    only = checkout.grade("--student", "ben")
    assert list(only) == ["ben"]
    for command in ("grade", "feedback"):
        said = checkout.run("course", command, "ch99", "--student", "bne", ok=1).stderr
        assert "called 'bne'. Did you mean 'ben'?" in " ".join(said.split())


def test_data_is_listed_without_a_network(checkout: Checkout) -> None:
    text = checkout.run("course", "data", COURSE_DATA_OFFLINE="1").stdout
    assert "mnist" in text
    assert "spamassassin" in text


def test_the_gradebook_knows_students_who_handed_in_nothing(checkout: Checkout) -> None:
    checkout.run("course", "release", "ch99")
    checkout.hand_in("zoe", checkout.notebook("source"))
    checkout.run("nbgrader", "db", "student", "add", "yan")
    rows = checkout.grade()
    assert rows["yan"]["status"] == "missing"
    assert rows["zoe"]["score"] == 8.0


def test_another_build_folder_may_be_relative(checkout: Checkout) -> None:
    """nbgrader changes the working directory meanwhile."""
    checkout.run("course", "release", "ch99", COURSE_BUILD="other")
    folder = checkout.root / "other" / "submitted" / "ada" / NAME
    folder.mkdir(parents=True)
    shutil.copy(checkout.root / "other" / "source" / NAME / f"{NAME}.ipynb", folder)
    rows = checkout.grade(COURSE_BUILD="other")
    assert rows["ada"]["score"] == 8.0
