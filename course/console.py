"""What all of the ``course`` commands share: how they are listed, where they print, and how they show progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console

from course.errors import SetupError
from course.project import Project

if TYPE_CHECKING:
    from course.syllabus import Chapter

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])
out = Console(soft_wrap=False)
err = Console(stderr=True)
# Who works with a command; `course --help` lists them in this order.
LEARN, AUTHOR, GRADE, HUB, DEVELOP = "Learn", "Write a chapter", "Grade a class", "Run a hub", "Develop"
PERSONS = (LEARN, AUTHOR, GRADE, HUB, DEVELOP)
_COMMAND = "__course_command__"

Name = Annotated[str, typer.Argument(metavar="CHAPTER", help="A chapter's name, in full or in short: ch03")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else")]


def command(person: str, example: str) -> Callable[[F], F]:
    """Mark a function as a ``course`` command; `person` is one of `PERSONS`.

    Its package names it in pyproject.toml, under the entry points ``course.commands``, by which it is found without any
    other being imported.
    """

    def mark(function: F) -> F:
        setattr(function, _COMMAND, (person, example))
        return function

    return mark


def listing_of(function: Callable[..., Any]) -> tuple[str, str]:
    """Return the person and the example that a command was marked with."""
    found: tuple[str, str] = getattr(function, _COMMAND)
    return found


def open_chapter(name: str) -> tuple[Project, Chapter]:
    """Return the checkout, made importable, and its chapter of that name.

    Raises
    ------
    SetupError : no checkout, no such chapter, or a build folder of another's.
    """
    from course.syllabus import load_syllabus  # which takes a third of the time of `course --help`

    project = Project.find().activate()
    project.check_owner()
    return project, load_syllabus(project.syllabus).find(name)


def shown(path: Path, project: Project) -> Path:
    """Return a path as it is printed: from the checkout's folder, if it is below that."""
    return path.relative_to(project.root) if path.is_relative_to(project.root) else path


def print_json(document: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")


def print_rows(rows: list[dict[str, Any]], columns: tuple[str, ...], title: str, as_json: bool) -> None:
    """Print rows, and exit with 1 where one does not hold."""
    from rich.table import Table

    if as_json:
        print_json(rows)
    else:
        table = Table(*columns, title=title)
        for row in rows:
            table.add_row(*(_cell(row[column]) for column in columns))
        out.print(table)
    broken = [row for row in rows if row["holds"] is False and row.get("promised", True)]
    raise typer.Exit(1 if broken else 0)


def _cell(value: object) -> str:
    from rich.markup import escape

    words = {True: "yes", False: "NO", None: "–"}
    return words[value] if value is None or isinstance(value, bool) else escape(str(value))


def with_progress(rows: Iterable[T], total: int | None, title: str, hide: bool) -> Iterator[T]:
    """Yield `rows`, showing how many have come."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=hide, transient=True) as progress:
        task = progress.add_task(title, total=total)
        for row in rows:
            progress.advance(task)
            yield row


def needs_grader() -> None:
    """Fail early and clearly where only the student's package is installed; importing it all would take seconds."""
    for name in ("nbgrader", "autograder"):
        if find_spec(name) is None:
            raise SetupError(f"Grading needs the instructor's environment ({name} is missing): run `make setup`.")
