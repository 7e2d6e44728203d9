"""The released notebook that the hand-ins are made from, and small helpers to change it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Notebook = dict[str, Any]
Cell = dict[str, Any]


@dataclass(frozen=True)
class Released:
    """A chapter's released notebook as JSON, every source one text; `answers` by cell id."""

    notebook: Notebook
    answers: Mapping[str, str] = field(repr=False)

    def base(self, answers: Mapping[str, str] | None = None) -> Notebook:
        """Return a copy with some answers filled in; all that we have when None."""
        made = copy.deepcopy(self.notebook)
        chosen = self.answers if answers is None else answers
        for cell in made["cells"]:
            cell["source"] = chosen.get(cell["id"], text_of(cell))
        return made

    @property
    def imports(self) -> str:
        """The id of the cell of the imports."""
        return next(str(cell["id"]) for cell in self.notebook["cells"] if cell["cell_type"] == "code")


Make = Callable[[Released], Notebook | bytes]
Variants = dict[str, Make]


def text_of(cell: Cell) -> str:
    """Return a cell's source as one text."""
    return "".join(cell["source"])


def at(notebook: Notebook, name: str) -> int:
    """Return where the cell with id `name` is."""
    return next(i for i, cell in enumerate(notebook["cells"]) if cell.get("id") == name)


def cell(notebook: Notebook, name: str) -> Cell:
    """Return the cell with id `name`."""
    found: Cell = notebook["cells"][at(notebook, name)]
    return found


def edit(notebook: Notebook, name: str, change: Callable[[str], str]) -> Notebook:
    """Change one cell's source in place and return the notebook."""
    one = cell(notebook, name)
    one["source"] = change(one["source"])
    return notebook


def code(text: str, **metadata: Any) -> Cell:
    """Return a new code cell, without an id."""
    return {"cell_type": "code", "metadata": metadata, "source": text, "outputs": [], "execution_count": None}


def markdown(text: str, **metadata: Any) -> Cell:
    """Return a new text cell, without an id."""
    return {"cell_type": "markdown", "metadata": metadata, "source": text}


def is_demo(one: Cell) -> bool:
    """Whether a released cell is only to be looked at."""
    return bool(one["metadata"].get("course", {}).get("demo"))
