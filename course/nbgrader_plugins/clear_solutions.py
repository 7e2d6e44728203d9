"""nbgrader's ``ClearSolutions``, for regions that are not the body of a function."""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from typing import Any

from nbgrader.preprocessors import ClearSolutions
from traitlets import Unicode


class ClearAnswers(ClearSolutions):  # type: ignore[misc]  # nbgrader has no types
    """nbgrader's ``ClearSolutions``, for regions that are not the body of a function.

    The stock stub raises an error; at top level or in a class that would stop the student's notebook. There a
    public constant becomes ``NAME = ...``, of a dict the keys stay (they name the cases of a question), and anything
    else, which is private, a comment. nbgrader calls it once per cell, on the instructor's version, when it generates
    an assignment. An assignment that we have not built gets nbgrader's stubs.
    """

    value_stub = Unicode("...  # YOUR ANSWER", help="What stands for a constant's value").tag(config=True)
    _ours = False  # whether the notebook at hand is a chapter
    room_stub = Unicode("# Room for helpers of your own.", help="What stands for private definitions").tag(config=True)

    def preprocess(self, nb: Any, resources: Any) -> tuple[Any, Any]:
        """Called by nbgrader once per notebook."""
        self._ours = is_built(nb)
        done: tuple[Any, Any] = super().preprocess(nb, resources)
        return done

    def _replace_solution_region(self, cell: Any, language: str) -> bool:
        """Replace the regions of `cell` in place; return whether there was any. Other cells are left to nbgrader."""
        if not self._ours or cell.cell_type != "code" or language != "python":
            return bool(super()._replace_solution_region(cell, language))
        lines = cell.source.split("\n")
        regions = list(self._regions(lines))
        try:
            tree = ast.parse(cell.source)
        except (SyntaxError, ValueError):
            return bool(super()._replace_solution_region(cell, language))
        for begin, end in reversed(regions):
            indent = lines[begin][: len(lines[begin]) - len(lines[begin].lstrip())]
            stub = self._stub(tree, begin + 1, end + 1, language)
            lines[begin : end + 1] = [indent + line for line in stub]
        cell.source = "\n".join(lines)
        return bool(regions)

    def _blank(self, statement: ast.stmt) -> list[str]:
        """A constant without its value; of a dict the keys stay."""
        value, mark = str(self.value_stub).partition("  #")[::2]
        (name,) = _constant(statement)
        if keys := question_keys(getattr(statement, "value", None)):
            return [f"{name} = {{  #{mark}", *(f"    {key}: {value}," for key in keys), "}"]
        return [f"{name} = {self.value_stub}"]

    def _regions(self, lines: list[str]) -> Iterator[tuple[int, int]]:
        """The first and last line of each region, counted from 0, the markers included."""
        begin: int | None = None
        for number, line in enumerate(lines):
            if self.begin_solution_delimeter in line:
                if begin is not None:
                    raise RuntimeError(f"line {number + 1} begins a solution within a solution")
                begin = number
            elif self.end_solution_delimeter in line and begin is not None:
                yield begin, number
                begin = None
        if begin is not None:
            raise RuntimeError(f"the solution that begins on line {begin + 1} has no end")

    def _stub(self, tree: ast.Module, begin: int, end: int, language: str) -> list[str]:
        """The stub of one region; `begin` and `end` are its markers' lines, counted from 1."""
        home, statements = _innermost(tree, begin, end)
        if not isinstance(home, ast.Module | ast.ClassDef):
            return str(self.code_stub[language]).split("\n")
        names = [name for statement in statements for name in _constant(statement)]
        if isinstance(home, ast.Module) and names and len(names) == len(statements):
            return [line for one in statements for line in self._blank(one)]
        return [str(self.room_stub)]


def question_keys(value: ast.expr | None) -> list[str]:
    """The keys of a dict, as they are written in code: they name the cases of a question, and so belong to it.

    Empty for anything else, and for a dict with a key that is worked out.
    """
    keys = value.keys if isinstance(value, ast.Dict) else []
    texts = [_quoted(key.value) for key in keys if isinstance(key, ast.Constant)]
    return texts if len(texts) == len(keys) else []


def _quoted(key: object) -> str:
    return json.dumps(key, ensure_ascii=False) if isinstance(key, str) else repr(key)


def is_built(nb: Any) -> bool:
    """Whether a notebook is a chapter that our builder has made, not an assignment of nbgrader's own kind."""
    return any("course" in cell.metadata for cell in nb.cells)


def _innermost(tree: ast.Module, begin: int, end: int) -> tuple[ast.AST, list[ast.stmt]]:
    """The block a region belongs to, and its statements in the region."""
    for node in ast.walk(tree):  # breadth first: the outermost statements of a region are met before inner ones
        for block in ("body", "orelse", "finalbody"):
            statements = getattr(node, block, [])
            if isinstance(statements, list):
                inside = [one for one in statements if begin < one.lineno < end]
                if inside:
                    return node, inside
    return tree, []


def _constant(statement: ast.stmt) -> Iterator[str]:
    """What stands left of ``=`` in the definition of a public constant, its type included."""
    if isinstance(statement, ast.Assign):
        target, typed = statement.targets[0], ""
    elif isinstance(statement, ast.AnnAssign):
        target, typed = statement.target, f": {ast.unparse(statement.annotation)}"
    else:
        return
    if isinstance(target, ast.Name) and not target.id.startswith("_"):
        yield target.id + typed
