"""The text of our own answers beside the reference, wrong and right ones, from the files they are written in.

They are read by `ast`, never imported: `autograder.testing.chapter.load_chapter` has them as objects.
"""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from course.authoring.inline import bound_names

_OURS = ("solutions", "autograder")  # which students don't have
_KINDS = ("mutant", "naive", "alternative")
_Homes: TypeAlias = dict[str, ast.stmt]  # by the name that it binds


@dataclass(frozen=True)
class VariantText:
    """One answer, as `autograder.testing.marks` marks it.

    Attributes
    ----------
    exercise, name, replaces : whose it is, its own name, and the answer that it stands for.
    wrong : whether it is a mutant or a naive rule; else it is an alternative.
    sentence : its docstring: of a mutant, what helps a student with that misconception.
    fails : for a wrong one, the checks that are there to catch it.
    constant : it is a function that returns what stands for a constant.
    alone : it needs nothing of ours, and stands for one answer only, so that a student could have written it.
    source : its code, with the imports and helpers that it needs.
    """

    exercise: str
    name: str
    replaces: str
    wrong: bool
    sentence: str
    fails: tuple[str, ...]
    constant: bool
    alone: bool
    source: str

    @property
    def as_answer(self) -> str:
        """The code, so that it defines what it stands for."""
        if self.constant:
            return f"{self.source}\n\n\n{self.replaces} = {self.name}()"
        return self.source if self.name == self.replaces else f"{self.source}\n\n\n{self.replaces} = {self.name}"


def variants(path: Path) -> Iterator[VariantText]:
    """Yield the mutants, naive rules and alternatives of a file, in its order."""
    text = path.read_text(encoding="utf-8")
    lines, body = text.split("\n"), ast.parse(text).body
    homes = {name: node for node in body for name in bound_names(node)}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (found := _mark(node, homes)):
            kind, exercise, options = found
            needed = _needed(node, homes)
            parts = [_text(lines, one) for one in body if one in needed or one is node]
            yield VariantText(
                exercise=exercise,
                name=node.name,
                replaces=_said(options["replaces"], homes)[0],
                wrong=kind != "alternative",
                sentence=" ".join((ast.get_docstring(node) or "").split()),
                fails=_said(options["fails"], homes) if "fails" in options else (),
                constant="constant" in options,
                alone="also" not in options and not any(_is_ours(one) for one in needed),
                source=_joined(parts),
            )


def _mark(node: ast.FunctionDef | ast.ClassDef, homes: _Homes) -> tuple[str, str, dict[str, ast.expr]] | None:
    """Return what a definition is marked as, for which exercise, and with which options."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and (kind := getattr(mark.func, "id", "")) in _KINDS and mark.args:
            options = {one.arg: one.value for one in mark.keywords if one.arg}
            return kind, _said(mark.args[0], homes)[0], options
    return None


def _said(node: ast.AST, homes: _Homes) -> tuple[str, ...]:
    """Return the word, or the words, that stand in a mark, or in the constants of the file that it names."""
    found: list[str] = []
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            found.append(one.value)
        elif isinstance(one, ast.Name) and isinstance(home := homes.get(one.id), ast.Assign):
            found += _said(home.value, homes)
    return tuple(found)


def _needed(node: ast.stmt, homes: _Homes) -> set[ast.stmt]:
    """Return the statements of the file that bind what `node` uses, and what these use in turn."""
    found: set[ast.stmt] = set()
    todo = [node]
    while todo:
        one = todo.pop()
        marks = {id(part) for mark in getattr(one, "decorator_list", []) for part in ast.walk(mark)}
        used = {part.id for part in ast.walk(one) if isinstance(part, ast.Name) and id(part) not in marks}
        more = {homes[name] for name in used & homes.keys()} - found - {node}
        found |= more
        todo += more
    return found


def _is_ours(node: ast.stmt) -> bool:
    names = [one.name for one in node.names] if isinstance(node, ast.Import) else []
    names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
    return any(name.split(".")[0] in _OURS for name in names)


def _text(lines: list[str], node: ast.stmt) -> str:
    """Return a statement as it is written, without what marks it."""
    return "\n".join(lines[node.lineno - 1 : node.end_lineno])


def _joined(parts: list[str]) -> str:
    """Put statements together as a file has them: imports close to each other, definitions apart."""
    text = parts[0]
    for before, part in itertools.pairwise(parts):
        close = all(one.startswith(("import ", "from ")) for one in (before, part))
        text += ("\n" if close else "\n\n\n") + part
    return text
