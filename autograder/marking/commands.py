"""The ``course mark`` command."""

from __future__ import annotations

import asyncio
import getpass
import signal
from typing import Annotated

import typer

from course.console import GRADE, command, needs_grader, open_chapter, out
from course.errors import SetupError


@command(GRADE, "course mark ch03")
def mark(
    chapter: Annotated[
        str, typer.Argument(metavar="[CHAPTER]", help="In full or in short; none: all that are graded")
    ] = "",
    grader: Annotated[
        str,
        typer.Option("--as", metavar="NAME", help="Who grades, as it is kept beside each grade; none: this account"),
    ] = "",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one")] = 8766,
) -> None:
    """Grade answers in words by hand, in a browser, by question across the class; and run the course."""
    from course.project import Project

    project, found = open_chapter(chapter) if chapter else (Project.find().activate(), None)
    needs_grader()
    from autograder.marking.desk import Desk, Unknown
    from autograder.marking.office_routes import HOME
    from autograder.marking.service import serve

    desk, first = Desk(project), ""
    try:
        if found:
            first = desk.pile(found.name).chapter.name
        elif not desk.chapters():
            first = HOME
            _tell("Nothing with answers in words has been graded yet. This is the page of the course:")
    except Unknown as error:
        raise SetupError(str(error)) from error

    async def run() -> None:
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        await serve(project, grader or getpass.getuser(), port, first, stop.wait(), _tell)

    try:
        asyncio.run(run())
    except OSError as error:
        raise SetupError(f"Port {port} is taken: choose another with --port, or 0 for a free one.") from error


def _tell(text: str) -> None:
    out.print(text, highlight=False, soft_wrap=True)
