"""The line below each exercise's heading: id, points, minutes, difficulty and section, from markers and syllabus."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt

from course.authoring.cells import Task
from course.authoring.script import Cell, Findings


@dataclass(frozen=True)
class Heading:
    """One heading of a Markdown text.

    Attributes
    ----------
    level, title : ``## A vote`` is of level 2.
    first, last : its lines, counted from 0; the latter is the first line after it.
    """

    level: int
    title: str
    first: int
    last: int


def headings(text: str) -> list[Heading]:
    """Return the headings of a Markdown text, in order; what looks like one within a block of code is none."""
    tokens = MarkdownIt().parse(text)
    return [
        Heading(int(token.tag[1:]), tokens[at + 1].content, *token.map)
        for at, token in enumerate(tokens)
        if token.type == "heading_open" and token.map and token.level == 0
    ]


def heading_lines(
    cells: Iterable[Cell], tasks: Mapping[str, Task], full_size: bool, complete: bool, path: Path, findings: Findings
) -> dict[int, list[tuple[int, str]]]:
    """Return what is put below headings: for a cell's number, each line of its text and what comes before it.

    An exercise has one heading, ``## ``, between the cells of the exercise before it and its first. Another may
    stand above further cells of it, which then go on with it.

    Parameters
    ----------
    full_size : whether the points of targets on all the data are given.
    complete : whether each exercise of the syllabus has a cell; else the heading of one that has none is no mistake.
    path, findings : the script, and where an exercise is recorded that has no heading, or several.
    """
    lines: dict[int, list[tuple[int, str]]] = {}
    above: list[tuple[int, Cell, Heading]] = []
    begun: set[str] = set()
    for index, cell in enumerate(cells):
        if cell.kind == "markdown":
            above += [(index, cell, one) for one in headings(cell.source) if one.level == 2]
        if cell.kind != "exercise":
            continue
        task = tasks.get(cell.exercise)
        first = cell.exercise not in begun
        begun.add(cell.exercise)
        if task and ((len(above) > 1 and complete) or (first and not above)):
            findings.add(path, cell.line, _misplaced(task, first, above), cell.exercise)
        elif task and above:
            number, _, heading = above[-1]
            said = _facts(task, full_size) if first else f"*{task.exercise.id}, continued*"
            lines.setdefault(number, []).append((heading.last, said))
        above = []
    return lines


def with_lines(text: str, lines: Iterable[tuple[int, str]]) -> str:
    """Return a text with further lines put in, each a paragraph of its own, in front of a line that is given."""
    rows = text.split("\n")
    for before, said in sorted(lines, reverse=True):
        rows[before:before] = ["", said, *[""][: bool(before < len(rows) and rows[before].strip())]]
    return "\n".join(rows)


def _facts(task: Task, full_size: bool) -> str:
    points = (task.points or 0) + (task.probe_points or 0)
    said = f"{points} point{'s' * (points != 1)}"
    if full_size and task.full_size_points:
        said += f", {task.full_size_points} more at full size"
    return f"*{' · '.join([task.exercise.id, said, *task.exercise.facts])}*"


def _misplaced(task: Task, first: bool, above: list[tuple[int, Cell, Heading]]) -> str:
    name = task.exercise.id
    if not above:
        return (
            f"no heading stands above the first cell of {name}, so nobody sees its points and minutes: write "
            "'## ' and a title in the prose above it."
        )
    where = ", ".join(f"{one.title!r} (line {cell.first + one.first})" for _, cell, one in above)
    whose = f"the first cell of {name}" if first else f"a further cell of {name}"
    return f"{len(above)} headings stand above {whose}, {where}: keep one '## ', and make the others '# ' or '### '."
