"""Grades a class: finds what was handed in, judges it in parallel, and has nbgrader write the gradebook.

Workers judge and store results; this process alone writes the gradebook, through nbgrader's own converter, so that
what is recorded is what ``nbgrader autograde`` would have recorded.
"""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config

from autograder.assignment import open_assignment
from autograder.engine.grade import Assignment, Graded, Unreadable, attempt_of, grade, read_notebook, refused
from autograder.engine.restore import WrongNotebook, restore
from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from autograder.nbgrader_plugins import configure, gradebook
from autograder.store import Store, key_of
from course.errors import CourseError, EngineError, SetupError
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter

STAGED = "staged"  # what nbgrader reads: the submission in the released shape, or the release where there is none
_REFUSED = (Status.MISSING, Status.UNREADABLE, Status.TOO_LARGE, Status.WRONG_NOTEBOOK)


@dataclass(frozen=True)
class HandIn:
    """One student's folder for a chapter, as nbgrader's ``collect`` leaves it."""

    student: str
    folder: Path


def hand_ins(project: Project, chapter: Chapter) -> list[HandIn]:
    """Return what was handed in, by student, from ``build/submitted/<student>/<chapter>/``."""
    folders = sorted((project.build / "submitted").glob(f"*/{chapter.name}"))
    return [HandIn(folder.parent.name, folder) for folder in folders if folder.is_dir()]


def grade_class(
    project: Project, name: str, *, workers: int = 1, students: frozenset[str] = frozenset(), fresh: bool = False
) -> Iterator[Result]:
    """Grade every submission of a chapter, yielding each result as soon as it is in the gradebook.

    Parameters
    ----------
    workers : processes that judge at the same time.
    students : only these; all when empty.
    fresh : grade again what is stored already.

    Raises
    ------
    SetupError : no such chapter, nothing released, or nothing handed in.
    """
    assignment = open_assignment(project, name)
    found = [one for one in hand_ins(project, assignment.chapter) if not students or one.student in students]
    if not found:
        where = project.build / "submitted"
        raise SetupError(f"Nothing was handed in for {name}: collect first, or put notebooks into {where}/<student>/.")
    context = get_context("spawn")
    with ProcessPoolExecutor(max(1, min(workers, len(found))), mp_context=context) as executor:
        pending = {_submit(executor, project, name, one, fresh): one for one in found}
        for future in as_completed(pending):
            yield _record(project, assignment, pending[future], future)
    if not students:
        yield from _absent(project, assignment, {one.student for one in found})


def judge_hand_in(project: Project, name: str, hand_in: HandIn, fresh: bool) -> Result:
    """Judge one hand-in and store the result; run in a worker."""
    assignment = open_assignment(project, name)
    store = Store.of(project, assignment.chapter)
    notebook, graded, notes = _read(hand_in, assignment)
    restored = notebook if graded else restore(notebook, assignment.release).notebook
    key = key_of(assignment, project, hand_in.student, attempt_of(restored))
    if graded is None and not fresh:
        graded = store.load(hand_in.student, key)
        if graded and graded.result.status in _REFUSED:
            graded = None  # it stood for a file that could not be read; this one can
    graded = graded or grade(notebook, hand_in.student, assignment, notes)
    store.save(key, graded)
    _stage(project, hand_in, assignment.chapter, graded.notebook)
    return graded.result


def _read(hand_in: HandIn, assignment: Assignment) -> tuple[NotebookNode, Graded | None, tuple[str, ...]]:
    """Return the submitted notebook, the grade already where it can't be run, and notes on the file."""
    try:
        path, notes = _find_notebook(hand_in, assignment.chapter)
        notebook = read_notebook(path, assignment.chapter.limits.notebook_mb)
        restore(notebook, assignment.release)
    except Unreadable as error:
        graded = refused(hand_in.student, assignment, error.status, str(error))
    except WrongNotebook as error:
        graded = refused(hand_in.student, assignment, Status.WRONG_NOTEBOOK, str(error))
    except OSError as error:
        raise EngineError(
            f"{hand_in.folder} can't be read: {error.strerror}. Mend its permissions and run again."
        ) from error
    else:
        return notebook, None, notes
    return graded.notebook, graded, ()


def _find_notebook(hand_in: HandIn, chapter: Chapter) -> tuple[Path, tuple[str, ...]]:
    """Return the notebook of `chapter`, under its own name or, if there is just one, under another."""
    named = hand_in.folder / f"{chapter.name}.ipynb"
    others = sorted(hand_in.folder.glob("*.ipynb"))
    if named.exists() or len(others) != 1:
        return named, ()
    return others[0], (f"The notebook was handed in as {others[0].name}.",)


def _submit(executor: Executor, project: Project, name: str, one: HandIn, fresh: bool) -> Future[Result]:
    return executor.submit(judge_hand_in, project, name, one, fresh)


def _record(project: Project, assignment: Assignment, hand_in: HandIn, future: Future[Result]) -> Result:
    try:
        result = future.result()
        record(project, assignment.chapter, hand_in)
    except BrokenProcessPool:
        return not_judged(assignment, hand_in.student, "A worker process was ended from outside; run again.")
    except (CourseError, OSError) as error:
        return not_judged(assignment, hand_in.student, str(error))
    except Exception as error:  # a mistake of ours must not keep the rest of the class waiting
        return not_judged(assignment, hand_in.student, f"The grader tripped ({type(error).__name__}): {error}")
    return result


def record(project: Project, chapter: Chapter, hand_in: HandIn) -> None:
    """Have nbgrader write one staged submission's grade into the gradebook and its autograded notebook.

    Raises
    ------
    EngineError : nbgrader could not, e.g. because the gradebook is locked or the disk is full.
    """
    config = configure(Config(), project)
    config.CourseDirectory.submitted_directory = STAGED
    config.Judge.unjudged = True  # a worker has just tried
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id, coursedir.student_id = chapter.name, hand_in.student
    converter = Autograde(coursedir=coursedir, config=config)
    converter.force = True
    converter.log = logging.getLogger("autograder.nbgrader")
    converter.log.propagate = False
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # SQLAlchemy's, about how nbgrader uses it
        outcome = capture_log(converter)
    if not outcome["success"]:
        reason = str(outcome.get("error", "")).strip().split("\n")[-1] or outcome.get("log", "")
        raise EngineError(f"nbgrader could not record {hand_in.student}: {reason}")


def not_judged(assignment: Assignment, student: str, trouble: str) -> Result:
    """Return the result of a submission the grader could not deal with: no score, and the reason."""
    return _blank(assignment, student, Status.NOT_JUDGED, ExerciseStatus.NOT_JUDGED, None, trouble)


def _absent(project: Project, assignment: Assignment, seen: set[str]) -> Iterator[Result]:
    """Students of the gradebook who handed in nothing: shown, not recorded."""
    with gradebook(project) as book:
        absent = sorted(student.id for student in book.students if student.id not in seen)
    for student in absent:
        yield _blank(assignment, student, Status.MISSING, ExerciseStatus.NOT_BEGUN, 0.0, "Nothing was handed in.")


def _blank(
    assignment: Assignment, student: str, status: Status, each: ExerciseStatus, score: float | None, note: str
) -> Result:
    exercises = tuple(
        ExerciseResult(exercise=exercise.id, title=exercise.title, status=each, score=score, max_score=points)
        for exercise, points, _ in assignment.exercises
    )
    return Result(chapter=assignment.chapter.name, student=student, status=status, notes=(note,), exercises=exercises)


def _stage(project: Project, hand_in: HandIn, chapter: Chapter, notebook: NotebookNode) -> None:
    folder = project.build / STAGED / hand_in.student / chapter.name
    try:
        write_atomically(folder / f"{chapter.name}.ipynb", nbformat.writes(notebook))
        if (stamp := hand_in.folder / "timestamp.txt").exists():
            shutil.copy(stamp, folder)
    except OSError as error:
        raise EngineError(f"{folder} can't be written: {error}. Free some space and run again.") from error
