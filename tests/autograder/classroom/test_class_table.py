"""A class at a glance: what `course grade` prints can be read on a terminal of 80 columns, whatever the chapter."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from autograder.classroom.alike import Alike
from autograder.classroom.class_table import ASK_FIRST, alike_table, class_tables, grade_row
from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from course.syllabus import Exercise

NONE = {ExerciseStatus.MANUAL: None, ExerciseStatus.NOT_JUDGED: None, ExerciseStatus.FULL: 4.0}


def part(number: int, status: ExerciseStatus, *, text: bool = False) -> ExerciseResult:
    return ExerciseResult(
        exercise=f"p.01.{number}",
        grade_id=f"p-01-{number}" if text else f"p-01-{number}-checks",
        title=f"The exercise with the number {number}, and a title that is long",
        status=status,
        score=NONE.get(status, 0.0),
        max_score=4.0,
    )


def result(student: str, exercises: int, status: ExerciseStatus = ExerciseStatus.FULL) -> Result:
    """The first exercise has a text beside its checks."""
    text = part(1, ExerciseStatus.MANUAL, text=True)
    checked = [part(number, status) for number in range(1, exercises + 1)]
    return Result(chapter="c", student=student, status=Status.GRADED, exercises=(text, *checked))


def printed(results: list[Result], width: int) -> str:
    console = Console(file=io.StringIO(), width=width)
    for one in class_tables(results, console):
        console.print(one, highlight=False)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("exercises", [1, 6, 20, 41])
def test_nothing_is_lost_at_80_columns(exercises: int) -> None:
    names = ["ada", "a.student.with.a.long.name@example.org", "[bold]ben"]
    text = printed([result(name, exercises) for name in names], 80)
    assert all(len(line) <= 80 for line in text.splitlines())
    joined = "".join(character for line in text.splitlines() for character in line if character not in " │┃")
    for name in names:
        assert name in text or exercises > 1 or name in joined
    assert f"{exercises * 4} of {exercises * 4 + 4}" in text
    ids = [f"p.01.{number}" for number in range(1, exercises + 1)]
    assert all(f" {one} " in text for one in ids), "each exercise is named in full"
    rows = [line.strip("│").split("│") for line in text.splitlines() if line.startswith("│")]
    assert "…" not in {cell.strip() for row in rows for cell in row}, "no cell has given way altogether"


@pytest.mark.parametrize("width", [80, 200])
def test_what_the_exercises_are_stands_beside_what_is_reached(width: int) -> None:
    known = {"kind": "code", "title": "T", "minutes": 15, "difficulty": "hard", "extra": True, "section": "The section"}
    told = Exercise.model_validate({"id": "p.01.1", **known})
    exercises = [told, Exercise(id="p.01.2", kind="text", title="Nobody's")]
    console = Console(file=io.StringIO(), width=width)
    for one in class_tables([result("ada", 1), result("ben", 1, ExerciseStatus.NOT_BEGUN)], console, exercises):
        console.print(one, highlight=False)
    assert isinstance(console.file, io.StringIO)
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in console.file.getvalue().split("\n")]
    assert ["p.01.1", "50%", "15", "hard", "extra", "The section"] in rows, "what is still to come is left out"
    assert ["p.01.2", "–", "–", "–", "core", "–"] in rows


def test_with_room_each_exercise_has_a_column() -> None:
    text = printed([result("ada", 3), result("ben", 3, ExerciseStatus.NOT_BEGUN)], 120)
    header, *_ = [line for line in text.splitlines() if "student" in line]
    assert [cell.strip() for cell in header.strip("┃").split("┃")] == [
        "student", "status", "p.01.1", "p.01.2", "p.01.3", "points",
    ]  # fmt: skip
    assert "│ 4+ " in text, "the text of the first is still to come"


def test_marks_stand_in_the_order_of_the_exercises_and_are_counted() -> None:
    ada, ben = result("ada", 22), result("ben", 22, ExerciseStatus.NOT_BEGUN)
    text = printed([ada, ben], 80)
    assert "✎✓✓✓✓ ✓✓✓✓✓ ✓✓✓✓✓ ✓✓✓✓✓ ✓✓" in text
    assert "✎○○○○ ○○○○○ ○○○○○ ○○○○○ ○○" in text
    assert "✓ full marks" in text
    row = next(line for line in text.splitlines() if " p.01.2 " in line)
    assert "2 of 4" in row, "the mean"
    assert row.rstrip("│").split("│")[-3:] == [" 1 ", " 1 ", "   "]
    assert "2+ of 8" in next(line for line in text.splitlines() if " p.01.1 " in line), "its text is not graded yet"


def test_rows_for_programs_have_the_key_of_each_part() -> None:
    found = Alike(("ada", "ben"), "p.01.1", "equal", 1.0, 9.0)
    row = grade_row(result("ada", 2), [found, Alike(("ben", "cleo"), "p.01.2", "nearly equal", 0.9, 8.0)])
    assert [one["grade_id"] for one in row["exercises"]] == ["p-01-1", "p-01-1-checks", "p-01-2-checks"]
    assert (row["score"], row["max_score"]) == (8.0, 12.0)
    assert row["worth_a_look"] == [{"exercise": "p.01.1", "how": "equal", "with": ["ben"], "share": 1.0}]


def test_answers_worth_a_look_are_named_with_care() -> None:
    console = Console(file=io.StringIO(), width=80)
    rows = [Alike(("ada", "ben"), f"p.01.{n}", "equal", 1.0, 9.0) for n in (1, 2)]
    rows += [
        Alike(("ada", "ben"), "p.01.3", "nearly equal", 0.9, 8.0),
        Alike(("x", "y"), "", "the same notebook", 1, 7),
    ]
    console.print(alike_table(rows))
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "equal: p.01.1, p.01.2; nearly equal: p.01.3" in text
    assert "│ x, y     │ the same notebook" in text
    for word in ("cheat", "plagiar", "copied from", "suspicio", "fraud"):
        assert word not in (text + ASK_FIRST).lower()
    many = [Alike((f"a{n}", f"b{n}"), "p.01.1", "equal", 1.0, 9.0) for n in range(50)]
    console.print(alike_table(many))
    assert "and 30 more" in console.file.getvalue()
