"""Gives releases and feedback to the students by nbgrader's exchange, as formgrader's buttons do."""

from __future__ import annotations

import logging

from course.errors import OperatorError
from course.project import Project
from course.syllabus import Chapter


def hand_out(project: Project, chapter: Chapter) -> None:
    """Give a chapter's release to the students, in the place of an earlier one; who has fetched that keeps it.

    Raises
    ------
    OperatorError : nbgrader could not; the text has its own reason.
    """
    _run(project, chapter, "ReleaseAssignment", "hand out", force=True)


def hand_out_feedback(project: Project, chapter: Chapter) -> None:
    """Give each student of a chapter the pages that have been written; what is there already is left.

    Raises
    ------
    OperatorError : nbgrader could not, or not for all: then the text names for whom, and the others have theirs.
    """
    _run(project, chapter, "ReleaseFeedback", "hand out feedback on")


def _run(project: Project, chapter: Chapter, what: str, task: str, **traits: object) -> None:
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from course.nbgrader_plugins.config import configure

    config = configure(Config(), project)
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id = chapter.name
    api = NbGraderAPI(coursedir, config=config)
    app = getattr(api.exchange, what)(coursedir=coursedir, authenticator=api.authenticator, parent=api)
    for name, value in traits.items():
        setattr(app, name, value)
    app.log = logging.getLogger("course.nbgrader")
    app.log.propagate = False
    try:
        app.start()
    except Exception as error:  # whatever nbgrader's exchange is, and however it says so
        reason = str(error).strip() or type(error).__name__
        raise OperatorError(f"nbgrader could not {task} {chapter.name}: {reason}") from error
