"""Finds answers in words that were not written into the box that was meant for them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from autograder.engine.submission.cells import OWN, Placed, ReleasedCells, letters
from autograder.engine.submission.definitions import plain

_COMMENT = re.compile(r"^[ \t]*#+ ?", re.MULTILINE)
_FEWEST_WORDS = 3  # of a cell of code that is no code


@dataclass(frozen=True)
class FoundText:
    """An answer in words outside its box.

    Attributes
    ----------
    text : what goes into the box.
    cells : where it stood, cells of the student's own; none where it was written into the question.
    """

    text: str
    cells: tuple[int, ...] = ()


def find_texts(cells: Sequence[Placed], sheet: ReleasedCells) -> tuple[dict[str, FoundText], tuple[int, ...]]:
    """Return what was written for boxes that are empty or gone, by key, and texts that may belong to one of them.

    Looked for are the cells of the student's own between the released ones on both sides of a box, then what was
    added to the question above it, then a text anywhere that names the exercise.
    """
    where = {cell.key: number for number, cell in enumerate(cells) if cell.key in sheet.cells}
    empty = [key for key in sheet.boxes if key not in where or sheet.is_as_released(key, cells[where[key]].source)]
    if not empty:
        return {}, ()
    ours = letters("".join(cell.source for cell in sheet.cells.values() if cell.cell_type != "code"))
    words = {
        number: text for number, cell in enumerate(cells) if cell.key == OWN and _is_news(text := _words(cell), ours)
    }
    found: dict[str, FoundText] = {}
    for group in _groups(empty, where, sheet):
        here = [number for number in _between(group, where, sheet, len(cells)) if number in words]
        found |= dict(_shared(group, here, words))
    for key in empty:
        if key not in found and (text := _added(key, cells, where, sheet)):
            found[key] = FoundText(text)
    used = {number for one in found.values() for number in one.cells}
    rest = [number for number in words if number not in used and cells[number].code is None]
    for key in empty:
        named = [number for number in rest if key not in found and _names(key, words[number])]
        if named:
            found[key] = FoundText(words[named[0]], (named[0],))
            rest.remove(named[0])
    return found, tuple(rest) if len(found) < len(empty) else ()


def _words(cell: Placed) -> str:
    """What a cell says in words: all of a text; of a code cell what is a comment, a string, or no code at all."""
    source, code = cell.source.strip(), cell.code
    if code is None:
        return source
    if code.sound and code.idle:
        return _COMMENT.sub("", source).strip("'\"\n ")
    is_prose = not code.sound and not code.parts and "=" not in source and "(" not in source
    return source if is_prose and len(source.split()) >= _FEWEST_WORDS else ""


def _is_news(text: str, ours: str) -> bool:
    """Whether any line of a text was not released: a part of a question that a tool has split is no answer."""
    return any(letters(line) not in ours for line in text.split("\n"))


def _groups(empty: Sequence[str], where: Mapping[str, int], sheet: ReleasedCells) -> Iterator[list[str]]:
    """Boxes that no released cell stands between in the submission, other than themselves."""
    order, group = list(sheet.cells), list[str]()
    for key in order:
        if key in empty:
            group.append(key)
        elif key in where and group:
            yield group
            group = []
    if group:
        yield group


def _between(group: Sequence[str], where: Mapping[str, int], sheet: ReleasedCells, end: int) -> range:
    """The submission's cells between the released neighbours of some boxes."""
    order = list(sheet.cells)
    first, last = sheet.place[group[0]], sheet.place[group[-1]]
    before = next((where[key] for key in reversed(order[:first]) if key in where), -1)
    after = next((where[key] for key in order[last + 1 :] if key in where), end)
    return range(before + 1, after)


def _shared(group: Sequence[str], here: Sequence[int], words: Mapping[int, str]) -> Iterator[tuple[str, FoundText]]:
    """Give texts to boxes: one each where there are as many, else all to each, for a person to tell apart."""
    if len(here) == len(group):
        yield from ((key, FoundText(words[number], (number,))) for key, number in zip(group, here, strict=True))
    elif here:
        text = "\n\n".join(words[number] for number in here)
        yield from ((key, FoundText(text, tuple(here))) for key in group)


def _added(key: str, cells: Sequence[Placed], where: Mapping[str, int], sheet: ReleasedCells) -> str:
    """What was added to the question, the released text right above a box."""
    above = list(sheet.cells)[max(0, sheet.place[key] - 1)]
    if above not in where or sheet.cells[above].cell_type != "markdown" or above in sheet.boxes:
        return ""
    question = {line for line in _lines(sheet.cells[above].source) if line}
    now = _lines(cells[where[above]].source)
    if 2 * len(question.intersection(now)) < len(question):
        return ""  # another question: a translated one, say
    text = "\n".join(line for line in now if line not in question).strip()
    return text if letters(text) not in ("", letters(sheet.cells[key].source)) else ""


def _lines(text: str) -> list[str]:
    return plain(text).split("\n")


def _names(key: str, text: str) -> bool:
    """Whether a text names the exercise of a box, whatever stands between its numbers: p-01-12 is P.01.12."""
    number = r"[\W_]*".join(re.escape(part) for part in key.split("-"))
    return re.search(rf"\b{number}(?!\d)", text, re.IGNORECASE) is not None
