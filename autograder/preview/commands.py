"""The ``course preview`` command."""

from __future__ import annotations

from typing import Annotated

import typer

from course.console import AUTHOR, Name, command, needs_grader, open_chapter, out


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
    from autograder.classroom.live_pages import serve_until_interrupted
    from autograder.preview.server import Preview

    folder = project.build / "preview" / found.name
    folder.mkdir(parents=True, exist_ok=True)
    shown = Preview(project, found.name, folder, exercise or (), lambda text: out.print(text, highlight=False))
    serve_until_interrupted(shown, port)
