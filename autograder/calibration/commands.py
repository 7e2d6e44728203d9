"""The ``course`` commands that run a chapter's reference many times, or at full size: calibrate, headline."""

from __future__ import annotations

from typing import Annotated

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
from course.errors import chosen
from course.files import write_atomically


@command(AUTHOR, "course headline ch03 --json")
def headline(
    chapter: Name,
    exercise: Annotated[list[str] | None, typer.Option("--exercise", help="Only this exercise (repeatable)")] = None,
    as_json: Json = False,
) -> None:
    """Run a chapter's reference at full size and show its figures beside the book's."""
    _, found = open_chapter(chapter)
    needs_grader()
    from autograder.calibration.full_size import headline_rows

    exercises = chosen("exercise", exercise, (one.id for one in found.exercise))
    rows = list(with_progress(headline_rows(found.name, exercises), None, "Full size", hide=as_json))
    if as_json:
        print_json([row.model_dump() for row in rows])
    else:
        table = Table("exercise", "figure", "book", "ours", "size", "data", "holds", title=found.title)
        for row in rows:
            holds = "yes" if row.holds else "NO"
            table.add_row(row.exercise, row.figure, row.book, f"{row.ours:.4g}", row.size, row.data, holds)
        out.print(table)
    raise typer.Exit(0 if all(row.holds for row in rows) else 1)


@command(AUTHOR, "course calibrate ch03 --data stand-in --runs 50")
def calibrate(
    chapter: Name,
    source: Annotated[str, typer.Option("--data", help="real, stand-in or both")] = "both",
    runs: Annotated[int, typer.Option(min=10, help="Seeds for the reference; other answers get fewer")] = 100,
    workers: Annotated[int | None, typer.Option(min=1, help="At the same time; default: one per core")] = None,
    check_name: Annotated[list[str] | None, typer.Option("--check", help="Only this check (repeatable)")] = None,
) -> None:
    """Measure the thresholds of a chapter's stochastic checks and write them beside the checks."""
    if source not in ("real", "stand-in", "both"):
        raise typer.BadParameter("real, stand-in or both", param_hint="--data")
    project, found = open_chapter(chapter)
    needs_grader()
    from autograder.calibration.calibrate import CalibrationPlan, calibrate
    from autograder.engine.settings import default_workers
    from autograder.testing.chapter import load_chapter
    from autograder.testing.thresholds import calibration_path, dump_calibrations, load_calibrations

    rows = load_calibrations(project.checks, found.name)
    plan = CalibrationPlan(runs, max(10, runs * 2 // 5), max(5, runs // 10))
    bounded = (check.name for check in load_chapter(found.name).checks if check.bound)
    only = chosen("check with a threshold", check_name, bounded)
    for kind in ("real", "stand-in") if source == "both" else (source,):
        run = calibrate(project, found.name, plan, kind, workers or default_workers(), only)
        for row in with_progress(run, None, f"Calibrating on {kind} data", hide=False):
            rows[row.check, row.data] = row
            out.print(f"{row.check} ({row.data}): mean {row.mean:.4f} sd {row.sd:.4f} threshold {row.threshold:.4f}")
    path = calibration_path(project.checks, found.name)
    write_atomically(path, dump_calibrations(rows.values(), found.short))
    out.print(f"Wrote {shown(path, project)}")
