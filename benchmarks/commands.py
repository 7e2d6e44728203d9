"""The ``course`` commands of who works on the grader: bench, how fast it is here, and simulate, a class to look at."""

from __future__ import annotations

from typing import Annotated

import typer

from course.console import (
    DEVELOP,
    Json,
    Name,
    command,
    needs_grader,
    open_chapter,
    out,
    print_json,
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


@command(DEVELOP, "course simulate ch04 200")
def simulate(
    chapter: Name,
    count: Annotated[int, typer.Argument(min=1, metavar="[STUDENTS]", help="How many are in the class")] = 200,
    seed: Annotated[int, typer.Option(help="Another seed makes another class")] = 1,
    compare: Annotated[
        bool, typer.Option("--compare", help="Hand in nothing: say whether grades and report are as they must be")
    ] = False,
    as_json: Json = False,
) -> None:
    """Have a class hand in that is made of the chapter's own right and wrong answers, to be graded and looked at.

    Students and hand-ins go into the build folder, which is to be one of its own: name it in COURSE_BUILD.
    """
    project, found = open_chapter(chapter)
    needs_grader()
    from benchmarks import truth

    if compare:
        rows = list(truth.compare(project, found, truth.read_truth(project, found)))
        print_rows(rows, truth.COLUMNS, f"What the class of {found.short} was given", as_json)
    from benchmarks.simulated import simulate as hand_in

    made = hand_in(project, found, count, seed)
    if as_json:
        print_json(made.model_dump(mode="json"))
        return
    out.print(
        f"{len(made.students)} of {count} students have handed in {found.name}. Next: course grade {found.short}, "
        f"then course simulate {found.short} --compare",
        highlight=False,
    )
