"""Turn a chapter's script and solutions into its nbgrader notebook, the instructor's version.

No chapter code runs here. Equal inputs give equal bytes: ids come from exercise ids and content, nothing from the
clock, the working directory or the hash seed.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat

from course.authoring.inline import Definition, Solutions, answered, example_text
from course.authoring.script import Cell, Findings, Import, check_plain_code, imports, read_script
from course.authoring.undefined_names import Piece, check_names
from course.errors import AuthorError, Problem, near
from course.files import write_atomically
from course.project import Project
from course.syllabus import MINUTES_PER_POINT, Chapter, Exercise, load_syllabus

_V4: Any = nbformat.v4  # nbformat annotates few of its functions
_RUBRIC = re.compile(r"^- (?P<points>\d+) points?: \S")
_FEWEST_EXAMPLES = 2  # of a code exercise: one example can be met by a constant
_LONGEST_ID = 64  # nbformat's limit for a cell id


@dataclass
class _Task:
    """One exercise as the script asks for it, and what the solutions answer."""

    exercise: Exercise
    line: int
    last: int = 0  # index of its last cell with something that is checked
    points: int | None = None
    probe_points: int | None = None
    definitions: dict[str, Definition] = field(default_factory=dict)
    rubric: str = ""
    complete: bool = True  # whether every answer it asks for was found

    @property
    def text_name(self) -> str:
        """The constant that holds a free-text exercise's model answer: ``P_01_1``."""
        return self.exercise.id.upper().replace(".", "_") if self.exercise.kind == "text" else ""

    @property
    def model_answer(self) -> tuple[str, str]:
        """The free text's answer and rubric."""
        return self.definitions[self.text_name].text or "", self.rubric

    @property
    def probes(self) -> dict[str, Definition]:
        """What is judged by checks: everything except the free text."""
        texts = (self.text_name, f"{self.text_name}_RUBRIC")
        return {name: one for name, one in self.definitions.items() if name not in texts}


@dataclass(frozen=True)
class Draft:
    """A chapter put together.

    Attributes
    ----------
    notebook : the nbformat notebook; incomplete when there are problems.
    problems : every mistake found.
    definitions : the answers of each exercise id, those without a visible part included.
    judged : the ids of the exercises that hidden checks have to judge.
    model_answers : answer and rubric of each free-text exercise id.
    """

    notebook: Any
    problems: tuple[Problem, ...]
    definitions: Mapping[str, Mapping[str, Definition]]
    judged: tuple[str, ...]
    model_answers: Mapping[str, tuple[str, str]]


def notebook_path(project: Project, chapter: Chapter) -> Path:
    """Where the built notebook of `chapter` is, in nbgrader's source folder."""
    return project.build / "source" / chapter.name / f"{chapter.name}.ipynb"


def build(project: Project, chapter: Chapter) -> Path:
    """Write the instructor's notebook of `chapter` and return its path.

    Raises
    ------
    AuthorError : with every mistake in the chapter; the previous notebook, if any, stays as it was.
    """
    draft = assemble(project, chapter)
    if draft.problems:
        raise AuthorError(draft.problems)
    nbformat.validate(draft.notebook)
    path = notebook_path(project, chapter)
    # The draft lies elsewhere: nbgrader copies whatever is beside a notebook.
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, _V4.writes(draft.notebook).rstrip("\n") + "\n", drafts=project.build)
    return path


def assemble(project: Project, chapter: Chapter) -> Draft:
    """Put the notebook of `chapter` together in memory and find every mistake on the way."""
    return _Builder(project, chapter).draft()


class _Builder:
    """The state of one build: the script's cells, the answers, and the mistakes so far."""

    def __init__(self, project: Project, chapter: Chapter) -> None:
        self.chapter = chapter
        self.path = project.source / f"{chapter.name}.py"
        self.syllabus_path = project.syllabus
        self.findings = Findings(chapter.name)
        self.homes = {e.id: c.name for c in load_syllabus(project.syllabus) for e in c.exercise}
        self.cells = read_script(self.path, self.findings)
        self.answers = Solutions(project.solutions / chapter.name, project.solution_files(chapter.name), self.findings)
        self.tasks: dict[str, _Task] = {}
        self.owners: dict[str, str] = {}
        self.excused: set[str] = set()  # answers asked for in vain: that they are undefined is no second mistake

    def draft(self) -> Draft:
        imported = [self._read(index, cell) for index, cell in enumerate(self.cells)]
        for task in self.tasks.values():
            self._check_task(task)
        for exercise in self.chapter.exercise:
            if exercise.id not in self.tasks:
                message = (
                    f'exercise {exercise.id} of the syllabus has no cell: add one marked exercise="{exercise.id}".'
                )
                self.findings.add(self.path, 0, message, exercise.id)
        check_names(self._pieces(imported), self.excused, self.findings)
        return Draft(
            _notebook(self.chapter, list(self._cells(imported))),
            tuple(self.findings.problems),
            {name: task.definitions for name, task in self.tasks.items()},
            tuple(name for name, task in self.tasks.items() if task.probes),
            {name: task.model_answer for name, task in self.tasks.items() if task.text_name in task.definitions},
        )

    def _read(self, index: int, cell: Cell) -> tuple[str, ...]:
        """Check one cell; return the answers it brings in, in order."""
        if cell.kind in ("code", "demo"):
            check_plain_code(cell, self.path, self.findings)
        if cell.kind != "exercise":
            return ()
        found = imports(cell, f"solutions.{self.chapter.name}", self.path, self.findings)
        task = self._task(cell)
        taken = tuple(one.name for one in found if task and self._take(task, one))
        self.excused |= {one.name for one in found} - set(taken)
        if task:
            if set(taken) - {task.text_name}:  # the test cell stands beside what it tests, before a closing question
                task.last = index
            task.complete &= len(taken) == len(found)
        return taken

    def _task(self, cell: Cell) -> _Task | None:
        """The exercise a cell belongs to, begun if this is its first cell; None if it is not this chapter's."""
        if task := self.tasks.get(cell.exercise):
            for key in ("points", "probe_points"):
                if getattr(cell, key) is not None:
                    message = (
                        f"{key} of {cell.exercise} stand on line {task.line} already; only its first cell has them."
                    )
                    self.findings.add(self.path, cell.line, message, cell.exercise)
            return task
        exercise = next((e for e in self.chapter.exercise if e.id == cell.exercise), None)
        if exercise is None:
            self.findings.add(self.path, cell.line, self._stranger(cell.exercise), cell.exercise)
            return None
        task = _Task(exercise, cell.line, points=cell.points, probe_points=cell.probe_points)
        self.tasks[cell.exercise] = task
        return task

    def _stranger(self, name: str) -> str:
        if home := self.homes.get(name):
            return f"exercise {name} belongs to chapter {home}, not to {self.chapter.name}."
        return f"exercise {name!r} is not in the syllabus ({self.syllabus_path.name}).{near(name, self.homes)}"

    def _take(self, task: _Task, asked: Import) -> bool:
        """Add one answer to its exercise; False when there is none to show a cell for."""
        name, exercise = asked.name, task.exercise
        if name in self.owners:
            message = f"{name} is an answer of {self.owners[name]} already; import it once."
            self.findings.add(self.path, asked.line, message, exercise.id)
            return False
        self.owners[name] = exercise.id
        cell_id = f"{exercise.slug}-{name}"
        if name == "checks" or len(cell_id) > _LONGEST_ID or not name.isascii():
            message = (
                f"{name} can't be part of a cell id (ASCII, at most {_LONGEST_ID} characters, not 'checks'): rename it."
            )
            self.findings.add(self.path, asked.line, message, exercise.id)
            return False
        definition = self.answers.get(asked.theme, name, self.path, asked.line, exercise.id)
        if definition is None:
            return False
        task.definitions[name] = definition
        return True

    def _check_task(self, task: _Task) -> None:
        exercise = task.exercise
        if task.points is None:
            self._complain(task, f"exercise {exercise.id} has no points: add points=N to its first marker.")
        elif not exercise.is_worth(points := task.points + (task.probe_points or 0)):
            self._complain(
                task,
                f"{exercise.id} has {points} points for {exercise.minutes} minutes of work (in the syllabus): a point "
                f"is about {MINUTES_PER_POINT} minutes, so change one of them.",
            )
        if exercise.kind == "text":
            self._check_text(task)
        elif task.probe_points is not None:
            self._complain(task, f"probe_points are for free-text exercises; {exercise.id} is {exercise.kind}.")
        if task.complete and self.answers.readable and (task.probes or exercise.kind != "text"):
            self._check_examples(task)

    def _check_text(self, task: _Task) -> None:
        name, exercise = task.text_name, task.exercise
        answer = task.definitions.get(name)
        if answer is None and name not in self.owners:
            self._complain(task, f"free-text exercise {exercise.id} has to import its model answer, {name}.")
        elif answer is not None and not answer.text:
            message = f"{name} has to be one string constant: the model answer of {exercise.id}."
            self.findings.add(answer.path, answer.line, message, exercise.id)
        if self.answers.readable:
            self._check_rubric(task)
        if bool(task.probes) != (task.probe_points is not None):
            self._complain(
                task, "a free-text exercise has probe_points if it imports a probe besides the text, else none."
            )

    def _check_rubric(self, task: _Task) -> None:
        name, exercise = f"{task.text_name}_RUBRIC", task.exercise
        rubric = task.definitions.get(name)
        if rubric is None and task.text_name in task.definitions:
            # It stands beside the answer, and need not be imported.
            theme = task.definitions[task.text_name].path.stem
            rubric = self.answers.get(theme, name, self.path, task.line, exercise.id)
        if rubric is None:
            return
        task.rubric = rubric.text or ""
        wanted = "lines '- N points: what earns them'"
        lines = [line for line in task.rubric.split("\n") if line.strip() and not line.startswith((" ", "\t"))]
        matches = [_RUBRIC.match(line) for line in lines]
        total = sum(int(match["points"]) for match in matches if match)
        message = ""
        if not lines or not all(matches):
            message = f"{name} has to be one string constant of {wanted}."
        elif task.points and total != task.points:
            message = f"{name} adds up to {total}, but {exercise.id} has points={task.points}."
        if message:
            self.findings.add(rubric.path, rubric.line, message, exercise.id)

    def _check_examples(self, task: _Task) -> None:
        shown = [one for one in task.probes.values() if one.shown]
        stated = sum(answered(example) for one in shown for example in one.examples)
        constants = any(one.kind == "constant" for one in shown)
        exercise = task.exercise
        if not shown:
            self._complain(task, f"exercise {exercise.id} has no answer that a student sees: import one without '_'.")
        elif exercise.kind == "code" and stated < _FEWEST_EXAMPLES:
            names = ", ".join(one.name for one in shown)
            message = f"the docstrings of {exercise.id} ({names}) hold {stated} doctest examples with a result; "
            self.findings.add(shown[0].path, shown[0].line, f"{message}they need {_FEWEST_EXAMPLES}.", exercise.id)
        elif not stated and not constants:
            message = f"{shown[0].name} has no doctest example: its visible test would be empty."
            self.findings.add(shown[0].path, shown[0].line, message, exercise.id)

    def _complain(self, task: _Task, message: str) -> None:
        self.findings.add(self.path, task.line, message, task.exercise.id)

    def _cells(self, imported: list[tuple[str, ...]]) -> Iterator[Any]:
        """The notebook's cells in order."""
        seen: Counter[str] = Counter()
        for index, (cell, names) in enumerate(zip(self.cells, imported, strict=True)):
            if cell.kind != "exercise":
                yield _plain(cell, seen)
            task = self.tasks.get(cell.exercise)
            if task is None:
                continue
            for name in names:
                if name == task.text_name:
                    yield _text_cell(task)
                elif name in task.probes:
                    yield _solution_cell(task.exercise, task.definitions[name])
            if index == task.last and task.probes:
                yield _checks_cell(task)

    def _pieces(self, imported: list[tuple[str, ...]]) -> Iterator[Piece]:
        """The notebook's code in order, with the place each line was written at."""
        for index, (cell, names) in enumerate(zip(self.cells, imported, strict=True)):
            if cell.kind in ("code", "demo"):
                yield Piece.of_cell(cell, self.path)
            task = self.tasks.get(cell.exercise)
            if task is None:
                continue
            for name in names:
                if name in task.probes:
                    yield Piece.of_definition(task.probes[name], task.exercise.id)
            if index == task.last:
                for definition in task.probes.values():
                    yield Piece.of_examples(definition, task.exercise.id)


def _plain(cell: Cell, seen: Counter[str]) -> Any:
    """A cell without points. Its id is a hash of its text, so that a cell put in elsewhere changes no other's."""
    digest = hashlib.sha256(f"{cell.kind}\n{cell.source}".encode()).hexdigest()[:12]
    seen[digest] += 1
    name = f"cell-{digest}" if seen[digest] == 1 else f"cell-{digest}-{seen[digest]}"
    if cell.kind == "markdown":
        return _V4.new_markdown_cell(cell.source, id=name)
    metadata = {"course": {"demo": True}, "tags": ["demo"]} if cell.kind == "demo" else {}
    return _V4.new_code_cell(cell.source, id=name, metadata=metadata)


def _solution_cell(exercise: Exercise, definition: Definition) -> Any:
    name = f"{exercise.slug}-{definition.name}"
    return _V4.new_code_cell(definition.source, id=name, metadata=_metadata(exercise, name, "code", solution=True))


def _text_cell(task: _Task) -> Any:
    """The manually graded cell; nbgrader puts its stub in place of all of it."""
    slug = task.exercise.slug
    source = "\n\n**Rubric**\n\n".join(task.model_answer)
    metadata = _metadata(task.exercise, slug, "markdown", solution=True, points=task.points)
    return _V4.new_markdown_cell(source, id=slug, metadata=metadata)


def _checks_cell(task: _Task) -> Any:
    """The visible test: the docstrings' examples, and whether each constant has been given a value."""
    exercise = task.exercise
    name = exercise.checks_id
    points = task.probe_points if exercise.kind == "text" else task.points
    source = checks_source([one for one in task.probes.values() if one.shown])
    metadata = _metadata(exercise, name, "code", solution=False, points=points)
    return _V4.new_code_cell(source, id=name, metadata=metadata)


def checks_source(definitions: Iterable[Definition]) -> str:
    """Return the code of the visible test of these answers."""
    definitions = list(definitions)
    constants = [one.name for one in definitions if one.kind == "constant"]
    text = example_text(definitions)
    calls = [f"filled({', '.join(map(json.dumps, constants))})"] if constants else []
    calls += [f"run({_literal(text)})"] if text else []
    names = ", ".join([*(["filled"] if constants else []), *(["run"] if text else [])])
    note = "# Run this to see where you stand; hidden checks on other inputs decide the points."
    return "\n".join([note, f"from course.examples import {names}", "", *calls])


def _literal(text: str) -> str:
    """Write doctest text as a raw string if some delimiter survives in it, so that it reads as typed.

    The string begins a line of its own: elsewhere IPython takes ``>>>`` for a pasted prompt and removes it.
    """
    for quotes in ("'''", '"""'):
        if quotes not in text:
            return f"\n    r{quotes}\n{text}{quotes}\n"
    return f"\n    {text!r}\n"


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


def _notebook(chapter: Chapter, cells: list[Any]) -> Any:
    metadata = {
        "course": {"chapter": chapter.name},
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return _V4.new_notebook(cells=cells, metadata=metadata)
