"""What takes long of a schedule, or reads the chapter's text: each is done in a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from autograder.classroom.pages import feedback_class
from course.authoring.release import release
from course.errors import EngineError, SetupError
from course.nbgrader_plugins.hand_out import hand_out, hand_out_feedback
from course.project import Project
from course.syllabus import Chapter


def give_solutions(project: Project, chapter: Chapter) -> None:
    """Write the pages of who has been graded, with worked solutions, and give them out.

    Raises
    ------
    SetupError : nothing has been graded, or somebody may still hand in.
    EngineError : somebody's page could not be made; the others have theirs.
    OperatorError : not all could be given out.
    """
    written, trouble = 0, None
    try:
        for _ in feedback_class(project, chapter.name, solutions=True):
            written += 1
    except (EngineError, SetupError) as error:
        if not written:
            raise
        trouble = error  # of some; it is told at the end
    hand_out_feedback(project, chapter)
    if trouble:
        raise trouble


def _release_full_size(project: Project, chapter: Chapter) -> None:
    release(project, chapter, full_size=True)


ACTIONS: Mapping[str, Callable[[Project, Chapter], object]] = {
    "release": release,
    "release-full-size": _release_full_size,
    "hand-out": hand_out,
    "solutions": give_solutions,
}
