"""Regrade requests, as the exchange has said last: kept in ``build/requests/`` for the feedback pages.

They are the exchange's; the file is a copy, so that pages can be written where no hub is.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from pydantic import TypeAdapter, ValidationError

from autograder.feedback.views import Asked
from course.errors import SetupError
from course.exchange.client import ExchangeClient
from course.exchange.regrade_requests import RegradeRequest
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter

_EXCHANGE = "/services/exchange"
_ROWS = TypeAdapter(list[RegradeRequest])


def asking_is_possible() -> bool:
    """Return whether this is a place of a hub, whose students can ask by its exchange."""
    return bool(os.environ.get("COURSE_EXCHANGE_URL"))


def form_address(chapter: Chapter) -> str:
    """Return where a student asks about an exercise in a browser, as a hub's pages know it; empty where that is not
    known. The exercise has to be added."""
    path, course = urlsplit(os.environ.get("COURSE_EXCHANGE_URL", "")).path, os.environ.get("COURSE_ID", "")
    if not course or not path.endswith(_EXCHANGE):
        return ""
    asked = urlencode({"course": course, "assignment": chapter.name})
    return f"{path.removesuffix(_EXCHANGE)}/hub/user-redirect/course/regrade-request?{asked}&exercise="


def fetch_requests(project: Project, client: ExchangeClient, course: str) -> list[RegradeRequest]:
    """Return all requests of a course, the oldest first, and keep them for the feedback pages."""
    found = client.regrade_requests(course)
    path = _place(project)
    others = [one for one in _read(path) if one.course != course] if path.is_file() else []
    write_atomically(path, json.dumps(_ROWS.dump_python([*others, *found], mode="json"), indent=1))
    return found


def read_requests(project: Project, chapter: Chapter) -> list[RegradeRequest]:
    """Return a chapter's requests as the exchange has said last; none where it was never asked.

    Raises
    ------
    SetupError : what was kept can't be read.
    """
    path = _place(project)
    return [one for one in _read(path) if one.assignment == chapter.name] if path.is_file() else []


def asked_of(requests: Iterable[RegradeRequest]) -> Mapping[str, Mapping[str, Sequence[Asked]]]:
    """Return by student and exercise what feedback pages show."""
    found: dict[str, dict[str, list[Asked]]] = {}
    for one in requests:
        found.setdefault(one.student, {}).setdefault(one.exercise, []).append(Asked(one.text, one.answer))
    return found


def _place(project: Project) -> Path:
    return project.build / "requests" / "requests.json"


def _read(path: Path) -> list[RegradeRequest]:
    try:
        return _ROWS.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise SetupError(
            f"{path} can't be read, which holds what the exchange has said of regrade requests: remove it, then run "
            "`course regrade-requests`."
        ) from error
