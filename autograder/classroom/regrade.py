"""Grades one submission with the help of what is stored of it, and stores what comes out."""

from __future__ import annotations

from dataclasses import replace

from nbformat import NotebookNode

from autograder.classroom.assignment import Opened
from autograder.classroom.memory import SubmissionMemory, from_memory
from autograder.classroom.store import Store
from autograder.engine.judging.grade import Graded, attempt_of, grade
from autograder.engine.judging.judge import Seed
from autograder.engine.submission.restore import WrongNotebook, restore


def grade_stored(
    notebook: NotebookNode,
    student: str,
    opened: Opened,
    store: Store,
    *,
    notes: tuple[str, ...] = (),
    fresh: bool = False,
    instant: Store | None = None,
) -> Graded:
    """Grade a submitted notebook, running it only where something is not known from the last time; store the grade.

    Parameters
    ----------
    notes : on the file, put before the result's own.
    fresh : use nothing that is stored.
    instant : where a result may be that has been judged before this hand-in was to be graded.

    Raises
    ------
    EngineError : the result can't be stored.
    """
    assignment = opened.assignment
    try:
        restored = restore(notebook, assignment.release)
        attempt = attempt_of(restored.notebook)
        assignment = replace(assignment, examiner=assignment.examiner.of_submission(written=restored.written))
    except WrongNotebook as error:
        attempt = f"not run: {error}"
    fingerprints = opened.fingerprints.submission(student, "\x1f".join([attempt, *notes]))
    last, memory = (None, SubmissionMemory(fingerprints)) if fresh else store.recall(student, fingerprints)
    moved = False
    if last is None and not fresh and instant is not None:
        last, memory = instant.recall(student, fingerprints)
        moved = last is not None
    before = dict(memory.kept)
    graded = from_memory(last, memory, assignment, Seed(assignment.key, student, attempt)) if last else None
    if graded is None:
        examiner = replace(assignment.examiner, memory=memory)
        graded = grade(notebook, student, replace(assignment, examiner=examiner), notes)
    if last is None or moved or graded.result != last.result or memory.kept != before:
        store.save(fingerprints, graded, memory.kept)
    return graded


def keep_refused(graded: Graded, opened: Opened, store: Store) -> None:
    """Store the grade of a hand-in that can't be run."""
    student, status = graded.result.student, graded.result.status
    fingerprints = opened.fingerprints.submission(student, f"not run: {status}")
    last, _ = store.recall(student, fingerprints)
    if last is None or last.result != graded.result:
        store.save(fingerprints, graded)
