"""Grades a class: finds what was handed in, has it judged in parallel, and writes the gradebook.

Workers judge, store results and file notebooks; this process alone writes the gradebook.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from autograder.assignment import opened, read_sheet
from autograder.dispatch import Dispatcher, Done
from autograder.engine.grade import Sheet, Unreadable, read_notebook, refused
from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from autograder.executors import Workforce, local
from autograder.filing import file_autograded, no_drafts
from autograder.nbgrader_plugins import gradebook, show, stock_config
from autograder.recorder import PATIENCE, Entry, Recorder, entry_of, read_timestamp
from autograder.regrade import grade_stored, keep_refused
from autograder.store import Store
from course.errors import CourseError, EngineError, SetupError
from course.nbgrader_plugins import gradebook_url
from course.project import Project
from course.syllabus import Chapter


@dataclass(frozen=True)
class HandIn:
    """One student's folder for a chapter, as nbgrader's ``collect`` leaves it."""

    student: str
    folder: Path


@dataclass(frozen=True)
class Judged:
    """What a worker hands back: the result, and what is to be written into the gradebook."""

    result: Result
    entry: Entry


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Attributes
    ----------
    workforce : who judges; None for processes of this machine.
    students : only these; all when empty.
    fresh : grade again what is stored already.
    patience : seconds to wait for a gradebook that another program has locked.
    tell : shows the operator what is waited for.
    """

    workforce: Workforce | None = None
    students: frozenset[str] = frozenset()
    fresh: bool = False
    patience: float = PATIENCE
    tell: Callable[[str], None] = lambda text: None


def hand_ins(project: Project, chapter: Chapter, students: frozenset[str] = frozenset()) -> list[HandIn]:
    """Return what was handed in, by student, from ``build/submitted/<student>/<chapter>/``; of all when empty."""
    folders = sorted((project.build / "submitted").glob(f"*/{chapter.name}"))
    found = [HandIn(folder.parent.name, folder) for folder in folders if folder.is_dir()]
    return [one for one in found if not students or one.student in students]


def grade_class(project: Project, name: str, options: Options | None = None) -> Iterator[Result]:
    """Grade every submission of a chapter, yielding each result as soon as it is in the gradebook.

    Raises
    ------
    SetupError : no such chapter, nothing released or handed in, or another run is grading the chapter.
    """
    options = options or Options()
    sheet = read_sheet(project, name)
    chapter = sheet.chapter
    found = hand_ins(project, chapter, options.students)
    if not found:
        where = project.build / "submitted"
        raise SetupError(f"Nothing was handed in for {name}: collect first, or put notebooks into {where}/<student>/.")
    workforce = options.workforce or local(project, chapter.name)
    recorder = Recorder(
        gradebook_url(project), chapter.name, stock_config(project), patience=options.patience, tell=options.tell
    )
    judge = functools.partial(judge_hand_in, project, name, fresh=options.fresh)
    stored = Store.of(project, chapter)
    with stored.claimed(), no_drafts(project, chapter.name), recorder:
        try:
            workforce.begin(options.fresh)
            for done in Dispatcher(workforce, judge).run(found):
                yield _recorded(recorder, sheet, done)
        finally:
            workforce.close()
    if not options.students:
        yield from _absent(project, sheet, {one.student for one in found})


def judge_hand_in(project: Project, name: str, hand_in: HandIn, fresh: bool = False) -> Judged:
    """Judge one hand-in, store the result and file the notebook; run in a worker.

    Raises
    ------
    EngineError : something can't be read, stored or filed.
    """
    found = opened(project, name)
    chapter = found.assignment.chapter
    store = Store.of(project, chapter)
    timestamp = read_timestamp(hand_in.folder)
    try:
        path, notes = _find_notebook(hand_in, chapter)
        notebook = read_notebook(path, chapter.limits.notebook_mb)
        graded = grade_stored(notebook, hand_in.student, found, store, notes=notes, fresh=fresh)
    except Unreadable as error:
        graded = refused(hand_in.student, found.assignment, error.status, str(error))
        keep_refused(graded, found, store)
    except OSError as error:
        raise EngineError(
            f"{hand_in.folder} can't be read: {error.strerror}. Mend its permissions and run again."
        ) from error
    shown = show(graded)
    file_autograded(project, chapter.name, hand_in.student, hand_in.folder, shown, _config(project))
    return Judged(graded.result, entry_of(hand_in.student, shown, timestamp))


_config = functools.cache(stock_config)


def _find_notebook(hand_in: HandIn, chapter: Chapter) -> tuple[Path, tuple[str, ...]]:
    """Return the notebook of `chapter`, under its own name or, if there is just one, under another."""
    named = hand_in.folder / f"{chapter.name}.ipynb"
    others = sorted(hand_in.folder.glob("*.ipynb"))
    if named.exists() or len(others) != 1:
        return named, ()
    return others[0], (f"The notebook was handed in as {others[0].name}.",)


def _recorded(recorder: Recorder, sheet: Sheet, done: Done[HandIn, Judged]) -> Result:
    """Write what became of one hand-in into the gradebook and return the result, or say why there is none."""
    student, error = done.job.student, done.error
    try:
        if done.value is not None:
            recorder.record(done.value.entry)
            return done.value.result
    except CourseError as trouble:
        error = trouble
    if isinstance(error, CourseError):
        return not_judged(sheet, student, str(error))
    if type(error).__name__ == "KilledWorker":  # dask's, which is not always installed
        return not_judged(sheet, student, f"Its worker was killed again and again ({error}); run again.")
    # A mistake of ours must not keep the rest of the class waiting.
    return not_judged(sheet, student, f"The grader tripped ({type(error).__name__}): {error}")


def not_judged(sheet: Sheet, student: str, trouble: str) -> Result:
    """Return the result of a submission the grader could not deal with: no score, and the reason."""
    return _blank(sheet, student, Status.NOT_JUDGED, ExerciseStatus.NOT_JUDGED, None, trouble)


def _absent(project: Project, sheet: Sheet, seen: set[str]) -> Iterator[Result]:
    """Students of the gradebook who handed in nothing: shown, not recorded."""
    with gradebook(project) as book:
        absent = sorted(student.id for student in book.students if student.id not in seen)
    for student in absent:
        yield _blank(sheet, student, Status.MISSING, ExerciseStatus.NOT_BEGUN, 0.0, "Nothing was handed in.")


def _blank(sheet: Sheet, student: str, status: Status, each: ExerciseStatus, score: float | None, note: str) -> Result:
    exercises = tuple(
        ExerciseResult(exercise=exercise.id, title=exercise.title, status=each, score=score, max_score=points)
        for exercise, points, _ in sheet.exercises
    )
    return Result(chapter=sheet.chapter.name, student=student, status=status, notes=(note,), exercises=exercises)
