"""Puts a submitted notebook back into the released shape: what a student may not change comes from the release.

A student's answers, own cells, and edits of open cells stay. Test cells, metadata, points and cell types come from
the release; deleted cells come back; a duplicated answer counts once, the last. Nothing a student writes into a
notebook's metadata (a ``skip-execution`` tag, ``grade: false``, other points) has an effect.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell

from course.errors import StudentError

_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")  # what nbformat allows


class WrongNotebook(StudentError):
    """The notebook holds no exercise of this chapter."""


@dataclass(frozen=True)
class Restored:
    """A notebook in the released shape, and a sentence for each thing that had to be mended."""

    notebook: NotebookNode
    notes: tuple[str, ...]


def restore(submitted: NotebookNode, release: NotebookNode) -> Restored:
    """Return the submitted notebook in the released shape, without outputs.

    Parameters
    ----------
    submitted, release : notebooks of nbformat 4.

    Raises
    ------
    WrongNotebook : not one of the release's answer cells is there.
    """
    released = {key: cell for cell in release.cells if (key := cell_key(cell))}
    answers = {key for key, cell in released.items() if is_answer(cell)}
    keys = _keep_last([_known_key(cell, released) for cell in submitted.cells])
    if answers and not answers & set(keys):
        raise WrongNotebook("This notebook holds none of the chapter's exercises: it may be another chapter's.")
    notes = list(_notes(submitted.cells, keys, released))
    released_ids = {str(cell.get("id", "")) for cell in release.cells} - {""}
    cells = [
        _from_release(cell, released[key]) if key else _own(cell, released_ids)
        for key, cell in zip(keys, submitted.cells, strict=True)
    ]
    _insert_missing(cells, keys, release.cells)
    notebook = copy.deepcopy(release)
    notebook.cells = _with_unique_ids(cells, released_ids)
    return Restored(notebook, tuple(notes))


def cell_key(cell: NotebookNode) -> str:
    """Return what identifies a released cell: its nbgrader id, else its cell id."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", ""))


def is_answer(cell: NotebookNode) -> bool:
    """Whether a released cell is one a student writes an answer in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_locked(cell: NotebookNode) -> bool:
    """Whether a released cell may not be changed."""
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def _known_key(cell: NotebookNode, released: dict[str, NotebookNode]) -> str:
    metadata = cell.get("metadata", {})
    nbgrader = metadata.get("nbgrader", {}) if isinstance(metadata, dict) else {}
    for key in (nbgrader.get("grade_id") if isinstance(nbgrader, dict) else None, cell.get("id")):
        if isinstance(key, str) and key in released:
            return key
    return ""


def _keep_last(keys: list[str]) -> list[str]:
    last = {key: position for position, key in enumerate(keys)}
    return [key if last[key] == position else "" for position, key in enumerate(keys)]


def _notes(cells: list[NotebookNode], keys: list[str], released: dict[str, NotebookNode]) -> Iterator[str]:
    present = set(keys)
    for key, cell in released.items():
        if (is_answer(cell) or is_locked(cell)) and key not in present:
            yield f"The cell {key} had been deleted; it was put back as released."
    for key, cell in zip(keys, cells, strict=True):
        if key and cell.cell_type != released[key].cell_type and (is_answer(released[key]) or is_locked(released[key])):
            yield f"The cell {key} had been turned into a {cell.cell_type} cell; it was turned back."
        if key and is_locked(released[key]) and cell.source != released[key].source:
            yield f"The cell {key} had been changed; it was put back as released."
    seen: dict[str, int] = {}
    for cell in cells:
        key = _known_key(cell, released)
        if key and is_answer(released[key]):
            seen[key] = seen.get(key, 0) + 1
    yield from (
        f"The cell {key} is there {count} times; the last one counts." for key, count in seen.items() if count > 1
    )


def _from_release(cell: NotebookNode, released: NotebookNode) -> NotebookNode:
    made = copy.deepcopy(released)
    if not is_locked(released):
        made.source = cell.source
        _attach(made, cell)
    if made.cell_type == "code":
        made.outputs, made.execution_count = [], None
    return made


def _own(cell: NotebookNode, released_ids: set[str]) -> NotebookNode:
    make = new_code_cell if cell.cell_type == "code" else new_markdown_cell
    mine = str(cell.get("id", ""))
    made: NotebookNode = make(cell.source)  # type: ignore[no-untyped-call]
    made.id = "" if mine in released_ids else mine  # not by `make`, which refuses an id of the wrong form
    _attach(made, cell)
    return made


def _attach(made: NotebookNode, cell: NotebookNode) -> None:
    """Keep the pictures of a text, if they are in the form that nbformat knows."""
    found = cell.get("attachments")
    if made.cell_type == "markdown" and isinstance(found, dict):
        kept = {name: bundle for name, bundle in found.items() if isinstance(bundle, dict) and _is_texts(bundle)}
        made.attachments = copy.deepcopy(kept)


def _is_texts(bundle: dict[str, object]) -> bool:
    return all(isinstance(content, str) for content in bundle.values())


def _insert_missing(cells: list[NotebookNode], keys: list[str], released: list[NotebookNode]) -> None:
    """Put released cells that are missing after the one that stands before them in the release."""
    keys = list(keys)
    position = 0
    for cell in released:
        key = cell_key(cell)
        if key in keys:
            position = keys.index(key) + 1
        elif cell.cell_type == "code" or cell.metadata.get("nbgrader"):
            cells.insert(position, _from_release(cell, cell))
            keys.insert(position, key)
            position += 1


def _with_unique_ids(cells: list[NotebookNode], released_ids: set[str]) -> list[NotebookNode]:
    used = {""}
    taken = released_ids | {str(cell.get("id", "")) for cell in cells}
    names = (name for number in itertools.count() if (name := f"own-{number}") not in taken)
    for cell in cells:
        if cell.get("id", "") in released_ids:
            continue
        if cell.get("id", "") in used or not _ID.fullmatch(cell.get("id", "")):
            cell.id = next(names)
        used.add(cell.id)
    return cells
