"""Find the names a chapter's notebook uses but does not define, in each form in which it is run.

A notebook is run whole by the author, without its demo cells by the grader, and without hidden helpers by the
student; a name can be missing from one of them only.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from pyflakes import checker, messages

from course.authoring.inline import Definition, SourceLine
from course.authoring.script import Cell, Findings


@dataclass(frozen=True)
class Piece:
    """The code of one cell.

    Attributes
    ----------
    lines : its text, each line with its number in `path`.
    student : the lines of it that the student has.
    path : the file it was written in.
    demo : whether the grader leaves it out.
    exercise : the exercise it belongs to, or empty.
    """

    lines: tuple[SourceLine, ...]
    student: tuple[SourceLine, ...]
    path: Path
    demo: bool = False
    exercise: str = ""

    @classmethod
    def of_cell(cls, cell: Cell, path: Path) -> Piece:
        lines = tuple(SourceLine(text, cell.first + n) for n, text in enumerate(cell.source.split("\n")))
        return cls(lines, lines, path, demo=cell.kind == "demo")

    @classmethod
    def of_definition(cls, definition: Definition, exercise: str) -> Piece:
        student = definition.student_lines
        if definition.kind == "constant" and definition.shown:
            student = (SourceLine(f"{definition.name} = ...", definition.line), *student)
        return cls(definition.lines, student, definition.path, exercise=exercise)

    @classmethod
    def of_examples(cls, definition: Definition, exercise: str) -> Piece:
        """The examples as the body of a function: what they assign is not left behind in the notebook."""
        lines = [SourceLine("def _examples():", definition.line)]
        for example in definition.examples if definition.shown else ():
            lines += [SourceLine(f"    {text}", definition.line) for text in example.source.rstrip("\n").split("\n")]
        lines.append(SourceLine("    return", definition.line))
        return cls(tuple(lines), tuple(lines), definition.path, exercise=exercise)


@dataclass(frozen=True)
class _Use:
    """Where a name is first used."""

    path: Path
    line: int
    exercise: str
    more: int  # further uses


def check_names(pieces: Iterable[Piece], excused: Collection[str], findings: Findings) -> None:
    """Record each name that some form of the notebook uses without importing or defining it, at its first use.

    Nothing is said of the `excused`, nor while a piece is not valid Python: that has been reported already, and
    what it would define is not known.
    """
    pieces = list(pieces)
    if not all(_valid(piece.lines) for piece in pieces):
        return
    everywhere = _undefined(pieces)
    graded = _undefined([piece for piece in pieces if not piece.demo])
    student = _undefined([replace(piece, lines=piece.student) for piece in pieces])
    for uses, reason in (
        (everywhere, "the notebook does not import or define it: add it to a code cell above, or import the answer."),
        (graded, "only a demo cell defines it, and demo cells are not run when grading: define it in a plain cell."),
        (student, "only hidden code defines it, so it would be missing for students: don't use it in visible code."),
    ):
        for name, use in uses.items():
            if name not in excused and (uses is everywhere or name not in everywhere):
                more = f" (and {use.more} times more)" if use.more else ""
                findings.add(use.path, use.line, f"{name} is used here{more}, but {reason}", use.exercise)


def _undefined(pieces: list[Piece]) -> dict[str, _Use]:
    places = [(piece, line) for piece in pieces for line in piece.lines]
    tree = ast.parse("\n".join(line.text for _, line in places))
    found: dict[str, _Use] = {}
    for message in sorted(checker.Checker(tree).messages, key=lambda one: (one.lineno, one.col)):
        if isinstance(message, messages.UndefinedName):
            piece, line = places[message.lineno - 1]
            name = str(message.message_args[0])
            first = found.get(name, _Use(piece.path, line.origin, piece.exercise, -1))
            found[name] = replace(first, more=first.more + 1)
    return found


def _valid(lines: tuple[SourceLine, ...]) -> bool:
    try:
        ast.parse("\n".join(line.text for line in lines))
    except (SyntaxError, ValueError):
        return False
    return True
