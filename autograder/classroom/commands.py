"""The ``course`` commands of who grades a class: collect, grade, feedback, and what comes after."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from course.console import (
    GRADE,
    Json,
    Name,
    command,
    err,
    needs_grader,
    open_chapter,
    out,
    print_json,
    shown,
)
from course.errors import chosen

if TYPE_CHECKING:
    from autograder.classroom.alike import Alike
    from autograder.classroom.export import Grade
    from autograder.classroom.regrade_answers import Lost
    from autograder.engine.result import Result
    from course.exchange.regrade_requests import RegradeRequest
    from course.syllabus import Chapter, Exercise


_NAMED = 20  # students
Students = Annotated[list[str] | None, typer.Option("--student", help="Only this student (repeatable)")]


@command(GRADE, "course collect ch03 --from downloads/")
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
    project, found = open_chapter(chapter)
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


@command(GRADE, "course grade ch03 --workers 4")
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
    full_size: Annotated[
        bool, typer.Option("--full-size", help="Run what is asked on all the data, too: minutes for each exercise")
    ] = False,
    as_json: Json = False,
) -> None:
    """Grade a class into nbgrader's gradebook; a run that was ended goes on where it was."""
    project, found = open_chapter(chapter)
    needs_grader()
    from autograder.classroom import executors

    workforce = executors.dask(project, dask) if dask else executors.local(project, found.name, workers)
    workforce.begin(fresh)  # before the imports below, which take seconds too
    from autograder.classroom.class_table import grade_row
    from autograder.classroom.grading import Options, grade_class, worth_a_look
    from autograder.classroom.hand_in import hand_ins
    from autograder.classroom.progress import ClassProgress

    students = chosen("hand-in of a student called", student, (one.student for one in hand_ins(project, found)))
    progress = ClassProgress(err, f"Grading {found.short}", len(hand_ins(project, found, students)))
    options = Options(workforce, students, fresh, full_size, tell=progress.tell)
    run = progress.follow(grade_class(project, found.name, options))
    results = sorted(run, key=lambda result: result.student)
    alike = worth_a_look(project, found.name)
    if as_json:
        print_json([grade_row(result, alike) for result in results])
    else:
        _print_class(results, alike, found.exercise)
        out.print(f"Next: course feedback {found.short}" if _any_hand_in(results) else "Nobody has handed in yet.")
    raise typer.Exit(1 if any(result.score is None for result in results) else 0)


@command(GRADE, "course feedback ch03")
def feedback(
    chapter: Name,
    student: Students = None,
    model_answers: Annotated[bool, typer.Option(help="Show model answers of free-text questions")] = True,
    solutions: Annotated[
        bool, typer.Option(help="Show worked solutions and other right ways, once nobody may hand in any more")
    ] = False,
) -> None:
    """Write a page per submission that tells a student what each point was lost for."""
    project, found = open_chapter(chapter)
    needs_grader()
    from autograder.classroom.pages import feedback_class

    chosen = frozenset(student or ())
    for page in feedback_class(project, found.name, model_answers=model_answers, solutions=solutions, students=chosen):
        out.print(f"Wrote {shown(page, project)}", highlight=False)


@command(GRADE, "course report ch03")
def report(
    chapter: Annotated[
        str, typer.Argument(metavar="[CHAPTER]", help="In full or in short; none: all that are graded")
    ] = "",
    live: Annotated[bool, typer.Option("--live", help="Show it in a browser, and keep up until Ctrl-C")] = False,
    port: Annotated[int, typer.Option(min=0, max=65535, help="For --live; 0: a free one")] = 8767,
) -> None:
    """Write a page about a class: points, how hard each check was, misconceptions, who is missing, what is alike."""
    from course.project import Project

    project, found = open_chapter(chapter) if chapter else (Project.find().activate(), None)
    needs_grader()
    from autograder.classroom.report import chapter_report, course_report

    if live:
        from autograder.classroom.live_pages import serve_until_interrupted
        from autograder.classroom.live_report import LiveReport

        told = LiveReport(project, found.name if found else "", lambda text: out.print(text, highlight=False))
        serve_until_interrupted(told, port)
        return
    page = chapter_report(project, found.name) if found else course_report(project)
    out.print(f"Wrote {shown(page, project)}", highlight=False)


@command(GRADE, "course regrade-requests ch03 --answer 3fa2 'The frame is one wider, as you say.' --points 4")
def regrade_requests(
    chapter: Annotated[str, typer.Argument(metavar="[CHAPTER]", help="In full or in short; none: all")] = "",
    sentence: Annotated[str, typer.Argument(metavar="[SENTENCE]", help="The answer, with --answer")] = "",
    answer: Annotated[str, typer.Option("--answer", metavar="ID", help="Answer this one; its first letters do")] = "",
    points: Annotated[
        float | None, typer.Option(help="What the exercise is worth now, by hand; no later grading takes it away")
    ] = None,
    part: Annotated[str, typer.Option(help="Which part these points are for, where an exercise has several")] = "",
    everything: Annotated[bool, typer.Option("--all", help="List the answered ones, too")] = False,
    hub: Annotated[str | None, typer.Option(metavar="URL", help="COURSE_EXCHANGE_URL by default")] = None,
    course: Annotated[str | None, typer.Option(help="Which course, if you grade more than one")] = None,
    as_json: Json = False,
) -> None:
    """List what students ask to be looked at again; with --answer, answer one, which its feedback page then shows."""
    from course.project import Project

    project, found = open_chapter(chapter) if chapter else (Project.find().activate(), None)
    needs_grader()
    from autograder.classroom import regrade_answers as desk
    from autograder.classroom.regrade_requests import fetch_requests
    from course.exchange.client import ExchangeClient

    if (answer and not sentence) or (not answer and (sentence or part or points is not None)):
        raise typer.BadParameter("--answer ID and the answer's sentence belong together", param_hint="--answer")
    client = ExchangeClient.from_environ(hub)
    course_id = desk.course_of(client, course)
    asked = fetch_requests(project, client, course_id)
    asked = [one for one in asked if found is None or one.assignment == found.name]
    if not answer:
        listed = [one for one in asked if everything or not one.answer]
        _print_requests(listed, list(desk.lost(project, listed)), as_json)
        return
    if found is None:
        raise typer.BadParameter("name the chapter, too", param_hint="CHAPTER")
    one = desk.find_request(asked, answer)
    for done in desk.answer(project, client, one, sentence, points, part):
        out.print(escape(done), highlight=False)
    out.print(f"Next: course feedback {found.short} --student {escape(one.student)}, and release it.", highlight=False)


@command(GRADE, "course due ch03 '2026-11-30 12:00'")
def due(
    chapter: Name,
    when: Annotated[
        str | None, typer.Argument(metavar="[TIME]", help="In the course's time zone: '2026-11-30 12:00'")
    ] = None,
    never: Annotated[bool, typer.Option("--never", help="Take the deadline away")] = False,
) -> None:
    """Say when an assignment is due, or set it, in the course's own time zone."""
    project, found = open_chapter(chapter)
    if when and never:
        raise typer.BadParameter("a time, or --never", param_hint="TIME")
    needs_grader()
    from autograder.classroom import due_dates

    out.print(due_dates.due(project, found, when or "", never=never), highlight=False)


@command(GRADE, "course export ch03 --into canvas.csv --to grades.csv")
def export(
    chapter: Name,
    to: Annotated[Path | None, typer.Option("--to", help="Write to this file; none: print")] = None,
    into: Annotated[
        Path | None, typer.Option("--into", help="Fill the grades into this table, as Canvas, Moodle or others give it")
    ] = None,
    column: Annotated[str, typer.Option(help="Which of its columns; none: found by its heading, else a new one")] = "",
    listed: Annotated[
        Path | None,
        typer.Option("--roster", help="CSV file: a column `student` with the ids, others with names or numbers"),
    ] = None,
    form: Annotated[
        str, typer.Option("--as", metavar="FORM", help="As another grader writes it: gradescope, otter")
    ] = "",
    lti: Annotated[bool, typer.Option("--lti", help="Send the grades to the learning platform")] = False,
    again: Annotated[bool, typer.Option("--again", help="With --lti: send also what has been sent")] = False,
) -> None:
    """Give out a chapter's grades: a table, a learning platform's own, filled in, or straight to the platform."""
    project, found = open_chapter(chapter)
    needs_grader()
    if sum(map(bool, (into, form, lti))) > 1 or (lti and to):
        raise typer.BadParameter("one of --into, --as and --lti; and --to is not for --lti", param_hint="--lti")
    if (again and not lti) or ((column or listed) and not into):
        raise typer.BadParameter("--again is for --lti, --column and --roster are for --into", param_hint="--into")
    from autograder.classroom import export as tables

    known, most = tables.grades(project, found), tables.points(project, found)
    for state in (tables.State.UNGRADED, tables.State.MISSING):
        if some := [one.student for one in known if one.state is state]:
            err.print(escape(f"{state.capitalize()}: {', '.join(some)}"), highlight=False)
    if waiting := [one.student for one in known if one.waits]:
        named = ", ".join(waiting) if len(waiting) <= _NAMED else f"{len(waiting)} students"
        err.print(escape(f"Something is still to be graded by hand (course mark): {named}"), highlight=False)
    if lti:
        from autograder.classroom.lti.commands import send_grades

        raise typer.Exit(1 if send_grades(project, found, known, most, again) else 0)
    trouble: list[str] = []
    if into:
        text, trouble = _filled(found, known, most, into, column, listed)
    elif form:
        from autograder.classroom.export_forms import FORMS
        from autograder.classroom.roster import people

        (name,) = chosen("form of grades called", [form], FORMS)
        text = FORMS[name](found, known, most, people(project))
    else:
        text = tables.table(found, known, sum(most.values()))
    for line in trouble:
        err.print(escape(line), highlight=False)
    if to:
        from course.files import write_atomically

        write_atomically(to, text)
        out.print(f"Wrote {to}", highlight=False)
    else:
        sys.stdout.write(text)
    raise typer.Exit(1 if trouble else 0)


@command(GRADE, "course extend ada ch03 3")
def extend(
    student: Annotated[str, typer.Argument(metavar="STUDENT", help="As the gradebook calls them")],
    chapter: Name,
    days: Annotated[int, typer.Argument(metavar="DAYS", min=0, help="From the deadline; 0: no more than all have")],
) -> None:
    """Give a student more time for an assignment; days count by the clock of the course."""
    project, found = open_chapter(chapter)
    needs_grader()
    from autograder.classroom import due_dates

    out.print(escape(due_dates.extend(project, found, student, days)), highlight=False)


def _any_hand_in(results: list[Result]) -> bool:
    from autograder.engine.result import Status

    return any(result.status is not Status.MISSING for result in results)


def _filled(
    chapter: Chapter, known: list[Grade], most: dict[str, float], into: Path, column: str, listed: Path | None
) -> tuple[str, list[str]]:
    """Return a platform's table with the grades in it, and what is to be told."""
    from autograder.classroom import csv_tables
    from autograder.classroom import export as tables
    from autograder.classroom.collect.student_names import read_roster

    names = read_roster(listed) if listed else None
    text, total = csv_tables.read(into), sum(most.values())
    made = tables.filled(text, chapter, known, total, column=column, roster=names)
    err.print(f"{len(made.students)} grades in the column {escape(made.column)}.", highlight=False)
    trouble = [f"No row of the table is {one}'s." for one in tables.without_row(known, made)]
    trouble += [f"Nobody here is “{one}”, whose row stays as it is." for one in made.strangers]
    return made.text, trouble


def _print_collected(students: list[str]) -> None:
    named = escape(", ".join(students)) or "none"
    out.print(f"Collected {len(students)} hand-in{'s' * (len(students) != 1)}: {named}", highlight=False)


def _print_requests(listed: Sequence[RegradeRequest], lost: Sequence[Lost | None], as_json: bool) -> None:
    if as_json:
        print_json(
            [{**one.model_dump(mode="json"), "lost": str(was or "")} for one, was in zip(listed, lost, strict=True)]
        )
        return
    for one, was in zip(listed, lost, strict=True):
        out.print(f"{one.id[:8]}  {escape(one.student)}, {one.assignment} {escape(one.exercise)}", highlight=False)
        out.print(f"  asks: {escape(one.text)}", highlight=False)
        out.print(f"  has: {escape(str(was)) if was else 'no stored grade of such an exercise'}", highlight=False)
        if one.answer:
            out.print(f"  answered: {escape(one.answer)}", highlight=False)
    if not listed:
        out.print("No regrade request is open.")


def _print_class(results: list[Result], found: list[Alike], exercises: Sequence[Exercise]) -> None:
    from autograder.classroom.class_table import ASK_FIRST, alike_table, class_tables
    from autograder.classroom.progress import trouble_table

    for part in class_tables(results, out, exercises):
        out.print(part, highlight=False)
    for result in results:
        for note in result.notes:
            out.print(f"{escape(result.student)}: {escape(note)}", highlight=False)
    if found:
        out.print(alike_table(found))
        out.print(ASK_FIRST)
    if not_judged := [result for result in results if result.score is None]:
        out.print(trouble_table(not_judged, f"Not judged: {len(not_judged)}. Mend what is named and grade again."))
