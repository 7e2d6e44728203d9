"""The ``course`` commands of who learns alone: start, learn, status, solution."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markdown import Markdown
from rich.syntax import Syntax

from course.console import (
    LEARN,
    Json,
    Name,
    command,
    needs_grader,
    open_chapter,
    out,
    print_json,
    shown,
)
from course.project import Project

if TYPE_CHECKING:
    from course.syllabus import Chapter


@command(LEARN, "course start ch03")
def start(chapter: Name) -> None:
    """Put a chapter's notebook into work/, for learning on your own; never overwrites yours."""
    project, found = open_chapter(chapter)
    from autograder.learner.contents import contents

    mine, released, is_new = _notebook(project, found)
    out.print(contents(found, released), highlight=False)
    if is_new:
        out.print(f"Open {shown(mine, project)} in Jupyter or your editor.")
    else:
        out.print(f"{shown(mine, project)} is there already and stays as it is.")
    out.print(
        f"Then: course learn {found.short}    or, for one exercise: pytest autograder -k '{found.exercise[0].id}'"
    )


def _notebook(project: Project, chapter: Chapter) -> tuple[Path, Path, bool]:
    """Return a learner's notebook of a chapter, put there where there was none, its release, and whether it is new."""
    from course.authoring.release import release as release_chapter

    mine = project.work / f"{chapter.name}.ipynb"
    released = project.build / "release" / chapter.name / mine.name
    is_new = not mine.exists()
    if is_new or not released.exists():
        release_chapter(project, chapter)
    if is_new:
        project.work.mkdir(exist_ok=True)
        shutil.copy(released, mine)
    return mine, released, is_new


@command(LEARN, "course learn ch03")
def learn(
    chapter: Annotated[
        str, typer.Argument(metavar="CHAPTER", help="In full or in short; none: where you stopped", show_default=False)
    ] = "",
) -> None:
    """Judge your notebook whenever you save it, and tell the next thing to do: one promise at a time."""
    needs_grader()
    from autograder.learner.lesson import Lesson
    from autograder.learner.loop import learn as run
    from autograder.learner.progress import Progress
    from course.syllabus import load_syllabus

    project = Project.find()
    last = Progress(project).last()[0] or next(iter(load_syllabus(project.syllabus))).name
    project, found = open_chapter(chapter or last)
    mine, _, is_new = _notebook(project, found)
    if sys.platform == "linux":  # so that each look's kernel starts at once
        from autograder.engine.warm.launcher import share, zygote

        zygote()
        share()
    if is_new:
        out.print(f"Open {shown(mine, project)} in Jupyter or your editor, and save it as you go.")
    if not run(Lesson(project, found, mine), out):
        raise typer.Exit(1)


@command(LEARN, "course status")
def status(as_json: Json = False) -> None:
    """Show how far you are in each chapter, and where you stopped."""
    from autograder.learner.overview import overview, table

    rows = overview(Project.find())
    if as_json:
        print_json([row.model_dump() for row in rows])
    else:
        out.print(table(rows))


@command(LEARN, "course solution p.03.2")
def solution(
    exercise: Annotated[str, typer.Argument(metavar="EXERCISE", help="An exercise's number: p.03.2")],
) -> None:
    """Show how an exercise can be solved, and other right ways, once you have tried it."""
    from autograder.learner.solution import shown_solution

    for title, text, is_code in shown_solution(Project.find().activate(), exercise):
        out.rule(title, align="left")
        out.print(Syntax(text, "python", theme="ansi_light") if is_code else Markdown(text))
