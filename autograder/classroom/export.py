"""A class's grades for other programs: a table of its own, or filled into the table that a learning platform gives out.

The figures are the gradebook's: what people have given, extra credit and late penalties among them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from nbgrader.api import MissingEntry

from autograder.classroom.collect.student_names import Roster
from autograder.classroom.csv_tables import parsed, written
from autograder.classroom.hand_in import hand_ins
from autograder.classroom.nbgrader_plugins import gradebook
from autograder.classroom.store import Store
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter

_POSSIBLE = "points possible"  # the first cell of Canvas's second line, without its blanks
_MOODLE = "assignment: "  # what Moodle's gradebook puts before an assignment's name
_GRADE = ("grade", "grade/100", "score")  # of Moodle's worksheet and others', where there is just one assignment


class State(StrEnum):
    """How far a student's hand-in is."""

    GRADED = "graded"
    UNGRADED = "not graded yet"
    MISSING = "not handed in"


@dataclass(frozen=True)
class Grade:
    """One student's, in points; 0 of who is not graded.

    Attributes
    ----------
    by_exercise : in the syllabus's order, without the penalty.
    score : what counts: with extra credit, less `penalty`.
    waits : whether something is still to be graded by hand.
    pending : the exercises in which something is.
    """

    student: str
    by_exercise: Mapping[str, float]
    score: float
    penalty: float
    waits: bool
    state: State = State.GRADED
    pending: frozenset[str] = field(default=frozenset())


@dataclass(frozen=True)
class Filled:
    """A platform's table with the grades in it.

    Attributes
    ----------
    text : the whole file.
    column : where they are.
    students : whose rows were found and filled.
    without : whose rows were found, and stay as they are: they have no grade.
    strangers : rows that are nobody's here, as they begin.
    """

    text: str
    column: str
    students: tuple[str, ...]
    without: tuple[str, ...]
    strangers: tuple[str, ...]


def grades(project: Project, chapter: Chapter) -> list[Grade]:
    """Return the grades of all students, by student: also of who has not handed in.

    Raises
    ------
    SetupError : the chapter has not been released, or there is neither a student nor a hand-in.
    """
    graded = {path.parent.name for path in Store.of(project, chapter).folder.glob("*/result.json")}
    there = {one.student for one in hand_ins(project, chapter)}
    with gradebook(project) as book:
        _assignment(book, chapter)
        rows = book.assignment_submissions(chapter.name)
        found = {row.student.id: _grade(chapter, row) for row in rows if row.student.id in graded}
        students = {str(student.id) for student in book.students} | there
    if not students:
        raise SetupError(
            f"Nothing of {chapter.name} has been graded: run `course grade {chapter.short}` first; or say who is in "
            "the class: `course roster --from class.csv`."
        )
    for student in students - found.keys():
        state = State.UNGRADED if student in there else State.MISSING
        found[student] = Grade(student, {}, 0.0, 0.0, False, state)
    return sorted(found.values(), key=lambda one: one.student)


def points(project: Project, chapter: Chapter) -> dict[str, float]:
    """Return how many points there are in each exercise.

    Raises
    ------
    SetupError : the chapter has not been released.
    """
    slugs = {exercise.slug: exercise.id for exercise in chapter.exercise}
    most = {exercise.id: 0.0 for exercise in chapter.exercise}
    with gradebook(project) as book:
        for notebook in _assignment(book, chapter).notebooks:
            for cell in notebook.grade_cells:
                if id := slugs.get(_slug(cell)):
                    most[id] += float(cell.max_score)
    return most


def table(chapter: Chapter, found: Sequence[Grade], most: float) -> str:
    """Return the grades as CSV: a line for each student, a column for each exercise."""
    ids = [exercise.id for exercise in chapter.exercise]
    rows: list[list[object]] = [["student", *ids, "late_penalty", "score", "max_score", "complete", "state"]]
    for one in found:
        figures = [*(one.by_exercise.get(id, 0.0) for id in ids), one.penalty, one.score]
        shown = [f"{figure:g}" if one.state is State.GRADED else "" for figure in figures]
        complete = "yes" if one.state is State.GRADED and not one.waits else "no"
        rows.append([one.student, *shown, f"{most:g}", complete, one.state])
    return written(rows)


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
    rows, delimiter = parsed(text)
    if len(rows) < 2 or len(rows[0]) < 2:
        raise SetupError("This is no table of students: it needs a line of headings, and a line for each of them.")
    at = _place(rows[0], chapter, column)
    by_student = {one.student: one for one in found}
    students: list[str] = []
    without: list[str] = []
    strangers: list[str] = []
    for row in rows[1:]:
        row += [""] * (len(rows[0]) - len(row))
        if row[0].strip().casefold() == _POSSIBLE:
            row[at] = row[at] or f"{most:g}"
        elif (student := _owner(row, by_student, roster)) and student not in students:
            if by_student[student].state is State.GRADED:
                row[at] = f"{by_student[student].score:g}"
                students.append(student)
            else:
                without.append(student)
        elif any(cell.strip() for cell in row[:3]):  # Canvas's line on how grades are posted has nothing there
            strangers.append(" ".join(cell for cell in row[:3] if cell.strip()))
    if not students and not without:
        raise SetupError("No row is that of a student: say in a class list, --roster, what the table calls them.")
    text = written(rows, delimiter)
    return Filled(text, rows[0][at], tuple(students), tuple(without), tuple(strangers))


def without_row(found: Sequence[Grade], table: Filled) -> list[str]:
    """Return the students whose grade is not in a filled table."""
    return [one.student for one in found if one.state is State.GRADED and one.student not in table.students]


def _grade(chapter: Chapter, row: Any) -> Grade:
    parts: dict[str, float] = {exercise.id: 0.0 for exercise in chapter.exercise}
    slugs = {exercise.slug: exercise.id for exercise in chapter.exercise}
    waits, pending = False, set()
    for notebook in row.notebooks:
        waits = waits or bool(notebook.needs_manual_grade)
        for grade in notebook.grades:
            if id := slugs.get(_slug(grade)):
                parts[id] += float(grade.score)
                pending |= {id} if grade.needs_manual_grade else set()
    penalty = float(row.late_submission_penalty or 0.0)
    score = max(0.0, float(row.score) - penalty)
    return Grade(row.student.id, parts, score, penalty, waits, pending=frozenset(pending))


def _slug(cell: Any) -> str:
    return "-".join(cell.name.split("-")[:3])


def _assignment(book: Any, chapter: Chapter) -> Any:
    try:
        return book.find_assignment(chapter.name)
    except MissingEntry as error:
        raise SetupError(
            f"The gradebook does not know {chapter.name}: run `course release {chapter.short}` first."
        ) from error


def _place(heads: list[str], chapter: Chapter, column: str) -> int:
    """Return the number of the column for the grades, of a new one where there is none."""
    plain = [head.strip().casefold().removeprefix(_MOODLE) for head in heads]
    if column:
        wanted = column.strip().casefold().removeprefix(_MOODLE)
        if wanted not in plain:
            raise SetupError(f"The table has no column {column!r}. It has: {', '.join(heads)}.")
        return plain.index(wanted)
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
