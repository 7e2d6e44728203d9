"""What stands in a notebook's own text: statements, names and lines, read from the outside without running any of it.

A submission's text is hostile: whatever it is, reading it ends soon, in a bounded part of memory, and raises nothing.
"""

from __future__ import annotations

import ast
import functools
import itertools
import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from nbformat import NotebookNode

CELL_CHARACTERS = 100_000  # of a cell; a longer one is not read
ALL_CHARACTERS = 1_000_000  # of a notebook
_CHUNKS = 8  # parts of a cell that may be left out because they can't be read
_SHORT = 20_000  # characters of a cell that may be read several times
_LINE = 100  # characters of a line that is quoted
_MAGIC = re.compile(r"^(?P<indent>\s*)(?:%(?!%)|!|\?).*$")
_ASSIGNED = re.compile(r"^(?P<target>\s*[\w\s,.\[\]'\"]+=\s*)[%!](?![=]).*$")
_HELP = re.compile(r"^(?P<indent>\s*)[\w.*]+\?{1,2}\s*$")
_CELL_MAGIC = re.compile(r"^\s*%%(?P<name>\S+)")
# Cell magics that run the rest of the cell as it stands. The others (`%%bash`, `%%timeit`, …) define nothing.
RUNNING = frozenset({"capture", "time", "prun", "memit", "mprun", "lprun", "debug", "pyspy"})
_IMPORTS = (ast.Import, ast.ImportFrom)
_NAMED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a cell.

    Attributes
    ----------
    first, last : its lines, counted from 1.
    text : as written, magics and all; of one that shares a line with others, what Python reads there.
    """

    first: int
    last: int
    text: str
    node: ast.stmt = field(repr=False, compare=False)

    @property
    def is_import(self) -> bool:
        """Whether it only makes names of other modules known."""
        return isinstance(self.node, _IMPORTS)

    @property
    def is_definition(self) -> bool:
        """Whether it only gives names a meaning: an import, a function, a class."""
        return isinstance(self.node, (*_IMPORTS, *_NAMED))


@dataclass(frozen=True)
class Misread:
    """A line that is no Python.

    Attributes
    ----------
    line : counted from 1, in the cell.
    text : the line as it stands there.
    why : Python's words for it.
    """

    line: int
    text: str
    why: str


def parsed(text: str) -> ast.Module | SyntaxError | None:
    """Return the tree of a text, the error that Python finds in it, or None where it is too large or too deep."""
    if len(text) > CELL_CHARACTERS:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError):  # a null, half a character, a tower of brackets
        return None


def tree_of(source: str) -> ast.Module | SyntaxError | None:
    """As `parsed`, for a cell: its magics are passed over, line by line."""
    found = parsed(source)
    if isinstance(found, ast.Module):
        return found
    plain = _without_magics(source)
    return found if plain == source else parsed(plain)


@functools.lru_cache(maxsize=64)
def statements(source: str) -> Sequence[Statement]:
    """Return the statements of a cell; what can't be read is left out, and the rest is there."""
    lines = _without_magics(source).split("\n") if not isinstance(parsed(source), ast.Module) else source.split("\n")
    for _ in range(_CHUNKS if len(source) < _SHORT else 2):  # each takes the time of reading all of it
        tree = parsed("\n".join(lines))
        if not isinstance(tree, SyntaxError):
            break
        _leave_out(lines, tree.lineno or 1)
    if not isinstance(tree, ast.Module):
        return ()
    written = source.split("\n")
    spans = [span(node) for node in tree.body]
    shared = {line for (_, line), (after, _) in itertools.pairwise(spans) if line == after}
    return tuple(_cut(tree.body, spans, shared, written))


def _cut(
    nodes: list[ast.stmt], spans: list[tuple[int, int]], shared: set[int], written: list[str]
) -> Iterator[Statement]:
    for node, (first, last) in zip(nodes, spans, strict=True):
        text = "\n".join(written[first - 1 : last])
        if text.lstrip().startswith("%%"):  # it says how the cell is run, and is no part of it
            continue
        if first in shared or last in shared:
            try:
                text = ast.unparse(node)
            except RecursionError:
                continue
        yield Statement(first, last, text, node)


def misread(source: str) -> Misread | None:
    """Return the first line of a cell that Python can't read, if there is one."""
    found = tree_of(source)
    if isinstance(found, ast.Module):
        found = _uncompiled(found)
    if not isinstance(found, SyntaxError):
        return None
    line = found.lineno or 1
    lines = source.split("\n")
    line = min(max(line, 1), len(lines))
    magic = lines[line - 1].lstrip().startswith("%%")
    return Misread(line, quoted(lines[line - 1]), "it has to be the first line of its cell" if magic else _why(found))


def _uncompiled(tree: ast.Module) -> SyntaxError | None:
    """Return what Python finds only when it compiles: two parameters of one name, a `return` outside a function."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            compile(tree, "<cell>", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    except SyntaxError as error:
        return error
    except (ValueError, RecursionError, MemoryError, OverflowError, SystemError):
        return None
    return None


def foreign_magic(source: str) -> str:
    """Return the name of the cell magic that keeps a cell from being run as Python; empty if there is none."""
    first = next((line for line in source.split("\n") if line.strip()), "")
    found = _CELL_MAGIC.match(first)
    return found["name"] if found and found["name"] not in RUNNING else ""


def quoted(line: str) -> str:
    """Return a line short enough to be shown, without what would end the quotation."""
    line = " ".join(line.replace("`", "'").split())
    return line if len(line) <= _LINE else f"{line[:_LINE]}…"


def imported(node: ast.stmt) -> Iterator[str]:
    """Yield the modules that an import statement asks for, in full."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom) and node.module:
        yield node.module


def bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that an import statement gives a meaning; none for a star."""
    if isinstance(node, ast.Import):
        yield from (alias.asname or alias.name.partition(".")[0] for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        yield from (alias.asname or alias.name for alias in node.names if alias.name != "*")


@dataclass(frozen=True)
class NotebookText:
    """The names that stand in a notebook's code.

    Attributes
    ----------
    functions : for each function or class, how many lines the longest of that name has.
    names : everything that is a name there, and each short text in quotes.
    stubs : the functions that do nothing but raise `NotImplementedError`.
    unfinished : those that do something else as well.
    uses : for each function or class at the top level, the names that its text mentions.
    """

    functions: Mapping[str, int] = field(default_factory=dict)
    names: frozenset[str] = frozenset()
    stubs: frozenset[str] = frozenset()
    unfinished: frozenset[str] = frozenset()
    uses: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def in_notebook(cls, notebook: NotebookNode) -> NotebookText:
        """Return what stands in a notebook's code cells."""
        return cls.in_sources(cell.source for cell in notebook.cells if cell.cell_type == "code")

    @classmethod
    def in_sources(cls, sources: Iterable[str]) -> NotebookText:
        """Return what stands in cells; beyond `ALL_CHARACTERS` nothing is read."""
        functions: dict[str, int] = {}
        names: set[str] = set()
        uses: dict[str, frozenset[str]] = {}
        raising: dict[bool, set[str]] = {True: set(), False: set()}
        left = ALL_CHARACTERS
        for source in sources:
            left -= len(source)
            if left < 0:
                break
            for statement in statements(source):
                mentioned: set[str] = set()
                for node in ast.walk(statement.node):
                    mentioned.update(_names(node))
                    if isinstance(node, _NAMED):
                        first, last = span(node)
                        functions[node.name] = max(functions.get(node.name, 0), last - first + 1)
                        if any(raises_not_implemented(one) for one in node.body):
                            raising[len(_done(node)) == 1].add(node.name)
                names |= mentioned
                if isinstance(statement.node, _NAMED):
                    uses[statement.node.name] = frozenset(mentioned)
        return cls(functions, frozenset(names), frozenset(raising[True]), frozenset(raising[False]), uses)

    def place(self, function: object, line: object) -> str:
        """Return where an error was, in words, if there is such a place in the notebook; else nothing."""
        if type(function) is not str or type(line) is not int or not 0 < line <= self.functions.get(function, 0):
            return ""
        return f" in line {line} of `{function}`"

    def name(self, claimed: object) -> str:
        """Return a name that a submission says it is about, if it stands in the notebook; else nothing."""
        return claimed if type(claimed) is str and claimed in self.names else ""

    def needs(self, name: str, other: str) -> bool:
        """Whether a function's text mentions `other`, or calls one that does."""
        seen: set[str] = set()
        todo = [name]
        while todo:
            now = todo.pop()
            if now == other:
                return True
            if now not in seen:
                seen.add(now)
                todo += self.uses.get(now, ())
        return False


def _names(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name):
        yield node.id
    elif isinstance(node, ast.Attribute):
        yield node.attr
    elif isinstance(node, ast.arg):
        yield node.arg
    elif isinstance(node, ast.alias):
        yield from (node.name, node.name.partition(".")[0], node.asname or node.name)
    elif isinstance(node, ast.ImportFrom):
        yield node.module or ""
    elif isinstance(node, _NAMED):
        yield node.name
    elif isinstance(node, ast.Constant) and isinstance(node.value, str) and len(node.value) <= _LINE:
        yield node.value


def raises_not_implemented(node: ast.stmt) -> bool:
    """Whether a statement is a stub's ``raise NotImplementedError``."""
    raised = node.exc if isinstance(node, ast.Raise) else None
    raised = raised.func if isinstance(raised, ast.Call) else raised
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def _done(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> list[ast.stmt]:
    """Return what a function does, without its docstring."""
    texts = (one for one in node.body if isinstance(one, ast.Expr) and isinstance(one.value, ast.Constant))
    docstring = next(texts, None)
    return [one for one in node.body if one is not docstring]


def span(node: ast.AST) -> tuple[int, int]:
    """Return the first and last line of a statement; decorators are part of it."""
    first = int(getattr(node, "lineno", 1))
    for decorator in getattr(node, "decorator_list", ()):
        first = min(first, decorator.lineno)
    return first, int(getattr(node, "end_lineno", None) or first)


def _without_magics(source: str) -> str:
    """Return a cell with its magics and shell commands replaced, a line for a line, by what Python can read."""
    lines = source.split("\n")
    found = next((number for number, line in enumerate(lines) if line.strip()), 0)
    cell_magic = _CELL_MAGIC.match(lines[found])
    if cell_magic:
        if cell_magic["name"] not in RUNNING:
            return ""  # another language
        lines[found] = "pass"
    continues = False
    for number, line in enumerate(lines):
        magic = _MAGIC.match(line) or _HELP.match(line)
        assigned = None if magic else _ASSIGNED.match(line)
        if continues:
            lines[number] = ""
        elif magic:
            lines[number] = f"{magic['indent']}pass"
        elif assigned:
            lines[number] = f"{assigned['target']}None"
        continues = bool(continues or magic or assigned) and line.endswith("\\")
    return "\n".join(lines)


def _leave_out(lines: list[str], line: int) -> None:
    """Empty the part of a cell that a line belongs to: from one line that is not indented to the next."""
    at = min(max(line, 1), len(lines)) - 1
    first = at
    while first > 0 and (not lines[first].strip() or lines[first][0] in " \t"):
        first -= 1
    last = max(at, first)
    while last + 1 < len(lines) and (not lines[last + 1].strip() or lines[last + 1][0] in " \t"):
        last += 1
    for number in range(first, last + 1):
        lines[number] = ""


def _why(error: SyntaxError) -> str:
    """Return Python's words for an error; they hold nothing but the text's own."""
    return quoted(str(error.msg or "it is not Python")).rstrip(".")
