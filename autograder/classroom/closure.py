"""Which of a checkout's own files a piece of code is made of: what it imports, and what that imports in turn.

Read from the text and not from `sys.modules`, so that the answer is the same in every process, whatever else has been
imported there: a worker, the service of instant feedback, a test. An import counts wherever it stands, in a function
too; what is imported by a name made at run time has to be named by the caller.
"""

from __future__ import annotations

import ast
import functools
import os
import re
import textwrap
from collections.abc import Iterable, Iterator
from pathlib import Path

_IMPORT = re.compile(r"^[ \t]*(?:from|import)[ \t]", re.MULTILINE)


def closure(root: Path, files: Iterable[Path], names: Iterable[str] = ()) -> frozenset[Path]:
    """Return `files`, the modules called `names`, and all files below `root` that they import, directly or not.

    Raises
    ------
    OSError : a file can't be read.
    """
    key = (root, frozenset(files), frozenset(names))
    before = _before.get(key)
    if before is None or any(_version(path) != version for path, version in before.items()):
        before = _before[key] = _found(*key)
    return frozenset(before)


_Version = tuple[int, int, int]
# What was found last time: as long as no file of it has changed, none can import anything else.
_before: dict[tuple[Path, frozenset[Path], frozenset[str]], dict[Path, _Version]] = {}


def _found(root: Path, files: frozenset[Path], names: frozenset[str]) -> dict[Path, _Version]:
    library = _Library(root)
    left = [*files, *(path for name in names for path in library.files_of(name))]
    seen: dict[Path, _Version] = {}
    while left:
        path = left.pop()
        if path not in seen:
            seen[path] = version = _read_version(path)
            package = path.relative_to(root).parts[:-1] if path.is_relative_to(root) else ()
            left += library.files_of(".".join(package))  # which are run before it
            for name in _imported(path, version):
                left += library.files_of(_absolute(name, package))
    return seen


def _version(path: Path) -> _Version | None:
    try:
        return _read_version(path)
    except OSError:
        return None


def _read_version(path: Path) -> _Version:
    found = path.stat()
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size


def imported_names(text: str) -> Iterator[str]:
    """Yield what a module's text imports; each name that is imported from a module is one that may be a module too.

    A relative name keeps its dots. Only the import statements are parsed, which takes a tenth of the time.
    """
    for match in _IMPORT.finditer(text):
        yield from names_of(_statement(text[match.start() :]))


def names_of(nodes: Iterable[ast.AST]) -> Iterator[str]:
    """Yield what the import statements among `nodes` import; see `imported_names`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield base
            yield from (f"{base}{'' if base.endswith('.') else '.'}{alias.name}" for alias in node.names)


def _statement(text: str) -> list[ast.stmt]:
    """Parse the statement that `text` begins with; none if it is prose of a docstring."""
    lines = text.split("\n", 200)[:200]
    for last in range(1, len(lines) + 1):
        try:
            return ast.parse(textwrap.dedent("\n".join(lines[:last]))).body
        except SyntaxError:
            if "(" not in lines[0] and not lines[last - 1].endswith("\\"):
                break
    return []


class _Library:
    """The modules below a folder, listed package by package as they are asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._packages: dict[str, frozenset[str]] = {}

    def files_of(self, name: str) -> list[Path]:
        """The files that are run when `name` is imported: those of the packages it is in, and its own."""
        parts = name.split(".")
        known = self._files(parts[0])
        stems = ("/".join(parts[:count]) for count in range(1, len(parts) + 1))
        places = (place for stem in stems for place in (f"{stem}/__init__.py", f"{stem}.py"))
        return [self._root / place for place in places if place in known]

    def _files(self, top: str) -> frozenset[str]:
        if top not in self._packages:
            found = [f"{top}.py"] if top and (self._root / f"{top}.py").is_file() else []
            for folder, _, names in os.walk(self._root / top) if top else ():
                home = Path(folder).relative_to(self._root).as_posix()
                found += [f"{home}/{name}" for name in names if name.endswith(".py")]
            self._packages[top] = frozenset(found)
        return self._packages[top]


def _absolute(name: str, package: tuple[str, ...]) -> str:
    bare = name.lstrip(".")
    up = len(name) - len(bare)
    if not up:
        return name
    return ".".join([*package[: len(package) - up + 1], *([bare] if bare else [])])


@functools.lru_cache(maxsize=4096)
def _imported(path: Path, version: _Version) -> tuple[str, ...]:
    """Return the names that a file imports; `version` tells whether it is still the file that was read before."""
    return tuple(dict.fromkeys(imported_names(path.read_text(encoding="utf-8"))))
