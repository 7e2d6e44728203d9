"""How wide what students read in code may be: docstrings and comments don't wrap on a screen as prose does."""

from __future__ import annotations

import ast
import io
import tokenize
from collections.abc import Iterable, Iterator

from course.authoring.inline import Definition, Function
from course.authoring.script import Findings

WIDTH = 88  # columns: a notebook's cell beside a table of contents, on a laptop


def check_width(definitions: Iterable[tuple[str, Definition]], findings: Findings) -> None:
    """Record each line of a docstring or a comment that reaches the notebook and is wider than `WIDTH`.

    Parameters
    ----------
    definitions : the answers, each with its exercise.
    """
    for exercise, definition in definitions:
        if definition.text is not None:  # a model answer, which is prose
            continue
        lines = definition.student_lines
        for row in sorted(_stating(definition)):
            line = definition.lines[row]
            if line in lines and len(line.text) > WIDTH:
                message = (
                    f"{definition.name}: this line is {len(line.text)} columns wide where students read it, and "
                    f"{WIDTH} are the most: wrap it."
                )
                findings.add(definition.path, line.origin, message, exercise)


def _stating(definition: Definition) -> set[int]:
    """The rows, counted from 0, of a definition's docstrings and comments."""
    return {*_docstrings(definition.source), *_comments(definition.source)}


def _docstrings(source: str) -> Iterator[int]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, Function | ast.ClassDef):
            first = node.body[0]
            if ast.get_docstring(node, clean=False) is not None:
                yield from range(first.lineno - 1, first.end_lineno or first.lineno)


def _comments(source: str) -> Iterator[int]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0] - 1
