"""The ``course audit`` command: how good the checks are."""

from __future__ import annotations

import datetime
import math
import time
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, NoReturn

import typer
from rich.table import Table

from course.console import AUTHOR, Json, command, needs_grader, out, print_json, shown, with_progress
from course.errors import chosen
from course.files import write_atomically
from course.project import Project

if TYPE_CHECKING:
    from autograder.audit.audit import AuditPlan
    from autograder.audit.rows import AuditRow
    from course.syllabus import Chapter


Day = Annotated[
    datetime.datetime | None,
    typer.Option("--day", formats=["%Y-%m-%d"], help="With --sample: as on this day, to see again what it found"),
]


@command(AUTHOR, "course audit ch03 --exercise p.03.2")
def audit(
    name: Annotated[str | None, typer.Argument(metavar="[CHAPTER]", help="A chapter, or all of them")] = None,
    exercise: Annotated[list[str] | None, typer.Option("--exercise", help="Only this exercise (repeatable)")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For an exercise's automatic mutants, and its draws")] = 15.0,
    within: Annotated[
        float | None, typer.Option(min=10, help="Seconds for all of it; what is not reached is not counted")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="At the same time; default: one per core")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="A few mutants only, others every day")] = False,
    day: Day = None,
    resume: Annotated[bool, typer.Option("--resume", help="Take what was found before and still holds")] = False,
    write: Annotated[bool, typer.Option("--write", help="Write the chapter's page, docs/audit/CHAPTER.md")] = False,
    as_json: Json = False,
) -> None:
    """Try all that is wrong and all that is right on the checks of a chapter, and tell what gets through.

    Wrong are the mutants, thousands of small changes to our answers, and answers that take no work; right are the
    alternatives, and the reference in other styles and under other keys.
    """
    project = Project.find().activate()
    project.check_owner()
    needs_grader()
    from autograder.audit.audit import AuditPlan
    from autograder.audit.report import COLUMNS, advice, cells, page, page_path
    from autograder.engine.settings import default_workers
    from course.syllabus import load_syllabus

    syllabus = load_syllabus(project.syllabus)
    chapters = [syllabus.find(name)] if name else list(syllabus)
    only = chosen("exercise", exercise, (one.id for chapter in chapters for one in chapter.exercise))
    plan = AuditPlan(seconds, workers or default_workers())
    rows: list[AuditRow] = []
    if sample:
        _sample(project, chapters, plan.at_once, day.date() if day else datetime.date.today())  # anybody's day
    for chapter, ids, share in _in_turn(chapters, only, within or math.inf):
        how = f"{seconds} s within {within} s"
        found = _rows(project, chapter, ids, replace(plan, within=share), how, resume, hide=as_json)
        rows += found
        if write and not only:
            path = page_path(project, chapter)
            path.parent.mkdir(parents=True, exist_ok=True)
            write_atomically(path, page(chapter, found))
            if not as_json:
                out.print(f"Wrote {shown(path, project)}")
    if as_json:
        print_json([row.model_dump(mode="json") for row in rows])
        raise typer.Exit(0 if all(row.holds for row in rows) else 1)
    for line in advice(rows):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    table = Table(title="Audit of the checks")
    for column in COLUMNS:
        table.add_column(column, no_wrap=column == "exercise", overflow="fold")
    for row in rows:
        table.add_row(*cells(row))
    out.print(table)
    raise typer.Exit(0 if all(row.holds for row in rows) else 1)


def _sample(project: Project, chapters: list[Chapter], at_once: int, day: datetime.date) -> NoReturn:
    """Try a few mutants of each chapter, and tell what gets through that its page does not know."""
    from autograder.audit.report import advice
    from autograder.audit.sample import is_broken, sampled

    rows = [row for chapter in chapters for row in sampled(project, chapter, at_once, day)]
    for line in advice(rows):
        out.print(line, markup=False, highlight=False, soft_wrap=True)
    tried = sum(row.automatic for row in rows)
    out.print(f"{tried} mutants of {', '.join(row.exercise for row in rows)}: {sum(map(is_broken, rows))} are broken.")
    raise typer.Exit(1 if any(map(is_broken, rows)) else 0)


def _in_turn(
    chapters: list[Chapter], only: frozenset[str], within: float
) -> Iterator[tuple[Chapter, list[str], float]]:
    """Yield each chapter that has any of the exercises (or all), with these, and what is theirs of the seconds left."""
    wanted = [(one, [each.id for each in one.exercise if not only or each.id in only]) for one in chapters]
    ends = time.monotonic() + within
    for number, (chapter, ids) in enumerate(wanted):
        if ids:
            left = sum(len(each) for _, each in wanted[number:])
            yield chapter, ids, (ends - time.monotonic()) * len(ids) / left


def _rows(
    project: Project, chapter: Chapter, ids: list[str], plan: AuditPlan, how: str, resume: bool, hide: bool
) -> list[AuditRow]:
    """Return a chapter's rows, and keep each as it is found; `how` says what else than the chapter it depends on."""
    from autograder.audit.audit import audit as audited
    from autograder.audit.exceptions import applied, load_exceptions
    from autograder.audit.kept import fingerprints, keep_row, kept_rows

    wanted = fingerprints(project, chapter, how)
    known = kept_rows(project, chapter.name, wanted)
    left = frozenset(one for one in ids if not resume or one not in known)
    if left:
        for row in with_progress(audited(project, chapter, plan, left), len(left), f"Audit of {chapter.short}", hide):
            known[row.exercise] = row
            keep_row(project, chapter.name, wanted[row.exercise], row)
    exceptions = load_exceptions(project, chapter.name)
    return [applied(known[one], exceptions) for one in ids if one in known]
