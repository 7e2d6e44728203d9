"""The ``course`` commands of a student who works elsewhere than on the hub: fetch, submit, read feedback, ask."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.markup import escape
from rich.table import Table

from course.console import (
    LEARN,
    command,
    err,
    out,
)
from course.errors import CourseError, ExchangeRefusal, StudentError, near

if TYPE_CHECKING:
    from course.exchange.client import ExchangeClient, Received
    from course.exchange.verdict import Verdict


_NOTEBOOK = 50 * 10**6  # bytes of a release's notebook that are read
Assignment = Annotated[str, typer.Argument(metavar="CHAPTER", help="An assignment, in full or in short: ch03")]
Hub = Annotated[str | None, typer.Option("--hub", metavar="URL", help="The hub; COURSE_EXCHANGE_URL by default")]
Course = Annotated[str | None, typer.Option("--course", help="Which course, if you are in more than one")]
Folder = Annotated[Path, typer.Option("--in", help="Where your assignments' folders are")]


@command(LEARN, "course fetch ch03 --hub https://hub.example.org")
def fetch(
    chapter: Assignment,
    hub: Hub = None,
    course: Course = None,
    folder: Folder = Path(),
    feedback: Annotated[bool, typer.Option("--feedback", help="Fetch the feedback on what you handed in")] = False,
) -> None:
    """Bring an assignment, or your feedback, from the hub to a folder here; your work is never overwritten."""
    client, course_id, release = _open(chapter, hub, course)
    home = folder / release.assignment
    if not feedback:
        try:
            client.fetch(release, home)
        except FileExistsError:
            raise StudentError(f"{home} is there already, perhaps with your work in it: move it away first.") from None
        out.print(f"Fetched {home}. Next: course submit {chapter}", highlight=False)
        return
    handed_in = {one.id: one for one in client.submissions(course_id, release.assignment)}
    pages = {of: one for of, one in client.pages(course_id, release.assignment).items() if of in handed_in}
    for submission, page in pages.items():
        moment = handed_in[submission].time.strftime("%Y-%m-%d %H.%M.%S")  # a colon is no part of a path everywhere
        place = client.fetch(page, home / "feedback" / moment, replace=True)
        out.print(f"Feedback on what you handed in at {moment} UTC: {place}", highlight=False)
    if not pages:
        out.print("There is no feedback yet.")


@command(LEARN, "course submit ch03 --hub https://hub.example.org")
def submit(
    chapter: Assignment,
    hub: Hub = None,
    course: Course = None,
    folder: Folder = Path(),
    seconds: Annotated[
        float, typer.Option("--wait", min=0, help="Seconds to wait for feedback, in a course that gives it at once")
    ] = 60,
    no_wait: Annotated[bool, typer.Option("--no-wait", help="Do not wait for feedback")] = False,
) -> None:
    """Hand in an assignment's folder; the hub's clock says when. What has arrived is not sent again."""
    client, course_id, release = _open(chapter, hub, course)
    home = folder / release.assignment
    if not home.is_dir():
        raise StudentError(
            f"{home} is not there: fetch it first with `course fetch {chapter}`, or name its place: --in."
        )
    receipt = client.submit(course_id, release.assignment, home)
    moment = receipt.time.strftime("%Y-%m-%d %H:%M:%S")
    out.print(f"Handed in {release.assignment} at {moment} UTC: receipt {receipt.id}", highlight=False)
    if receipt.left_out:
        out.print("Not handed in, or not as it was:")
    for one in receipt.left_out:
        out.print(f"  {escape(str(one))}", highlight=False)
    if receipt.tries_left is not None:
        out.print(receipt.tries_sentence, highlight=False)
        _show_feedback(client, receipt, 0 if no_wait else seconds, f"course fetch {chapter} --feedback")


@command(LEARN, "course regrade-request ch03 p.03.2 'My pixels are 0: the frame is one wider.'")
def regrade_request(
    chapter: Assignment,
    exercise: Annotated[str, typer.Argument(metavar="[EXERCISE]", help="As on your feedback page: p.03.2")] = "",
    why: Annotated[str, typer.Argument(metavar="[SENTENCE]", help="What your instructor should look at again")] = "",
    hub: Hub = None,
    course: Course = None,
) -> None:
    """Ask to have an exercise looked at again that has been graded; without one, show what you asked, and answers."""
    client, course_id, release = _open(chapter, hub, course)
    if exercise:
        from course.exchange.regrade_requests import LONGEST

        if not why.strip():
            raise StudentError(f"Say why, in a sentence: course regrade-request {chapter} {exercise} 'The sentence.'")
        if len(why) > LONGEST:
            raise StudentError(f"{len(why)} characters are too many: {LONGEST} are taken. Say it in a sentence or two.")
        known = _exercises(client, release)
        if known and exercise not in known:
            raise StudentError(f"{release.assignment} has no exercise {exercise!r}.{near(exercise, known)}")
        client.request_regrade(course_id, release.assignment, exercise, why)
        out.print(f"Asked about {exercise}. The answer will be on your feedback page, and here.", highlight=False)
    me, _ = client.whoami()
    mine = [one for one in client.regrade_requests(course_id, release.assignment) if one.student == me]
    for one in mine:
        out.print(f"{one.exercise}: {escape(one.text)}", highlight=False)
        out.print(f"  {escape(one.answer) if one.answer else 'not answered yet'}", highlight=False)
    if not mine:
        out.print("You have not asked about anything here.")


def _exercises(client: ExchangeClient, release: Received) -> list[str]:
    """The ids of an assignment's exercises, by the released notebook; none where it does not name any."""
    import json

    try:
        cells = json.loads(client.read(release, f"{release.assignment}.ipynb", _NOTEBOOK))["cells"]
        marks = [cell["metadata"].get("course", {}).get("exercise", "") for cell in cells]
    except (CourseError, ValueError, KeyError, TypeError, AttributeError):
        return []  # no notebook of ours: whoever answers will see
    return sorted({mark for mark in marks if mark})


def _show_feedback(client: ExchangeClient, receipt: Received, seconds: float, later: str) -> None:
    """Wait for the verdict and show it; what was handed in is safe, whatever happens here."""
    from course.exchange.verdict import await_verdict

    verdict = None
    try:
        with err.status("Your work is being graded …"):
            verdict = await_verdict(client, receipt, seconds) if seconds else None
    except CourseError as error:
        out.print(f"Your hand-in is safe, but its feedback can't be shown now: {escape(str(error))}", highlight=False)
    if verdict is not None:
        _print_verdict(verdict)
    out.print(f"{'The page' if verdict else 'Feedback, once it is there'}: {later}", highlight=False)


def _print_verdict(verdict: Verdict) -> None:
    table = Table("exercise", "result", "points", "to look at first", title="Instant feedback")
    for one in verdict.exercises:
        points = f"{one.max_score:g} possible" if one.score is None else f"{one.score:g} of {one.max_score:g}"
        title = escape(f"{one.exercise} {one.title}")
        said = f"{one.sentence}\nSince your hand-in before: {one.change}" if one.change else one.sentence
        table.add_row(title, escape(f"{one.symbol} {one.word}"), points, escape(said))
    if verdict.exercises:
        out.print(table)
    for sentence in verdict.sentences:
        out.print(escape(sentence), highlight=False)
    if verdict.score is not None:
        out.print(f"Together: {verdict.score:g} of {verdict.max_score:g} points.", highlight=False)
    if verdict.change:
        out.print(escape(verdict.change), highlight=False)


def _open(chapter: str, hub: str | None, course: str | None) -> tuple[ExchangeClient, str, Received]:
    """Return the client, the course and the assignment's newest release."""
    from course.exchange.client import ExchangeClient

    client = ExchangeClient.from_environ(hub)
    user, mine = client.whoami()
    if course is None:
        if len(mine) != 1:
            named = ", ".join(mine) or "none: ask your instructor to add you"
            raise ExchangeRefusal(f"{user}, name the course with --course. Yours: {named}.")
        (course,) = mine
    releases = client.releases(course)
    found = [one for one in releases if one.assignment == chapter]
    found = found or [one for one in releases if one.assignment.split("_")[0] == chapter]
    if len(found) != 1:
        if found:
            named = " or ".join(one.assignment for one in found)
            raise ExchangeRefusal(f"{chapter!r} is short for several assignments of {course}: write {named}.")
        known = ", ".join(one.assignment for one in releases) or "nothing yet"
        raise ExchangeRefusal(f"There is no one assignment {chapter!r} in {course}. Released: {known}.")
    return client, course, found[0]
