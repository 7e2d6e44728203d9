"""What the text of a cell says of it, without running it: which names it defines, and whether it is still a stub.

The texts are hostile: each is bounded before it is parsed, and nothing here recurses over what was parsed.
"""

from __future__ import annotations

import ast
import contextlib
import functools
import hashlib
import re
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from autograder.engine.submission.sources import RUNNING, raises_not_implemented, span

LONGEST = (
    50_000  # characters of a cell that are parsed; of a longer one only lines with `def`, `class` and `=` are read
)
_CELL_MAGIC = re.compile(r"\s*%%(\w+)[^\n]*(\n|\Z)")
_ASSIGNED_MAGIC = re.compile(r"^([ \t]*+\w[\w., \t]*+=)[ \t]*+[!%][^\n]*$", re.MULTILINE)
_MAGIC = re.compile(r"^([ \t]*+)(?:[%!?][^\n]*|[^\n#'\"]*[\w)\]]\?{1,2}[ \t]*)$", re.MULTILINE)
_BROKEN = re.compile(r"^(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)|^(\w+)[ \t]*(?::[^=\n]+)?=(?!=)", re.MULTILINE)
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
_Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class CodePart:
    """One statement at the top of a cell that defines something.

    Attributes
    ----------
    names : what it defines.
    empty : whether nothing has been written in it: a function that only raises `NotImplementedError`, a constant
        that is ``...``.
    lasting : whether it is a function, a class, or a constant in capitals.
    lines : the first and the last one, counted from 1.
    shape : what is equal for statements that differ in spaces and comments only.
    """

    names: frozenset[str]
    empty: bool
    lasting: bool
    lines: tuple[int, int]
    shape: str = field(repr=False)


@dataclass(frozen=True)
class Code:
    """What is known of a code cell.

    Attributes
    ----------
    parts : its definitions, in order.
    shape : see `CodePart`; empty for what can't be parsed.
    sound : whether it could be parsed.
    idle : whether nothing would happen if it were run: comments and texts only.
    bare : whether nothing is in it but what was released and such things.
    stops : whether a `raise NotImplementedError` stands at its top.
    left : functions in which something is written beside a `raise NotImplementedError`.
    unwritten : functions that do nothing but raise it.
    functions : all of them, at whatever depth.
    """

    parts: tuple[CodePart, ...] = ()
    shape: str = field(default="", repr=False)
    sound: bool = True
    idle: bool = False
    bare: bool = False
    stops: bool = False
    left: frozenset[str] = frozenset()
    unwritten: frozenset[str] = frozenset()
    functions: frozenset[str] = field(default=frozenset(), repr=False)

    @property
    def names(self) -> frozenset[str]:
        """Everything it defines."""
        return frozenset(name for part in self.parts for name in part.names)

    @property
    def written(self) -> frozenset[str]:
        """What it defines otherwise than by a stub."""
        return frozenset(name for part in self.parts if not part.empty for name in part.names)


def plain(source: str) -> str:
    """Return a text as it is compared: with one kind of line end, and no white space at the ends."""
    return "\n".join(line.rstrip() for line in with_newlines(source).split("\n")).strip("\n")


def with_newlines(source: str) -> str:
    """Return a text whose lines end as everywhere in Python."""
    return source.replace("\r\n", "\n").replace("\r", "\n") if "\r" in source else source


@functools.lru_cache(maxsize=512)
def read_released(source: str) -> Code:
    """Return `read` of a released cell, whose text is met again with every submission."""
    return read(source)


def read(source: str, given: frozenset[str] = frozenset(), *, parse: bool = True) -> Code:
    """Return what a code cell defines, in the order of its lines.

    Parameters
    ----------
    given : shapes of the released definitions: a class is still a stub where its methods are empty or as given.
    parse : else only lines with `def`, `class` and `=` are read, as of a cell that is no Python.
    """
    tree = _parsed(source) if parse and len(source) <= LONGEST else None
    if tree is not None:
        with contextlib.suppress(RecursionError, MemoryError):
            return _read(tree, given)
    found = [match[1] or match[2] for match in _BROKEN.finditer(source)]
    parts = (CodePart(frozenset(found), False, True, (1, 1), ""),) if found else ()
    return Code(parts, sound=False)


def without(source: str, parts: Sequence[CodePart], said: str) -> str:
    """Return a text in which a comment, `said`, stands for some of its definitions; other lines keep their place."""
    lines = with_newlines(source).split("\n")
    for part in parts:
        first, last = part.lines
        lines[first - 1 : last] = [f"# {said}", *[""] * (last - first)]
    return "\n".join(lines)


def _read(tree: ast.Module, given: frozenset[str]) -> Code:
    dumps = [_shape(statement) for statement in tree.body]
    parts = tuple(_parts(tree, dumps, given))
    functions = [node for node in ast.walk(tree) if isinstance(node, _Function)]
    raising = [node for node in functions if any(raises_not_implemented(statement) for statement in node.body)]
    hollow = {part.lines[0] for part in parts if part.empty}
    return Code(
        parts,
        " ".join(dumps),
        idle=all(_is_idle(one) for one in tree.body),
        bare=all(_is_idle(one) or raises_not_implemented(one) or span(one)[0] in hollow for one in tree.body),
        stops=any(raises_not_implemented(statement) for statement in tree.body),
        left=frozenset(node.name for node in raising if not _is_empty(node)),
        unwritten=frozenset(node.name for node in raising if _is_empty(node)),
        functions=frozenset(node.name for node in functions),
    )


def _parsed(source: str) -> ast.Module | None:
    text = with_newlines(source)
    if magic := _CELL_MAGIC.match(text):
        if magic[1] not in RUNNING:
            return ast.Module([], [])
        text = "\n" + text[magic.end() :]
    # First as it is: a line of a long expression may well begin with a percent sign.
    tree = _compiled(text)
    if tree is None:
        tree = _compiled(_MAGIC.sub(r"\1pass", _ASSIGNED_MAGIC.sub(r"\1 None", text)))
    return tree


def _compiled(text: str) -> ast.Module | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = compile(text, "<cell>", "exec", _FLAGS, dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    assert isinstance(tree, ast.Module)
    return tree


def _shape(node: ast.AST) -> str:
    """A digest of a statement; its dump is many times as long as its text."""
    return hashlib.blake2b(ast.dump(node).encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _parts(tree: ast.Module, dumps: Sequence[str], given: frozenset[str]) -> Iterator[CodePart]:
    ends = [0, *(statement.end_lineno or 0 for statement in tree.body)]
    begins = [*(span(statement)[0] for statement in tree.body), 0]
    for number, statement in enumerate(tree.body):
        if names := frozenset(_bound(statement)):
            shape = dumps[number]
            alone = ends[number] < begins[number] and begins[number + 1] not in range(1, ends[number + 1] + 1)
            empty = alone and (shape in given or _is_empty(statement) or _is_bare_class(statement, given))
            lasting = isinstance(statement, _Function | ast.ClassDef) or any(name.isupper() for name in names)
            yield CodePart(names, empty, lasting, (begins[number], ends[number + 1]), shape)


@functools.lru_cache(maxsize=512)
def shapes(source: str) -> frozenset[str]:
    """Return the shapes of a released cell's definitions, and of what stands in its classes.

    As for `read_released`, the text is met again with every submission.
    """
    tree = _parsed(source)
    inner = [one for node in tree.body for one in (node, *getattr(node, "body", ()))] if tree is not None else []
    return frozenset(map(_shape, inner))


def _bound(statement: ast.stmt) -> Iterator[str]:
    """The names that a statement binds where it stands; not those within functions and classes."""
    waiting: list[ast.AST] = [statement]
    while waiting:
        node = waiting.pop()
        if isinstance(node, _Function | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from (alias.asname or alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            yield node.id
        elif not isinstance(node, ast.Lambda | ast.GeneratorExp | ast.ListComp | ast.SetComp | ast.DictComp):
            waiting += ast.iter_child_nodes(node)


def _is_empty(statement: ast.stmt) -> bool:
    if isinstance(statement, _Function):
        return all(_is_idle(one) or raises_not_implemented(one) for one in statement.body)
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        return _is_blank(statement.value)
    return False


def _is_blank(value: ast.expr | None) -> bool:
    """Whether nothing stands for a constant: dots, or a dict with its keys and nothing but dots."""
    if isinstance(value, ast.Dict):
        return bool(value.values) and all(map(_is_blank, value.values))
    return isinstance(value, ast.Constant) and value.value in (None, ...)


def _is_bare_class(statement: ast.stmt, given: frozenset[str]) -> bool:
    return isinstance(statement, ast.ClassDef) and all(
        _is_idle(one) or _is_empty(one) or _shape(one) in given for one in statement.body
    )


def _is_idle(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Pass) or (
        isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)
    )
