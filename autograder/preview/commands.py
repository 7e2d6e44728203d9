"""The ``course preview`` command."""

from __future__ import annotations

import signal
import threading
from typing import Annotated

import typer

from course.console import AUTHOR, Name, command, needs_grader, open_chapter, out
from course.errors import SetupError


@command(AUTHOR, "course preview ch03 --exercise p.03.2")
def preview(
    chapter: Name,
    exercise: Annotated[
        list[str] | None, typer.Option("--exercise", help="Judge only this one, which is quicker (repeatable)")
    ] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="0: a free one")] = 8765,
) -> None:
    """Show a chapter as students see it, notebook and feedback, in a browser; made anew whenever you save."""
    project, found = open_chapter(chapter)
    needs_grader()
    from autograder.preview.server import Preview, serve

    folder = project.build / "preview" / found.name
    folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    shown = Preview(project, found.name, folder, exercise or (), lambda text: out.print(text, highlight=False))
    try:
        serve(shown, port, stop)
    except OSError as error:
        raise SetupError(f"Port {port} is taken: choose another with --port, or 0 for a free one.") from error
