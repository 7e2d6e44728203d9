"""What a release does to the gradebook: tried on a copy first, and then done in one transaction, or not at all."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from nbgrader import api
from sqlalchemy import Connection, RowMapping, Table, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError

from course.errors import OperatorError

_TABLES: dict[str, Table] = api.Base.metadata.tables
_CELLS = ("base_cell", "grade_cells", "solution_cells", "task_cells")  # each row of the others is one of the first
PATIENCE = 30.0  # seconds to wait for a gradebook that somebody is writing to


def file_of(url: str) -> Path | None:
    """Return the file of a gradebook of SQLite; None for another database."""
    parts = make_url(url)
    return Path(parts.database) if parts.get_backend_name() == "sqlite" and parts.database else None


def copy(source: Path, target: Path, chapter: str) -> None:
    """Copy a gradebook as it is at one moment, if there is one.

    Raises
    ------
    OperatorError : it is no gradebook, or is held by another program.
    """
    if not source.exists():
        return
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source.absolute()}?mode=ro", uri=True)) as old,
            contextlib.closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
    except sqlite3.Error as error:
        raise OperatorError(f"nbgrader could not release {chapter}: {source}: {error}.") from error


def take_over(draft: Path, target: Path, chapter: str) -> None:
    """Make the questions of `chapter` in the gradebook `target` those of its copy `draft`; grades stay as they are.

    Raises
    ------
    OperatorError : somebody has been graded by the old questions meanwhile, or the gradebook can't be written to.
    """
    if not target.exists():
        with contextlib.suppress(FileExistsError):
            os.link(draft, target)
            return
    source = create_engine(f"sqlite:///{draft}")
    goal = create_engine(f"sqlite:///{target}", connect_args={"timeout": PATIENCE})
    event.listen(goal, "connect", _begin_nothing)
    event.listen(goal, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    try:
        with source.connect() as new, goal.begin() as old:
            _transfer(new, old, chapter)
    except DBAPIError as error:
        raise OperatorError(f"The gradebook can't be written to ({error.orig}): {chapter} stays as it was.") from error
    finally:
        source.dispose()
        goal.dispose()


def _begin_nothing(connection: Any, record: object) -> None:
    connection.isolation_level = None  # the driver begins nothing by itself


def _transfer(new: Connection, old: Connection, chapter: str) -> None:
    wanted, there = dict(_rows(new, chapter)), dict(_rows(old, chapter))
    gone = {name: there[name].keys() - wanted[name].keys() for name in there if name != "course"}
    # A course is there before this chapter is: by another one, or by a list of students.
    there["course"] = {str(row["id"]): row for row in old.execute(select(_TABLES["course"])).mappings()}
    graded = select(func.count()).select_from(_TABLES["submitted_assignment"])
    mine = _TABLES["submitted_assignment"].c.assignment_id.in_(list(there["assignment"]))
    if any(gone.values()) and old.execute(graded.where(mine)).scalar():
        raise OperatorError(f"nbgrader could not release {chapter}: there are submissions to other questions by now.")
    for name in reversed(list(gone)):  # what refers to others before these
        for key in gone[name]:
            old.execute(_TABLES[name].delete().where(_TABLES[name].c.id == key))
    for name, rows in wanted.items():
        table = _TABLES[name]
        for key, row in rows.items():
            if key not in there[name]:
                old.execute(table.insert(), dict(row))
            elif name != "assignment" and dict(row) != dict(there[name][key]):  # the deadline is not the release's
                old.execute(table.update().where(table.c.id == key), {k: v for k, v in row.items() if k != "id"})


def _rows(connection: Connection, chapter: str) -> Iterator[tuple[str, dict[str, RowMapping]]]:
    """By table, by key, what the gradebook says of a chapter's questions; what is referred to comes first."""

    def found(name: str, column: str, values: list[str]) -> dict[str, RowMapping]:
        table = _TABLES[name]
        chosen = select(table).where(table.c[column].in_(values))
        return {str(row["id"]): row for row in connection.execute(chosen).mappings()}

    assignments = found("assignment", "name", [chapter])
    courses = found("course", "id", [str(row["course_id"]) for row in assignments.values()])
    notebooks = found("notebook", "assignment_id", list(assignments))
    cells = found("base_cell", "notebook_id", list(notebooks))
    yield "course", courses
    yield "assignment", assignments
    yield "notebook", notebooks
    yield "source_cell", found("source_cell", "notebook_id", list(notebooks))
    yield "base_cell", cells
    for name in _CELLS[1:]:
        yield name, found(name, "id", list(cells))
