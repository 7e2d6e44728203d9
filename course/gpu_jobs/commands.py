"""``course run --gpu``: a whole notebook, on a GPU of the hub."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from course.console import LEARN, command, err, out
from course.errors import StudentError
from course.files import write_atomically


@command(LEARN, "course run --gpu notebook.ipynb")
def run(
    notebook: Annotated[Path, typer.Argument(metavar="NOTEBOOK", help="Run from its first cell to its last")],
    on_gpu: Annotated[bool, typer.Option("--gpu", help="On a GPU of the hub, as soon as one is free")] = False,
    hub: Annotated[str | None, typer.Option("--hub", metavar="URL", help="The hub; COURSE_GPU_URL by default")] = None,
    target: Annotated[
        Path | None, typer.Option("--out", help="Where the outputs go; NOTEBOOK's name with -gpu by default")
    ] = None,
) -> None:
    """Run a notebook on a GPU of the hub and bring it back with its outputs; Ctrl-C ends it there too."""
    from course.gpu_jobs.client import GpuJobsClient

    if not on_gpu:
        raise StudentError(
            "`course run` sends a notebook to a GPU of the hub: say --gpu. Without one, open the notebook in Jupyter."
        )
    if notebook.suffix != ".ipynb" or not notebook.is_file():
        raise StudentError(f"{notebook} is no notebook that is there: name a file that ends in .ipynb.")
    client = GpuJobsClient.from_environ(hub)
    try:
        text = notebook.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise StudentError(f"{notebook} can't be read ({error}): open it in Jupyter, and save it.") from error
    try:
        done = client.run(text, lambda sentence: err.print(sentence, highlight=False))
    except KeyboardInterrupt:
        err.print("Interrupted: the job is ended, and its GPU is free.")
        raise typer.Exit(130) from None
    place = target or notebook.with_name(f"{notebook.stem}-gpu.ipynb")
    if done.notebook:
        write_atomically(place, done.notebook)
        out.print(f"With its outputs: {place}", highlight=False, soft_wrap=True)
    if done.why:
        raise StudentError(done.why)
