"""`course roster`: students come into the gradebook from lists of any kind, and nobody goes."""

from __future__ import annotations

from pathlib import Path

import pytest

from autograder.classroom.roster import Person, changes, people, read_list, read_people, record, split_name, told
from course.errors import SetupError
from course.project import Project

CANVAS = """\
Student,ID,SIS User ID,SIS Login ID,Section,A miniature chapter (4711),Final Score
,,,,,Manual Posting,
    Points Possible,,,,,6,(read only)
"Lovelace, Ada",31,s-1,ada,ML,,50
"Example, Ben",32,s-2,ben@example.org,ML,,
"Student, Test",33,,9a8b7c,ML,,
"""
MOODLE = "First name;Last name (Surname);ID number;Email address;Groups\nAda;Lovelace;ada;ada@example.org;A\n"
PARTICIPANTS = '"First name","Last name","Email address"\nAda,Lovelace,ada@example.org\n'
WORKSHEET = "Identifier,Full name,Email address,Status,Grade\nParticipant 11,Ada Lovelace,ada@example.org,Submitted,\n"
GRADESCOPE = "First Name,Last Name,SID,Email,Role\nAda,Lovelace,ada,ada@example.org,Student\n"
ADA = Person("ada", "Ada", "Lovelace", "ada@example.org")


def listed(folder: Path, text: str, column: str = "") -> list[Person]:
    (folder / "class.csv").write_text(text, encoding="utf-8")
    return read_people(folder / "class.csv", column)


def test_canvas(tmp_path: Path) -> None:
    assert listed(tmp_path, CANVAS) == [Person("ada", "Ada", "Lovelace"), Person("ben@example.org", "Ben", "Example")]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (MOODLE, ADA),
        (PARTICIPANTS, Person("ada@example.org", "Ada", "Lovelace", "ada@example.org")),
        (WORKSHEET, Person("ada@example.org", "Ada", "Lovelace", "ada@example.org")),
        (GRADESCOPE, ADA),
        ("student,name,e-mail\nada,Ada Lovelace,ada@example.org\n", ADA),
        ('\ufeffstudent\tname\nada\t"Lovelace, Ada"\n', Person("ada", "Ada", "Lovelace")),
        ("username\nada\n", Person("ada")),
        ("id,first_name,last_name,email\nada,Ada,Lovelace,ada@example.org\n", ADA),
    ],
    ids=["moodle", "participants", "worksheet", "gradescope", "plain", "tabs", "ids", "nbgrader"],
)
def test_other_lists(tmp_path: Path, text: str, found: Person) -> None:
    assert listed(tmp_path, text) == [found]


def test_the_column_of_ids_may_be_named(tmp_path: Path) -> None:
    assert listed(tmp_path, "matriculation,name\n4711,Ada Lovelace\n", "Matriculation")[0].student == "4711"


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("", "", "no column of ids"),
        ("group,room\nA,1\n", "", r"name it with --column. It has: group, room"),
        ("group\nA\n", "id", "no column 'id'. It has: group"),
        ("student\n", "", "names no student"),
        ("student,name\nada,Ada\n../ben,Ben\nc d,Carol\n", "", r"(?s)nothing was taken.*line 3: '\.\./ben'.*line 4"),
        ("student,name\n,Ada Lovelace\n", "", "line 2: Ada Lovelace has no student"),
        ("student,name\nada,Ada One\nada,Ada Two\n", "", "line 3: ada is in the list twice"),
    ],
)
def test_mistakes_are_named_and_nothing_is_taken(tmp_path: Path, text: str, column: str, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        listed(tmp_path, text, column)


def test_a_hubs_own_list(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "courses.toml"
    course = '[[course]]\nid = "{}"\ntitle = "ML"\ngraders = ["grace"]\nstudents = ["{}"]\n'
    path.write_text(course.format("ml", "ada"))
    assert read_list(path) == [Person("ada")]
    path.write_text(course.format("ml", "ada") + course.format("dl", "ben"))
    with pytest.raises(SetupError, match="COURSE_ID has to be one of ml, dl"):
        read_list(path)
    monkeypatch.setenv("COURSE_ID", "dl")
    assert read_list(path) == [Person("ben")]


def test_names_in_either_order() -> None:
    assert split_name("Lovelace, Ada") == split_name("Ada Lovelace") == ("Ada", "Lovelace")
    assert split_name("Ada") == ("", "Ada") and split_name("") == ("", "")


def test_a_list_is_taken_in_once_and_nobody_is_removed(tmp_path: Path) -> None:
    project = Project(tmp_path)
    project.build.mkdir()
    first = changes(project, [ADA, Person("ben", "Ben", "Example")])
    assert people(project) == {}, "looking changes nothing"
    record(project, first)
    assert people(project) == {"ada": ADA, "ben": Person("ben", "Ben", "Example")}
    assert changes(project, people(project).values()).same == 2

    second = changes(project, [Person("ada", account="u-1"), Person("carol", "Carol", "Kay")])
    assert list(told(second)) == [
        "new: carol (Carol Kay)", "changed: ada (Ada Lovelace)",
        "not in this list, and kept with all they have handed in: ben",
    ]  # fmt: skip
    record(project, second)
    now = people(project)
    assert list(now) == ["ada", "ben", "carol"]
    assert now["ada"] == Person("ada", "Ada", "Lovelace", "ada@example.org", "u-1"), "what a list does not say stays"
