"""What all of the ``course`` commands share: where they print, and how they show progress."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from typing import Annotated, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from course.errors import SetupError

T = TypeVar("T")
out = Console(soft_wrap=False)
err = Console(stderr=True)
Json = Annotated[bool, typer.Option("--json", help="Print one JSON document and nothing else")]


def print_json(document: object) -> None:
    """Print one JSON document."""
    sys.stdout.write(json.dumps(document, indent=1, allow_nan=False) + "\n")


def with_progress(rows: Iterable[T], total: int | None, title: str, hide: bool) -> Iterator[T]:
    """Yield `rows`, showing how many have come."""
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
