"""Prose names what is asked for, and a closed question's cases and options, or `course check` says what is missing."""

from pathlib import Path

import pytest

from course.authoring.build import assemble
from course.authoring.questions import check_questions
from course.authoring.script import Findings, read_script
from course.syllabus import load_syllabus
from tests.support import minichapter

CORNERS = "CORNERS = 2**3"
ASKED = "# ## How many corners?"
CHECK = """
OPTIONS = ("five", "six")


def test_sides(student, rng):
    chosen(student.CORNERS, {options}, right=["five"])
"""


def complaints(tmp_path: Path, answer: str, text: str = "", options: str = "") -> list[str]:
    """What is said of the miniature chapter with another constant, and more text beside it."""
    project = minichapter.make_project(tmp_path)
    source, solutions = project.source / "ch99_mini.py", project.solutions / "ch99_mini" / "numbers.py"
    source.write_text(source.read_text().replace(ASKED, f"{ASKED}\n# {text}"))
    assert CORNERS in solutions.read_text()
    solutions.write_text(solutions.read_text().replace(CORNERS, answer))
    check = tmp_path / "test_sides.py"
    check.write_text(CHECK.format(options=options))
    chapter = load_syllabus(project.syllabus).find("ch99")
    findings = Findings(chapter.name)
    cells = read_script(source, Findings(chapter.name))
    check_questions(chapter, cells, assemble(project, chapter).definitions, [check] if options else [], findings)
    return [problem.message for problem in findings.problems]


@pytest.mark.parametrize(
    ("answer", "text", "options"),
    [
        (CORNERS, "", ""),
        ('CORNERS = ["five", "Six"]', "Choose: `five`, `six`.", ""),
        ('CORNERS = ["five or\\n so"]', "Choose `five or so`.", ""),
        ('# "five" or "six".\nCORNERS = "five"', "", ""),
        ('# "five" or "six", for each case.\nCORNERS = {"a case that only the cell tells": "five"}', "", ""),
        ('CORNERS = "five"', "Choose **five** or *six*.", "OPTIONS"),
        ('CORNERS = "five"', "Choose **five** or *six*.", '["five", "six"]'),
    ],
)
def test_what_is_told_may_be_asked(tmp_path, answer, text, options):
    assert complaints(tmp_path, answer, text, options) == []


@pytest.mark.parametrize(
    ("answer", "text", "options", "missing"),
    [
        ('CORNERS = ["five", "six"]', "Choose `five`.", "", "'six' stands"),
        ('CORNERS = "five"', "Twenty-fives.", "", "'five' stands"),
        ('CORNERS = {"a case": "five"}', "", "", "'five' stands"),
        ('CORNERS = {_key(): "five", "a case": "five"}', "five", "", "'a case' stands"),
        ('CORNERS = dict(case="five")', "five", "", "'case' stands"),
        ('CORNERS = "five"', "Is it `five`?", "OPTIONS", "'six' stands"),
        ('CORNERS = "five"', "Which?", '("five", "six")', "'five', 'six' stand "),
    ],
)
def test_what_is_not_told_is_named(tmp_path, answer, text, options, missing):
    (message,) = complaints(tmp_path, answer, text, options)
    assert message.startswith("CORNERS asks for what no student is told: ")
    assert missing in message


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("# Write `double`.", "# Write it.", "double"),
        ("# Write `double`.", "# Write double.", "double"),
        ("# Write `double`.", "# Write `double_it`.", "double"),
        ("is `halve`.", "follows.", "halve"),
        ("the class `Scaler`", "a class", "Scaler"),
        ("# Write `double`.", "# Write `double(values)`.", ""),
        ("# Write `double`.", "# Write\n#\n# - **`y = double(values)`**, twice the values.", ""),
    ],
)
def test_a_function_that_no_prose_names_is_told(tmp_path: Path, old: str, new: str, named: str) -> None:
    project = minichapter.make_project(tmp_path)
    source = project.source / "ch99_mini.py"
    text = source.read_text()
    assert old in text
    source.write_text(text.replace(old, new, 1))
    chapter, findings = load_syllabus(project.syllabus).find("ch99"), Findings("ch99_mini")
    cells = read_script(source, Findings(chapter.name))
    check_questions(chapter, cells, assemble(project, chapter).definitions, [], findings)
    exercise = "p.99.2" if named == "Scaler" else "p.99.1"
    said = f"the prose of {exercise} does not say that {named} is asked for: name it there, as `{named}`."
    assert [one.message for one in findings.problems] == ([said] if named else [])
