"""Collects from nbgrader's exchange, as ``nbgrader collect`` does."""

from __future__ import annotations

from typing import Any

from course.errors import OperatorError
from course.files import remove
from course.hand_in_files import RESERVED, printable
from course.project import Project
from course.syllabus import Chapter


def collect_exchange(project: Project, chapter: Chapter) -> list[str]:
    """Collect from nbgrader's exchange, as ``nbgrader collect`` does, and return the students.

    Raises
    ------
    OperatorError : nbgrader could not, or not for all: then the message names for whom, and the others are collected.
    """
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from course.nbgrader_plugins.config import configure

    config = configure(Config(), project)
    api = NbGraderAPI(CourseDirectory(config=config), config=config)
    outcome = api.collect(chapter.name, update=True)
    if not outcome["success"]:
        reason = str(outcome.get("error") or outcome.get("log") or "").strip().split("\n")[-1]
        troubles = _one_by_one(api, project, chapter)
        if troubles is None:
            raise OperatorError(f"nbgrader could not collect {chapter.name}: {reason}")
        if troubles:
            named = "; ".join(f"{printable(student)}: {why}" for student, why in sorted(troubles.items()))
            raise OperatorError(f"nbgrader could not collect {chapter.name} of {named}. The others are collected.")
    return sorted(folder.parent.name for folder in (project.build / "submitted").glob(f"*/{chapter.name}"))


def _one_by_one(api: Any, project: Project, chapter: Chapter) -> dict[str, str] | None:
    """Have nbgrader's own exchange copy each student's hand-in by itself; return for whom it could not, and why.

    None where it is another exchange, or it can't even list them.
    """
    from nbgrader.exchange.default import ExchangeCollect

    api.coursedir.assignment_id = chapter.name
    collector = api.exchange.Collect(coursedir=api.coursedir, authenticator=api.authenticator, parent=api)
    collector.update = True
    if type(collector) is not ExchangeCollect:
        return None
    try:
        collector.init_src()
    except Exception:
        return None
    troubles: dict[str, str] = {}
    for record in list(collector.src_records):
        student = str(record["username"])
        stamp = project.build / "submitted" / student / chapter.name / RESERVED
        if stamp.is_dir():  # a student's folder of that name, from which no time can be read
            remove(stamp)
        collector.src_records = [record]
        try:
            collector.copy_files()
        except Exception as error:  # whatever it is about this one, the others are collected
            troubles[student] = str(error) or type(error).__name__
    return troubles
