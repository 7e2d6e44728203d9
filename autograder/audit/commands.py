"""The ``course audit`` command: how good the checks are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

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


@command(AUTHOR, "course audit ch03 --exercise p.03.2")
def audit(
    name: Annotated[str | None, typer.Argument(metavar="[CHAPTER]", help="A chapter, or all of them")] = None,
    exercise: Annotated[list[str] | None, typer.Option("--exercise", help="Only this exercise (repeatable)")] = None,
    seconds: Annotated[float, typer.Option(min=1, help="For the automatic mutants of one exercise")] = 45.0,
    workers: Annotated[int | None, typer.Option(min=1, help="At the same time; default: one per core")] = None,
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
    from autograder.audit.report import COLUMNS, cells, page, page_path
    from autograder.engine.settings import default_workers
    from course.syllabus import load_syllabus

    syllabus = load_syllabus(project.syllabus)
    chapters = [syllabus.find(name)] if name else list(syllabus)
    only = chosen("exercise", exercise, (one.id for chapter in chapters for one in chapter.exercise))
    plan = AuditPlan(seconds=seconds, at_once=workers or default_workers())
    rows: list[AuditRow] = []
    for chapter in chapters:
        mine = only & {one.id for one in chapter.exercise}
        if only and not mine:
            continue
        found = _rows(project, chapter, plan, mine, resume, hide=as_json)
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
    for row in rows:
        for short in row.shortcomings:
            out.print(f"{row.exercise}: {short}", markup=False, highlight=False, soft_wrap=True)
        for survivor in row.survivors:
            out.print(f"{row.exercise}:   {survivor.mutant}", markup=False, highlight=False, soft_wrap=True)
    table = Table(title="Audit of the checks")
    for column in COLUMNS:
        table.add_column(column, no_wrap=column == "exercise", overflow="fold")
    for row in rows:
        table.add_row(*cells(row))
    out.print(table)
    raise typer.Exit(0 if all(row.holds for row in rows) else 1)


def _rows(
    project: Project, chapter: Chapter, plan: AuditPlan, only: frozenset[str], resume: bool, hide: bool
) -> list[AuditRow]:
    """Return a chapter's rows, and keep each as it is found."""
    from autograder.audit.audit import audit as audited
    from autograder.audit.report import fingerprint, keep_rows, kept_rows

    wanted = fingerprint(project, chapter, f"{plan.seconds} s {plan.sample}")
    known = kept_rows(project, chapter.name, wanted)
    ids = [one.id for one in chapter.exercise if not only or one.id in only]
    left = frozenset(one for one in ids if not resume or one not in known)
    if left:
        for row in with_progress(audited(project, chapter, plan, left), len(left), f"Audit of {chapter.short}", hide):
            known[row.exercise] = row
            keep_rows(project, chapter.name, wanted, known)
    return [known[one] for one in ids if one in known]
