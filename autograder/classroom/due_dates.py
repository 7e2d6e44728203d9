"""When an assignment is due, and for whom later: said and set, in the course's own time zone."""

from __future__ import annotations

from nbgrader.api import MissingEntry

from autograder.classroom.nbgrader_plugins import gradebook
from course.errors import SetupError
from course.nbgrader_plugins.deadlines import assignment_in, deadlines_in
from course.project import Project
from course.syllabus import Chapter
from course.time_zone import course_zone, read, shown

_MOST_DAYS = 100_000  # of an extension: later ones are in no calendar


def due(project: Project, chapter: Chapter, when: str = "", *, never: bool = False) -> str:
    """Return a sentence on when a chapter is due, once it was set to `when`; with `never`, to no time at all.

    Raises
    ------
    SetupError : `when` is no time of the course's clocks, or the gradebook does not know the chapter.
    """
    zone = course_zone(project)
    try:
        moment = read(when, zone) if when else None
    except ValueError as error:
        raise SetupError(f"{error}.") from error
    with gradebook(project) as book:
        row = assignment_in(book, chapter.name)
        if when or never:
            row.duedate = moment
            book.db.commit()
        moment = row.duedate
    text = f"is due {shown(moment, zone)} ({zone.key})" if moment else "has no deadline"
    return f"{chapter.name} {text}."


def extend(project: Project, chapter: Chapter, student: str, days: int) -> str:
    """Give a student more days for a chapter, from its deadline, and return a sentence on it; 0 takes them away.

    Raises
    ------
    SetupError : the gradebook does not know the student or the chapter, or the days are no number of days.
    """
    if not 0 <= days <= _MOST_DAYS:
        raise SetupError(f"{days} days can't be given: from 0, which takes an extension away, to {_MOST_DAYS}.")
    with gradebook(project) as book:
        try:
            book.find_student(student)
            book.update_or_create_submission(chapter.name, student)  # there is no other place for it
        except MissingEntry as error:
            raise SetupError(
                f"The gradebook does not know {student} or {chapter.name}: release it, and add students in formgrader "
                f"or with `nbgrader db student add {student}`."
            ) from error
        book.grant_extension(chapter.name, student, days=days)
        deadlines = deadlines_in(book, chapter.name)
    until = deadlines.shown(student)
    said = f"may hand in {chapter.name} until {until}" if until else f"has {days} more days for {chapter.name}"
    return f"{student} {said}{'.' if until else ', which has no deadline yet.'}"
