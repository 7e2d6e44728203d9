"""The ``course`` command. Each sub-command is thin: it parses, calls one function, and prints."""

from __future__ import annotations

import atexit
import gc
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course.cli_dates import due
from course.cli_exchange import fetch, submit
from course.cli_hub import hub
from course.cli_machine import bench, doctor, redteam
from course.console import Json, err, needs_grader, out, print_json, with_progress
from course.errors import AuthorError, CourseError, Problem
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter, load_syllabus

if TYPE_CHECKING:
    from autograder.classroom.alike import Alike
    from autograder.engine.result import Result

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Name = Annotated[str, typer.Argument(metavar="CHAPTER", help="A chapter's name, in full or in short: ch03")]
Students = Annotated[list[str] | None, typer.Option("--student", help="Only this student (repeatable)")]


@app.callback()
def course() -> None:
    """End-of-chapter machine-learning exercises: author, release, grade, learn."""


@app.command(epilog="Example: course build ch03")
def build(chapter: Name) -> None:
    """Put a chapter's text and solutions together as the instructor's notebook."""
    project, found = _open(chapter)
    from course.authoring.build import build as build_chapter

    out.print(f"Built {_shown(build_chapter(project, found), project)}")


@app.command(epilog="Example: course check ch03")
def check(chapter: Name, as_json: Json = False) -> None:
    """Tell an author everything that is wrong with a chapter."""
    try:
        project, found = _open(chapter)
        from course.authoring.lint import problems

        mistakes = problems(project, found)
    except AuthorError as error:
        mistakes = list(error.problems)
    if as_json:
        print_json([_problem_row(mistake, chapter) for mistake in mistakes])
    else:
        for mistake in mistakes:
            out.print(escape(str(mistake)), highlight=False)
        out.print(_conclusion(len(mistakes), found.short if not mistakes else chapter))
    raise typer.Exit(1 if mistakes else 0)


@app.command(epilog="Example: course release ch03")
def release(chapter: Name) -> None:
    """Make the students' notebook, and prove that it gives nothing away."""
    project, found = _open(chapter)
    from course.authoring.release import release as release_chapter

    folder = release_chapter(project, found)
    out.print(f"Released {_shown(folder, project)}: no solution, check or mutant is in it.")


@app.command(epilog="Example: course collect ch03 --from downloads/")
def collect(
    chapter: Name,
    source: Annotated[
        Path | None, typer.Option("--from", help="Folder or zip archive, as a learning platform gives it")
    ] = None,
    pattern: Annotated[
        str | None, typer.Option(help="How names are made there, e.g. '{student}_{number}_{file}'", metavar="FORM")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="CSV file: a column `student` with the ids, others with names or numbers")
    ] = None,
) -> None:
    """Bring hand-ins to where they are graded: from nbgrader's exchange, or from a folder.

    In a folder are STUDENT.ipynb files, STUDENT/ folders or STUDENT.zip archives, or what Moodle, Canvas, Blackboard,
    Brightspace or Gradescope make of them. Of each student the newest notebook of the chapter counts.
    """
    project, found = _open(chapter)
    from autograder.classroom.collect.downloads import collect_downloads
    from autograder.classroom.collect.student_names import read_pattern, read_roster
    from course.nbgrader_plugins.collect import collect_exchange

    if source is None:
        if pattern or roster:
            raise typer.BadParameter("--pattern and --roster are for --from", param_hint="--from")
        _print_collected(collect_exchange(project, found))
        return
    form, listed = read_pattern(pattern) if pattern else None, read_roster(roster) if roster else None
    collected = collect_downloads(project, found, source, pattern=form, roster=listed)
    _print_collected(collected.students)
    if collected.left_out:
        out.print("Not taken, or not as it was:")
    for one in collected.left_out:
        out.print(f"  {escape(str(one))}", highlight=False)
    raise typer.Exit(1 if collected.trouble else 0)


@app.command(epilog="Example: course grade ch03 --workers 4")
def grade(
    chapter: Name,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Hand-ins judged at the same time; default: one per core")
    ] = None,
    dask: Annotated[
        str | None, typer.Option(metavar="ADDRESS", help="Judge on the workers of this dask scheduler instead")
    ] = None,
    student: Students = None,
    fresh: Annotated[bool, typer.Option("--fresh", help="Grade again what has been graded")] = False,
    as_json: Json = False,
) -> None:
    """Grade a class into nbgrader's gradebook; a run that was ended goes on where it was."""
    project, found = _open(chapter)
    needs_grader()
    from autograder.classroom import executors

    workforce = executors.dask(project, dask) if dask else executors.local(project, found.name, workers)
    workforce.begin(fresh)  # before the imports below, which take seconds too
    from autograder.classroom.class_table import grade_row
    from autograder.classroom.grading import Options, grade_class, worth_a_look
    from autograder.classroom.hand_in import hand_ins
    from autograder.classroom.progress import ClassProgress

    students = frozenset(student or ())
    progress = ClassProgress(err, f"Grading {found.short}", len(hand_ins(project, found, students)))
    options = Options(workforce, students, fresh, tell=progress.tell)
    run = progress.follow(grade_class(project, found.name, options))
    results = sorted(run, key=lambda result: result.student)
    alike = worth_a_look(project, found.name)
    if as_json:
        print_json([grade_row(result, alike) for result in results])
    else:
        _print_class(results, alike)
        out.print(f"Next: course feedback {found.short}")
    raise typer.Exit(1 if any(result.score is None for result in results) else 0)


@app.command(epilog="Example: course feedback ch03")
def feedback(
    chapter: Name,
    student: Students = None,
    model_answers: Annotated[bool, typer.Option(help="Show model answers of free-text questions")] = True,
) -> None:
    """Write a page per submission that tells a student what each point was lost for."""
    project, found = _open(chapter)
    needs_grader()
    from autograder.classroom.pages import feedback_class

    chosen = frozenset(student or ())
    for page in feedback_class(project, found.name, model_answers=model_answers, students=chosen):
        out.print(f"Wrote {_shown(page, project)}", highlight=False)


@app.command(epilog="Example: course start ch03")
def start(chapter: Name) -> None:
    """Put a chapter's notebook into work/, for learning on your own; never overwrites yours."""
    project, found = _open(chapter)
    from course.authoring.release import release as release_chapter

    mine = project.work / f"{found.name}.ipynb"
    released = project.build / "release" / found.name / mine.name
    if not released.exists() or not mine.exists():
        release_chapter(project, found)
    if mine.exists():
        out.print(f"{_shown(mine, project)} is there already and stays as it is.")
    else:
        project.work.mkdir(exist_ok=True)
        shutil.copy(released, mine)
        out.print(f"Open {_shown(mine, project)} in Jupyter or your editor.")
    out.print(f'Then: pytest autograder            or, for one exercise: pytest autograder -k "{found.exercise[0].id}"')


@app.command(epilog="Example: course data mnist titanic")
def data(names: Annotated[list[str] | None, typer.Argument(help="Data sets to fetch; none: list them")] = None) -> None:
    """List the data sets, or fetch some."""
    from course.datasets import fetch, status

    for name in names or ():
        for path in fetch(name):
            out.print(f"{name}: {path}", highlight=False)
    if not names:
        table = Table("name", "title", "here", "MB", "licence", title="Data sets")
        for row in status():
            size = "?" if row.bytes is None else f"{row.bytes / 1e6:.1f}"
            table.add_row(row.name, row.title, row.where, size, row.licence)
        out.print(table)


@app.command(epilog="Example: course headline ch03 --json")
def headline(
    chapter: Name,
    exercise: Annotated[list[str] | None, typer.Option("--exercise", help="Only this exercise (repeatable)")] = None,
    as_json: Json = False,
) -> None:
    """Run a chapter's reference at full size and show its figures beside the book's."""
    _, found = _open(chapter)
    needs_grader()
    from autograder.calibration.full_size import headline_rows

    rows = list(with_progress(headline_rows(found.name, frozenset(exercise or ())), None, "Full size", hide=as_json))
    if as_json:
        print_json([row.model_dump() for row in rows])
    else:
        table = Table("exercise", "figure", "book", "ours", "size", "data", "holds", title=found.title)
        for row in rows:
            holds = "yes" if row.holds else "NO"
            table.add_row(row.exercise, row.figure, row.book, f"{row.ours:.4g}", row.size, row.data, holds)
        out.print(table)
    raise typer.Exit(0 if all(row.holds for row in rows) else 1)


@app.command(epilog="Example: course calibrate ch03 --data stand-in --runs 50")
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
    project, found = _open(chapter)
    needs_grader()
    from autograder.calibration.calibrate import Plan, calibrate
    from autograder.classroom.executors import default_workers
    from autograder.testing.thresholds import calibration_path, dump_calibrations, load_calibrations

    rows = load_calibrations(project.checks, found.name)
    plan, only = Plan(runs, max(10, runs * 2 // 5), max(5, runs // 10)), frozenset(check_name or ())
    for kind in ("real", "stand-in") if source == "both" else (source,):
        run = calibrate(project, found.name, plan, kind, workers or default_workers(), only)
        for row in with_progress(run, None, f"Calibrating on {kind} data", hide=False):
            rows[row.check, row.data] = row
            out.print(f"{row.check} ({row.data}): mean {row.mean:.4f} sd {row.sd:.4f} threshold {row.threshold:.4f}")
    path = calibration_path(project.checks, found.name)
    write_atomically(path, dump_calibrations(rows.values(), found.short))
    out.print(f"Wrote {_shown(path, project)}")


app.command(epilog="Example: course due ch03 '2026-11-30 12:00'")(due)
app.command(epilog="Example: course fetch ch03 --hub https://hub.example.org")(fetch)
app.command(epilog="Example: course submit ch03 --hub https://hub.example.org")(submit)
app.command(epilog="Example: course hub --demo")(hub)
app.command(epilog="Example: course doctor --json")(doctor)
app.command(epilog="Example: course redteam --tier T2")(redteam)
app.command(epilog="Example: course bench --only start")(bench)


def main() -> None:
    """Run the command; an error of ours, or of the disk, is one readable message and exit status 1."""
    atexit.register(gc.freeze)  # at the very end, else a third of a second is spent in search of cyclic garbage
    try:
        app()
    except CourseError as error:
        message = str(error)
    except OSError as error:
        message = f"{error.filename or 'a file'}: {error.strerror or error}. Free some space or mend the permissions."
    else:
        return
    err.print(escape(message), highlight=False, style="red")
    sys.exit(1)


def _open(name: str) -> tuple[Project, Chapter]:
    project = Project.find().activate()
    project.check_owner()
    return project, load_syllabus(project.syllabus).find(name)


def _print_collected(students: list[str]) -> None:
    named = escape(", ".join(students)) or "none"
    out.print(f"Collected {len(students)} hand-in{'s' * (len(students) != 1)}: {named}", highlight=False)


def _print_class(results: list[Result], found: list[Alike]) -> None:
    from autograder.classroom.class_table import ASK_FIRST, alike_table, class_tables
    from autograder.classroom.progress import trouble_table

    for part in class_tables(results, out):
        out.print(part, highlight=False)
    for result in results:
        for note in result.notes:
            out.print(f"{escape(result.student)}: {escape(note)}", highlight=False)
    if found:
        out.print(alike_table(found))
        out.print(ASK_FIRST)
    if not_judged := [result for result in results if result.score is None]:
        out.print(trouble_table(not_judged, f"Not judged: {len(not_judged)}. Mend what is named and grade again."))


def _conclusion(mistakes: int, chapter: str) -> str:
    """What a check of a chapter has shown, and what it has not."""
    if mistakes:
        return f"{mistakes} problem{'s' * (mistakes != 1)} in {chapter}."
    return (
        f"No problem found in {chapter}: it can be built, the examples in its docstrings hold for our answers, and "
        "there are enough checks, mutants and alternatives. Not tried: whether the checks pass our answers and the "
        "alternatives, whether they fail each mutant, and whether the notebook runs from top to bottom. "
        f"`pytest tests/test_chapters.py -k {chapter}` tries all that."
    )


def _problem_row(problem: Problem, chapter: str) -> dict[str, str]:
    return {"chapter": problem.chapter or chapter, "exercise": problem.exercise, "problem": str(problem)}


def _shown(path: Path, project: Project) -> Path:
    return path.relative_to(project.root) if path.is_relative_to(project.root) else path
