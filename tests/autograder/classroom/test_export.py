"""`course export`: grades for other programs, in a table of their own or in a platform's."""

from __future__ import annotations

import csv
import io
import subprocess
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.classroom.collect.student_names import read_roster
from autograder.classroom.csv_tables import read
from autograder.classroom.export import Grade, State, filled, table, without_row
from course.errors import SetupError
from course.nbgrader_plugins.gradebook import gradebook_url
from course.syllabus import Chapter, Exercise
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

CHAPTER = Chapter(
    name=NAME,
    title="A miniature chapter",
    exercise=(Exercise(id="p.99.1", kind="code", title="One"), Exercise(id="p.99.4", kind="text", title="Two")),
)
GRADES = [
    Grade("ada", {"p.99.1": 4.0, "p.99.4": 1.5}, 5.5, 0.0, False),
    Grade("ben", {"p.99.1": 2.0, "p.99.4": 0.0}, 1.0, 1.0, True),
]
CAROL = Grade("carol", {}, 0.0, 0.0, False, State.MISSING)
CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,A miniature chapter (4711),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,6,(read only)
"Lovelace, Ada",31,s-1,ada,ML,,50
"Example, Ben",32,s-2,ben@example.org,ML,,
"Student, Test",33,,9a8b7c,ML,,
"""
MOODLE = """\
Identifier;Full name;Email address;Status;Grade;Maximum Grade
Participant 11;Ada Lovelace;ada@example.org;Submitted;;6.00
Participant 12;Ben Example;ben@example.org;No submission;;6.00
"""
ROSTER = 'student,name,mail\nada,Ada Lovelace,ada@example.org\nben,"Example, Ben",ben@example.org\n'


@pytest.fixture
def roster(tmp_path: Path) -> Path:
    path = tmp_path / "class.csv"
    path.write_text(ROSTER)
    return path


def cells(text: str, delimiter: str = ",") -> list[list[str]]:
    return list(csv.reader(io.StringIO(text), delimiter=delimiter))


def test_a_table_of_its_own_has_a_column_for_each_exercise() -> None:
    assert cells(table(CHAPTER, [*GRADES, CAROL], 6.0)) == [
        ["student", "p.99.1", "p.99.4", "late_penalty", "score", "max_score", "complete", "state"],
        ["ada", "4", "1.5", "0", "5.5", "6", "yes", "graded"],
        ["ben", "2", "0", "1", "1", "6", "no", "graded"],
        ["carol", "", "", "", "", "6", "no", "not handed in"],
    ]


def test_canvas_gets_its_own_table_back_with_one_column_filled(roster: Path) -> None:
    made = filled(CANVAS, CHAPTER, GRADES, 6.0, roster=read_roster(roster))
    before, after = cells(CANVAS), cells(made.text)
    assert [row[5] for row in after] == ["A miniature chapter (4711)", "Manual Posting", "6", "5.5", "1", ""]
    assert [row[:5] + row[6:] for row in after] == [row[:5] + row[6:] for row in before]
    assert (made.students, made.strangers) == (("ada", "ben"), ("Student, Test 33",))
    assert without_row(GRADES, made) == []


def test_without_a_class_list_ids_are_what_is_found() -> None:
    made = filled(CANVAS, CHAPTER, GRADES, 6.0)
    assert made.students == ("ada",) and len(made.strangers) == 2
    assert without_row(GRADES, made) == ["ben"]


def test_moodles_worksheet_keeps_its_delimiter(roster: Path) -> None:
    made = filled(MOODLE, CHAPTER, GRADES, 6.0, roster=read_roster(roster))
    assert [row[4] for row in cells(made.text, ";")] == ["Grade", "5.5", "1"]


def test_moodles_gradebook_names_the_assignment_in_its_own_way(roster: Path) -> None:
    text = "First name,Last name,Email address,Assignment: A miniature chapter (Real)\nAda,Lovelace,ada@example.org,-\n"
    made = filled(text, CHAPTER, GRADES, 6.0, roster=read_roster(roster))
    assert cells(made.text)[1][3] == "5.5" and made.column == "Assignment: A miniature chapter (Real)"
    assert filled(text, CHAPTER, GRADES, 6.0, column=made.column, roster=read_roster(roster)).text == made.text


def test_who_has_not_handed_in_is_no_stranger_and_gets_nothing() -> None:
    made = filled("login,grade\nada,\ncarol,\n", CHAPTER, [*GRADES, CAROL], 6.0)
    assert made.text == "login,grade\nada,5.5\ncarol,\n"
    assert (made.without, made.strangers, without_row([*GRADES, CAROL], made)) == (("carol",), (), ["ben"])


def test_where_there_is_no_column_there_is_a_new_one() -> None:
    made = filled("login,group\nada,1\nben,2\n", CHAPTER, GRADES, 6.0)
    assert made.text == "login,group,A miniature chapter\nada,1,5.5\nben,2,1\n"
    assert filled("login,x\nada,\n", CHAPTER, GRADES, 6.0, column="X").text == "login,x\nada,5.5\n"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", "", "no table of students"),
        ("only one column\nada\n", "", "no table of students"),
        ("login,group\nada,1\n", "points", r"no column 'points'. It has: login, group"),
        ("login,group\nzoe,1\n", "", "--roster"),
        ("login,partner\nada,ben\n", "", "--roster"),  # could be either's
    ],
)
def test_what_cant_be_filled_says_why(text: str, column: str, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        filled(text, CHAPTER, GRADES, 6.0, column=column)


def test_a_row_is_filled_once() -> None:
    made = filled("login,group\nada,1\nada,2\n", CHAPTER, GRADES, 6.0)
    assert made.text.splitlines()[1:] == ["ada,1,5.5", "ada,2,"] and made.strangers == ("ada 2",)


def test_a_file_that_cant_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match=r"nothing\.csv can't be read"):
        read(tmp_path / "nothing.csv")
    (tmp_path / "latin.csv").write_bytes("José".encode("latin-1"))
    with pytest.raises(SetupError, match="not in UTF-8"):
        read(tmp_path / "latin.csv")


def test_the_command_gives_out_what_the_gradebook_has(tmp_path_factory: pytest.TempPathFactory) -> None:
    course = make_checkout(tmp_path_factory.mktemp("export"))
    assert "run `course grade ch99` first" in " ".join(released(course, ok=1).stderr.split())
    course.hand_in_mixed_class(1)
    course.run("course", "grade", NAME)
    with Gradebook(gradebook_url(course.project)) as book:
        book.find_grade("p-99-4", NAME, NAME, "right-0").manual_score = 1.5
        book.db.commit()
    rows = {row["student"]: row for row in csv.DictReader(io.StringIO(released(course).stdout))}
    assert set(rows) == {"half", "right-0", "unreadable", "untouched"}
    assert (rows["right-0"]["p.99.4"], rows["right-0"]["score"], rows["right-0"]["max_score"]) == ("1.5", "9.5", "10")
    assert rows["untouched"]["score"] == "0"
    (course.root / "platform.csv").write_text("login,name\nright-0,Ada\nsomebody,Else\n")
    done = course.run("course", "export", "ch99", "--into", "platform.csv", "--to", "out.csv", ok=1)
    assert (course.root / "out.csv").read_text() == "login,name,A miniature chapter\nright-0,Ada,9.5\nsomebody,Else,\n"
    said = " ".join(done.stderr.split())
    assert "No row of the table is half's." in said and "Nobody here is “somebody Else”" in said


def released(course: Checkout, ok: int = 0) -> subprocess.CompletedProcess[str]:
    if ok:
        course.run("course", "release", NAME)
    return course.run("course", "export", "ch99", ok=ok)
