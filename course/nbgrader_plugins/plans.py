"""A grader's server tells the exchange what its course plans, so that students read deadlines on the start page.

The gradebook is closed to everybody else, and anything may change it: so it is looked at again and again, by a thread
of the Jupyter server that its graders use, and once more when that ends. The exchange keeps what it was told.
"""

from __future__ import annotations

import atexit
import hashlib
import logging
import os
import threading
import time
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook
from sqlalchemy.exc import SQLAlchemyError

from course.errors import CourseError
from course.exchange.client import ExchangeClient
from course.exchange.plan import TITLE, VARIABLE, AtOnce, Plan, Planned
from course.exchange.policy import GradePolicy
from course.nbgrader_plugins.deadlines import deadlines_in
from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
from course.project import Project
from course.syllabus import load_syllabus
from course.time_zone import course_zone

_LOOK = 20.0  # seconds between two looks at the gradebook
_ANYWAY = 1800.0  # seconds after which it is told again all the same: the exchange may have been restored
log = logging.getLogger("course.plans")


def read_plan(project: Project, course: str) -> Plan:
    """Return what is to be told of `course`, by its gradebook, its syllabus and the environment the hub has set.

    Raises
    ------
    CourseError : a variable of the environment, or the syllabus, is not what it should be.
    SQLAlchemyError : the gradebook can't be read.
    """
    titles = {chapter.name: chapter.title for chapter in load_syllabus(project.syllabus)}
    planned = {name: Planned(title=title) for name, title in titles.items()}
    if _gradebook_is_there(project):
        with alembic_in_process(), Gradebook(gradebook_url(project), course) as book:
            for name in [one.name for one in book.assignments]:
                found = deadlines_in(book, name)
                extended = {student: found.of(student) for student in found.extensions}
                planned[name] = Planned(
                    title=titles.get(name, ""),
                    due=found.due and found.due.replace(tzinfo=UTC),
                    extended={student: due.replace(tzinfo=UTC) for student, due in extended.items() if due},
                )
    return Plan(
        title=os.environ.get(TITLE, ""),
        time_zone=course_zone(project).key,
        grade=GradePolicy.from_environ(),
        feedback=AtOnce.model_validate_json(os.environ.get(VARIABLE) or "{}"),
        assignments=planned,
    )


class Teller:
    """Tells the exchange, when there is something new.

    Parameters
    ----------
    clock : seconds.
    """

    def __init__(
        self, project: Project, course: str, client: ExchangeClient, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._project, self._course, self._client, self._clock = project, course, client, clock
        self._seen: object = None
        self._told, self._when = "", 0.0

    def look(self) -> bool:
        """Look once; return whether something was told. Trouble is logged, and looked at again the next time."""
        seen, again = _state(self._project), self._clock() - self._when > _ANYWAY
        if self._told and not again and seen is not None and seen == self._seen:
            return False
        try:
            plan = read_plan(self._project, self._course)
            digest = hashlib.sha256(plan.model_dump_json().encode()).hexdigest()
            if digest == self._told and not again:
                self._seen = seen
                return False
            self._client.tell_plan(self._course, plan)
        except (CourseError, SQLAlchemyError, ValueError, OSError) as error:
            log.warning("Students are not told of changed deadlines now: %s", error)
            return False
        self._seen, self._told, self._when = seen, digest, self._clock()
        return True


def _gradebook_is_there(project: Project) -> bool:
    url = gradebook_url(project)
    return not url.startswith("sqlite:///") or Path(url.removeprefix("sqlite:///")).exists()


def _state(project: Project) -> object:
    """Something that changes when the gradebook does; None where it is not a file."""
    url = gradebook_url(project)
    if not url.startswith("sqlite:///"):
        return None
    file = Path(url.removeprefix("sqlite:///"))
    paths = (file, file.with_name(f"{file.name}-wal"), project.syllabus)
    return [(one.stat().st_mtime_ns, one.stat().st_size) if one.exists() else None for one in paths]


def _keep_telling(teller: Teller) -> None:
    while True:
        teller.look()
        time.sleep(_LOOK)


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    """Called by Jupyter's server."""
    return [{"module": __name__}]


def _load_jupyter_server_extension(server: Any) -> None:
    """Called by Jupyter's server at its start; without a hub and a course there is nobody to tell."""
    course = os.environ.get("COURSE_ID")
    if not course or not os.environ.get("COURSE_EXCHANGE_URL"):
        return
    teller = Teller(Project.find(), course, ExchangeClient.from_environ(pauses=()))
    threading.Thread(target=_keep_telling, args=(teller,), name="plans", daemon=True).start()
    atexit.register(teller.look)  # a server of one's own ends soon after the last change, perhaps
    server.log.info("Students of %s read deadlines on their start page", course)
