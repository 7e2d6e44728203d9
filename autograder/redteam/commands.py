"""The ``course redteam`` command: what the grading of this machine survives."""

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
from course.errors import chosen
from course.project import Project

Only = Annotated[list[str] | None, typer.Option("--only", help="Only this one (repeatable)")]


@command(DEVELOP, "course redteam --tier T2")
def redteam(
    tier: Annotated[str | None, typer.Option(help="T1, T2, T3 or T4 instead of the best this machine offers")] = None,
    only: Only = None,
    lookups: Annotated[
        bool, typer.Option("--lookups", help="Instead, try what knows public data by heart; --only takes chapters")
    ] = False,
    as_json: Json = False,
) -> None:
    """Attack the grader with every technique we know, and tell which ones hold."""
    project = Project.find().activate()
    needs_grader()
    from autograder.redteam import lookups as by_heart
    from autograder.redteam.runner import run
    from autograder.redteam.technique import names, techniques
    from course.syllabus import load_syllabus

    if lookups:
        chapters = (chapter.short for chapter in load_syllabus(project.syllabus))
        found = by_heart.lookups(project, chosen("chapter", only, chapters))
        table = [row.model_dump() for row in with_progress(found, None, "Look-ups", hide=as_json)]
        print_rows(table, ("chapter", "exercise", "lookup", "gain", "holds"), "Gain of look-ups", as_json)
    known = [word for one in techniques() for word in (one.name, *one.number)]
    total = None if only else len(names())
    rows = [
        row.model_dump()
        for row in with_progress(run(tier, chosen("technique", only, known)), total, "Red team", hide=as_json)
    ]
    print_rows(rows, ("technique", "tier", "wanted", "got", "holds", "promised"), "Red team", as_json)
