"""The rows and lines of ``nbgrader list``, as its own exchange has them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from course.exchange.client import ExchangeClient, Received

MARK = ".exchange"  # beside fetched pages: which feedback they are
_TIMESTAMP = "%Y-%m-%d %H:%M:%S.%f UTC"

Home = Callable[[str, str], Path]  # where a student's copy of a course's assignment is


def released_rows(client: ExchangeClient, course: str, home: Home) -> list[dict[str, Any]]:
    """Return one row for each assignment of a course; ``status`` is ``fetched`` or ``released``."""
    rows = []
    for release in client.releases(course):
        place = home(course, release.assignment)
        there = place.is_dir()
        found = [{"notebook_id": Path(one).stem, "path": str(place / one)} for one in notebooks(release)]
        rows.append(
            {
                "course_id": course,
                "assignment_id": release.assignment,
                "status": "fetched" if there else "released",
                "path": str(place) if there else "",
                "notebooks": found,
            }
        )
    return rows


def handed_in_rows(client: ExchangeClient, course: str, home: Home) -> list[dict[str, Any]]:
    """Return one row for each student and assignment, with all ``submissions``, the oldest first."""
    feedback = client.pages(course)
    grouped: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in client.submissions(course):
        row = _submission(one, feedback.get(one.id), home)
        grouped.setdefault((one.student, one.assignment), []).append(row)
    return [
        {
            "course_id": course,
            "student_id": student,
            "assignment_id": assignment,
            "status": "submitted",
            "submissions": submissions,
        }
        for (student, assignment), submissions in sorted(grouped.items())
    ]


def lines(rows: Sequence[Mapping[str, Any]], *, handed_in: bool) -> Iterator[str]:
    """Yield what the terminal shows of `rows`: times, students and states, in nbgrader's words."""
    if not handed_in:
        yield "Released assignments:"
        for row in rows:
            yield f"{row['course_id']} {row['assignment_id']}" + " (already downloaded)" * (row["status"] == "fetched")
        return
    yield "Submitted assignments:"
    for one in (one for row in rows for one in row["submissions"]):
        if one["has_local_feedback"] and not one["feedback_updated"]:
            state = "feedback already fetched"
        elif one["has_exchange_feedback"]:
            state = "feedback ready to be fetched"
        else:
            state = "no feedback available"
        yield f"{one['course_id']} {one['student_id']} {one['assignment_id']} {one['timestamp']} ({state})"


def _submission(one: Received, feedback: Received | None, home: Home) -> dict[str, Any]:
    place = home(one.course, one.assignment) / "feedback" / timestamp(one)
    files = [Path(entry.path) for entry in feedback.manifest.files] if feedback else []
    pages = {path.stem for path in files if path.suffix == ".html"}
    rows = []
    for name in notebooks(one):
        page = place / f"{Path(name).stem}.html"
        rows.append(
            {
                "notebook_id": Path(name).stem,
                "path": name,
                "has_local_feedback": page.is_file(),
                "has_exchange_feedback": Path(name).stem in pages,
                "local_feedback_path": str(page) if page.is_file() else None,
                "feedback_updated": feedback is not None and page.is_file() and _seen(place) != feedback.id,
            }
        )
    here = bool(rows) and all(row["has_local_feedback"] for row in rows)
    return {
        "course_id": one.course,
        "student_id": one.student,
        "assignment_id": one.assignment,
        "timestamp": timestamp(one),
        "status": "submitted",
        "path": "",
        "notebooks": rows,
        "has_local_feedback": here,
        "has_exchange_feedback": bool(pages),
        "feedback_updated": any(row["feedback_updated"] for row in rows),
        "local_feedback_path": str(place) if here else None,
    }


def timestamp(one: Received) -> str:
    """Return when it was handed over, as nbgrader writes it."""
    return one.time.strftime(_TIMESTAMP)


def notebooks(bundle: Received) -> list[str]:
    """Return the names of the notebooks at the top of a bundle."""
    paths = (entry.path for entry in bundle.manifest.files)
    return sorted(path for path in paths if path.endswith(".ipynb") and "/" not in path)


def _seen(place: Path) -> str:
    mark = place / MARK
    return mark.read_text(encoding="utf-8") if mark.is_file() else ""
