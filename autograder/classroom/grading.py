"""Grades a class: has what was handed in judged in parallel, files it, and writes the gradebook.

Workers judge and store results (`hand_in`); this process alone files notebooks and writes the gradebook.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from nbformat import v4

from autograder.classroom.alike import Alike, Reader, alike
from autograder.classroom.assignment import read_chapter
from autograder.classroom.course_key import course_key
from autograder.classroom.dispatch import Dispatcher, Done
from autograder.classroom.executors import Workforce, local
from autograder.classroom.filing import Rules, file_autograded, no_drafts
from autograder.classroom.hand_in import HandIn, Judged, hand_ins, judge_hand_in
from autograder.classroom.nbgrader_plugins import gradebook, stock_config
from autograder.classroom.recorder import PATIENCE, Recorder, entry_of, read_timestamp
from autograder.classroom.store import Store
from autograder.engine.judging.grade import Released
from autograder.engine.result import ExerciseStatus, Result, Status
from course.errors import CourseError, SetupError
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project


@dataclass(frozen=True)
class Options:
    """How a class is graded.

    Attributes
    ----------
    workforce : who judges; None for processes of this machine.
    students : only these; all when empty.
    fresh : grade again what is stored already.
    full_size : run what is checked on all the data, too.
    patience : seconds to wait for a gradebook that another program has locked.
    tell : shows the operator what is waited for.
    """

    workforce: Workforce | None = None
    students: frozenset[str] = frozenset()
    fresh: bool = False
    full_size: bool = False
    patience: float = PATIENCE
    tell: Callable[[str], None] = lambda text: None


def grade_class(project: Project, name: str, options: Options | None = None) -> Iterator[Result]:
    """Grade every submission of a chapter, yielding each result as soon as it is in the gradebook.

    Raises
    ------
    SetupError : no such chapter, nothing released or handed in, another run is grading the chapter, or the course's
        key is unfit.
    """
    options = options or Options()
    released = read_chapter(project, name)
    chapter = released.chapter
    found = hand_ins(project, chapter, options.students)
    if not found:
        yield from _nobody(project, released, options)
        return
    workforce = options.workforce or local(project, chapter.name)
    recorder = Recorder(
        gradebook_url(project), chapter.name, stock_config(project), patience=options.patience, tell=options.tell
    )
    course_key(project)  # made, or refused, once and here, not by each worker
    if options.full_size and not any(part.full_size for part in released.parts):
        raise SetupError(
            f"{name} was released without full-size parts: `course release {chapter.short} --full-size` puts them in."
        )
    judge = functools.partial(judge_hand_in, project, name, fresh=options.fresh, full_size=options.full_size)
    stored = Store.of(project, chapter)
    with stored.claimed(), no_drafts(project, chapter.name), recorder:
        try:
            workforce.begin(options.fresh)
            for done in Dispatcher(workforce, judge).run(found):
                yield _recorded(project, recorder, released, done)
        finally:
            workforce.close()
    if not options.students:
        yield from without_hand_in(project, released, {one.student for one in found})


def _nobody(project: Project, released: Released, options: Options) -> Iterator[Result]:
    """Yield all students as missing where nobody has handed in; of a class that nobody knows it is an error."""
    if options.workforce:
        options.workforce.close()
    absent = [] if options.students else list(without_hand_in(project, released, set()))
    if not absent:
        where = project.build / "submitted"
        raise SetupError(
            f"Nothing was handed in for {released.chapter.name}: collect first, or put notebooks into "
            f"{where}/<student>/."
        )
    yield from absent


@functools.cache
def _rules(project: Project) -> Rules:
    return Rules.of(stock_config(project))


def _recorded(project: Project, recorder: Recorder, released: Released, done: Done[HandIn, Judged]) -> Result:
    """File what became of one hand-in, write it into the gradebook and return the result, or say why there is none."""
    student, error = done.job.student, done.error
    try:
        if done.value is not None:
            folder, notebook = done.job.folder, done.value.notebook
            entry = entry_of(student, v4.reads(notebook), read_timestamp(folder))
            file_autograded(project, released.chapter.name, student, folder, notebook, _rules(project))
            return with_given(done.value.result, recorder.record(entry))
    except Exception as trouble:  # whatever it is about this hand-in, the rest of the class goes on
        error = trouble
    if isinstance(error, CourseError):
        return not_judged(released, student, str(error))
    if type(error).__name__ == "KilledWorker":  # dask's, which is not always installed
        return not_judged(released, student, f"Its worker was killed again and again ({error}); run again.")
    # A mistake of ours must not keep the rest of the class waiting.
    return not_judged(released, student, f"The grader tripped ({type(error).__name__}): {error}")


def with_given(result: Result, given: Mapping[str, float]) -> Result:
    """Return a result with the points that people have given, so that all that is shown is what the gradebook has."""
    rows = tuple(row.model_copy(update={"by_hand": given.get(row.grade_id)}) for row in result.exercises)
    return result.model_copy(update={"exercises": rows})


def not_judged(released: Released, student: str, trouble: str) -> Result:
    """Return the result of a submission the grader could not deal with: no score, and the reason."""
    return _blank(released, student, Status.NOT_JUDGED, ExerciseStatus.NOT_JUDGED, None, trouble)


def worth_a_look(project: Project, name: str) -> list[Alike]:
    """Return which answers to a chapter are more alike than chance explains, of all who have been graded.

    Raises
    ------
    SetupError : no such chapter, or it has not been released.
    """
    released = read_chapter(project, name)
    reader, store = Reader(released.release), Store.of(project, released.chapter)
    students = [one.student for one in hand_ins(project, released.chapter)]
    found = ((student, store.restored(student)) for student in students)
    return alike([reader.answered(student, notebook) for student, notebook in found if notebook], reader.known)


def without_hand_in(project: Project, released: Released, seen: set[str]) -> Iterator[Result]:
    """Students of the gradebook who handed in nothing: shown, not recorded."""
    with gradebook(project) as book:
        absent = sorted(student.id for student in book.students if student.id not in seen)
    for student in absent:
        yield _blank(released, student, Status.MISSING, ExerciseStatus.NOT_BEGUN, 0.0, "Nothing was handed in.")


def _blank(
    released: Released, student: str, status: Status, each: ExerciseStatus, score: float | None, note: str
) -> Result:
    exercises = tuple(part.row(each, score) for part in released.parts)
    return Result(chapter=released.chapter.name, student=student, status=status, notes=(note,), exercises=exercises)
