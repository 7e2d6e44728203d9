"""The page a student reads: one HTML file per submission that needs no script, no network and no style sheet.

What a student may read comes from `Result` alone, never from a check's source or inputs; what the student wrote comes
from the graded notebook by way of `safe_html`.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from nbformat import NotebookNode

from autograder.engine.judging.grade import Graded
from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from autograder.feedback.changes import Change, changes, in_all
from autograder.feedback.safe_html import Block, Painter, mappings, source_text, storable
from autograder.feedback.views import Asked, CodeView, ExerciseView, PartView
from autograder.feedback.words import (
    STATUS_SENTENCES,
    WAIT,
    Points,
    check_views,
    counted,
    lead,
    mark_of,
    mark_together,
    number,
    part_name,
    points_of,
    together,
)
from course.authoring.worked import Worked
from course.errors import OperatorError
from course.files import write_atomically

_TEXT_STUBS = {"", "YOUR ANSWER HERE"}
_NOT_READ = (Status.MISSING, Status.UNREADABLE, Status.TOO_LARGE, Status.WRONG_NOTEBOOK)
_NOTHING = "No exercise is begun in the notebook that you handed in: was it the right one, and was it saved?"


@dataclass(frozen=True)
class ManualGrade:
    """What an instructor gave by hand.

    Attributes
    ----------
    score : points, or None while only a comment has been written.
    max_score : points that could be reached.
    comment : plain text or Markdown.
    older : the answer was rewritten since, and nobody has looked at it again.
    """

    score: float | None
    max_score: float
    comment: str = ""
    older: bool = False


@dataclass(frozen=True)
class ModelAnswer:
    """What a student may compare a free-text answer with; Markdown. `rubric` says what the points are for."""

    answer: str
    rubric: str = ""


def render_feedback(
    result: Result,
    notebook: NotebookNode | None,
    *,
    chapter_title: str,
    manual: Mapping[str, ManualGrade] = MappingProxyType({}),
    model_answers: Mapping[str, ModelAnswer] = MappingProxyType({}),
    solutions: Mapping[str, Worked] = MappingProxyType({}),
    before: Result | None = None,
    rewritten: Mapping[str, bool] = MappingProxyType({}),
    asked: Mapping[str, Sequence[Asked]] = MappingProxyType({}),
    again: str = "",
    form: str = "",
) -> str:
    """Return one submission's feedback as a self-contained HTML document.

    Parameters
    ----------
    notebook : the graded notebook with its outputs; None if there is none that can be read.
    manual : by grade id of one of an exercise's cells, or by the id of an exercise that has one part. A score counts
        instead of the automatic one of the part it is for; comments are shown wherever they are.
    model_answers, solutions : by exercise id; leave out those that are not to be shown.
    before : the result of the hand-in that was judged before this one, by the same student, if there is one.
    rewritten : by grade id, whether an answer in words is another than in that hand-in.
    asked : by exercise id, what the student has asked to be looked at again.
    again : what the chapter is called in the command by which the student asks that; empty where there is no such way.
    form : the address at which the student can do so in a browser, but for the exercise, which is added at its end.
    """
    given = {id_ for id_, one in manual.items() if one.score is not None}
    decided = {part.grade_id for part in result.exercises if {part.grade_id, part.exercise} & given}
    changed = changes(before, result, decided, rewritten) if before else {}
    page = _Page(result, notebook, manual, model_answers, solutions, changed, asked)
    exercises = [page.exercise(parts) for parts in result.by_exercise]
    nothing = _NOTHING if result.status not in _NOT_READ and exercises and all(e.folded for e in exercises) else ""
    text = page_environment().get_template("feedback.html.j2").render(
        chapter=chapter_title or result.chapter,
        result=result,
        total=_total(result, exercises),
        owed=_owed(exercises),
        changed=in_all(changed),
        unbegun=_unbegun(exercises),
        again=again,
        form=form,
        sentences=[text for text in (STATUS_SENTENCES[result.status], *result.notes, nothing) if text],
        exercises=exercises,
        rest=tuple(page.rest()),
    )  # fmt: skip
    return storable(text)


def view_exercise(
    result: Result, notebook: NotebookNode, exercise: str, model: ModelAnswer | None = None
) -> ExerciseView | None:
    """Return one exercise of a submission as a page for graders shows it; None if the result has no such exercise."""
    page = _Page(result, notebook, {}, {exercise: model} if model else {}, whose="the student's")
    return next((page.exercise(parts) for parts in result.by_exercise if parts[0].exercise == exercise), None)


def write_feedback(path: Path, page: str) -> Path:
    """Write a page to `path`, all of it or nothing, and return `path`.

    Raises
    ------
    OperatorError : the file can't be written.
    """
    try:
        write_atomically(path, page)
    except OSError as error:
        reason = error.strerror or str(error)
        raise OperatorError(f"Feedback can't be written to {path}: {reason}. Make room or mend its rights.") from error
    return path


def show(graded: Graded) -> NotebookNode:
    """Return the notebook with the score and feedback of what was checked in the output of each test cell."""
    rows = {row.grade_id: row for row in graded.result.exercises}
    for cell in graded.notebook.cells:
        grading, mark = cell.metadata.get("nbgrader", {}), cell.metadata.get("course", {})
        exercise = rows.get(grading.get("grade_id", ""))
        if exercise and grading.get("grade") and not grading.get("solution"):
            text = "not judged" if exercise.score is None else str(exercise.score)
            # Not `new_output`: it validates, which takes most of the time where nothing has to be run.
            data = NotebookNode({"text/plain": text, "text/html": render_exercise(exercise)})
            shown = {"output_type": "execute_result", "data": data, "execution_count": None}
            cell.outputs = [NotebookNode(metadata=NotebookNode(), **shown)]
            mark["judged"] = exercise.score is not None
    return graded.notebook


def render_exercise(exercise: ExerciseResult) -> str:
    """Return one exercise's verdict as a short HTML fragment without styles, for the output of a notebook's cell."""
    view = _Page(None, None, {}, {}).exercise((exercise,))
    return storable(page_environment().get_template("exercise.html.j2").render(exercise=view))


@functools.cache
def page_environment() -> Environment:
    """Return what makes pages of the templates here; everything that is put in is escaped."""
    folder = Path(__file__).parent / "templates"
    # Not chosen by the file's name: every template here makes HTML.
    environment = Environment(
        loader=FileSystemLoader(folder), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    environment.globals.update(number=number, counted=counted)
    environment.filters["prose"] = prose
    return environment


def prose(text: str) -> Markup:
    """Return a sentence as HTML: escaped, with what stands between backticks as code."""
    return Markup(re.sub(r"`([^`\n]+)`", r"<code>\1</code>", str(escape(text))))


@dataclass(frozen=True)
class _Cell:
    """A cell of a notebook that may have been written by anybody, and whose it is."""

    node: Mapping[str, Any]
    exercise: str
    grade_id: str
    is_test: bool
    is_answer: bool

    @classmethod
    def read(cls, node: Mapping[str, Any], known: Sequence[str]) -> _Cell:
        meta = _mapping(node.get("metadata"))
        graded = _mapping(meta.get("nbgrader"))
        grade_id = source_text(graded.get("grade_id"))
        named = source_text(_mapping(meta.get("course")).get("exercise"))
        by_grade_id = (e for e in known if f"{grade_id}-".startswith(re.sub(r"[^A-Za-z0-9]", "-", e) + "-"))
        exercise = named if named in known else next(by_grade_id, "")
        solution = graded.get("solution") is True
        return cls(node, exercise, grade_id, graded.get("grade") is True and not solution, solution)

    @property
    def is_code(self) -> bool:
        return self.node.get("cell_type") == "code"


class _Page:
    """Builds the views of one submission."""

    def __init__(
        self,
        result: Result | None,
        notebook: NotebookNode | None,
        manual: Mapping[str, ManualGrade],
        model_answers: Mapping[str, ModelAnswer],
        solutions: Mapping[str, Worked] = MappingProxyType({}),
        changed: Mapping[str, Change] = MappingProxyType({}),
        asked: Mapping[str, Sequence[Asked]] = MappingProxyType({}),
        whose: str = "your",
    ) -> None:
        known = [exercise.exercise for exercise in result.exercises] if result else []
        nodes = mappings(notebook.get("cells")) if notebook is not None else []
        self._cells = [_Cell.read(node, known) for node in nodes]
        self._manual, self._model_answers, self._solutions = manual, model_answers, solutions
        self._painter, self._whose = Painter(), whose
        self._told: dict[str, str] = {}
        self._changed, self._asked = changed, asked

    def exercise(self, rows: Sequence[ExerciseResult]) -> ExerciseView:
        """Return one exercise, whose graded parts `rows` are."""
        id_, paint = rows[0].exercise, self._painter
        cells = [cell for cell in self._cells if cell.exercise == id_]
        grades = self._grades(rows, cells)
        found = [points_of(row, self._given(row, grades)) for row in rows]
        parts = tuple(
            PartView(part_name(row), mark_of(row, points, by_hand), points, lead(row, points, by_hand))
            for row, (points, by_hand) in zip(rows, found, strict=True)
        )
        points = together([part.points for part in parts])
        model = self._model_answers.get(id_)
        written = tuple(self._written(cells, id_))
        return ExerciseView(
            id=id_,
            title=rows[0].title,
            anchor="exercise-" + re.sub(r"[^A-Za-z0-9]+", "-", id_),
            mark=mark_together([part.mark for part in parts], points),
            points=points,
            lead=parts[0].lead if len({part.lead for part in parts}) == 1 else "",
            parts=parts if len({part.lead for part in parts}) > 1 else (),
            checks=tuple(
                view
                for row, (_, by_hand) in zip(rows, found, strict=True)
                for view in check_views(row, by_hand, self._told)
            ),
            written=written,
            code=tuple(self._code(cells, id_)),
            tests=tuple(b for c in cells if c.is_test for b in paint.outputs(c.node, f"the tests of {id_}", True)),
            comments=tuple(paint.prose(g.comment, f"Comment on {id_}") for g in grades.values() if g.comment.strip()),
            model=paint.prose(model.answer, f"Model answer of {id_}") if model else None,
            rubric=paint.prose(model.rubric, f"What the points of {id_} are for") if model and model.rubric else None,
            worked=tuple(self._worked(id_)),
            manual=any(row.status is ExerciseStatus.MANUAL for row in rows),
            folded=_is_unbegun(rows) and not any(by_hand for _, by_hand in found),
            change=str(self._changed.get(id_, "")),
            older=any(one.older for one in grades.values()),
            asked=tuple(self._asked.get(id_, ())),
        )

    def rest(self) -> Iterator[CodeView]:
        """Yield the cells outside the exercises that put something out."""
        for position, cell in enumerate(self._cells, 1):
            if cell.is_code and not cell.exercise and mappings(cell.node.get("outputs")):
                yield self._code_view(cell, f"cell {position}")

    def _grades(self, rows: Sequence[ExerciseResult], cells: Sequence[_Cell]) -> dict[str, ManualGrade]:
        """Return what was given and said by hand of an exercise, by its own id or by grade id."""
        # A copied cell has its original's id; a cell may be gone, and its part is still there.
        whole = [rows[0].exercise] if len(rows) == 1 else []
        ids = dict.fromkeys([*whole, *(row.grade_id for row in rows), *(cell.grade_id for cell in cells)])
        return {id_: self._manual[id_] for id_ in ids if id_ in self._manual}

    def _given(self, row: ExerciseResult, grades: Mapping[str, ManualGrade]) -> float | None:
        """Return the points that a person has given for a part."""
        found = [grades[id_].score for id_ in (row.grade_id, row.exercise) if id_ in grades]
        return next((score for score in found if score is not None), None)

    def _written(self, cells: Sequence[_Cell], id_: str) -> Iterator[Block | None]:
        for cell in cells:
            if cell.node.get("cell_type") == "markdown" and cell.is_answer:
                text = source_text(cell.node.get("source"))
                empty = text.strip() in _TEXT_STUBS
                attached = cell.node.get("attachments")
                yield None if empty else self._painter.prose(text, f"{_capital(self._whose)} answer to {id_}", attached)

    def _worked(self, id_: str) -> Iterator[tuple[str, Block]]:
        if found := self._solutions.get(id_):
            ways = ((f"Another way: {way.replaces}", way.source) for way in found.others)
            for title, code in (("The worked solution", found.solution), *ways):
                yield title, self._painter.code({"source": code}, f"{title}, {id_}")

    def _code(self, cells: Sequence[_Cell], id_: str) -> Iterator[CodeView]:
        code = [cell for cell in cells if cell.is_code and not cell.is_test]
        for part, cell in enumerate(code, 1):
            yield self._code_view(cell, f"{self._whose} code for {id_}" + (f", part {part}" if len(code) > 1 else ""))

    def _code_view(self, cell: _Cell, where: str) -> CodeView:
        return CodeView(self._painter.code(cell.node, _capital(where)), self._painter.outputs(cell.node, where))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _total(result: Result, exercises: Sequence[ExerciseView]) -> str:
    total = Points(sum(e.points.score for e in exercises), sum(e.points.max_score for e in exercises))
    pending = [e.points.pending for e in exercises]
    if result.status is Status.NOT_JUDGED or (pending and all(p == "machine" for p in pending)):
        return "Not judged yet"
    return f"{total} so far" if any(pending) else str(total)


def _is_unbegun(rows: Sequence[ExerciseResult]) -> bool:
    """Whether no part of an exercise has been begun; its full size, which nobody has run, says nothing of that."""
    states = {row.status for row in rows}
    return ExerciseStatus.NOT_BEGUN in states and states <= {ExerciseStatus.NOT_BEGUN, ExerciseStatus.NOT_RUN}


def _unbegun(exercises: Sequence[ExerciseView]) -> str:
    """Return the sentence on what has not been begun: it counts."""
    idle = [one for one in exercises if one.folded]
    if not idle:
        return ""
    some = f"{len(idle)} exercises are" if len(idle) > 1 else f"{idle[0].id} is"
    return f"{some} not begun, and folded below: {counted(sum(one.points.max_score for one in idle))} in all."


def _owed(exercises: Sequence[ExerciseView]) -> Iterator[str]:
    """Yield a sentence for each kind of points that are still to come."""
    reasons = {
        "machine": f"not judged yet. {WAIT}",
        "hand": "still to be graded by hand.",
        "full size": "not run at full size yet.",
    }
    for pending, reason in reasons.items():
        of_kind = [e for e in exercises if e.points.pending == pending]
        if of_kind:
            yield f"{', '.join(e.id for e in of_kind)}: {reason}"
