"""Runs nbgrader's converters without their log."""

from __future__ import annotations

import logging
import re

from nbgrader.converters.base import BaseConverter
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import capture_log
from traitlets.config import Config

from course.errors import OperatorError
from course.nbgrader_plugins.config import configure
from course.nbgrader_plugins.gradebook import alembic_in_process
from course.project import Project

# The last line of a traceback: ``RuntimeError: Cannot add ...``.
_EXCEPTION = re.compile(r"^[\w.]+(Error|Exception): (?!Please see)\S")


def run_converter(
    converter_class: type[BaseConverter], project: Project, chapter: str, task: str, db_url: str = ""
) -> None:
    """Run one of nbgrader's converters on a chapter without its log; `task` is what it does, such as ``release``.

    With `db_url` it works on another gradebook than the project's.

    Raises
    ------
    OperatorError : it failed; the text has nbgrader's own reason.
    """
    config = configure(Config(), project)
    if db_url:
        config.CourseDirectory.db_url = db_url
    coursedir = CourseDirectory(config=config)
    coursedir.assignment_id = chapter
    converter = converter_class(coursedir=coursedir, config=config)
    converter.force = True
    converter.log = logging.getLogger("course.nbgrader")
    converter.log.propagate = False
    with alembic_in_process():
        outcome = capture_log(converter)
    if not outcome["success"]:
        # Its own last exception only points to "the above traceback", which went to the log.
        lines = map(str.strip, str(outcome.get("log", "")).split("\n"))  # the log indents what follows a first line
        log = [line for line in lines if _EXCEPTION.match(line)]
        reason = (log or str(outcome.get("error", "")).strip().split("\n"))[-1]
        raise OperatorError(f"nbgrader could not {task} {chapter}: {reason}")
