"""An exercise's worked solution, and other right ways to it: as text, from the files they are written in."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from course.authoring.inline import Definition, bound_names
from course.project import Project
from course.syllabus import Chapter

_OURS = ("solutions", "autograder")  # which students don't have


@dataclass(frozen=True)
class OtherWay:
    """A right answer that is unlike the reference.

    Attributes
    ----------
    name, replaces : its own, and the answer that it stands for.
    source : its code, with the imports and helpers that it needs.
    """

    name: str
    replaces: str
    source: str


@dataclass(frozen=True)
class Worked:
    """How an exercise can be solved; Python code. `solution` is the reference."""

    solution: str
    others: tuple[OtherWay, ...] = ()


def worked_solutions(
    project: Project, chapter: Chapter, definitions: Mapping[str, Mapping[str, Definition]], most: int = 2
) -> dict[str, Worked]:
    """Return the worked solution of each exercise that asks for code or choices, by id, with at most `most` other ways.

    Of a free text there is a model answer in its place: `Draft.model_answers`.

    Parameters
    ----------
    definitions : the answers of each exercise, as the chapter is put together from them (`build.assemble`).
    """
    answers = {
        exercise.id: [one for one in definitions.get(exercise.id, {}).values() if not one.text]
        for exercise in chapter.exercise
    }
    ways = list(itertools.chain.from_iterable(map(_ways, project.mutant_files(chapter.name))))
    return {
        exercise: Worked(
            "\n\n\n".join("\n".join(line.text for line in one.lines if line.origin) for one in shown),
            tuple(way for owner, way in ways if owner == exercise)[:most],
        )
        for exercise, shown in answers.items()
        if shown
    }


def _ways(path: Path) -> Iterator[tuple[str, OtherWay]]:
    """Yield the alternatives of a file that need nothing of ours, each with its exercise."""
    text = path.read_text(encoding="utf-8")
    lines, body = text.split("\n"), ast.parse(text).body
    homes = {name: node for node in body for name in bound_names(node)}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef) and (mark := _alternative(node)):
            needed = _needed(node, homes)
            if not any(_is_ours(one) for one in needed):
                parts = [_text(lines, one) for one in body if one in needed or one is node]
                yield mark[0], OtherWay(node.name, mark[1], _joined(parts))


def _alternative(node: ast.FunctionDef | ast.ClassDef) -> tuple[str, str] | None:
    """Return the exercise and the answer that an ``@alternative`` is for; None for anything else, and for constants."""
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and getattr(mark.func, "id", "") == "alternative" and mark.args:
            options = {one.arg: getattr(one.value, "value", None) for one in mark.keywords}
            if "also" not in options and not options.get("constant"):
                return str(getattr(mark.args[0], "value", "")), str(options.get("replaces"))
    return None


def _needed(node: ast.stmt, homes: dict[str, ast.stmt]) -> set[ast.stmt]:
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
