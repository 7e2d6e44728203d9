"""Turn a chapter's script and solutions into its nbgrader notebook, the instructor's version.

No chapter code runs here. Equal inputs give equal bytes: ids come from exercise ids and content, nothing from the
clock, the working directory or the hash seed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat

from course.authoring.bars import filled, stated_bars
from course.authoring.carried import carry, imports_of
from course.authoring.cells import Task, checks_cell, full_size_cell, notebook, plain_cell, solution_cell, text_cell
from course.authoring.frame import with_minutes
from course.authoring.headings import heading_lines, with_lines
from course.authoring.inline import Definition, Solutions, answered
from course.authoring.look_cells import check_alone, given_names, notebook_sources
from course.authoring.rubric import FORM, read_rubric
from course.authoring.script import Cell, Findings, Import, check_plain_code, imports, read_script
from course.authoring.thresholds import load_calibrations
from course.authoring.undefined_names import Piece, check_names
from course.errors import AuthorError, Problem, near
from course.files import write_atomically
from course.project import Project
from course.syllabus import MINUTES_PER_POINT, Chapter, load_syllabus

_V4: Any = nbformat.v4  # nbformat annotates few of its functions
_FEWEST_EXAMPLES = 2  # of a code exercise: one example can be met by a constant
_LONGEST_ID = 64  # nbformat's limit for a cell id


@dataclass(frozen=True)
class Draft:
    """A chapter put together.

    Attributes
    ----------
    notebook : the nbformat notebook; incomplete when there are problems.
    problems : every mistake found.
    definitions : the answers of each exercise id, those without a visible part included.
    judged, full_size : the ids of the exercises that hidden checks have to judge, and of those with a target at full
        size.
    model_answers : answer and rubric of each free-text exercise id.
    bars : the checks whose bar stands in each exercise's statement: the prose up to its last cell.
    """

    notebook: Any
    problems: tuple[Problem, ...]
    definitions: Mapping[str, Mapping[str, Definition]]
    judged: tuple[str, ...]
    full_size: tuple[str, ...]
    model_answers: Mapping[str, tuple[str, str]]
    bars: Mapping[str, frozenset[str]]


def notebook_path(project: Project, chapter: Chapter) -> Path:
    """Where the built notebook of `chapter` is, in nbgrader's source folder."""
    return project.build / "source" / chapter.name / f"{chapter.name}.ipynb"


def build(project: Project, chapter: Chapter, full_size: bool = False) -> Path:
    """Write the instructor's notebook of `chapter` and return its path.

    With `full_size`, the targets on all the data have cells with points of their own.

    Raises
    ------
    AuthorError : with every mistake in the chapter; the previous notebook, if any, stays as it was.
    """
    draft = assemble(project, chapter, full_size)
    if draft.problems:
        raise AuthorError(draft.problems)
    nbformat.validate(draft.notebook)
    path = notebook_path(project, chapter)
    # The draft lies elsewhere: nbgrader copies whatever is beside a notebook.
    path.parent.mkdir(parents=True, exist_ok=True)
    write_atomically(path, _V4.writes(draft.notebook).rstrip("\n") + "\n", drafts=project.build)
    return path


def assemble(project: Project, chapter: Chapter, full_size: bool = False) -> Draft:
    """Put the notebook of `chapter` together in memory and find every mistake on the way."""
    return _Builder(project, chapter, full_size).draft()


class _Builder:
    """The state of one build: the script's cells, the answers, and the mistakes so far."""

    def __init__(self, project: Project, chapter: Chapter, full_size: bool = False) -> None:
        self.chapter = chapter
        self.full_size = full_size
        self.path = project.source / f"{chapter.name}.py"
        self.syllabus_path = project.syllabus
        self.findings = Findings(chapter.name)
        self.homes = {e.id: c.name for c in load_syllabus(project.syllabus) for e in c.exercise}
        self.cells = read_script(self.path, self.findings)
        self.answers = Solutions(project.solutions / chapter.name, project.solution_files(chapter.name), self.findings)
        self.given = given_names(self.cells)
        self.calibrations = load_calibrations(project.checks, chapter.name)
        self.tasks: dict[str, Task] = {}
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
        check_alone(self.cells, [*self._shown(), *self.excused], self.path, self.findings)
        cells = list(self._cells(imported))
        return Draft(
            notebook(self.chapter, cells),
            tuple(self.findings.problems),
            {name: task.definitions for name, task in self.tasks.items()},
            tuple(name for name, task in self.tasks.items() if task.probes),
            tuple(name for name, task in self.tasks.items() if task.full_size_points),
            {name: task.model_answer for name, task in self.tasks.items() if task.text_name in task.definitions},
            stated_bars(self.cells),
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

    def _task(self, cell: Cell) -> Task | None:
        """The exercise a cell belongs to, begun if this is its first cell; None if it is not this chapter's."""
        if task := self.tasks.get(cell.exercise):
            for key in ("points", "probe_points", "full_size_points"):
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
        points = (cell.points, cell.probe_points, cell.full_size_points)
        task = Task(exercise, cell.line, 0, *points)
        self.tasks[cell.exercise] = task
        return task

    def _stranger(self, name: str) -> str:
        if home := self.homes.get(name):
            return f"exercise {name} belongs to chapter {home}, not to {self.chapter.name}."
        return f"exercise {name!r} is not in the syllabus ({self.syllabus_path.name}).{near(name, self.homes)}"

    def _take(self, task: Task, asked: Import) -> bool:
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
        task.definitions[name] = carry(definition, imports_of(self.answers.tree(asked.theme)), self.given)
        return True

    def _check_task(self, task: Task) -> None:
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

    def _check_text(self, task: Task) -> None:
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

    def _check_rubric(self, task: Task) -> None:
        name, exercise = f"{task.text_name}_RUBRIC", task.exercise
        rubric = task.definitions.get(name)
        if rubric is None and task.text_name in task.definitions:
            # It stands beside the answer, and need not be imported.
            theme = task.definitions[task.text_name].path.stem
            rubric = self.answers.get(theme, name, self.path, task.line, exercise.id)
        if rubric is None:
            return
        task.rubric = rubric.text or ""
        message = ""
        try:
            total = sum(line.points for line in read_rubric(task.rubric))
            if task.points and total != task.points:
                message = f"{name} adds up to {total}, but {exercise.id} has points={task.points}."
        except ValueError:
            message = f"{name} has to be one string constant of {FORM}."
        if message:
            self.findings.add(rubric.path, rubric.line, message, exercise.id)

    def _check_examples(self, task: Task) -> None:
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

    def _complain(self, task: Task, message: str) -> None:
        self.findings.add(self.path, task.line, message, task.exercise.id)

    def _cells(self, imported: list[tuple[str, ...]]) -> Iterator[Any]:
        """The notebook's cells in order."""
        seen: Counter[str] = Counter()
        sources = notebook_sources(self.cells, self._shown())
        complete = all(one.id in self.tasks for one in self.chapter.exercise)
        lines = heading_lines(self.cells, self.tasks, self.full_size, complete, self.path, self.findings)
        for index, (cell, names) in enumerate(zip(self.cells, imported, strict=True)):
            if cell.kind != "exercise":
                text = cell.kind == "markdown"
                yield plain_cell(cell, self._prose(cell, lines.get(index, [])) if text else sources[index], seen)
            task = self.tasks.get(cell.exercise)
            if task is None:
                continue
            for name in names:
                if name == task.text_name:
                    yield text_cell(task)
                elif name in task.probes:
                    yield solution_cell(task.exercise, task.definitions[name])
            if index == task.last and task.probes:
                yield checks_cell(task)
            if index == task.last and task.full_size_points and self.full_size:
                yield full_size_cell(task)

    def _prose(self, cell: Cell, lines: list[tuple[int, str]]) -> str:
        """The text of a Markdown cell as students read it."""
        text = filled(cell, self.calibrations, self.path, self.findings)
        return with_lines(with_minutes(text, cell, self.chapter, self.path, self.findings), lines)

    def _shown(self) -> list[str]:
        """The answers in code that students write, in order."""
        return [name for task in self.tasks.values() for name, one in task.probes.items() if one.shown]

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
