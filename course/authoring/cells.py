"""The cells of a chapter's notebook, as nbgrader reads them."""

from __future__ import annotations

import hashlib
import json
import textwrap
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import nbformat

from course.authoring.inline import Definition
from course.authoring.script import Cell
from course.authoring.width import WIDTH
from course.syllabus import Chapter, Exercise

_V4: Any = nbformat.v4  # nbformat annotates few of its functions
_NOTE = "# Run this to see where you stand; hidden checks on other inputs decide the points."


@dataclass
class Task:
    """One exercise as the script asks for it, and what the solutions answer."""

    exercise: Exercise
    line: int
    last: int = 0  # index of its last cell with something that is checked
    points: int | None = None
    probe_points: int | None = None
    full_size_points: int | None = None
    definitions: dict[str, Definition] = field(default_factory=dict)
    rubric: str = ""
    complete: bool = True  # whether every answer it asks for was found

    @property
    def text_name(self) -> str:
        """The constant that holds a free-text exercise's model answer: ``P_01_1``."""
        return self.exercise.text_name if self.exercise.kind == "text" else ""

    @property
    def model_answer(self) -> tuple[str, str]:
        """The free text's answer and rubric."""
        return self.definitions[self.text_name].text or "", self.rubric

    @property
    def probes(self) -> dict[str, Definition]:
        """What is judged by checks: everything except the free text."""
        texts = (self.text_name, f"{self.text_name}_RUBRIC")
        return {name: one for name, one in self.definitions.items() if name not in texts}


def plain_cell(cell: Cell, source: str, seen: Counter[str]) -> Any:
    """A cell without points. Its id is a hash of its text as the author typed it, so that neither a cell put in
    elsewhere nor another figure changes it."""
    digest = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:12]
    seen[digest] += 1
    name = f"cell-{digest}" if seen[digest] == 1 else f"cell-{digest}-{seen[digest]}"
    if cell.kind == "markdown":
        return _V4.new_markdown_cell(source, id=name)
    metadata = {"course": {"demo": True}, "tags": ["demo"]} if cell.kind == "demo" else {}
    return _V4.new_code_cell(source, id=name, metadata=metadata)


def solution_cell(exercise: Exercise, definition: Definition) -> Any:
    name = f"{exercise.slug}-{definition.name}"
    return _V4.new_code_cell(definition.source, id=name, metadata=_metadata(exercise, name, "code", solution=True))


def text_cell(task: Task) -> Any:
    """The manually graded cell; nbgrader puts its stub in place of all of it."""
    slug = task.exercise.slug
    source = "\n\n**Rubric**\n\n".join(task.model_answer)
    metadata = _metadata(task.exercise, slug, "markdown", solution=True, points=task.points)
    return _V4.new_markdown_cell(source, id=slug, metadata=metadata)


def checks_cell(task: Task) -> Any:
    """The visible test: it finds the examples in the docstrings, and whether each constant has been given a value."""
    exercise = task.exercise
    name = exercise.checks_id
    points = task.probe_points if exercise.kind == "text" else task.points
    source = checks_source(exercise.id, [one for one in task.probes.values() if one.shown])
    metadata = _metadata(exercise, name, "code", solution=False, points=points)
    return _V4.new_code_cell(source, id=name, metadata=metadata)


def full_size_cell(task: Task) -> Any:
    """What has the points of the target on all the data; it is judged by hidden checks alone."""
    exercise, source = task.exercise, "# At full size: judged on all the data, apart from the rest."
    metadata = _metadata(exercise, exercise.full_size_id, "code", solution=False, points=task.full_size_points)
    return _V4.new_code_cell(source, id=exercise.full_size_id, metadata=metadata)


def checks_source(exercise: str, definitions: Iterable[Definition]) -> str:
    """Return the code of the visible test of an exercise's answers."""
    definitions = list(definitions)
    answers = [json.dumps(one.name) for one in definitions if one.examples]
    constants = [json.dumps(one.name) for one in definitions if one.kind == "constant"]
    words = [json.dumps(exercise), *answers, *([f"filled=[{', '.join(constants)}]"] if constants else [])]
    call = f"check({', '.join(words)})"
    if len(call) > WIDTH:
        call = textwrap.fill(call, WIDTH, subsequent_indent=" " * 6, break_long_words=False, break_on_hyphens=False)
    stuck = f"# Stuck? Run hint({words[0]}) in a cell of your own."
    return f"{_NOTE}\n{stuck}\nfrom course.examples import check, hint\n\n{call}"


def _metadata(exercise: Exercise, name: str, kind: str, solution: bool, points: int | None = None) -> dict[str, Any]:
    nbgrader = {
        "cell_type": kind,
        "grade": points is not None,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    return {"course": {"exercise": exercise.id}, "nbgrader": nbgrader}


def notebook(chapter: Chapter, cells: list[Any]) -> Any:
    metadata = {
        "course": {"chapter": chapter.name},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return _V4.new_notebook(cells=cells, metadata=metadata)
