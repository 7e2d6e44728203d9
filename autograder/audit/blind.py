"""Whole answers by writers who saw the released notebook and nothing else: right ones, and wrong ones on purpose.

They stand as they were written in ``autograder/mutants/<chapter>/blind/<exercise>-<writer>.py``, in cells:

    # %% right
    # Intent: how the writer solves it.
    (all answers of the exercise)

    # %% wrong: steps_to_fit
    # Misconception: what the writer chose to believe, before writing.
    (the answers that differ by it, run after those of the right cell)
"""

from __future__ import annotations

import ast
import re
import sys
import types
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from autograder.calibration.asked import answer_names
from course.authoring.script import Findings, parse, read_script, read_text
from course.errors import AuthorError
from course.project import Project
from course.syllabus import Chapter

_CELL = re.compile(r"^# %% (?P<kind>right|wrong)(?:: (?P<names>\w+(?:, \w+)*))?$")
_FILE = re.compile(r"^(?P<exercise>[\w.]+)-(?P<writer>[a-z]+)$")


@dataclass(frozen=True)
class BlindAnswer:
    """One answer to an exercise.

    Attributes
    ----------
    exercise, writer : the exercise's id, and a letter for who wrote it.
    name : what names it in a list of exceptions: "a, right" or "a, wrong: steps_to_fit".
    mistaken : the answers that are wrong by intent; empty for a right one.
    code : what a student would have run.
    """

    exercise: str
    writer: str
    name: str
    mistaken: frozenset[str]
    path: Path
    code: str = field(repr=False)

    def build(self, notebook: dict[str, Any], names: frozenset[str]) -> dict[str, Any]:
        """Run the answer beside the notebook's names, and return those of `names`.

        As in a kernel, that is the module ``__main__``, by which what is defined there is pickled: so this is for a
        process that ends with it.
        """
        main = types.ModuleType("__main__")
        vars(main).update(notebook)
        sys.modules["__main__"] = main
        exec(compile(self.code, str(self.path), "exec", dont_inherit=True), vars(main))  # noqa: S102  # in a process of its own
        return {name: vars(main)[name] for name in names}


def blind_folder(project: Project, chapter: str) -> Path:
    """Return where a chapter's blind answers stand."""
    return project.mutants / chapter / "blind"


def load_blind(project: Project, chapter: Chapter) -> tuple[BlindAnswer, ...]:
    """Read a chapter's blind answers.

    Raises
    ------
    AuthorError : a file is of no exercise, or is not made of such cells, or leaves out an answer.
    """
    findings = Findings(chapter.name)
    names = {one.id: answer_names(project, chapter, one) for one in chapter.exercise}
    found: list[BlindAnswer] = []
    for path in sorted(blind_folder(project, chapter.name).glob("*.py")):
        match = _FILE.match(path.stem)
        if not match or match["exercise"] not in names:
            findings.add(path, 0, "name it <exercise>-<writer>.py, as in p.03.2-a.py.")
        else:
            found += _answers(path, match["exercise"], match["writer"], names[match["exercise"]], findings)
    if findings.problems:
        raise AuthorError(findings.problems)
    return tuple(found)


def _answers(path: Path, exercise: str, writer: str, names: set[str], findings: Findings) -> list[BlindAnswer]:
    lines = (read_text(path, findings) or "").split("\n")
    starts = [number for number, line in enumerate(lines) if line.startswith("# %%")]
    found: list[BlindAnswer] = []
    seen: Counter[str] = Counter()
    right = ""
    for start, stop in zip(starts, [*starts[1:], len(lines)], strict=True):
        match = _CELL.match(lines[start])
        code = "\n".join(lines[start + 1 : stop])
        mistaken = frozenset((match["names"] or "").split(", ")) - {""} if match else frozenset()
        if not match or bool(mistaken) is (match["kind"] == "right") or mistaken - names or (mistaken and not right):
            findings.add(path, start + 1, "a cell is `# %% right` or, behind it, `# %% wrong: name, name`.", exercise)
            continue
        if not mistaken:
            if missing := names - _defined(code, path, start, findings):
                findings.add(path, start + 1, f"{', '.join(sorted(missing))} is not defined.", exercise)
            right = code
        name = f"{writer}, {lines[start].removeprefix('# %% ')}"
        seen[name] += 1
        name += f" ({seen[name]})" if seen[name] > 1 else ""
        code = f"{right}\n{code}" if mistaken else code
        found.append(BlindAnswer(exercise, writer, name, mistaken, path, code))
    return found


def _defined(code: str, path: Path, first: int, findings: Findings) -> set[str]:
    """Return the names that a cell binds."""
    tree = parse(code, path, first, findings) or ast.Module([], [])
    bound = {one.name for one in tree.body if isinstance(one, ast.FunctionDef | ast.ClassDef)}
    return bound | {one.id for one in ast.walk(tree) if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)}


def notebook_names(project: Project, chapter: Chapter, reference: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a student has when writing an answer: the answers to the other exercises, and the names of the cells
    that are given, which are run."""
    names = {name: reference[name] for one in chapter.exercise for name in answer_names(project, chapter, one)}
    path = project.source / f"{chapter.name}.py"
    for cell in read_script(path, Findings(chapter.name)):
        if cell.kind == "code":
            exec(compile(cell.source, str(path), "exec", dont_inherit=True), names)  # noqa: S102  # our own notebook
    return names
