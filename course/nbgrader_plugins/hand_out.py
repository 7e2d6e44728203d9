"""Gives releases and feedback to the students by nbgrader's exchange, as formgrader's buttons do; says who has what."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from course.errors import OperatorError, SetupError
from course.exchange.client import ExchangeClient
from course.locks import held
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


@dataclass(frozen=True)
class Given:
    """A release that the students have.

    Attributes
    ----------
    time : since when, by the exchange's clock (UTC); None where the exchange does not say.
    digest : of its files; empty where the exchange does not say.
    """

    time: datetime | None = None
    digest: str = ""


def handed_out(project: Project) -> Mapping[str, Given]:
    """Return what the students of the course have, by assignment.

    Raises
    ------
    SetupError : there is no exchange here.
    ExchangeRefusal, OperatorError : it does not tell, or does not answer; it is asked once.
    """
    course = os.environ.get("COURSE_ID", "")
    if course and os.environ.get("COURSE_EXCHANGE_URL"):
        found = ExchangeClient.from_environ(pauses=()).releases(course)
        return {one.assignment: Given(one.time, one.digest) for one in found}
    api = _api(project, "")
    if not api.exchange_is_functional:
        raise SetupError("No exchange is set up here, by which releases could be given to the students.")
    try:
        return {str(name): Given() for name in api.get_released_assignments()}
    except Exception as error:  # as in `_run`
        raise OperatorError(f"nbgrader's exchange does not tell what is released: {error}") from error


class HandOutBusy(OperatorError):
    """Somebody else, or the hub's schedule, is handing out a chapter."""


@contextlib.contextmanager
def one_at_a_time(project: Project) -> Iterator[None]:
    """Hold the right to make a release and give it out.

    Raises
    ------
    HandOutBusy : somebody else has it.
    """
    taken = HandOutBusy("Somebody is handing out a chapter right now: try again once that is done.")
    with held(project.build / "hand-out.lock", taken):
        yield


def _api(project: Project, assignment: str) -> Any:
    """Return nbgrader's own functions for one assignment; empty: for all."""
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from course.nbgrader_plugins.config import configure

    config = configure(Config(), project)
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id = assignment
    return NbGraderAPI(coursedir, config=config)


def _run(project: Project, chapter: Chapter, what: str, task: str, **traits: object) -> None:
    api = _api(project, chapter.name)
    app = getattr(api.exchange, what)(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)
    for name, value in traits.items():
        setattr(app, name, value)
    app.log = logging.getLogger("course.nbgrader")
    app.log.propagate = False
    try:
        app.start()
    except Exception as error:  # whatever nbgrader's exchange is, and however it says so
        reason = str(error).strip() or type(error).__name__
        raise OperatorError(f"nbgrader could not {task} {chapter.name}: {reason}") from error
