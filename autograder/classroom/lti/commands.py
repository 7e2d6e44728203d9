"""The ``course`` commands of who is in the class, and of its learning platform: roster, lti."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape

from course.console import GRADE, Json, command, err, needs_grader, out, print_json, with_progress
from course.errors import OperatorError, SetupError
from course.project import Project

if TYPE_CHECKING:
    from autograder.classroom.export import Grade
    from autograder.classroom.lti.services import Services
    from autograder.classroom.lti.tool_key import ToolKey
    from course.syllabus import Chapter


@command(GRADE, "course roster --from class.csv")
def roster(
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Take students from this file: CSV (Canvas's, Moodle's, any), or courses.toml"),
    ] = None,
    column: Annotated[str, typer.Option(help="Its column with the ids; none: found by its heading")] = "",
    lti: Annotated[bool, typer.Option("--lti", help="Take students from the learning platform")] = False,
    show: Annotated[bool, typer.Option("--show", help="Only say what would change")] = False,
    as_json: Json = False,
) -> None:
    """Show who is in the class, and who has not handed in; or bring students into the gradebook. Nobody is removed."""
    project = Project.find().activate()
    project.check_owner()
    needs_grader()
    if lti and source:
        raise typer.BadParameter("--from or --lti: there is one list at a time", param_hint="--lti")
    if (column and not source) or (show and not (source or lti)):
        raise typer.BadParameter("--column is for --from, and --show for --from and --lti", param_hint="--from")
    if not (source or lti):
        _print_roster(project, as_json)
        return
    from autograder.classroom import roster as people
    from autograder.classroom.lti.members import read_members

    troubles: tuple[str, ...] = ()
    if source:
        listed = people.read_list(source, column)
    else:
        services = _services(project)
        found = read_members(services.members(), services.platform, people.people(project))
        listed, troubles = list(found.students), found.troubles
    wanted = people.changes(project, listed)
    if not show:
        people.record(project, wanted)
    for line in people.told(wanted):
        out.print(escape(line), highlight=False)
    for line in troubles:
        err.print(escape(f"Not taken: {line}"), highlight=False)
    added, changed = ("Would add", "change") if show else ("Added", "changed")
    out.print(f"{added} {len(wanted.new)}, {changed} {len(wanted.changed)}; {wanted.same} are as they were.")
    raise typer.Exit(1 if troubles else 0)


@command(GRADE, "course lti --check")
def lti(
    check: Annotated[bool, typer.Option("--check", help="Ask the learning platform whether all is well")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as a JSON document (JWKS)")] = False,
) -> None:
    """Show the public key that a learning platform has to know, made at the first call; or try the connection.

    In a course's server on a hub the hub shows it too, at an address that a platform can be given instead.
    """
    project = Project.find().activate()
    project.check_owner()
    needs_grader()
    if check:
        from autograder.classroom.lti.members import read_members
        from autograder.classroom.roster import people

        services = _services(project)
        services.check()
        members = read_members(services.members(), services.platform, people(project))
        columns = services.columns()
        out.print(
            f"The learning platform answers: {len(members.students)} students, {columns} columns of grades.",
            highlight=False,
        )
        for line in members.troubles:
            err.print(escape(line), highlight=False)
        raise typer.Exit(1 if members.troubles else 0)
    from autograder.classroom.lti.key_address import UNKNOWN, publish
    from autograder.classroom.lti.tool_key import tool_key

    key = tool_key(project, make=True)
    if as_json:
        print_json({"keys": [key.jwk]})
    else:
        _print_key(key)
    address = publish(key)
    if as_json:
        return
    if address:
        out.print("or better, its address on the hub (“Public JWK URL”, “Keyset URL”):\n", highlight=False)
        out.out(address, highlight=False)
        out.print(f"\n{UNKNOWN} stands for the hub's own address." if UNKNOWN in address else "", highlight=False)
    out.print("docs/platform.md says where each goes, and what comes into hub_config/lti.toml.", highlight=False)


def _print_key(key: ToolKey) -> None:
    import json

    out.print("The public key, for Canvas (“Public JWK”):\n", highlight=False)
    out.out(json.dumps(key.jwk), highlight=False)
    out.print("\nand for Moodle (“RSA key”):\n", highlight=False)
    out.out(key.pem, highlight=False)


def _services(project: Project) -> Services:
    from autograder.classroom.lti.services import Services
    from autograder.classroom.lti.settings import load_platform
    from autograder.classroom.lti.tool_key import tool_key

    return Services(load_platform(), tool_key(project))


def _print_roster(project: Project, as_json: bool) -> None:
    from rich.table import Table

    from autograder.classroom.roster import handed_in, people

    known, chapters = people(project), handed_in(project)
    if as_json:
        rows = []
        for one in known.values():
            mine = [short for short, students in chapters.items() if one.student in students]
            names = {"student": one.student, "name": one.name, "email": one.email, "account": one.account}
            rows.append({**names, "handed_in": mine})
        print_json(rows)
        return
    if not known:
        raise SetupError("The gradebook knows no student: `course roster --from class.csv` brings them there.")
    table = Table("student", "name", "e-mail", *chapters, title="Who has handed in")
    for one in known.values():
        marks = ("✓" if one.student in there else "–" for there in chapters.values())
        table.add_row(escape(one.student), escape(one.name), escape(one.email), *marks)
    out.print(table)
    for short, there in chapters.items():
        out.print(f"{short}: {len(known.keys() & there)} of {len(known)} have handed in.", highlight=False)


def send_grades(project: Project, chapter: Chapter, known: list[Grade], most: dict[str, float], again: bool) -> bool:
    """Send grades to the platform, say what became of each, and return whether something is left to be done."""
    from autograder.classroom.export import State
    from autograder.classroom.lti.ledger import Ledger
    from autograder.classroom.lti.members import read_members
    from autograder.classroom.lti.sending import Outcome, Sender, Sent
    from autograder.classroom.roster import people

    graded, ledger = [one for one in known if one.state is State.GRADED], Ledger.of(project, chapter.name)
    if not graded:
        raise SetupError(f"Nothing of {chapter.name} has been graded: run `course grade {chapter.short}` first.")
    services = _services(project)
    platform = services.platform
    done: list[Sent] = []
    with ledger.claimed():
        members = read_members(services.members(), platform, people(project))
        column = services.column(chapter.name, chapter.title, sum(most.values()))
        sender = Sender(services, ledger, column, members.accounts, most, platform.feedback_url, again)
        try:
            done.extend(with_progress(sender.send(graded), len(graded), f"Sending {chapter.short}", False))
        except OperatorError as error:
            raise OperatorError(
                f"{len(done)} of {len(graded)} grades are done. {error} Running this again goes on from there."
            ) from error
    counts = {outcome: sum(one.outcome is outcome for one in done) for outcome in Outcome}
    out.print(
        f"Grades of {chapter.short}: {counts[Outcome.SENT]} sent, {counts[Outcome.SAME]} there already.",
        highlight=False,
    )
    trouble = [one for one in done if one.outcome in (Outcome.STRANGER, Outcome.REFUSED)]
    for one in trouble:
        err.print(escape(f"{one.student}: {one.outcome}{f': {one.why}' if one.why else ''}."), highlight=False)
    for line in members.troubles:
        err.print(escape(line), highlight=False)
    return bool(trouble)
