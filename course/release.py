"""Make the students' version of a chapter by nbgrader, and prove that it gives nothing away.

The proof trusts neither the builder nor nbgrader: it reads the authors' files and the released files only.
"""

from __future__ import annotations

import ast
import contextlib
import dataclasses
import json
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.build import build
from course.errors import AuthorError, Problem
from course.files import remove, replaced
from course.project import Project
from course.script import RESERVED, Findings, read_script
from course.syllabus import Chapter

# From this length on a line is looked for inside any other text of the release; a shorter one, such as ``return x``
# or ``)``, only as a whole line, because within longer text it proves nothing. No line is too short to be a leak.
_INSIDE = 12
_DRAFT, _GIVEN_UP = ".release-draft-", 24 * 3600.0  # seconds after which nobody is at work on one
# What nbgrader puts in place of an answer; an author may well write the same.
_STUBS = ("# YOUR CODE HERE", "raise NotImplementedError()", "YOUR ANSWER HERE")


@dataclass(frozen=True)
class _Secret:
    """One line that a student must not get, and where the author wrote it."""

    path: Path
    line: int
    text: str


def release(project: Project, chapter: Chapter) -> Path:
    """Build `chapter`, generate the students' version and prove it clean.

    All is made in a folder of its own and on a copy of the gradebook, and proven there. Only then the gradebook, the
    instructor's version and the release are replaced, each at once: whatever goes wrong, and whenever the process is
    killed, an earlier release is there as it was. After the latter, release again.

    Parameters
    ----------
    project, chapter : what to release; an earlier release of the chapter is replaced.

    Returns
    -------
    The folder ``build/release/<chapter>``, which holds the notebook and nothing else.

    Raises
    ------
    AuthorError : the chapter is broken, or the release would give something away.
    OperatorError : nbgrader refused, for instance because submissions to other questions are in the gradebook.
    """
    # Imported here: nbgrader takes a second to import, and only instructors have it.
    from course import release_gradebook
    from course.nbgrader_plugins import gradebook_url

    project.build.mkdir(parents=True, exist_ok=True)
    url = gradebook_url(project)
    book = release_gradebook.file_of(url)
    source, folder = (project.build / kind / chapter.name for kind in ("source", "release"))
    with _draft(project) as draft:
        if source.is_dir():  # what an author has put beside the notebook
            shutil.copytree(source, draft.build / "source" / chapter.name)
        build(draft, chapter)
        copied = draft.build / "gradebook.db"
        if book is not None:
            release_gradebook.copy(book, copied, chapter.name)
        _generate(draft, chapter, f"sqlite:///{copied}")
        if problems := leaks(draft, chapter):
            raise AuthorError([_in_place(problem, draft, project) for problem in problems])
        if book is None:  # a database elsewhere: nbgrader itself writes to it, now that nothing is wrong
            _generate(draft, chapter, url)
        else:
            release_gradebook.take_over(copied, book, chapter.name)
        for made in (source, folder):
            with replaced(made) as new:
                shutil.copytree(draft.build / made.parent.name / chapter.name, new, dirs_exist_ok=True)
    return folder


@contextlib.contextmanager
def _draft(project: Project) -> Iterator[Project]:
    """Yield the project with an empty build folder, beside the files that it is to replace."""
    with tempfile.TemporaryDirectory(dir=project.build, prefix=_DRAFT, ignore_cleanup_errors=True) as name:
        for left in project.build.glob(f"{_DRAFT}*"):  # by a process that was killed
            if left.name != Path(name).name and left.stat().st_mtime < time.time() - _GIVEN_UP:
                remove(left)
        yield Project(project.root, Path(name))


def _in_place(problem: Problem, draft: Project, project: Project) -> Problem:
    """Say of a file of the draft where it would be."""
    if not problem.path.is_relative_to(draft.build):
        return problem
    return dataclasses.replace(problem, path=project.build / problem.path.relative_to(draft.build))


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


def _generate(project: Project, chapter: Chapter, db_url: str) -> None:
    """Run nbgrader's own converter on the built notebook; it also enters the questions into the gradebook."""
    from nbgrader.converters import GenerateAssignment

    from course.nbgrader_plugins import run_converter

    run_converter(GenerateAssignment, project, chapter.name, "release", db_url)
