"""A class's grades as other graders write them, for programs that read theirs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from autograder.classroom.csv_tables import written
from autograder.classroom.export import Grade, State
from autograder.classroom.roster import Person
from course.syllabus import Chapter

_STATUS = {State.GRADED: "Graded", State.UNGRADED: "Ungraded", State.MISSING: "Missing"}
Form = Callable[[Chapter, Sequence[Grade], Mapping[str, float], Mapping[str, Person]], str]


def gradescope(chapter: Chapter, found: Sequence[Grade], most: Mapping[str, float], known: Mapping[str, Person]) -> str:
    """Return the table that Gradescope's *Download Grades* gives for an assignment.

    Parameters
    ----------
    most : points of each exercise.
    known : the students' names.
    """
    questions = [
        f"{number}: {one.id} {one.title} ({most[one.id]:.1f} pts)" for number, one in enumerate(chapter.exercise, 1)
    ]
    heads = ["First Name", "Last Name", "SID", "Email", "Total Score", "Max Points", "Status", *questions]
    rows: list[list[object]] = [list(heads)]
    for one in found:
        person = known.get(one.student, Person(one.student))
        graded = one.state is State.GRADED
        figures = [one.score, *(one.by_exercise.get(exercise.id, 0.0) for exercise in chapter.exercise)]
        score, *parts = [f"{figure:g}" if graded else "" for figure in figures]
        status = "Ungraded" if one.waits else _STATUS[one.state]
        names = (person.first, person.last, one.student, person.email)
        rows.append([*names, score, f"{sum(most.values()):.1f}", status, *parts])
    return written(rows)


def otter(chapter: Chapter, found: Sequence[Grade], most: Mapping[str, float], known: Mapping[str, Person]) -> str:
    """Return Otter-Grader's ``final_grades.csv``: who has handed in, below a line of the points that are possible.

    Parameters
    ----------
    most, known : as in `gradescope`.
    """
    ids, total = sorted(exercise.id for exercise in chapter.exercise), sum(most.values())
    rows: list[list[object]] = [["file", *ids, "total_points_earned", "percent_correct", "grading_status"]]
    rows.append(["points-per-question", *(most[id] for id in ids), total, 1.0, "--"])
    for one in found:
        if one.state is State.GRADED:
            parts = [one.by_exercise.get(id, 0.0) for id in ids]
            share = one.score / total if total else 0.0
            rows.append([f"{one.student}.ipynb", *parts, one.score, share, "Completed"])
    return written(rows)


FORMS: Mapping[str, Form] = {"gradescope": gradescope, "otter": otter}
