"""The ``course`` commands of who learns alone: start, solution."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer
from rich.markdown import Markdown
from rich.syntax import Syntax

from course.console import (
    LEARN,
    Name,
    command,
    open_chapter,
    out,
    shown,
)
from course.project import Project


@command(LEARN, "course start ch03")
def start(chapter: Name) -> None:
    """Put a chapter's notebook into work/, for learning on your own; never overwrites yours."""
    project, found = open_chapter(chapter)
    from autograder.learner.contents import contents
    from course.authoring.release import release as release_chapter

    mine = project.work / f"{found.name}.ipynb"
    released = project.build / "release" / found.name / mine.name
    if not released.exists() or not mine.exists():
        release_chapter(project, found)
    out.print(contents(found, released), highlight=False)
    if mine.exists():
        out.print(f"{shown(mine, project)} is there already and stays as it is.")
    else:
        project.work.mkdir(exist_ok=True)
        shutil.copy(released, mine)
        out.print(f"Open {shown(mine, project)} in Jupyter or your editor.")
    out.print(f'Then: pytest autograder            or, for one exercise: pytest autograder -k "{found.exercise[0].id}"')


@command(LEARN, "course solution p.03.2")
def solution(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="An exercise's number: p.03.2")],
) -> None:
    """Show how an exercise can be solved, and other right ways, once you have tried it."""
    from autograder.learner.solution import shown_solution

    for title, text, is_code in shown_solution(Project.find().activate(), exercise):
        out.rule(title, align="left")
        out.print(Syntax(text, "python", theme="ansi_light") if is_code else Markdown(text))
