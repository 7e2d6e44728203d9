"""The ``course bench`` command: how fast grading is here."""

from __future__ import annotations

from typing import Annotated

import typer

from course.console import (
    DEVELOP,
    Json,
    command,
    needs_grader,
    print_rows,
    with_progress,
)
from course.project import Project

Only = Annotated[list[str] | None, typer.Option("--only", help="Only this one (repeatable)")]


@command(DEVELOP, "course bench --only start")
def bench(
    only: Only = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="A few submissions: proves that it runs, measures little")
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure the grader beside nbgrader's own autograde, on the same submissions."""
    Project.find().activate()
    needs_grader()
    from benchmarks import run

    rows = [
        row.model_dump() for row in with_progress(run(frozenset(only or ()), quick=quick), None, "Benchmarks", as_json)
    ]
    print_rows(rows, ("benchmark", "ours", "nbgrader", "ratio", "target", "holds"), "Benchmarks", as_json)
