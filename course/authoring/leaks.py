"""The proof that a release gives nothing away.

It trusts neither the builder nor nbgrader: it reads the authors' files and the released files only.
"""

from __future__ import annotations

import ast
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.authoring.script import RESERVED, Findings, read_script
from course.errors import Problem
from course.nbgrader_plugins.clear_solutions import question_keys
from course.project import Project
from course.syllabus import Chapter

# From this length on a line is looked for inside any other text of the release; a shorter one, such as ``return x``
# or ``)``, only as a whole line, because within longer text it proves nothing. No line is too short to be a leak.
_INSIDE = 12


# What nbgrader puts in place of an answer; an author may well write the same.
_STUBS = ("# YOUR CODE HERE", "raise NotImplementedError()", "YOUR ANSWER HERE")


@dataclass(frozen=True)
class _Secret:
    """One line that a student must not get, and where the author wrote it."""

    path: Path
    line: int
    text: str


def leaks(project: Project, chapter: Chapter) -> list[Problem]:
    """Return what the released files of `chapter` give away, one problem per line of the authors' files.

    Secret is every line of the solutions, the checks and the mutants, and every line of a string constant of the
    solutions, unless the author shows the same line: in the script, or as a signature, docstring or comment that
    the build keeps. Lines are compared without their indentation and with runs of blanks as one.
    """
    folder = project.build / "release" / chapter.name
    problems = [
        Problem(path, 0, "this file would be released: only the notebook may be.", chapter.name)
        for path in sorted(folder.rglob("*"))
        if path != folder / f"{chapter.name}.ipynb" and ".ipynb_checkpoints" not in path.parts
    ]
    path = folder / f"{chapter.name}.ipynb"
    if not path.is_file():
        return [*problems, Problem(path, 0, "nothing was released.", chapter.name)]
    notebook = json.loads(path.read_text(encoding="utf-8"))
    released = _lines(_strings(notebook))
    for line in released:
        if RESERVED.search(line):
            problems.append(Problem(path, 0, f"the builder's marker {line!r} is in the release.", chapter.name))
    given = _Text(_lines(_strings([cell["source"] for cell in notebook["cells"]])), released)
    shown = _Text([*_STUBS, *_shown(project, chapter)], [])
    for secret in _secrets(project, chapter):
        if secret.text in given and secret.text not in shown:
            message = f"the release gives this line away: {secret.text!r}. Show it on purpose or word it otherwise."
            problems.append(Problem(secret.path, secret.line, message, chapter.name))
    return problems


class _Text:
    """Lines to look others up in: long ones anywhere, short ones as a whole line of a cell."""

    def __init__(self, cells: list[str], others: list[str]) -> None:
        self._whole = frozenset(cells)
        self._joined = "\n".join([*cells, *others])

    def __contains__(self, line: str) -> bool:
        return line in self._whole or (len(line) >= _INSIDE and line in self._joined)


def _lines(texts: Iterator[str]) -> list[str]:
    return [line for text in texts for line in map(_squeezed, text.split("\n")) if line]


def _squeezed(line: str) -> str:
    return " ".join(line.split())


def _says_something(line: str) -> bool:
    return any(character.isalnum() for character in line)


def _strings(value: Any) -> Iterator[str]:
    """Every text of a notebook: sources, outputs, values of metadata; a list of lines as one text."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        if all(isinstance(item, str) for item in value):
            yield "".join(value)
        else:
            for item in value:
                yield from _strings(item)
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)


def _secrets(project: Project, chapter: Chapter) -> Iterator[_Secret]:
    """All lines of the secret files but bare brackets; a line that is shown too is sorted out by the caller."""
    name = chapter.name
    solutions = project.solution_files(name)
    for path in (*solutions, *project.input_files(name), *project.check_files(name), *project.mutant_files(name)):
        text = path.read_text(encoding="utf-8")
        for number, line in enumerate(text.split("\n"), 1):
            if _says_something(squeezed := _squeezed(line)):
                yield _Secret(path, number, squeezed)
    for path in solutions:
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for constant in ast.walk(node) if isinstance(node, ast.Assign | ast.AnnAssign) else ():
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str):
                    for line in map(_squeezed, constant.value.split("\n")):
                        if _says_something(line):
                            yield _Secret(path, constant.lineno, line)


def _shown(project: Project, chapter: Chapter) -> list[str]:
    """What the author shows: the script's cells, and the solutions' signatures, docstrings and lead comments."""
    cells = read_script(project.source / f"{chapter.name}.py", Findings(chapter.name))
    shown = [cell.source for cell in cells if cell.kind != "exercise"]
    shown += [f'"{exercise.id}",' for exercise in chapter.exercise]  # as a check's first line, or in its visible test
    for path in project.solution_files(chapter.name):
        shown += _shown_of(path.read_text(encoding="utf-8"))
    return _lines(iter(shown))


def _shown_of(text: str) -> list[str]:
    """What a student sees of a file of solutions."""
    shown: list[str] = []
    lines = text.split("\n")
    tree = ast.parse(text)
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and not _private(node):
            first = node.lineno - 1
            while first > 0 and lines[first - 1].startswith("#"):
                first -= 1
            shown += lines[first : node.lineno - 1]
            keys = question_keys(node.value)
            shown += [line for key in keys for line in (key, str(ast.literal_eval(key)))]
            shown += [lines[node.lineno - 1]] if keys and lines[node.lineno - 1].endswith("{") else []
    for owner in _public_definitions(tree):
        first = min([owner.lineno, *(decorator.lineno for decorator in owner.decorator_list)])
        docstring = ast.get_docstring(owner, clean=False)
        last = (owner.body[0].end_lineno or 0) if docstring is not None else owner.body[0].lineno - 1
        shown += lines[first - 1 : last]
        shown.append(docstring or "")
        shown += [ast.unparse(item) for item in owner.body if isinstance(item, ast.AnnAssign) and not item.value]
    return shown


_Owner = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def _public_definitions(tree: ast.Module | ast.ClassDef) -> Iterator[_Owner]:
    """The definitions a student sees the head of: functions, classes and their methods, unless private."""
    for node in tree.body:
        if isinstance(node, _Owner) and (not node.name.startswith("_") or node.name.endswith("__")):
            yield node
            if isinstance(node, ast.ClassDef) and isinstance(tree, ast.Module):
                yield from (one for one in _public_definitions(node) if not isinstance(one, ast.ClassDef))


def _private(node: ast.Assign | ast.AnnAssign) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else [node.target]
    return any(isinstance(target, ast.Name) and target.id.startswith("_") for target in targets)
