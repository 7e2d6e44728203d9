"""One look at a learner's notebook: the first promise that is not kept, how far one is, and what comes next."""

from __future__ import annotations

import contextlib
import dataclasses
from pathlib import Path

from nbformat import NotebookNode

from autograder.classroom.assignment import open_assignment
from autograder.classroom.fingerprints import sources_digest
from autograder.engine.judging.grade import Assignment, read_notebook
from autograder.engine.judging.judge import score_of
from autograder.engine.result import CheckResult, Outcome
from autograder.engine.submission.restore import restore
from autograder.learner.progress import Progress, Reached, fingerprint, now
from autograder.learner.submission import Learner, NotBegun, answers_of
from course.project import Project
from course.syllabus import Chapter, Exercise


@dataclasses.dataclass(frozen=True)
class Step:
    """What there is to do now.

    Attributes
    ----------
    exercise : the one it is about; None when everything is done.
    todo : what to fill in, where it has not been begun, or is answered in words.
    broken : the first check that did not pass.
    in_words : whether nothing judges it but its reader.
    """

    exercise: Exercise | None
    todo: str = ""
    broken: CheckResult | None = None
    in_words: bool = False


@dataclasses.dataclass(frozen=True)
class Look:
    """What was found.

    Attributes
    ----------
    step : what to do now.
    done : ids of the exercises of which every promise is kept, in order; `exercises` counts them all.
    kept, promises : over all exercises with checks.
    points, most : the same in points.
    """

    step: Step
    done: tuple[str, ...]
    exercises: int
    kept: int
    promises: int
    points: float
    most: float


@dataclasses.dataclass(frozen=True)
class Judged:
    """What was found of one exercise.

    Attributes
    ----------
    results : of the checks that could be judged; `todo` says why others could not.
    points, most : what it is worth, as far as that is known.
    before : what the look before has found.
    """

    results: tuple[CheckResult, ...]
    todo: str
    points: float
    most: float
    before: Reached | None


class Lesson:
    """A chapter of who learns alone.

    Parameters
    ----------
    path : the notebook.

    Attributes
    ----------
    passed_over : ids of exercises that are left for later.
    """

    def __init__(self, project: Project, chapter: Chapter, path: Path) -> None:
        self.project, self.chapter, self.path = project, chapter, path
        self.passed_over: set[str] = set()
        self._progress = Progress(project)

    def look(self) -> Look:
        """Judge what has changed since the last look, up to the first promise that is not kept.

        Raises
        ------
        CourseError : the notebook can't be read, or is another chapter's.
        """
        assignment, restored, sources = self._opened()
        learner = Learner(self.project, str(self.path))
        with contextlib.closing(learner):
            step = self._first(assignment, restored, sources, learner)
        return self._look(assignment, restored, sources, step)

    def judge(self, exercise: Exercise) -> Judged:
        """Judge one exercise.

        Raises
        ------
        CourseError : the notebook can't be read, or is another chapter's.
        """
        assignment, restored, sources = self._opened()
        before = self._progress.of(self.chapter.name).get(exercise.id)
        with contextlib.closing(Learner(self.project, str(self.path))) as learner:
            results, todo = self._judged(assignment, exercise, learner)
        self._note(assignment, exercise, fingerprint(restored, exercise.slug, sources), results)
        reached = self._progress.of(self.chapter.name)[exercise.id]
        return Judged(tuple(results), todo, reached.points, reached.most, before)

    def _opened(self) -> tuple[Assignment, NotebookNode, str]:
        """Return the assignment, the learner's notebook in the released shape, and what changes with the checks."""
        assignment = open_assignment(self.project, self.chapter.name)
        notebook = read_notebook(self.path, self.chapter.limits.notebook_mb)
        restored = restore(notebook, assignment.release).notebook
        return assignment, restored, sources_digest(self.project, self.chapter.name)

    def _first(self, assignment: Assignment, restored: NotebookNode, sources: str, learner: Learner) -> Step:
        """Return the first step; what is passed over comes last."""
        order = sorted(self.chapter.exercise, key=lambda one: one.id in self.passed_over)
        for exercise in order:
            answer = fingerprint(restored, exercise.slug, sources)
            if not assignment.examiner.checks.of(exercise.id):
                if not self._is_as_released(assignment, restored, exercise):
                    self._note(assignment, exercise, answer, [])
                elif exercise.id not in self.passed_over:
                    return Step(exercise, f"write your answer in {self.path.name}", in_words=True)
                continue
            known = self._progress.of(self.chapter.name).get(exercise.id)
            if known and known.answer == answer and known.is_done:
                continue
            results, todo = self._judged(assignment, exercise, learner)
            self._note(assignment, exercise, answer, results)
            broken = next((one for one in results if one.outcome is not Outcome.PASSED), None)
            if broken or todo:
                return Step(exercise, "" if broken else todo, broken)
        return Step(None)

    def _judged(self, assignment: Assignment, exercise: Exercise, learner: Learner) -> tuple[list[CheckResult], str]:
        """Return what became of the checks that could be judged, and why others could not."""
        results, todo = [], ""
        for check in assignment.examiner.checks.of(exercise.id):
            try:
                results.append(learner.judge(self.chapter.name, check))
            except NotBegun as why:
                todo = todo or str(why)
        return results, todo

    def _note(self, assignment: Assignment, exercise: Exercise, answer: str, results: list[CheckResult]) -> None:
        promises, most = len(assignment.examiner.checks.of(exercise.id)), points_of(assignment, exercise)
        kept = sum(one.outcome is Outcome.PASSED for one in results)
        # What can't be judged yet, or was not for trouble of ours, has no points yet.
        score = score_of(results, most)[1] if results and len(results) == promises else 0.0
        reached = Reached(
            answer=answer,
            kept=kept,
            promises=promises,
            points=score or 0.0,
            most=most,
            when=now(),
            broken=tuple(one.check for one in results if one.outcome is not Outcome.PASSED),
        )
        self._progress.note(self.chapter.name, exercise.id, reached)

    def _look(self, assignment: Assignment, restored: NotebookNode, sources: str, step: Step) -> Look:
        checks, known = assignment.examiner.checks, self._progress.of(self.chapter.name)
        found = {
            one.id: reached
            for one in self.chapter.exercise
            if (reached := known.get(one.id)) and reached.answer == fingerprint(restored, one.slug, sources)
        }
        return Look(
            step=step,
            done=tuple(id for id, reached in found.items() if reached.is_done),
            exercises=len(self.chapter.exercise),
            kept=sum(one.kept for one in found.values()),
            promises=sum(len(checks.of(one.id)) for one in self.chapter.exercise),
            points=sum(one.points for one in found.values()),
            most=sum(points_of(assignment, one) for one in self.chapter.exercise),
        )

    def _is_as_released(self, assignment: Assignment, restored: NotebookNode, exercise: Exercise) -> bool:
        """Whether nothing has been written where an exercise is answered in words."""
        released, mine = answers_of(assignment.release), answers_of(restored)
        return exercise.slug in released and released[exercise.slug] == mine[exercise.slug]


def points_of(assignment: Assignment, exercise: Exercise) -> float:
    """Return what an exercise's checks are worth, without those at full size."""
    parts = (part for part in assignment.parts if part.exercise.id == exercise.id)
    return sum(part.points for part in parts if not part.by_hand and not part.full_size)
