"""The one function that configures nbgrader, here and for stock nbgrader commands."""

from __future__ import annotations

import os

from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import ClearSolutions
from traitlets.config import Config

from course.nbgrader_plugins.clear_solutions import ClearAnswers
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project


def configure(c: Config, project: Project) -> Config:
    """Set in `c` what every nbgrader command needs to work on `project`, and return it.

    Our own commands and ``nbgrader_config.py`` both call this, so that both do the same. On a hub, which names its
    exchange in ``COURSE_EXCHANGE_URL`` and for a grader the course in ``COURSE_ID``, these are used; elsewhere the
    exchange is left alone.
    """
    if os.environ.get("COURSE_ID") and "course_id" not in c.CourseDirectory:
        c.CourseDirectory.course_id = os.environ["COURSE_ID"]
    c.CourseDirectory.root = str(project.build)
    c.CourseDirectory.db_url = gradebook_url(project)
    if not c.CourseDirectory.db_url.startswith("sqlite") and "course_id" not in c.CourseDirectory:
        # nbgrader's own default is no course, which only SQLite accepts as the one an assignment belongs to.
        c.CourseDirectory.course_id = "default_course"
    if os.environ.get("COURSE_EXCHANGE_URL"):
        from course.nbgrader_plugins.exchange import configure_exchange  # elsewhere nobody waits for it

        configure_exchange(c)
    if not c.CourseDirectory.get("groupshared"):
        # nbgrader sets these whatever the umask; the build folder is its owner's alone.
        for name, permissions in (("BaseConverter", 600), ("Autograde", 400)):
            c[name].setdefault("permissions", permissions)
    stock = GenerateAssignment.preprocessors.default()
    c.GenerateAssignment.preprocessors = [ClearAnswers if one is ClearSolutions else one for one in stock]
    return c
