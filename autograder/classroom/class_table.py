"""A class's grades for whom has graded it: tables that can be read on a narrow terminal, and rows for programs."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from rich.console import Console, RenderableType
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from autograder.classroom.alike import Alike
from autograder.engine.result import ExerciseResult, Result
from autograder.feedback.words import Mark, legend, mark_of, mark_together, number, points_of, together
from course.syllabus import Exercise

_GROUP = 5  # marks that stand together, so that they can be counted
_ANY = 10_000  # columns: more than any table has
_MOST = 20  # rows of answers worth a look
ASK_FIRST = (
    "Who has learned together, or from the same page, writes alike, too, and a classmate may have been copied without "
    "knowing: look at the answers, and ask, before you think anything of anybody."
)


def class_tables(
    results: Sequence[Result], console: Console, exercises: Sequence[Exercise] = ()
) -> Iterator[RenderableType]:
    """Yield what is to be printed: a column per exercise where there is room, else marks and a table of exercises.

    Parameters
    ----------
    exercises : the syllabus's, for a table of what the exercises are.
    """
    wide = _wide(results)
    room = console.options.update(max_width=_ANY)
    if Measurement.get(console, room, wide).maximum <= console.width:
        yield wide
    else:
        yield _narrow(results)
        yield legend()
        yield _exercises(results, console.width)
    if exercises and results:
        yield _by_syllabus(results, exercises)


def alike_table(found: Sequence[Alike]) -> Table:
    """Return a table of answers that are worth a look, a row for the same students."""
    table = Table("students", "exercises", title="Worth a look: more alike than the rest of the class")
    rows: dict[tuple[str, ...], list[Alike]] = {}
    for one in found:
        rows.setdefault(one.students, []).append(one)
    for students, each in list(rows.items())[:_MOST]:
        by_how = {how: [one for one in each if one.how == how] for how in dict.fromkeys(one.how for one in each)}
        said = [
            f"{how}{': ' * bool(some[0].exercise)}{', '.join(one.exercise for one in some)}"
            for how, some in by_how.items()
        ]
        table.add_row(escape(", ".join(students)), "; ".join(said))
    if len(rows) > _MOST:
        table.add_row("…", f"and {len(rows) - _MOST} more: --json names all")
    return table


def grade_row(result: Result, found: Sequence[Alike] = ()) -> dict[str, Any]:
    """Return a result as a row of ``course grade --json``: one entry for each graded part of an exercise."""
    return {
        "student": result.student,
        "status": result.status.value,
        "score": result.score,
        "max_score": result.max_score,
        "exercises": [
            {
                "exercise": part.exercise,
                "grade_id": part.grade_id,
                "status": part.status.value,
                "score": part.points,
                "max_score": part.max_score,
                "by_hand": part.by_hand is not None,
            }
            for part in result.exercises
        ],
        "worth_a_look": [
            {
                "exercise": one.exercise,
                "how": one.how,
                "with": [student for student in one.students if student != result.student],
                "share": one.share,
            }
            for one in found
            if result.student in one.students
        ],
    }


def _wide(results: Sequence[Result]) -> Table:
    ids = [parts[0].exercise for parts in results[0].by_exercise] if results else []
    table = Table("student", "status", *ids, "points", title="Grades")
    for result in results:
        cells = [_points(parts) for parts in result.by_exercise]
        table.add_row(escape(result.student), result.status.value, *cells, _total(result))
    return table


def _narrow(results: Sequence[Result]) -> Table:
    table = Table("student", "status", "points", "exercises, in order", title="Grades")
    for result in results:
        marks = [_mark(parts).symbol for parts in result.by_exercise]
        groups = ("".join(marks[at : at + _GROUP]) for at in range(0, len(marks), _GROUP))
        table.add_row(escape(result.student), result.status.value, _total(result), " ".join(groups))
    table.columns[0].overflow = "fold"
    return table


def _exercises(results: Sequence[Result], width: int) -> Table:
    """How the class has done in each exercise: the mean of the points that are known, and how often which mark."""
    rows: dict[str, list[tuple[ExerciseResult, ...]]] = {}
    for parts in itertools.chain.from_iterable(result.by_exercise for result in results):
        rows.setdefault(parts[0].exercise, []).append(parts)
    marks = {exercise: Counter(_mark(parts).symbol for parts in each) for exercise, each in rows.items()}
    symbols = sorted(set().union(*marks.values()), key=legend().index)
    lines = [
        (exercise, each[0][0].title, _mean(each), *(str(marks[exercise].get(one, "")) for one in symbols))
        for exercise, each in rows.items()
    ]
    table = Table("exercise", "title", "mean", *symbols, title="Exercises")
    heads = ["exercise", "title", "mean", *symbols]
    widths = [max(map(len, column)) for column in zip(heads, *lines, strict=True)]
    for column, least in zip(table.columns, widths, strict=True):
        column.min_width, column.no_wrap = least, True
    room = width - sum(widths) + widths[1] - 3 * len(widths) - 1  # a title may be cut, and nothing else
    title = table.columns[1]
    title.min_width = title.max_width = max(len("title"), min(widths[1], room))
    title.overflow = "ellipsis"
    for exercise, name, *rest in lines:
        table.add_row(exercise, escape(name), *rest)
    return table


def _by_syllabus(results: Sequence[Result], exercises: Sequence[Exercise]) -> Table:
    """What the class has reached in each exercise, beside what the syllabus says of it."""
    found: dict[str, list[ExerciseResult]] = {}
    for part in itertools.chain.from_iterable(result.exercises for result in results):
        found.setdefault(part.exercise, []).append(part)
    table = Table("exercise", "reached", "min", "difficulty", "", "section", title="What they are")
    table.columns[-1].overflow, table.columns[-1].no_wrap = "ellipsis", True
    for one in exercises:
        known = [part for part in found.get(one.id, []) if part.points is not None]
        most = sum(part.max_score for part in known)
        reached = f"{sum(part.points or 0 for part in known) / most:.0%}" if most else "–"
        minutes = "–" if one.minutes is None else str(one.minutes)
        table.add_row(one.id, reached, minutes, one.difficulty or "–", one.part, escape(one.section) or "–")
    return table


def _mean(each: Sequence[tuple[ExerciseResult, ...]]) -> str:
    """The mean of the points so far; a ``+`` says that some are still to come."""
    parts = list(itertools.chain.from_iterable(each))
    known = [part.points for part in parts if part.points is not None]
    mean = f"{number(sum(known) / len(each))}{'+' * (len(known) < len(parts))}" if known else "–"
    return f"{mean} of {number(sum(part.max_score for part in each[0]))}"


def _mark(parts: Sequence[ExerciseResult]) -> Mark:
    found = [points_of(part) for part in parts]
    marks = [mark_of(part, points, by_hand) for part, (points, by_hand) in zip(parts, found, strict=True)]
    return mark_together(marks, together([points for points, _ in found]))


def _points(parts: Sequence[ExerciseResult]) -> str:
    """An exercise's points so far; a ``+`` says that some are still to come."""
    known = [part.points for part in parts if part.points is not None]
    return f"{sum(known):g}{'+' * (len(known) < len(parts))}" if known else "–"


def _total(result: Result) -> str:
    return "not judged" if result.score is None else f"{result.score:g} of {result.max_score:g}"
