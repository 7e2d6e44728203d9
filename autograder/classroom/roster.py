"""Who is in the class: the gradebook's students, brought there from a list before anybody has handed in.

Nobody is ever taken out of the gradebook: with a student, nbgrader deletes all that they have handed in.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from nbgrader.api import Student
from pydantic import BaseModel

from autograder.classroom.csv_tables import parsed, read
from autograder.classroom.hand_in import hand_ins
from autograder.classroom.nbgrader_plugins import gradebook
from course.errors import SetupError
from course.parsing import read_toml
from course.project import Project
from course.student_ids import student_id
from course.syllabus import Chapter, load_syllabus

_LONGEST = 128  # characters of a cell of nbgrader's
# What a column of ids is headed, in order. Canvas's `Student` is a name, its `ID` a number that nobody logs in with.
_IDS = ("student", "sis login id", "username", "user name", "login id", "login", "student id", "id number", "sid",
        "sis user id", "email address", "e-mail address", "email", "e-mail", "mail")  # fmt: skip
_FIRST = ("first name", "firstname", "given name")
_LAST = ("last name", "lastname", "surname", "family name")
_WHOLE = ("full name", "name", "student name")
_MAIL = ("email address", "e-mail address", "email", "e-mail", "mail")
_CANVAS = ("sis login id", "sis user id", "section")
_NBGRADERS = {
    "first_name",
    "last_name",
    "lms_user_id",
}  # what `nbgrader db student import` reads has an `id` beside these
_TEST_STUDENT = "student, test"  # Canvas's


@dataclass(frozen=True)
class Person:
    """A student as a list has them; what it does not say is empty.

    Attributes
    ----------
    student : the id here.
    account : the learning platform's own id of them, from LTI.
    """

    student: str
    first: str = ""
    last: str = ""
    email: str = ""
    account: str = ""

    @property
    def name(self) -> str:
        return f"{self.first} {self.last}".strip()


@dataclass(frozen=True)
class Changes:
    """What a list would change.

    Attributes
    ----------
    new : students who are added.
    changed : students of whom something else is known now, as they will be.
    same : how many are in the gradebook as they are in the list.
    gone : students of the gradebook who are not in the list; they stay.
    """

    new: tuple[Person, ...]
    changed: tuple[Person, ...]
    same: int
    gone: tuple[str, ...] = field(default=())


def people(project: Project) -> dict[str, Person]:
    """Return the gradebook's students, by id."""
    with gradebook(project) as book:
        return {one.id: _person(one) for one in sorted(book.students, key=lambda one: str(one.id))}


def handed_in(project: Project) -> dict[str, frozenset[str]]:
    """Return who has handed in, for each chapter that has been released, by its short name."""
    with gradebook(project) as book:
        released = {one.name for one in book.assignments}
    chapters = [one for one in load_syllabus(project.syllabus) if one.name in released]
    return {one.short: _there(project, one) for one in chapters}


def missing(project: Project, chapter: Chapter) -> list[str]:
    """Return the gradebook's students who have not handed in a chapter."""
    there = _there(project, chapter)
    return [student for student in people(project) if student not in there]


def changes(project: Project, listed: Iterable[Person]) -> Changes:
    """Return what `record` would do with a list."""
    known, new, changed, same = people(project), [], [], 0
    rows = list(listed)
    for one in rows:
        before = known.get(one.student)
        after = _merged(before, one) if before else one
        if before is None:
            new.append(one)
        elif after != before:
            changed.append(after)
        else:
            same += 1
    gone = known.keys() - {one.student for one in rows}
    return Changes(tuple(new), tuple(changed), same, tuple(sorted(gone)))


def record(project: Project, wanted: Changes) -> None:
    """Write changes into the gradebook, all or none."""
    with gradebook(project) as book:
        rows = {str(one.id): one for one in book.students}
        for person in (*wanted.new, *wanted.changed):
            row = rows.get(person.student)
            if row is None:
                book.db.add(row := Student(id=person.student))
            row.first_name, row.last_name = person.first or None, person.last or None
            row.email, row.lms_user_id = person.email or None, person.account or None
        book.db.commit()


class _Course(BaseModel):
    """What is read of a course in a hub's ``courses.toml``, which checks the rest itself."""

    id: str
    students: tuple[str, ...] = ()


class _Courses(BaseModel):
    course: tuple[_Course, ...]


def read_list(path: Path, column: str = "") -> list[Person]:
    """Read a class list: CSV (`read_people`), or the students of this course in a hub's ``courses.toml``.

    Raises
    ------
    SetupError : as `read_people`; or the hub has several courses, and ``COURSE_ID`` does not name one of them.
    """
    if path.suffix != ".toml":
        return read_people(path, column)
    courses = {one.id: one for one in read_toml(path, _Courses, SetupError).course}
    wanted = os.environ.get("COURSE_ID", "")
    if len(courses) == 1 and not wanted:
        (wanted,) = courses
    if wanted not in courses:
        raise SetupError(
            f"Which course of {path} is it? COURSE_ID has to be one of {', '.join(courses)}, as it is in the course's "
            "server on the hub."
        )
    return [Person(student) for student in courses[wanted].students]


def read_people(path: Path, column: str = "") -> list[Person]:
    """Read a class list: Canvas's gradebook, Moodle's participants or grades, or any CSV file with headings.

    Parameters
    ----------
    column : the one with the ids; found by its heading by default (`_IDS`).

    Raises
    ------
    SetupError : it can't be read, has no such column, or nobody in it; or ids that can be none, or that are two
        people's: all of these are named, and nothing is taken.
    """
    rows, _ = parsed(read(path))
    heads = [" ".join(head.split()).casefold() for head in rows[0]] if rows else []
    at = _column_of_ids(path, heads, column)
    heads = [head.replace("_", " ") for head in heads]
    found: dict[str, Person] = {}
    trouble: list[str] = []
    for number, row in enumerate(rows[1:], 2):
        cells = {head: " ".join(cell.split()) for head, cell in zip(heads, row, strict=False)}
        text = row[at].strip() if at < len(row) else ""
        if not text:
            if any(cells.get(head) for head in (*_FIRST, *_LAST, *_WHOLE, *_MAIL)):
                trouble.append(f"line {number}: {' '.join(filter(None, cells.values()))} has no {rows[0][at]}")
            continue
        if _is_no_person(row, cells):
            continue
        first, last = _names(cells, heads[at])
        one = Person(text, first[:_LONGEST], last[:_LONGEST], _first_of(cells, _MAIL)[:_LONGEST])
        if student_id(text) != text:
            trouble.append(f"line {number}: {text!r} can't be an id: write letters, digits and . _ - + @, no blanks")
        elif found.setdefault(text, one) != one:
            trouble.append(f"line {number}: {text} is in the list twice, with different names")
    if trouble:
        raise SetupError("\n".join([f"{path} has mistakes, and nothing was taken from it:", *trouble]))
    if not found:
        raise SetupError(f"{path} names no student: it needs a line of headings, and a line for each student.")
    return list(found.values())


def split_name(text: str) -> tuple[str, str]:
    """Return the first and the last name of ``Lovelace, Ada`` or ``Ada Lovelace``."""
    last, comma, first = text.partition(",")
    if not comma:
        first, _, last = text.rpartition(" ")
    return first.strip(), last.strip()


def _column_of_ids(path: Path, heads: Sequence[str], column: str) -> int:
    if column:
        if column.casefold() not in heads:
            raise SetupError(f"{path} has no column {column!r}. It has: {', '.join(heads)}.")
        return heads.index(column.casefold())
    if "id" in heads and _NBGRADERS.intersection(heads):
        return heads.index("id")
    wanted = _IDS[1:] if _is_canvas(heads) else _IDS
    for head in wanted:
        if head in heads:
            return heads.index(head)
    raise SetupError(
        f"{path} has no column of ids that is known ({', '.join(_IDS[:3])} or an e-mail address, say): name it with "
        f"--column. It has: {', '.join(heads) or 'nothing'}."
    )


def _is_canvas(heads: Sequence[str]) -> bool:
    return "student" in heads and any(head in heads for head in _CANVAS)


def _is_no_person(row: Sequence[str], cells: Mapping[str, str]) -> bool:
    """Whether a row is Canvas's own: the points that are possible, the student who is for trying out."""
    return row[0].strip().casefold() in ("points possible", _TEST_STUDENT) or "read only" in cells.get("id", "")


def _names(cells: Mapping[str, str], head_of_ids: str) -> tuple[str, str]:
    first, last = _first_of(cells, _FIRST), re.sub(r"^[,;]", "", _first_of(cells, _LAST))
    if first or last:
        return first, last
    whole = _WHOLE if head_of_ids == "student" else (*_WHOLE, "student")
    return split_name(_first_of(cells, whole))


def _first_of(cells: Mapping[str, str], heads: Iterable[str]) -> str:
    found = next((cells[head] for head in heads if cells.get(head)), "")
    if not found:  # Moodle says "Last name (Surname)" in some languages' packs
        found = next((cell for head, cell in cells.items() if cell and head.split(" (")[0] in heads), "")
    return found


def _merged(before: Person, listed: Person) -> Person:
    """What is known of a student once a list is taken in: what it does not say stays."""
    said = {name: value for name in ("first", "last", "email", "account") if (value := getattr(listed, name))}
    return replace(before, **said)


def _person(row: Any) -> Person:
    return Person(
        str(row.id), row.first_name or "", row.last_name or "", row.email or "", getattr(row, "lms_user_id", "") or ""
    )


def _there(project: Project, chapter: Chapter) -> frozenset[str]:
    return frozenset(one.student for one in hand_ins(project, chapter))


def told(found: Changes) -> Iterator[str]:
    """Yield lines for who reads what a list changes."""
    for what, some in (("new", found.new), ("changed", found.changed)):
        for one in some:
            yield f"{what}: {one.student}{f' ({one.name})' if one.name else ''}"
    if found.gone:
        yield f"not in this list, and kept with all they have handed in: {', '.join(found.gone)}"
