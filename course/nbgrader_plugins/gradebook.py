"""Where nbgrader's gradebook is, and what nbgrader needs to make one."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from course.project import Project, commands_path


def gradebook_url(project: Project) -> str:
    """Return the gradebook's address as SQLAlchemy writes it: ``COURSE_DB_URL``, else a file in the build folder.

    For PostgreSQL: ``postgresql+psycopg://user:password@host/database``.
    """
    return os.environ.get("COURSE_DB_URL") or f"sqlite:///{project.build / 'gradebook.db'}"


@contextlib.contextmanager
def alembic_on_path() -> Iterator[None]:
    """nbgrader starts ``alembic`` by name when it makes a gradebook; it is beside our interpreter."""
    before = os.environ.get("PATH", "")
    os.environ["PATH"] = commands_path()
    try:
        yield
    finally:
        os.environ["PATH"] = before
