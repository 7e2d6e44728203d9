"""Where nbgrader's gradebook is, and what nbgrader needs to make one."""

from __future__ import annotations

import contextlib
import functools
import os
from collections.abc import Iterator

from course.project import Project


def gradebook_url(project: Project) -> str:
    """Return the gradebook's address as SQLAlchemy writes it: ``COURSE_DB_URL``, else a file in the build folder.

    For PostgreSQL: ``postgresql+psycopg://user:password@host/database``.
    """
    return os.environ.get("COURSE_DB_URL") or f"sqlite:///{project.build / 'gradebook.db'}"


@contextlib.contextmanager
def alembic_in_process() -> Iterator[None]:
    """Let nbgrader make gradebooks without a process of its own for each.

    For the one line that it notes in a new gradebook, it starts ``alembic heads`` by name: seconds of imports, and an
    error where that command is not on PATH.
    """
    from nbgrader import api

    before = api.get_alembic_version
    api.get_alembic_version = alembic_head
    try:
        yield
    finally:
        api.get_alembic_version = before


@functools.cache
def alembic_head() -> str:
    """Return the version of the tables that nbgrader makes: what ``alembic heads`` says first."""
    from alembic.script import ScriptDirectory
    from nbgrader.dbutil import ALEMBIC_DIR

    return ScriptDirectory(ALEMBIC_DIR).get_heads()[0]
