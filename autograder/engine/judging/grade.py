"""Grades one submission: restores the notebook, runs it, judges every exercise.

`grade` is pure: it knows of no gradebook and no folder layout, and keeps no state.
"""

from __future__ import annotations

import contextlib
import copy
import functools
import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from nbformat import NotebookNode

from autograder.engine.judging.judge import Examiner, Seed, judge_exercise
from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from autograder.engine.settings import Settings, load_settings
from autograder.engine.submission.reading import Unreadable, read_notebook
from autograder.engine.submission.restore import WrongNotebook, cell_key, restore
from autograder.engine.wire.proxy import Session
from course.errors import CourseError, KernelLost
from course.syllabus import Chapter, Exercise

if TYPE_CHECKING:
    from autograder.engine.session.kernel import NotebookSession

__all__ = [
    "Assignment", "Graded", "Part", "Released", "Unreadable", "attempt_of", "grade", "read_notebook", "refused",
]  # fmt: skip

TRIES = 3  # for a submission whose process is ended from outside
CHECK_SECONDS = 60.0  # how long a submission may take to answer the calls of one check
FULL_SIZE_SECONDS = 240.0  # of one on all the data: right answers need three minutes at most, on two cores


@dataclass(frozen=True)
class Part:
    """A part of an exercise that has points of its own: its text, or what its checks judge.

    Attributes
    ----------
    grade_id : nbgrader's, of the cell that has the points.
    by_hand : whether a person gives them.
    """

    exercise: Exercise
    grade_id: str
    points: float
    by_hand: bool

    @property
    def full_size(self) -> bool:
        """Whether it is the exercise's target on all the data."""
        return self.grade_id == self.exercise.full_size_id

    @property
    def not_run(self) -> ExerciseResult:
        """Its row where nobody has asked for it yet."""
        return self.row(ExerciseStatus.NOT_RUN, None)

    def row(self, status: ExerciseStatus, score: float | None) -> ExerciseResult:
        """Return the part's row where no check was run."""
        return ExerciseResult(
            exercise=self.exercise.id,
            grade_id=self.grade_id,
            title=self.exercise.title,
            status=status,
            score=score,
            max_score=self.points,
        )


@dataclass(frozen=True)
class Released:
    """What was given to the students: no check is needed to know it.

    Attributes
    ----------
    chapter : from the syllabus.
    release : the released notebook.
    """

    chapter: Chapter
    release: NotebookNode = field(repr=False)

    @property
    def parts(self) -> Iterator[Part]:
        """What has points: of some exercises a text and something that is checked."""
        for exercise in self.chapter.exercise:
            for cell in self.release.cells:
                grading = cell.metadata.get("nbgrader", {})
                if cell.metadata.get("course", {}).get("exercise") == exercise.id and grading.get("grade"):
                    solution, points = bool(grading.get("solution")), float(grading["points"])
                    yield Part(exercise, str(grading["grade_id"]), points, by_hand=solution)


@dataclass(frozen=True)
class Assignment(Released):
    """What grading a chapter needs, the same for every submission.

    Attributes
    ----------
    examiner : checks, thresholds, mutants.
    key : the course's secret, for the seeds.
    only : judge these exercises; all when empty.
    full_size : run what is checked on all the data, too; else these parts have what is known from an earlier time.
    check_seconds : how long the submission may take to answer the calls of one check.
    settings : how submissions are isolated; None: as the machine's settings say.
    """

    examiner: Examiner = field(repr=False)
    key: str = field(repr=False)
    only: frozenset[str] = frozenset()
    full_size: bool = False
    check_seconds: float = CHECK_SECONDS
    settings: Settings | None = None


class OpenSession(Protocol):
    """Returns a submission's session; see `judge_exercise`."""

    def __call__(self, seconds: float | None = None) -> Session:
        """Return it, with `seconds` for one check; None for as many as usual."""
        ...


@dataclass(frozen=True)
class Graded:
    """A result, and the restored notebook with outputs that belongs to it."""

    result: Result
    notebook: NotebookNode = field(repr=False)


def grade(notebook: NotebookNode, student: str, assignment: Assignment, notes: tuple[str, ...] = ()) -> Graded:
    """Grade a submitted notebook (nbformat 4).

    Never raises for what the submission does; trouble of the grader gives `Status.NOT_JUDGED`.
    """
    start = time.monotonic()
    try:
        restored = restore(notebook, assignment.release)
    except WrongNotebook as error:
        return refused(student, assignment, Status.WRONG_NOTEBOOK, str(error))
    seed = Seed(assignment.key, student, attempt_of(restored.notebook))
    assignment = replace(assignment, examiner=assignment.examiner.of_submission(written=restored.written))
    graded = _graded(restored.notebook, assignment, seed)
    result = graded.result
    notes = (*notes, *result.notes, *restored.notes)  # what keeps code from being run comes first
    result = result.model_copy(update={"notes": notes, "seconds": round(time.monotonic() - start, 2)})
    return replace(graded, result=result)


def _graded(notebook: NotebookNode, assignment: Assignment, seed: Seed) -> Graded:
    """Run and judge, again where the machine has ended the submission's process."""
    for left in reversed(range(TRIES)):
        try:
            return _run_and_judge(copy.deepcopy(notebook) if left else notebook, assignment, seed)
        except KernelLost as error:
            trouble: CourseError = error
        except CourseError as error:
            return _not_judged(notebook, assignment, seed.student, str(error))
    return _not_judged(notebook, assignment, seed.student, str(trouble))


def refused(student: str, assignment: Assignment, status: Status, sentence: str) -> Graded:
    """Return the grade of a submission that can't be run: zero, the sentence, and an untouched notebook."""
    notebook = copy.deepcopy(assignment.release)
    exercises = tuple(part.row(ExerciseStatus.NOT_BEGUN, 0.0) for part in assignment.parts)
    result = Result(
        chapter=assignment.chapter.name, student=student, status=status, notes=(sentence,), exercises=exercises
    )
    return Graded(result, notebook)


def attempt_of(notebook: NotebookNode) -> str:
    """Return a digest of what was handed in: the sources of a restored notebook."""
    sources = "\x1f".join(str(cell.source) for cell in notebook.cells)
    return hashlib.sha256(sources.encode("utf-8", "surrogatepass")).hexdigest()


def _run_and_judge(notebook: NotebookNode, assignment: Assignment, seed: Seed) -> Graded:
    from autograder.engine.session.kernel import Opener  # for a regrade from what is stored it need not be imported

    with contextlib.ExitStack() as stack:
        settings = assignment.settings or load_settings()
        # A kernel can read what it is seeded with: nothing of the key is in it, only what was handed in.
        limits = assignment.chapter.limits
        opener = Opener(notebook, limits, stack, assignment.check_seconds, settings, seed.attempt, assignment.release)
        session = opener.first()
        exercises = tuple(
            _by_hand(part, notebook, assignment.release) if part.by_hand else judge_part(part, assignment, opener, seed)
            for part in sorted(assignment.parts, key=lambda part: part.full_size)  # what takes minutes comes last
            if not assignment.only or part.exercise.id in assignment.only
        )
    status = session.run.status
    if any(exercise.status is ExerciseStatus.NOT_JUDGED for exercise in exercises):
        status = Status.NOT_JUDGED
    result = Result(
        chapter=assignment.chapter.name,
        student=seed.student,
        status=status,
        notes=tuple(session.run.notes),
        exercises=tuple(sorted(exercises, key=_place(assignment))),
        data=_data(assignment, exercises),
        isolation=_isolation(session),
    )
    return Graded(result, notebook)


def _isolation(session: NotebookSession) -> str:
    """Say how a submission was kept apart, and which GPU it was lent."""
    said = [f"{session.tier}, {session.tier.meaning}", f"{session.kind} kernel", session.gpu]
    return "; ".join(one for one in said if one)


def to_be_run(part: Part, assignment: Assignment) -> bool:
    """Return whether a part is to be run: at full size where the assignment says so, and on real data only."""
    examiner = assignment.examiner
    if not part.full_size:
        return True
    return assignment.full_size and all(map(examiner.has_data_for, examiner.checks.of(part.exercise.id, True)))


def judge_part(part: Part, assignment: Assignment, open_session: OpenSession, seed: Seed) -> ExerciseResult:
    """Judge a part that has checks. One at full size has what is known, where it is not to be run."""
    examiner, exercise = assignment.examiner, part.exercise
    if not part.full_size:
        return judge_exercise(exercise, part.points, examiner, open_session, seed)
    checks = examiner.checks.of(exercise.id, full_size=True)
    known = examiner.memory is not None and all(examiner.memory.recall(check) for check in checks)
    if not checks or not (known or to_be_run(part, assignment)):
        return part.not_run
    longer = functools.partial(open_session, FULL_SIZE_SECONDS)
    return judge_exercise(exercise, part.points, examiner, longer, seed, full_size=True)


def _place(assignment: Assignment) -> Callable[[ExerciseResult], int]:
    """Return what sorts rows as their cells stand in the release."""
    order = {part.grade_id: place for place, part in enumerate(assignment.parts)}
    return lambda row: order[row.grade_id]


def _not_judged(notebook: NotebookNode, assignment: Assignment, student: str, trouble: str) -> Graded:
    exercises = tuple(part.row(ExerciseStatus.NOT_JUDGED, None) for part in assignment.parts)
    result = Result(
        chapter=assignment.chapter.name,
        student=student,
        status=Status.NOT_JUDGED,
        notes=(trouble,),
        exercises=exercises,
    )
    return Graded(result, notebook)


def _data(assignment: Assignment, exercises: tuple[ExerciseResult, ...]) -> tuple[str, ...]:
    checks = assignment.examiner.checks
    used = {one.data for row in exercises for one in checks.of(row.exercise, row.is_full_size and bool(row.checks))}
    return tuple(f"{name}: {assignment.examiner.source_of(name)}" for name in sorted(used - {""}))


def _by_hand(part: Part, notebook: NotebookNode, release: NotebookNode) -> ExerciseResult:
    """Return a text's row: nothing yet, or zero where the answer is as released, as nbgrader has it."""
    begun = _text_answer(part, notebook) != _text_answer(part, release)
    return part.row(ExerciseStatus.MANUAL, None) if begun else part.row(ExerciseStatus.NOT_BEGUN, 0.0)


def _text_answer(part: Part, notebook: NotebookNode) -> str:
    return "".join(cell.source for cell in notebook.cells if cell_key(cell) == part.grade_id)
