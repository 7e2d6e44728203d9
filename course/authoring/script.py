"""Read a chapter's percent script into cells, and say where the author went wrong.

The format is jupytext's percent format, and a test holds this reader to jupytext's own. It is read here because
jupytext drops line numbers, which every message to an author needs, and because our markers are stricter: an
unknown word in a marker is a mistake, not a title.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from course.errors import Problem, near

CellKind = Literal["markdown", "code", "demo", "exercise"]

# nbgrader takes a line that merely contains one of these for an order, so an author may type none of them.
RESERVED = re.compile(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)|### (HASHED )?AUTOTEST")
_MARKER = re.compile(r"^#\s?%%(?P<rest>.*)$")
_WORD = re.compile(r"""\[markdown\]|(?P<key>\w+)=(?:"(?P<quoted>[^"]*)"|(?P<bare>\S+))|(?P<flag>\S+)""")
_KEYS = ("exercise", "points", "probe_points", "full_size_points")


@dataclass
class Findings:
    """The mistakes found so far in one chapter; collected, so that the author sees them all at once."""

    chapter: str
    problems: list[Problem] = field(default_factory=list)

    def add(self, path: Path, line: int, message: str, exercise: str = "") -> None:
        """Record one mistake at `path`:`line` (0 when the whole file is meant)."""
        problem = Problem(path, line, message, self.chapter, exercise)
        if problem not in self.problems:
            self.problems.append(problem)


@dataclass(frozen=True)
class Cell:
    """One cell of a script.

    Attributes
    ----------
    kind : what it is for; "demo" is code shown to students and not run when grading.
    source : its text; the prose of a markdown cell without the leading ``# ``.
    line : where its marker stands, counted from 1.
    first : where the first line of `source` stands.
    exercise : the exercise's id, empty unless `kind` is "exercise".
    points, probe_points, full_size_points : as typed in the marker, None when absent.
    """

    kind: CellKind
    source: str
    line: int
    first: int
    exercise: str = ""
    points: int | None = None
    probe_points: int | None = None
    full_size_points: int | None = None


@dataclass(frozen=True)
class Import:
    """One answer an exercise cell asks for: a name, the theme of the solutions it is in, and the line that asks."""

    name: str
    line: int
    theme: str


def read_text(path: Path, findings: Findings) -> str | None:
    """Return the text of `path`; when it can't be read, record why and return None."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        findings.add(path, 0, f"the file is missing: chapter {findings.chapter} needs it.")
        return None
    except UnicodeDecodeError as error:
        findings.add(path, 0, f"not UTF-8 text: {error.reason} at byte {error.start}. Save it as UTF-8.")
        return None
    for number, line in enumerate(text.split("\n"), 1):
        if match := RESERVED.search(line):
            findings.add(path, number, f"{match[0]!r} is the builder's own marker: remove it; it is put in for you.")
    return text


def parse(source: str, path: Path, first: int, findings: Findings) -> ast.Module | None:
    """Parse Python that begins at line `first` of `path`; record a syntax error and return None."""
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        findings.add(path, first + line - 1, f"not valid Python: {getattr(error, 'msg', error)}.")
        return None


def read_script(path: Path, findings: Findings) -> tuple[Cell, ...]:
    """Return the cells of a percent script in order; empty ones are left out.

    Parameters
    ----------
    path : the script, ``source/<chapter>.py``.
    findings : where mistakes in markers and prose are recorded.
    """
    text = read_text(path, findings)
    if text is None:
        return ()
    lines = text.split("\n")
    starts = [number for number, line in enumerate(lines) if _MARKER.match(line)]
    _check_header("\n".join(lines[: starts[0] if starts else len(lines)]), path, findings)
    cells = []
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        cell = _cell(lines, start, stop, path, findings)
        if cell.source or cell.kind == "exercise":
            cells.append(cell)
    return tuple(cells)


def imports(cell: Cell, package: str, path: Path, findings: Findings) -> tuple[Import, ...]:
    """Return the answers an exercise cell asks for; anything but plain imports of its themes is recorded.

    Parameters
    ----------
    package : whose modules are allowed: ``solutions.<chapter>``.
    """
    tree = parse(cell.source, path, cell.first, findings)
    if tree is None:
        return ()
    found: list[Import] = []
    for statement in tree.body:
        line = cell.first + statement.lineno - 1
        if message := _import_mistake(statement, package):
            findings.add(path, line, message, cell.exercise)
        elif isinstance(statement, ast.ImportFrom):
            theme = (statement.module or "").rpartition(".")[2]
            found += [Import(alias.name, cell.first + alias.lineno - 1, theme) for alias in statement.names]
    if not tree.body:
        findings.add(
            path, cell.line, f"the exercise cell is empty: import its answers from {package}.<theme>.", cell.exercise
        )
    return tuple(found)


def check_plain_code(cell: Cell, path: Path, findings: Findings) -> None:
    """Record what a cell that students see and run may not hold: ``import *``, our folders, ``__file__``."""
    tree = parse(cell.source, path, cell.first, findings)
    for node in ast.walk(tree) if tree else ():
        line = cell.first + getattr(node, "lineno", 1) - 1
        for module in _modules(node):
            if module.split(".")[0] in ("solutions", "autograder"):
                message = (
                    f"students don't have {module}: only an exercise cell imports answers, and none imports checks."
                )
                findings.add(path, line, message)
        if isinstance(node, ast.ImportFrom) and node.names[0].name == "*":
            findings.add(path, line, f"'from {node.module} import *' hides which names exist: import them by name.")
        if isinstance(node, ast.Name) and node.id == "__file__":
            findings.add(path, line, "__file__ does not exist in a notebook: load data by course.datasets instead.")


def _modules(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""


def _import_mistake(statement: ast.stmt, package: str) -> str:
    wanted = f"'from {package}.<theme> import ...'"
    if not isinstance(statement, ast.ImportFrom):
        return f"an exercise cell holds nothing but {wanted}: move this to a cell of its own."
    if statement.level or (statement.module or "").rpartition(".")[0] != package:
        return f"answers of this chapter come {wanted[1:-1]}, not from {'.' * statement.level}{statement.module or ''}."
    if any(alias.name == "*" for alias in statement.names):
        return f"{wanted} has to name each answer, not '*'."
    if renamed := [alias for alias in statement.names if alias.asname]:
        return f"{renamed[0].name} may not be renamed by 'as': checks call it by its own name."
    return ""


def _check_header(text: str, path: Path, findings: Findings) -> None:
    tree = parse(text, path, 1, findings)
    body = tree.body if tree else []
    if body and ast.get_docstring(tree or ast.Module([], [])) is not None:
        body = body[1:]
    if body:
        findings.add(path, body[0].lineno, "code before the first '# %%' would be lost: put a marker above it.")


def _cell(lines: list[str], start: int, stop: int, path: Path, findings: Findings) -> Cell:
    """Read the cell whose marker is ``lines[start]`` (counted from 0) and whose text ends before `stop`."""
    match = _MARKER.match(lines[start])
    head = _Head(path, start + 1, findings)
    head.read(match["rest"] if match else "")
    first, last = start + 1, stop
    while first < last and not lines[first].strip():
        first += 1
    while last > first and not lines[last - 1].strip():
        last -= 1
    body = lines[first:last]
    if head.kind == "markdown":
        body = [_prose(line, first + 1 + n, head) for n, line in enumerate(body)]
    source = "\n".join(line.rstrip() for line in body) if head.kind == "markdown" else "\n".join(body)
    return Cell(head.kind, source, start + 1, first + 1, head.exercise, *head.all_points)


def _prose(line: str, number: int, head: _Head) -> str:
    if line.strip() and not line.startswith("#"):
        head.findings.add(head.path, number, "a line of prose has to begin with '# '; is a '# %%' missing above it?")
    return line[2:] if line.startswith("# ") else line[1:]


@dataclass
class _Head:
    """What a marker says, read word by word."""

    path: Path
    line: int
    findings: Findings
    kind: CellKind = "code"
    exercise: str = ""
    points: int | None = None
    probe_points: int | None = None
    full_size_points: int | None = None

    @property
    def all_points(self) -> tuple[int | None, int | None, int | None]:
        return self.points, self.probe_points, self.full_size_points

    def read(self, rest: str) -> None:
        seen: list[str] = []
        for match in _WORD.finditer(rest):
            word = match["key"] or match["flag"] or match[0]
            if word in seen:
                self._complain(f"{word!r} is in this marker twice.")
            seen.append(word)
            self._word(word, match)
        if self.kind != "exercise":
            for key in _KEYS[1:]:
                if key in seen:
                    self._complain(f'{key} belongs to an exercise: add exercise="..." or remove it.')
        if sum(word in seen for word in ("exercise", "demo", "[markdown]")) > 1:
            self._complain('a cell is one of: [markdown], demo, exercise="...".')

    def _word(self, word: str, match: re.Match[str]) -> None:
        value = match["quoted"] if match["quoted"] is not None else match["bare"]
        if word == "[markdown]":
            self.kind = "markdown"
        elif word == "demo" and value is None:
            self.kind = "demo"
        elif word == "exercise" and value is not None:
            self.kind, self.exercise = "exercise", value
        elif word in _KEYS[1:] and value is not None:
            setattr(self, word, self._whole(word, value))
        else:
            known = (*_KEYS, "demo", "[markdown]")
            self._complain(f"unknown word {match[0]!r} in a marker; known: {', '.join(known)}.{near(word, known)}")

    def _whole(self, word: str, value: str) -> int | None:
        if value.isascii() and value.isdigit() and int(value) > 0:
            return int(value)
        self._complain(f"{word}={value} is not a whole number above 0.")
        # A second message about missing points would only repeat this one.
        return 0

    def _complain(self, message: str) -> None:
        self.findings.add(self.path, self.line, message, self.exercise)
