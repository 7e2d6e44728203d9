"""Puts a submitted notebook back into the released shape: what a student may not change comes from the release.

A student's answers, own cells, and edits of open cells stay. Test cells, metadata, points and cell types come from
the release; deleted cells come back; a duplicated answer counts once, the last. Nothing a student writes into a
notebook's metadata (a ``skip-execution`` tag, ``grade: false``, other points) has an effect.

What a student has defined counts, wherever it stands: a stub that was left as released is not run where another cell
defines its name, and a text below its box goes into the box.
"""

from __future__ import annotations

import copy
import itertools
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.engine.submission.cells import (
    OWN,
    SURPLUS,
    Known,
    Placed,
    ReleasedCells,
    cell_key,
    counts_twice,
    is_answer,
    is_demo,
    is_locked,
    known,
)
from autograder.engine.submission.definitions import Code, plain, read, read_released, with_newlines, without
from autograder.engine.submission.texts import FoundText, find_texts
from autograder.engine.submission.written import Written, written_of
from course.errors import StudentError

__all__ = ["Restored", "WrongNotebook", "cell_key", "is_answer", "is_locked", "restore"]

_ID = re.compile(r"[a-zA-Z0-9-_]{1,64}")  # what nbformat allows
_MOST_PARSED = 1_000_000  # characters of all code cells together; what is beyond is read line by line
_MOST_NAMED = 5  # cells that one note names
_FEWEST_WORDS = 5  # of a text that may be an answer, wherever it stands
ELSEWHERE = "# Your answer is in another cell."
_LEFT_OUT = "The released lines for this were left out: your answer is in another place."
_LOST = "The cells of this notebook have lost their ids in some editor: your answers were known by what they define."

_UNMARKED = "The cells of this notebook have lost their marks in some editor: your answers were known by their ids."


class WrongNotebook(StudentError):
    """The notebook holds no exercise of this chapter."""


@dataclass(frozen=True)
class Restored:
    """A notebook in the released shape, a sentence for each thing that had to be mended, and what its text tells."""

    notebook: NotebookNode
    notes: tuple[str, ...]
    written: Written = field(default_factory=Written, repr=False)


def restore(submitted: NotebookNode, release: NotebookNode) -> Restored:
    """Return the submitted notebook in the released shape, without outputs. Linear in the submission's text.

    Parameters
    ----------
    submitted, release : notebooks of nbformat 4.

    Raises
    ------
    WrongNotebook : not one of the release's answers is there.
    """
    sheet = ReleasedCells.of(release)
    codes = _read(submitted.cells, sheet)
    found = known(submitted.cells, codes, sheet)
    cells = [
        Placed(node, key, with_newlines(node.source), code, [node])
        for node, key, code in zip(submitted.cells, found.keys, codes, strict=True)
    ]
    _refuse_another_chapters(submitted, cells, sheet)
    return _Restorer(cells, found, sheet, release).restored()


def _read(cells: Sequence[NotebookNode], sheet: ReleasedCells) -> list[Code | None]:
    left, codes = _MOST_PARSED, list[Code | None]()
    for cell in cells:
        is_code = cell.cell_type == "code"
        left -= len(cell.source) if is_code else 0
        codes.append(read(cell.source, sheet.given, parse=left >= 0) if is_code else None)
    return codes


def _refuse_another_chapters(submitted: NotebookNode, cells: Sequence[Placed], sheet: ReleasedCells) -> None:
    """Raise `WrongNotebook` unless an answer is there by its id, or by its name in a notebook of no other chapter."""
    course = submitted.get("metadata", {}).get("course")
    chapter = course.get("chapter") if isinstance(course, Mapping) else None
    answers = {*sheet.answers, *sheet.boxes}
    if not answers or any(cell.key in answers for cell in cells):
        return
    if chapter not in (None, sheet.chapter) or not any(cell.code and cell.code.names & sheet.wanted for cell in cells):
        raise WrongNotebook("This notebook holds none of the chapter's exercises: it may be another chapter's.")


class _Restorer:
    """The state of one restoration."""

    def __init__(self, cells: list[Placed], found: Known, sheet: ReleasedCells, release: NotebookNode) -> None:
        self.cells = cells
        self.by_id = found.by_id
        self.sheet = sheet
        self.release = release
        self.notes: list[str] = []
        self.elsewhere: set[str] = set()  # answers that are in other cells, and whose own cell is gone
        self.texts: dict[str, FoundText] = {}

    def restored(self) -> Restored:
        """Return what became of it; called once."""
        self._free_answers()
        self._keep_one_of_each()
        self._note_changes()
        self._find_definitions()
        self._leave_out_stubs()
        self._find_texts()
        self._note_deletions()
        ids = {str(cell.get("id", "")) for cell in self.release.cells} - {""}
        kept = [cell for cell in self.cells if cell.key != SURPLUS]
        made = self._with_missing([self._made(cell, ids) for cell in kept], [cell.key for cell in kept])
        notebook = copy.copy(self.release)
        notebook.metadata, notebook.cells = copy.deepcopy(self.release.metadata), _with_unique_ids(made, ids)
        return Restored(notebook, tuple(self.notes), written_of(kept, self.sheet))

    def _free_answers(self) -> None:
        """Make own cells of those that would not be run as what they claim to be, though an answer is in them."""
        defined = {name for cell in self.cells if cell.code for name in cell.code.written}
        for cell in self.cells:
            released = self.sheet.cells.get(cell.key)
            if released is None or released.cell_type != "code":
                continue
            if cell.code is None and cell.key in self.sheet.answers:
                cell.code = read(cell.source, self.sheet.given)
                names = self.sheet.answers[cell.key]
                if not cell.code.names & names and names <= defined:  # a note in place of the answer
                    cell.key, cell.code = OWN, None
            elif cell.code and not self._is_run(cell) and cell.code.written & self._not_of(released):
                self._note_change(cell)
                cell.key = OWN

    def _not_of(self, released: NotebookNode) -> frozenset[str]:
        return self.sheet.wanted - read_released(released.source).names

    def _note_changes(self) -> None:
        for cell in self.cells:
            released = self.sheet.cells.get(cell.key)
            if released is None:
                continue
            self._note_change(cell)
            kind = cell.node.cell_type
            if kind != released.cell_type and (is_answer(released) or is_locked(released)):
                self.notes.append(f"The cell {cell.key} had been turned into a {kind} cell; it was turned back.")

    def _note_change(self, cell: Placed) -> None:
        released = self.sheet.cells[cell.key]
        same = self.sheet.is_as_released(cell.key, cell.source) or (
            cell.code and cell.code.shape and cell.code.shape == read_released(released.source).shape
        )
        if is_locked(released) and not same:  # a formatter changes no code
            self.notes.append(f"The cell {cell.key} had been changed; it was put back as released.")

    def _keep_one_of_each(self) -> None:
        """Of cells with one key, let the last that was written in count; the others are the student's own."""
        doubles: dict[str, list[Placed]] = {}
        for cell in self.cells:
            if cell.key in self.sheet.cells:
                doubles.setdefault(cell.key, []).append(cell)
        for key, cells in doubles.items():
            if len(cells) == 1:
                continue
            most = max(map(self._weight, cells))
            chosen = [cell for cell in cells if self._weight(cell) == most][-1]
            if key in self.sheet.boxes:  # one that was split is one answer
                written = {plain(cell.source): cell for cell in cells if self._weight(cell) == most}
                chosen.source, chosen.pictures = "\n\n".join(written), [cell.node for cell in written.values()]
            count = sum(self._weight(cell) == 2 for cell in cells)
            if count > 1:
                self.notes.append(f"The cell {key} is there {count} times; the last one counts.")
            for cell in cells:
                if cell is not chosen:
                    idle = self.sheet.is_as_released(key, cell.source) and not counts_twice(self.sheet.cells[key])
                    cell.key = SURPLUS if idle or key in self.sheet.boxes else OWN

    def _weight(self, cell: Placed) -> int:
        """How much a cell has to say as the one it claims to be: 2 an answer, 1 something else, 0 nothing."""
        if cell.code and cell.key in self.sheet.answers:
            names = self.sheet.answers[cell.key]
            return 2 if cell.code.written & names else 0 if cell.code.bare else 1
        released = self.sheet.cells[cell.key]
        if not is_answer(released) and released.cell_type != cell.node.cell_type:
            return 0
        # What nobody may change is best as it was; a box, and what anybody may change, the other way round.
        return int(self.sheet.is_as_released(cell.key, cell.source) == is_locked(released))

    def _find_definitions(self) -> None:
        """Where an answer's own cell does not define it and another does, let that be the answer's cell."""
        homes = {cell.key: cell for cell in self.cells if cell.key in self.sheet.answers}
        definers = self._definers()
        for key, names in self.sheet.answers.items():
            home = homes.get(key)
            if not names or not names <= definers.keys() or (home and home.code and home.code.written & names):
                continue
            own = next((cell for name in sorted(names) for cell in reversed(definers[name]) if cell.key == OWN), None)
            if home is None:
                self.elsewhere.add(key)
            elif home.code and home.code.bare:
                is_stub = bool(home.code.names)
                home.key = (SURPLUS if is_stub else OWN) if own else key
                home.source = ELSEWHERE if is_stub else home.source
            else:
                continue  # something else is written there, which stays
            if own:
                own.key = key

    def _definers(self) -> dict[str, list[Placed]]:
        """By name of an answer, the cells that are run and define it, in their order."""
        definers: dict[str, list[Placed]] = {}
        for cell in self.cells:
            if cell.code and self._is_run(cell):
                for name in cell.code.written & self.sheet.wanted:
                    definers.setdefault(name, []).append(cell)
        return definers

    def _is_run(self, cell: Placed) -> bool:
        released = self.sheet.cells.get(cell.key)
        if released is None:
            return cell.key == OWN
        return released.cell_type == "code" and not is_demo(released) and not is_locked(released)

    def _leave_out_stubs(self) -> None:
        """Take out what was left as released of an answer that is somewhere else: run later, it would count."""
        defined = self._definers().keys()
        for cell in self.cells:
            if cell.code and self._is_run(cell) and cell.source != ELSEWHERE:
                stubs = [part for part in cell.code.parts if part.empty and part.names <= defined]
                if stubs and cell.code.bare and cell.key == OWN:
                    cell.key = SURPLUS
                elif stubs:
                    cell.source = without(cell.source, stubs, _LEFT_OUT)

    def _find_texts(self) -> None:
        self.texts, rest = find_texts(self.cells, self.sheet)
        for key, found in self.texts.items():
            exercise = self._exercise(key)
            self.notes.append(
                f"Your answer to {exercise} stood outside its box; it was put there, for a person to read."
            )
            for number in found.cells:
                self.cells[number].key = SURPLUS
        rest = tuple(number for number in rest if len(self.cells[number].source.split()) >= _FEWEST_WORDS)
        if rest:
            boxes = [key for key in self.sheet.boxes if self._is_empty_box(key)]
            where = ", ".join(f"cell {number + 1}" for number in rest[:_MOST_NAMED])
            missing = ", ".join(map(self._exercise, boxes[:_MOST_NAMED]))
            self.notes.append(
                f"There are words of yours in {where}, and nothing in the box for {missing}: if they are your answer, "
                "tell your instructor."
            )

    def _is_empty_box(self, key: str) -> bool:
        there = (cell for cell in self.cells if cell.key == key)
        return key not in self.texts and all(self.sheet.is_as_released(key, cell.source) for cell in there)

    def _exercise(self, key: str) -> str:
        return str(self.sheet.cells[key].metadata.get("course", {}).get("exercise") or key)

    def _note_deletions(self) -> None:
        there = {cell.key for cell in self.cells} | self.elsewhere | self.texts.keys()
        gone = [
            key for key, cell in self.sheet.cells.items() if (is_answer(cell) or is_locked(cell)) and key not in there
        ]
        if not self.by_id:
            self.notes.append(_LOST)
        elif not any(cell.node.get("metadata", {}).get("nbgrader") for cell in self.cells):
            self.notes.append(_UNMARKED)
        if not self.by_id:
            return
        if len(gone) == 1:
            self.notes.append(f"The cell {gone[0]} had been deleted; it was put back as released.")
        elif gone:
            names = f"{', '.join(gone[:-1])} and {gone[-1]}"
            self.notes.append(f"The cells {names} had been deleted; they were put back as released.")

    def _made(self, cell: Placed, ids: set[str]) -> NotebookNode:
        if cell.key == OWN:
            return _own(cell, ids)
        released = self.sheet.cells[cell.key]
        if cell.key in self.texts:
            return self._box(cell.key)
        if is_locked(released) or self.sheet.is_as_released(cell.key, cell.source):
            return _as_released(released)
        return _filled(released, cell.source, cell.pictures)

    def _box(self, key: str) -> NotebookNode:
        found = self.texts[key]
        return _filled(self.sheet.cells[key], found.text, [self.cells[number].node for number in found.cells])

    def _with_missing(self, cells: list[NotebookNode], keys: list[str]) -> list[NotebookNode]:
        """Return the cells with the released ones that are missing, each after the one before it in the release."""
        where = {key: position for position, key in enumerate(keys)}
        before: dict[int, list[NotebookNode]] = {}
        position = 0
        for cell in self.release.cells:
            key = cell_key(cell)
            if key in where:
                position = where[key] + 1
            elif key in self.texts:
                before.setdefault(position, []).append(self._box(key))
            elif key in self.elsewhere:
                before.setdefault(position, []).append(_filled(cell, ELSEWHERE, []))
            elif cell.cell_type == "code" or cell.metadata.get("nbgrader"):
                before.setdefault(position, []).append(_as_released(cell))
        rows = (
            [*before.get(place, ()), *([cells[place]] if place < len(cells) else ())] for place in range(len(cells) + 1)
        )
        return list(itertools.chain.from_iterable(rows))


def _as_released(released: NotebookNode) -> NotebookNode:
    made = copy.deepcopy(released)
    if made.cell_type == "code":
        made.outputs, made.execution_count = [], None
    return made


def _filled(released: NotebookNode, source: str, pictures: Sequence[NotebookNode]) -> NotebookNode:
    made = _as_released(released)
    made.source = source
    _attach(made, pictures)
    return made


def _own(cell: Placed, released_ids: set[str]) -> NotebookNode:
    mine = cell.node.get("id")
    # Not by nbformat's `new_code_cell`, which validates each cell and refuses an id of the wrong form.
    made = NotebookNode(
        cell_type="code" if cell.node.cell_type == "code" else "markdown",
        id="" if not isinstance(mine, str) or mine in released_ids else mine,
        metadata=NotebookNode(),
        source=cell.source,
    )
    if made.cell_type == "code":
        made.outputs, made.execution_count = [], None
    _attach(made, cell.pictures)
    return made


def _attach(made: NotebookNode, cells: Sequence[NotebookNode]) -> None:
    """Keep the pictures of a text, if they are in the form that nbformat knows."""
    for cell in cells if made.cell_type == "markdown" else ():
        found = cell.get("attachments")
        if isinstance(found, dict):
            kept = {name: bundle for name, bundle in found.items() if isinstance(bundle, dict) and _is_texts(bundle)}
            made.attachments = {**made.get("attachments", {}), **copy.deepcopy(kept)}


def _is_texts(bundle: dict[str, object]) -> bool:
    return all(isinstance(content, str) for content in bundle.values())


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
