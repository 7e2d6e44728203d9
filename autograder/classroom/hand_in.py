"""One student's hand-in: where it is, and what a worker does with it.

Workers import this module and nothing of nbgrader's, which takes longer to import than a submission to judge.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nbformat import v4

from autograder.classroom.assignment import opened
from autograder.classroom.regrade import grade_stored, keep_refused
from autograder.classroom.store import Store
from autograder.engine.judging.grade import Unreadable, read_notebook, refused
from autograder.engine.result import Result, Status
from autograder.feedback.page import show
from course.errors import EngineError
from course.hand_in_files import SYSTEMS, files_of, printable
from course.notebooks import FoundNotebook, newest_first
from course.project import Project
from course.syllabus import Chapter


@dataclass(frozen=True)
class HandIn:
    """One student's folder for a chapter, as nbgrader's ``collect`` leaves it."""

    student: str
    folder: Path


@dataclass(frozen=True)
class Judged:
    """What a worker hands back: the result, and the text of the notebook with scores and feedback in its outputs."""

    result: Result
    notebook: str


def hand_ins(project: Project, chapter: Chapter, students: frozenset[str] = frozenset()) -> list[HandIn]:
    """Return what was handed in, by student, from ``build/submitted/<student>/<chapter>/``; of all when empty."""
    folders = sorted((project.build / "submitted").glob(f"*/{chapter.name}"))
    shown = (folder for folder in folders if not folder.parent.name.startswith("."))  # others are a system's
    found = [HandIn(folder.parent.name, folder) for folder in shown if folder.is_dir()]
    return [one for one in found if not students or one.student in students]


def judge_hand_in(
    project: Project,
    name: str,
    hand_in: HandIn,
    fresh: bool = False,
    *,
    full_size: bool = False,
    instant: bool = False,
) -> Judged:
    """Judge one hand-in and store the result; run in a worker.

    Parameters
    ----------
    full_size : run what is checked on all the data, too.
    instant : it is not known yet whether this hand-in counts: what is stored of the student's grade stays, and a later
        grading of the same notebook finds the result.

    Raises
    ------
    EngineError : something can't be read or stored.
    """
    found = opened(project, name)
    found = replace(found, assignment=replace(found.assignment, full_size=full_size))
    chapter = found.assignment.chapter
    of_instant = Store.instant(project, chapter)
    store = of_instant if instant else Store.of(project, chapter)
    try:
        path, notes = _find_notebook(project, hand_in, chapter)
        notebook = read_notebook(path, chapter.limits.notebook_mb)
        graded = grade_stored(
            notebook, hand_in.student, found, store, notes=notes, fresh=fresh, instant=None if instant else of_instant
        )
    except Unreadable as error:
        graded = refused(hand_in.student, found.assignment, error.status, str(error))
        keep_refused(graded, found, store)
    except OSError as error:
        raise EngineError(
            f"{hand_in.folder} can't be read: {error.strerror}. Mend its permissions and run again."
        ) from error
    return Judged(graded.result, v4.writes(show(graded)))


def _find_notebook(project: Project, hand_in: HandIn, chapter: Chapter) -> tuple[Path, tuple[str, ...]]:
    """Return the notebook of `chapter`: under its own name, else the one that a student will have meant.

    Raises
    ------
    Unreadable : there is none.
    """
    named = hand_in.folder / f"{chapter.name}.ipynb"
    if named.is_file() or named.is_symlink():
        return named, ()
    there = [FoundNotebook(taken.path, taken.path.name) for taken in files_of(hand_in.folder, SYSTEMS).taken]
    notebooks = [one for one in there if one.path.suffix.lower() == ".ipynb"]
    others = (name for name in project.chapters if name != chapter.name)
    found = newest_first(notebooks, chapter, others) or notebooks
    if not found:
        archive = next((one.called for one in there if one.called.lower().endswith(".zip")), "")
        why = " (it is a folder)" if named.exists() else ""
        why = f": {printable(archive)} is an archive; hand in what is in it" if archive else why
        raise Unreadable(Status.MISSING, f"{named.name} was not handed in{why}.")
    called = printable(found[0].path.relative_to(hand_in.folder).as_posix())
    return found[0].path, (f"The notebook was handed in as {called}.",)
