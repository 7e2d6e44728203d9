"""What a chapter opens and closes with: what one can do afterwards and needs before, and experiments of one's own.

The first cell says it under two headings, the last one is the closing:

    ### Afterwards you can        three to five points
    ### Before you start          what is needed, and minutes in all, ``{minutes}``
                                  (somewhere in the cell: what ``needs(...)`` does, where cells begin with it)
    ## Further                    two or three open experiments, without a bar
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from markdown_it import MarkdownIt

from course.authoring.headings import headings
from course.authoring.script import Cell, Findings
from course.syllabus import Chapter

AFTERWARDS, BEFORE, FURTHER = "Afterwards you can", "Before you start", "Further"
_MINUTES = re.compile(r"\{minutes(?::(?P<part>[^{}]*))?\}")


def with_minutes(text: str, cell: Cell, chapter: Chapter, path: Path, findings: Findings) -> str:
    """Return the prose of `cell` with the chapter's minutes: ``{minutes}``, ``{minutes:core}``, ``{minutes:extra}``.

    Parameters
    ----------
    text : the cell's, other figures filled in.
    path, findings : the script, and where it is recorded what can't be filled in; that stays as it is.
    """

    def figure(found: re.Match[str]) -> str:
        line = cell.first + text.count("\n", 0, found.start())
        part = found["part"]
        counted = [one for one in chapter.exercise if part in (None, one.part)]
        unknown = [one.id for one in counted if one.minutes is None]
        if part not in (None, "core", "extra"):
            findings.add(path, line, f"{found[0]}: write {{minutes}}, {{minutes:core}} or {{minutes:extra}}.")
        elif unknown:
            findings.add(path, line, f"{found[0]}: {', '.join(unknown)} of the syllabus needs 'minutes = N'.")
        else:
            return str(sum(one.minutes or 0 for one in counted))
        return found[0]

    return _MINUTES.sub(figure, text)


def check_frame(cells: Sequence[Cell], needed: bool, path: Path, findings: Findings) -> None:
    """Record what is missing of a chapter's opening and closing.

    Parameters
    ----------
    needed : whether some cell to look at begins with ``needs(...)``.
    """
    if not cells:
        return
    opening, closing = cells[0], cells[-1]
    _check_opening(opening, needed, path, findings)
    titles = [(one.level, one.title) for one in headings(closing.source)]
    if closing.kind != "markdown" or titles != [(2, FURTHER)]:
        message = f"the last cell has to be prose under '## {FURTHER}': two or three open experiments."
        findings.add(path, closing.line, message)
        return
    if not 2 <= (count := _bullets(closing.source)) <= 3:
        message = f"'## {FURTHER}' lists {count} experiments ('- …'): two or three are wanted."
        findings.add(path, closing.line, message)
    if "{bar:" in closing.source:
        findings.add(path, closing.line, f"what stands under '## {FURTHER}' is open: it has no bar.")


def _check_opening(opening: Cell, needed: bool, path: Path, findings: Findings) -> None:
    parts = _parts(opening) if opening.kind == "markdown" else {}
    if lacking := [f"'### {title}'" for title in (AFTERWARDS, BEFORE) if title not in parts]:
        message = f"the first cell has to be prose that opens the chapter; it lacks {' and '.join(lacking)}."
        findings.add(path, opening.line, message)
        return
    if not 3 <= (count := _bullets(parts[AFTERWARDS])) <= 5:
        message = f"'### {AFTERWARDS}' lists {count} points ('- …'): three to five are wanted."
        findings.add(path, opening.line, message)
    if not _MINUTES.search(parts[BEFORE]):
        findings.add(path, opening.line, f"'### {BEFORE}' has to say the minutes in all: write {{minutes}} there.")
    if needed and "`needs(" not in opening.source:
        message = "cells to look at begin with needs(...): say in a line of the opening what `needs(…)` does."
        findings.add(path, opening.line, message)


def _parts(cell: Cell) -> dict[str, str]:
    """The text under each heading of the second level and below, by its title."""
    found, rows = headings(cell.source), cell.source.split("\n")
    ends: Iterable[int] = [*(one.first for one in found[1:]), len(rows)]
    return {one.title: "\n".join(rows[one.last : end]) for one, end in zip(found, ends, strict=False) if one.level > 1}


def _bullets(text: str) -> int:
    return sum(one.type == "list_item_open" and one.level == 1 for one in MarkdownIt().parse(text))
