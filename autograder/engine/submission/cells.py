"""Which released cell each cell of a submission is, whatever the editor that saved it has kept.

By any id it has kept, else by its text, else, for cells that are only looked at, by most of their lines.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

from autograder.engine.submission.definitions import Code, plain, read_released, shapes

OWN, SURPLUS = "", "surplus"  # of the student's own; a released text that is there more often than it was released
_DEEP = 2  # levels of a cell's metadata that are searched for an id
_MOST_ENTRIES = 200  # entries of them
_BLANKS = re.compile(r"[\s'\"]+")
_OF_A_RELEASE = re.compile(r"cell-[0-9a-f]{12}(-\d+)?")
_LETTERS = re.compile(r"[\W_]+")


@dataclass(frozen=True)
class ReleasedCells:
    """A chapter's released cells.

    Attributes
    ----------
    cells : by key, in the notebook's order.
    place : where in the notebook a key is.
    given : shapes of all released definitions.
    answers : the answers in code by key, with what each of them is to define; a room for helpers has nothing.
    boxes : the keys of the answers in words.
    chapter : its name.
    """

    cells: Mapping[str, NotebookNode]
    place: Mapping[str, int] = field(repr=False)
    given: frozenset[str] = field(repr=False)
    answers: Mapping[str, frozenset[str]] = field(repr=False)
    boxes: tuple[str, ...] = field(repr=False)
    chapter: str

    @classmethod
    def of(cls, release: NotebookNode) -> ReleasedCells:
        """Return the cells of a released notebook."""
        cells = {key: cell for cell in release.cells if (key := cell_key(cell))}
        asked = {key: cell for key, cell in cells.items() if is_answer(cell)}
        code = {key: cell.source for key, cell in asked.items() if cell.cell_type == "code"}
        given = frozenset(shape for source in code.values() for shape in shapes(source))
        return cls(
            cells,
            {key: place for place, key in enumerate(cells)},
            given,
            {key: read_released(source).names for key, source in code.items()},
            tuple(key for key in asked if key not in code),
            str(release.metadata.get("course", {}).get("chapter", "")),
        )

    @property
    def wanted(self) -> frozenset[str]:
        """Everything that the answers in code are to define."""
        return frozenset(name for names in self.answers.values() for name in names)

    def is_as_released(self, key: str, source: str) -> bool:
        """Whether a text is the released one but for white space."""
        released = self.cells[key]
        return plain(source) == plain(released.source) or (
            released.cell_type != "code" and letters(source) in ("", letters(released.source))
        )


@dataclass
class Placed:
    """A submitted cell on its way into the released shape.

    Attributes
    ----------
    node : as it was handed in.
    key : the released cell it is; `OWN` or `SURPLUS` for what is none.
    source : its text, with one kind of line end.
    code : what is known of a code cell; None for others.
    pictures : cells whose attachments its text may show.
    """

    node: NotebookNode = field(repr=False)
    key: str
    source: str
    code: Code | None = field(repr=False)
    pictures: list[NotebookNode] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Known:
    """Which released cell each submitted one is.

    Attributes
    ----------
    keys : one for each cell; `OWN` for the student's own, `SURPLUS` for a further copy of a released text.
    by_id : whether any cell has kept its id.
    """

    keys: tuple[str, ...]
    by_id: bool


def cell_key(cell: NotebookNode) -> str:
    """Return what identifies a released cell: its nbgrader id, else its cell id."""
    return str(cell.metadata.get("nbgrader", {}).get("grade_id") or cell.get("id", ""))


def is_answer(cell: NotebookNode) -> bool:
    """Whether a released cell is one a student writes an answer in."""
    return bool(cell.metadata.get("nbgrader", {}).get("solution"))


def is_locked(cell: NotebookNode) -> bool:
    """Whether a released cell may not be changed."""
    return bool(cell.metadata.get("nbgrader", {}).get("locked"))


def is_demo(cell: NotebookNode) -> bool:
    """Whether a released cell is only to be looked at, and not run when a submission is graded."""
    return bool(cell.metadata.get("course", {}).get("demo"))


def letters(text: str) -> str:
    """Return the letters and digits of a text: none means that nothing is written there."""
    return _LETTERS.sub("", text).casefold()


def known(submitted: Sequence[NotebookNode], codes: Sequence[Code | None], sheet: ReleasedCells) -> Known:
    """Say which released cell each submitted one is; in time linear in their text.

    Parameters
    ----------
    codes : what is known of each code cell; None for other cells.
    """
    keys = [_by_id(cell, sheet) for cell in submitted]
    by_id = any(keys)
    _by_text(keys, submitted, codes, sheet)
    _by_lines(keys, submitted, sheet)
    _by_place(keys, submitted, sheet)
    for number, cell in enumerate(submitted):
        if keys[number] == OWN and _was_released(cell):
            keys[number] = SURPLUS
    return Known(tuple(keys), by_id)


def _by_id(cell: NotebookNode, sheet: ReleasedCells) -> str:
    metadata = cell.get("metadata", {})
    nbgrader = metadata.get("nbgrader")
    grade_id = nbgrader.get("grade_id") if isinstance(nbgrader, Mapping) else None
    for found in (grade_id, cell.get("id"), *_ids(metadata)):
        if isinstance(found, str) and found in sheet.cells:
            return found
    return OWN


def _ids(metadata: object) -> Iterator[object]:
    """Whatever an editor may have kept an id as: `id`, `cell_id`, `cellId`, … of the metadata or of a part of it."""
    level, seen = [metadata], 0
    for _ in range(_DEEP):
        below: list[object] = []
        for part in level:
            for name, value in part.items() if isinstance(part, Mapping) else ():
                seen += 1
                if seen > _MOST_ENTRIES:
                    return
                if isinstance(value, Mapping):
                    below.append(value)
                elif str(name).lower().endswith("id"):
                    yield value
        level = below


def _by_text(
    keys: list[str], submitted: Sequence[NotebookNode], codes: Sequence[Code | None], sheet: ReleasedCells
) -> None:
    """Give cells without an id the key of the released cell with the same text, or the same code."""
    there = set(keys)
    released: dict[tuple[str, str], list[str]] = {}
    for key, cell in sheet.cells.items():
        for text in _texts(cell, read_released(cell.source) if cell.cell_type == "code" else None):
            released.setdefault(text, []).append(key)
    for number, (cell, code) in enumerate(zip(submitted, codes, strict=True)):
        if keys[number] == OWN:
            found = next((released[text] for text in _texts(cell, code) if text in released), [])
            if len(found) == 1 and found[0] not in there:
                keys[number] = found[0]
                there.add(found[0])
            elif found and not counts_twice(sheet.cells[found[0]]):
                keys[number] = SURPLUS


def counts_twice(released: NotebookNode) -> bool:
    """Whether a copy of a released cell does what the cell does: the imports, say, but nothing one only looks at."""
    return not (is_answer(released) or is_locked(released) or is_demo(released))


def _texts(cell: NotebookNode, code: Code | None) -> Iterator[tuple[str, str]]:
    kind = "code" if cell.cell_type == "code" else "text"
    text = plain(cell.source)
    if text.strip():
        yield kind, text
        if code is not None and code.shape and not code.idle:
            yield "shape", code.shape


def _by_lines(keys: list[str], submitted: Sequence[NotebookNode], sheet: ReleasedCells) -> None:
    """Give cells that hold most lines of a missing cell to look at, and perhaps others, its key."""
    missing = [key for key, cell in sheet.cells.items() if is_demo(cell) and key not in set(keys)]
    homes: dict[str, list[str]] = {}
    lines = {key: _lines(sheet.cells[key].source) for key in missing}
    for key in missing:
        for line in lines[key]:
            homes.setdefault(line, []).append(key)
    for number, cell in enumerate(submitted):
        if keys[number] == OWN and cell.cell_type == "code" and homes:
            shared = Counter(key for line in _lines(cell.source) for key in homes.get(line, ()))
            best = max(shared, key=lambda key: shared[key] / len(lines[key]), default="")
            if best and 2 * shared[best] > len(lines[best]):
                keys[number] = best


def _lines(source: str) -> set[str]:
    return {text for line in source.split("\n") if len(text := _BLANKS.sub("", line)) > 1}


def _by_place(keys: list[str], submitted: Sequence[NotebookNode], sheet: ReleasedCells) -> None:
    """Give a cell that still says that it is only looked at the key of the one that is missing where it stands."""
    missing = [key for key, cell in sheet.cells.items() if is_demo(cell) and key not in set(keys)]
    if not missing:
        return
    before = -1
    for number, cell in enumerate(submitted):
        if keys[number] in sheet.place:
            before = sheet.place[keys[number]]
        elif keys[number] == OWN and cell.cell_type == "code" and _says_demo(cell):
            here = next((key for key in missing if sheet.place[key] == before + 1), OWN)
            if here:
                keys[number], before = here, sheet.place[here]
                missing.remove(here)


def _was_released(cell: NotebookNode) -> bool:
    """Whether a cell is one to look at, or one of examples, of an earlier release; a copy has an id of its own."""
    name, nbgrader = cell.get("id"), cell.get("metadata", {}).get("nbgrader")
    if isinstance(nbgrader, Mapping) and nbgrader.get("locked") is True and nbgrader.get("grade") is True:
        return isinstance(name, str) and name == nbgrader.get("grade_id")
    return _says_demo(cell) and isinstance(name, str) and _OF_A_RELEASE.fullmatch(name) is not None


def _says_demo(cell: NotebookNode) -> bool:
    course = cell.get("metadata", {}).get("course")
    return isinstance(course, Mapping) and course.get("demo") is True
