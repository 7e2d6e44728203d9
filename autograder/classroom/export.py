"""A class's grades for other programs: a table of its own, or filled into the table that a learning platform gives out.

The figures are the gradebook's: what people have given, extra credit and late penalties among them.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from autograder.classroom.collect.student_names import Roster
from autograder.classroom.nbgrader_plugins import gradebook
from autograder.classroom.store import Store
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter

_POSSIBLE = "points possible"  # the first cell of Canvas's second line, without its blanks
_GRADE = ("grade", "grade/100", "score")  # of Moodle's worksheet and others', where there is just one assignment


@dataclass(frozen=True)
class Grade:
    """One student's, in points.

    Attributes
    ----------
    by_exercise : in the syllabus's order, without the penalty.
    score : what counts: with extra credit, less `penalty`.
    waits : whether something is still to be graded by hand.
    """

    student: str
    by_exercise: Mapping[str, float]
    score: float
    penalty: float
    waits: bool


@dataclass(frozen=True)
class Filled:
    """A platform's table with the grades in it.

    Attributes
    ----------
    text : the whole file.
    column : where they are.
    students : whose rows were found.
    strangers : rows that are nobody's here, as they begin.
    """

    text: str
    column: str
    students: tuple[str, ...]
    strangers: tuple[str, ...]


def grades(project: Project, chapter: Chapter) -> list[Grade]:
    """Return the grades of all who have handed in, by student.

    Raises
    ------
    SetupError : nothing has been graded.
    """
    graded = {path.parent.name for path in Store.of(project, chapter).folder.glob("*/result.json")}
    with gradebook(project) as book:
        rows = book.assignment_submissions(chapter.name)
        found = [_grade(chapter, row) for row in rows if row.student.id in graded]
    if not found:
        raise SetupError(f"Nothing of {chapter.name} has been graded: run `course grade {chapter.short}` first.")
    return sorted(found, key=lambda one: one.student)


def table(chapter: Chapter, found: Sequence[Grade], most: float) -> str:
    """Return the grades as CSV: a line for each student, a column for each exercise."""
    ids = [exercise.id for exercise in chapter.exercise]
    rows: list[list[object]] = [["student", *ids, "late_penalty", "score", "max_score", "complete"]]
    for one in found:
        points = [f"{one.by_exercise.get(id, 0.0):g}" for id in ids]
        complete = "no" if one.waits else "yes"
        rows.append([one.student, *points, f"{one.penalty:g}", f"{one.score:g}", f"{most:g}", complete])
    return _written(rows, ",")


def max_score(project: Project, chapter: Chapter) -> float:
    """Return how many points there are."""
    with gradebook(project) as book:
        return float(book.find_assignment(chapter.name).max_score)


def filled(
    text: str, chapter: Chapter, found: Sequence[Grade], most: float, *, column: str = "", roster: Roster | None = None
) -> Filled:
    """Return a platform's table with the grades in one of its columns.

    A row is a student's if one of its cells is their id, or what the class list calls them. The column is the one
    named; else the one that begins with the chapter's title or name, as Canvas's do, or Moodle's *Grade*; else a new
    one at the end. Other cells stay as they are.

    Parameters
    ----------
    roster : the class list.

    Raises
    ------
    SetupError : it is no table, has no such column, or no row is anybody's.
    """
    first = text.split("\n")[0]
    delimiter = max(",;\t", key=first.count)
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    if len(rows) < 2 or len(rows[0]) < 2:
        raise SetupError("This is no table of students: it needs a line of headings, and a line for each of them.")
    at = _place(rows[0], chapter, column)
    by_student = {one.student: one for one in found}
    students, strangers = [], []
    for row in rows[1:]:
        row += [""] * (len(rows[0]) - len(row))
        if row[0].strip().casefold() == _POSSIBLE:
            row[at] = row[at] or f"{most:g}"
        elif (student := _owner(row, by_student, roster)) and student not in students:
            row[at] = f"{by_student[student].score:g}"
            students.append(student)
        elif any(cell.strip() for cell in row):
            strangers.append(" ".join(cell for cell in row[:3] if cell.strip()))
    if not students:
        raise SetupError(
            "No row is that of a student who has a grade: say in a class list, --roster, what the table calls them."
        )
    return Filled(_written(rows, delimiter), rows[0][at], tuple(students), tuple(strangers))


def without_row(found: Sequence[Grade], table: Filled) -> list[str]:
    """Return the students whose grade is not in a filled table."""
    return [one.student for one in found if one.student not in table.students]


def read(path: Path) -> str:
    """Return the text of a table.

    Raises
    ------
    SetupError : it can't be read.
    """
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is not in UTF-8: save it as “CSV UTF-8” and try again.") from error
    except OSError as error:
        raise SetupError(f"{path} can't be read: {error.strerror}.") from error


def _grade(chapter: Chapter, row: Any) -> Grade:
    parts: dict[str, float] = {exercise.id: 0.0 for exercise in chapter.exercise}
    slugs = {exercise.slug: exercise.id for exercise in chapter.exercise}
    waits = False
    for notebook in row.notebooks:
        waits = waits or bool(notebook.needs_manual_grade)
        for grade in notebook.grades:
            slug = "-".join(grade.name.split("-")[:3])
            if slug in slugs:
                parts[slugs[slug]] += float(grade.score)
    penalty = float(row.late_submission_penalty or 0.0)
    return Grade(row.student.id, parts, max(0.0, float(row.score) - penalty), penalty, waits)


def _place(heads: list[str], chapter: Chapter, column: str) -> int:
    """Return the number of the column for the grades, of a new one where there is none."""
    plain = [head.strip().casefold() for head in heads]
    if column:
        if column.casefold() not in plain:
            raise SetupError(f"The table has no column {column!r}. It has: {', '.join(heads)}.")
        return plain.index(column.casefold())
    of_chapter = [
        number
        for number, head in enumerate(plain)
        if head.startswith((chapter.title.casefold(), chapter.name, f"{chapter.short} "))
    ]
    for number in [*of_chapter, *(plain.index(one) for one in _GRADE if one in plain)]:
        return number
    heads.append(chapter.title)
    return len(heads) - 1


def _owner(row: Sequence[str], known: Mapping[str, Grade], roster: Roster | None) -> str:
    """Return whose row it is; empty where it is nobody's, or could be that of several."""
    found = set(_owners(row, known, roster))
    return found.pop() if len(found) == 1 else ""


def _owners(row: Sequence[str], known: Mapping[str, Grade], roster: Roster | None) -> Iterator[str]:
    for cell in row:
        student = (roster.called(cell) if roster else "") or cell.strip()
        if student in known:
            yield student


def _written(rows: Sequence[Sequence[object]], delimiter: str) -> str:
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\n").writerows(rows)
    return text.getvalue()
