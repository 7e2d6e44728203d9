"""The ``course`` commands that run a chapter's reference many times, or at full size: calibrate, headline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from course.console import (
    AUTHOR,
    Json,
    Name,
    command,
    needs_grader,
    open_chapter,
    out,
    print_json,
    shown,
    with_progress,
)
from course.errors import AuthorError, Problem, chosen
from course.files import write_atomically

if TYPE_CHECKING:
    from course.authoring.thresholds import Calibration, Rival


@command(AUTHOR, "course headline ch03 --json")
def headline(
    chapter: Name,
    exercise: Annotated[list[str] | None, typer.Option("--exercise", help="Only this exercise (repeatable)")] = None,
    where: Annotated[
        str, typer.Option("--device", help="Where networks are trained, with the CPU's seconds beside it: cuda, mps")
    ] = "",
    as_json: Json = False,
) -> None:
    """Run a chapter's reference at full size and show its figures beside the book's."""
    _, found = open_chapter(chapter)
    needs_grader()
    from autograder.calibration.full_size import headline_rows, headline_rows_beside_cpu

    exercises = chosen("exercise", exercise, (one.id for one in found.exercise))
    measured = headline_rows_beside_cpu(found.name, exercises, where) if where else headline_rows(found.name, exercises)
    rows = list(with_progress(measured, None, "Full size", hide=as_json))
    if as_json:
        print_json([row.model_dump() for row in rows])
    else:
        columns = ("exercise", "figure", "book", "ours", "size", "data", "seconds", "holds")
        table = Table(*columns, title=found.title)
        for row in rows:
            holds = "yes" if row.holds else "NO"
            seconds = (
                f"{row.seconds:.1f}" if row.cpu_seconds is None else f"{row.seconds:.1f} (CPU: {row.cpu_seconds:.1f})"
            )
            table.add_row(row.exercise, row.figure, row.book, f"{row.ours:.4g}", row.size, row.data, seconds, holds)
        out.print(table)
    raise typer.Exit(0 if all(row.holds for row in rows) else 1)


@command(AUTHOR, "course calibrate ch03 --data stand-in --runs 50")
def calibrate(
    chapter: Name,
    source: Annotated[str, typer.Option("--data", help="real, stand-in or both")] = "both",
    runs: Annotated[int, typer.Option(min=10, help="Seeds for the reference; other answers get fewer")] = 100,
    workers: Annotated[int | None, typer.Option(min=1, help="At the same time; default: one per core")] = None,
    check_name: Annotated[list[str] | None, typer.Option("--check", help="Only this check (repeatable)")] = None,
    count_seconds: Annotated[
        float, typer.Option(min=0, help="Run the reference 3,000 times where that takes no longer than this")
    ] = 240.0,
    wrong_only: Annotated[
        bool, typer.Option("--wrong-only", help="Keep each bar, and run the naive rules and mutants against it")
    ] = False,
    show: Annotated[bool, typer.Option("--show", help="Only print what was written last")] = False,
) -> None:
    """Measure the thresholds of a chapter's stochastic checks and write them beside the checks.

    A threshold that a naive rule or another mutant reaches in any run is not written; the others are.
    """
    if source not in ("real", "stand-in", "both"):
        raise typer.BadParameter("real, stand-in or both", param_hint="--data")
    project, found = open_chapter(chapter)
    needs_grader()
    from autograder.calibration.calibrate import CalibrationPlan, calibrate, refusals
    from autograder.engine.settings import default_workers
    from autograder.testing.chapter import load_chapter
    from course.authoring.thresholds import calibration_path, dump_calibrations, load_calibrations

    rows = load_calibrations(project.checks, found.name)
    checks = {check.name: check for check in load_chapter(found.name).checks if check.bound}
    only = chosen("check with a threshold", check_name, checks) or frozenset(checks)
    if show:
        out.print(_bars(row for row in rows.values() if row.check in only))
        return
    plan, path = CalibrationPlan.of(runs, count_seconds), calibration_path(project.checks, found.name)
    refused: list[Problem] = []
    measured: list[Calibration] = []
    for kind in ("real", "stand-in") if source == "both" else (source,):
        # Those that depend on no data set are measured once.
        these = only if kind == "real" or source != "both" else frozenset(name for name in only if checks[name].data)
        if wrong_only:
            these = frozenset(name for name in these if (name, kind if checks[name].data else "any") in rows)
        known = rows if wrong_only else None
        run = calibrate(project, found.name, plan, kind, workers or default_workers(), these, known)
        for row in with_progress(run, None, f"Calibrating on {kind} data", hide=False):
            measured.append(row)
            if problems := refusals(project, found.name, checks[row.check].exercise, row):
                refused += problems
            else:
                # At once, so that what has been measured is not lost with what comes after it; and another run may
                # have written meanwhile.
                written = {**load_calibrations(project.checks, found.name), (row.check, row.data): row}
                write_atomically(path, dump_calibrations(written.values(), found.short))
    out.print(_bars(measured))
    if refused:
        raise AuthorError(refused)
    out.print(f"Wrote {shown(path, project)}")


def _bars(rows: Iterable[Calibration]) -> Table:
    """Each bar between what right answers get and what the best naive rule gets."""
    table = Table()
    for name in ("check", "data", "bar", "reference", "worst right answer", "best naive rule", "how"):
        table.add_column(name, overflow="fold")
    for row in sorted(rows, key=lambda row: (row.check, row.data)):
        table.add_row(
            row.check,
            row.data,
            f"{row.threshold:.4g}",
            f"{row.mean:.4g} ± {row.sd:.2g}",
            _named(row.worst_alternative),
            _named(row.best_naive),
            row.method.partition(",")[0],
        )
    return table


def _named(rival: Rival | None) -> str:
    return f"{rival.name} {rival.mean:.4g}" if rival else "–"
