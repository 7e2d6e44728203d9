"""The ``course due`` command: an assignment's deadline, read and shown in the course's time zone."""

from __future__ import annotations

from typing import Annotated

import typer

from course.console import needs_grader, out
from course.errors import SetupError
from course.project import Project
from course.syllabus import load_syllabus

Name = Annotated[str, typer.Argument(metavar="CHAPTER", help="A chapter's name, in full or in short: ch03")]


def due(
    chapter: Name,
    when: Annotated[
        str | None, typer.Argument(metavar="[TIME]", help="In the course's time zone: '2026-11-30 12:00'")
    ] = None,
    never: Annotated[bool, typer.Option("--never", help="Take the deadline away")] = False,
) -> None:
    """Say when an assignment is due, or set it, in the course's own time zone."""
    from course.time_zone import course_zone, read, shown

    project = Project.find().activate()
    found = load_syllabus(project.syllabus).find(chapter)
    zone = course_zone(project)
    if when and never:
        raise typer.BadParameter("a time, or --never", param_hint="TIME")
    needs_grader()
    from nbgrader.api import MissingEntry

    from autograder.classroom.nbgrader_plugins import gradebook

    try:
        moment = read(when, zone) if when else None
    except ValueError as error:
        raise SetupError(f"{error}.") from error
    with gradebook(project) as book:
        try:
            row = book.find_assignment(found.name)
        except MissingEntry as error:
            message = f"The gradebook does not know {found.name}: run `course release {found.name}` first."
            raise SetupError(message) from error
        if when or never:
            row.duedate = moment
            book.db.commit()
        moment = row.duedate
    text = f"is due {shown(moment, zone)} ({zone.key})" if moment else "has no deadline"
    out.print(f"{found.name} {text}.", highlight=False)
