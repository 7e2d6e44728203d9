"""The ``course data`` command."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.table import Table

from course.console import (
    LEARN,
    command,
    out,
)


@command(LEARN, "course data mnist titanic")
def data(
    names: Annotated[list[str] | None, typer.Argument(help="Data sets to fetch; none: list them")] = None,
    make: Annotated[
        bool, typer.Option("--make", help="Train small models from nothing, and compare their checksums; none: all")
    ] = False,
) -> None:
    """List the data sets, or fetch some."""
    from course.datasets import fetch, status

    if make:
        from course.datasets.recipes import make_again

        for line in make_again(names or ()):
            out.print(line, highlight=False)
        return
    for name in names or ():
        for path in fetch(name):
            out.print(f"{name}: {path}", highlight=False)
    if not names:
        table = Table("name", "title", "here", "MB", "licence", title="Data sets")
        for row in status():
            size = "?" if row.bytes is None else f"{row.bytes / 1e6:.1f}"
            table.add_row(row.name, row.title, row.where, size, row.licence)
        out.print(table)
