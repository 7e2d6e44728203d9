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
    gpu: Annotated[
        bool,
        typer.Option("--gpu", help="Instead, seconds on this machine's GPU beside the CPU's; --only figures, grading"),
    ] = False,
    as_json: Json = False,
) -> None:
    """Measure the grader beside nbgrader's own autograde, on the same submissions."""
    project = Project.find().activate()
    needs_grader()
    if gpu:
        from benchmarks.gpu import run_on_gpu
        from course.syllabus import load_syllabus

        found = run_on_gpu(project, load_syllabus(project.syllabus), frozenset(only or ()), quick=quick)
        table = [row.model_dump() for row in with_progress(found, None, "On the GPU", as_json)]
        print_rows(table, ("benchmark", "gpu", "cpu", "ratio", "holds", "card", "detail"), "On the GPU", as_json)
    from benchmarks import run

    rows = [
        row.model_dump() for row in with_progress(run(frozenset(only or ()), quick=quick), None, "Benchmarks", as_json)
    ]
    print_rows(rows, ("benchmark", "ours", "nbgrader", "ratio", "target", "holds"), "Benchmarks", as_json)
