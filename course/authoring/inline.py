"""Take an answer's definition from the text of ``solutions/<chapter>/<theme>.py`` and mark what a student must not see.

The solutions are read by `ast`, never imported: a build runs no chapter code. What stays visible is what states the
question: decorators, signature, types, docstring, and the comment above a constant.
"""

from __future__ import annotations

import ast
import doctest
import inspect
import itertools
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, TypeAlias

from course.authoring.script import Findings, parse, read_text
from course.errors import near

_OWN_LINES = "put each statement on lines of its own: answers are hidden by whole lines."
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
_Region: TypeAlias = tuple[int, int, int]  # first line, last line, indent; lines count from 1


@dataclass(frozen=True)
class SourceLine:
    """One line of a cell, and the line of the solutions it came from (0: put in by the builder)."""

    text: str
    origin: int


@dataclass(frozen=True)
class Definition:
    """One answer, ready to be a cell.

    Attributes
    ----------
    name, kind, path, line : what it is and where it begins in the solutions.
    lines : its text with the solution markers.
    shown : whether a student sees anything of it; False for names that begin with an underscore.
    examples : the docstring's doctest examples, a class's methods included.
    text : the value of a string constant, dedented; None for anything else.
    """

    name: str
    kind: Literal["function", "class", "constant"]
    line: int
    lines: tuple[SourceLine, ...]
    shown: bool
    examples: tuple[doctest.Example, ...] = ()
    text: str | None = None
    path: Path = Path()

    @property
    def source(self) -> str:
        return "\n".join(line.text for line in self.lines)

    @property
    def answer(self) -> str:
        """The text as it is written, without the markers."""
        return "\n".join(line.text for line in self.lines if line.origin)

    @property
    def student_lines(self) -> tuple[SourceLine, ...]:
        """The lines outside every solution region; ``...`` stands for each region."""
        kept: list[SourceLine] = []
        hidden = False
        for line in self.lines:
            word = line.text.strip()
            if word == BEGIN:
                hidden = True
                kept.append(SourceLine(line.text.replace(BEGIN, "..."), 0))
            elif word == END:
                hidden = False
            elif not hidden:
                kept.append(line)
        return tuple(kept)


class _Unsupported(Exception):
    """The definition can't be turned into a cell."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


class Solutions:
    """The definitions of a chapter's solutions, by theme and name.

    Parameters
    ----------
    folder : ``solutions/<chapter>``.
    paths : its themes.
    findings : where a missing folder, a syntax error and every unsupported definition are recorded.
    """

    def __init__(self, folder: Path, paths: Iterable[Path], findings: Findings) -> None:
        self.folder = folder
        self._findings = findings
        self._themes = {path.stem: Theme(path, findings) for path in paths}
        if not self._themes:
            findings.add(folder, 0, f"there is no <theme>.py in it: chapter {findings.chapter} needs its answers.")

    @property
    def readable(self) -> bool:
        """Whether every theme could be parsed."""
        return bool(self._themes) and all(theme.readable for theme in self._themes.values())

    def tree(self, theme: str) -> ast.Module:
        """The syntax of a theme; of one that is not there, or can't be read, an empty one."""
        return self._themes[theme].tree if theme in self._themes else ast.Module([], [])

    def get(self, theme: str, name: str, asked: Path, line: int, exercise: str) -> Definition | None:
        """Return the definition of `name` in `theme`, or record why there is none.

        Parameters
        ----------
        asked, line, exercise : the place in the script that asks for it, for the message.
        """
        if not self._themes:
            return None
        if found := self._themes.get(theme):
            return found.get(name, asked, line, exercise)
        message = f"there is no {theme}.py in solutions/{self.folder.name}.{near(theme, self._themes)}"
        self._findings.add(asked, line, message, exercise)
        return None


class Theme:
    """The definitions of one file of solutions, by name.

    Parameters
    ----------
    path : ``solutions/<chapter>/<theme>.py``.
    findings : where a missing file, a syntax error and every unsupported definition are recorded.
    """

    def __init__(self, path: Path, findings: Findings) -> None:
        self.path = path
        self._findings = findings
        text = read_text(path, findings)
        self.lines: list[str] = (text or "").split("\n")
        tree = parse(text, path, 1, findings) if text is not None else None
        self.readable = tree is not None
        self.tree = tree or ast.Module([], [])
        self._nodes: dict[str, list[ast.stmt]] = {}
        for node in self.tree.body:
            for name in bound_names(node):
                self._nodes.setdefault(name, []).append(node)

    def __contains__(self, name: str) -> bool:
        return name in self._nodes

    def get(self, name: str, asked: Path, line: int, exercise: str) -> Definition | None:
        """Return the definition of `name`, or record why there is none.

        Parameters
        ----------
        asked, line, exercise : the place in the script that asks for it, for the message.
        """
        if not self.readable:
            return None
        if name not in self._nodes:
            home = f"{self.path.name} in solutions/{self.path.parent.name}"
            message = f"{home} does not define {name}.{near(name, self._nodes)}"
            self._findings.add(asked, line, message, exercise)
            return None
        try:
            return replace(self._define(name), path=self.path)
        except _Unsupported as error:
            self._findings.add(self.path, error.line, f"{name}: {error}", exercise)
            return None

    def _define(self, name: str) -> Definition:
        node, *others = self._nodes[name]
        if others:
            raise _Unsupported(others[0].lineno, f"defined twice, first on line {node.lineno}; keep one.")
        self._check_own_lines(node)
        shown = not name.startswith("_")
        if isinstance(node, ast.ClassDef):
            definition = self._class(node, shown)
        elif isinstance(node, Function):
            definition = self._function(node, shown)
        else:
            definition = self._constant(name, node, shown)
        return definition

    def _function(self, node: Function, shown: bool) -> Definition:
        if not shown:
            return Definition(node.name, "function", node.lineno, self._hidden(node), False)
        _require_docstring(node)
        region = self._body(node)
        if region is None:
            raise _Unsupported(node.lineno, "has a docstring and no body: there is nothing to answer.")
        lines = self._render(_start(node), self._end(node), [region])
        return Definition(node.name, "function", node.lineno, lines, True, _examples(node))

    def _class(self, node: ast.ClassDef, shown: bool) -> Definition:
        if not shown:
            return Definition(node.name, "class", node.lineno, self._hidden(node), False)
        _require_docstring(node)
        regions = self._members(node)
        if not regions:
            raise _Unsupported(node.lineno, "has no method with a body: there is nothing to answer.")
        methods = [item for item in node.body if isinstance(item, Function) and _public(item.name)]
        examples = tuple(example for owner in (node, *methods) for example in _examples(owner))
        lines = self._render(_start(node), self._end(node), regions)
        return Definition(node.name, "class", node.lineno, lines, True, examples)

    def _constant(self, name: str, node: ast.stmt, shown: bool) -> Definition:
        plain = isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name)
        typed = isinstance(node, ast.AnnAssign) and node.value is not None
        if not (plain or typed) or not isinstance(node, ast.Assign | ast.AnnAssign):
            raise _Unsupported(
                node.lineno, "has to be a function, a class, or 'NAME = value' at top level of this file."
            )
        if not shown:
            return Definition(name, "constant", node.lineno, self._hidden(node), False)
        last = node.end_lineno or node.lineno
        lines = self._render(self._above(node.lineno), last, [(node.lineno, last, 0)])
        value = node.value
        text = (
            inspect.cleandoc(value.value) if isinstance(value, ast.Constant) and isinstance(value.value, str) else None
        )
        return Definition(name, "constant", node.lineno, lines, True, (), text)

    def _hidden(self, node: ast.stmt) -> tuple[SourceLine, ...]:
        first, last = self._above(_start(node)), self._end(node)
        return self._render(first, last, [(first, last, 0)])

    def _members(self, node: ast.ClassDef) -> list[_Region]:
        """The regions of a class: each public method's body, and everything private or valued as a whole."""
        regions: list[_Region] = []
        whole = False
        for item in node.body[1:]:  # the docstring is first
            if isinstance(item, Function) and _public(item.name):
                self._check_own_lines(item)
                region = self._body(item)
                regions += [region] if region else []
                whole = False
            elif _states_nothing(item):
                whole = False
            else:
                first = regions.pop()[0] if whole else self._above(_start(item))
                regions.append((first, self._end(item), item.col_offset))
                whole = True
        return regions

    def _body(self, node: Function) -> _Region | None:
        """The region of a function's body after its docstring; None when nothing follows."""
        body = node.body[1:] if ast.get_docstring(node, clean=False) is not None else node.body
        if not body:
            return None
        first, above = _start(body[0]), node.body[0].end_lineno if body is not node.body else 0
        while first - 1 > (above or 0) and (
            not self.lines[first - 2].strip() or self.lines[first - 2].lstrip().startswith("#")
        ):
            first -= 1
        while not self.lines[first - 1].strip():
            first += 1
        return first, self._end(node), body[0].col_offset

    def _end(self, node: ast.stmt) -> int:
        """The last line of `node`, with the comments inside it that `ast` does not see."""
        last = ahead = node.end_lineno or node.lineno
        while ahead < len(self.lines):
            line = self.lines[ahead]
            indent = len(line) - len(line.lstrip())
            if line.strip() and not (line.lstrip().startswith("#") and indent > node.col_offset):
                break
            ahead += 1
            last = ahead if line.strip() else last
        return last

    def _above(self, first: int) -> int:
        """The first line of the comment block that ends directly above line `first`."""
        while first > 1 and self.lines[first - 2].lstrip().startswith("#"):
            first -= 1
        return first

    def _check_own_lines(self, node: ast.stmt) -> None:
        """A region is whole lines, so a body may share none with a header or with another statement."""
        inner = node.body if isinstance(node, Function | ast.ClassDef) else []
        rest = self.lines[(node.end_lineno or node.lineno) - 1].encode()[node.end_col_offset or 0 :].decode()
        if rest.lstrip().startswith(";"):
            raise _Unsupported(node.lineno, _OWN_LINES)
        for statement in [node, *inner]:
            line = self.lines[statement.lineno - 1]
            before = line.encode()[: statement.col_offset].decode().strip()
            if before:
                raise _Unsupported(statement.lineno, _OWN_LINES)
        for one, two in itertools.pairwise(inner):
            if _start(two) <= (one.end_lineno or one.lineno):
                raise _Unsupported(two.lineno, _OWN_LINES)

    def _render(self, first: int, last: int, regions: list[_Region]) -> tuple[SourceLine, ...]:
        begins = {region[0]: region[2] for region in regions}
        ends = {region[1]: region[2] for region in regions}
        rendered: list[SourceLine] = []
        for number in range(first, last + 1):
            if number in begins:
                rendered.append(SourceLine(" " * begins[number] + BEGIN, 0))
            rendered.append(SourceLine(self.lines[number - 1], number))
            if number in ends:
                rendered.append(SourceLine(" " * ends[number] + END, 0))
        return tuple(rendered)


def example_text(definitions: Iterable[Definition]) -> str:
    """Return the examples of all shown definitions as doctest text, one block per definition."""
    blocks = []
    for definition in definitions:
        if definition.shown and definition.examples:
            blocks.append("".join(map(_as_doctest, definition.examples)))
    return "\n".join(blocks)


def answered(example: doctest.Example) -> bool:
    """Whether an example states an outcome that is looked at; the others only prepare one."""
    return bool(example.want) and not example.options.get(doctest.SKIP, False)


def _as_doctest(example: doctest.Example) -> str:
    first, *rest = example.source.rstrip("\n").split("\n")
    return "\n".join([f">>> {first}", *(f"... {line}".rstrip() for line in rest)]) + "\n" + example.want


def _examples(node: Function | ast.ClassDef) -> tuple[doctest.Example, ...]:
    docstring = ast.get_docstring(node) or ""
    try:
        examples = tuple(doctest.DocTestParser().get_examples(docstring))
    except ValueError as error:
        raise _Unsupported(node.lineno, f"the docstring's examples can't be read: {error}.") from error
    for example in examples:
        try:
            ast.parse(example.source)
        except SyntaxError as error:
            text = example.source.strip()
            raise _Unsupported(node.lineno, f"the example {text!r} is not valid Python: {error.msg}.") from error
    return examples


def _require_docstring(node: Function | ast.ClassDef) -> None:
    if ast.get_docstring(node) is None:
        raise _Unsupported(node.lineno, "has no docstring: it is what tells the student the question.")


def _states_nothing(item: ast.stmt) -> bool:
    """``x: int`` and ``pass`` hold no answer, so they stay: a dataclass keeps its signature."""
    return isinstance(item, ast.Pass) or (isinstance(item, ast.AnnAssign) and item.value is None)


def _public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__"))


def _start(node: ast.stmt) -> int:
    decorators = node.decorator_list if isinstance(node, Function | ast.ClassDef) else []
    return min([node.lineno, *(decorator.lineno for decorator in decorators)])


def imported_name(alias: ast.alias) -> str:
    """The name that one part of an import binds."""
    return (alias.asname or alias.name).split(".")[0]


def bound_names(node: ast.stmt) -> list[str]:
    """The names a top-level statement binds, however it does so."""
    if isinstance(node, Function | ast.ClassDef):
        return [node.name]
    if isinstance(node, ast.Import | ast.ImportFrom):
        return [imported_name(alias) for alias in node.names]
    stores = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    inner = [n.name for n in ast.walk(node) if isinstance(n, Function | ast.ClassDef)]
    return list(dict.fromkeys([*stores, *inner]))
