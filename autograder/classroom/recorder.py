"""Writes grades into nbgrader's gradebook: one connection for a class, one transaction for each hand-in.

`Recorder` leaves in the database what ``nbgrader autograde`` leaves there with our preprocessors: its own converter
takes a second for each hand-in, nearly all of it to read the same tables over and over.
"""

from __future__ import annotations

import datetime
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from nbformat import NotebookNode
from nbgrader import api, utils
from nbgrader.preprocessors import AssignLatePenalties
from sqlalchemy import Connection, Engine, RowMapping, create_engine, event, inspect, select, update
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from traitlets.config import Config

from autograder.classroom.hand_grades import asks, noted
from autograder.classroom.written import written
from course.errors import EngineError
from course.nbgrader_plugins.late_penalty import LatePenalty

T = TypeVar("T")
PATIENCE = 90.0  # seconds to wait for a gradebook that somebody else is writing to
_TRY = 1.0  # seconds of one attempt, between which the operator is told what is waited for

_ASSIGNMENT, _NOTEBOOK = api.Assignment.__table__, api.Notebook.__table__
_CELL, _STUDENT = api.BaseCell.__table__, api.Student.__table__
_SUBMISSION, _SUBMITTED = api.SubmittedAssignment.__table__, api.SubmittedNotebook.__table__
_GRADE, _COMMENT = api.Grade.__table__, api.Comment.__table__
_GRADED = ("GradeCell", "TaskCell")
_COMMENTED = ("SolutionCell", "TaskCell")


@dataclass(frozen=True)
class GradebookEntry:
    """What one hand-in puts into the gradebook.

    Attributes
    ----------
    timestamp : when it was handed in, UTC without a zone; None leaves the one that is there.
    scores : by graded cell; None asks for a person.
    comments : by answer cell, what nbgrader remarks by itself, if anything.
    answers : by graded cell, a digest of what its points are for.
    """

    student: str
    scores: Mapping[str, float | None]
    comments: Mapping[str, str | None]
    timestamp: datetime.datetime | None = None
    answers: Mapping[str, str] = field(default_factory=dict)


def entry_of(student: str, notebook: NotebookNode, timestamp: datetime.datetime | None = None) -> GradebookEntry:
    """Return what a graded notebook (`feedback.show`) puts into the gradebook, by nbgrader's own rules."""
    scores: dict[str, float | None] = {}
    comments: dict[str, str | None] = {}
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        if utils.is_grade(cell):
            judged = cell.metadata.get("course", {}).get("judged", True)
            scores[name] = utils.determine_grade(cell)[0] if judged else None
        if utils.is_solution(cell) or utils.is_task(cell):
            same = cell.metadata.nbgrader.get("checksum") == utils.compute_checksum(cell)
            comments[name] = "No response." if same and not utils.is_task(cell) else None
    return GradebookEntry(student, scores, comments, timestamp, written(notebook.cells))


def read_timestamp(folder: Path) -> datetime.datetime | None:
    """Return when a hand-in was collected, by its ``timestamp.txt``: UTC without a zone, as nbgrader stores it.

    Raises
    ------
    EngineError : the file holds no time.
    """
    path = folder / "timestamp.txt"
    try:
        text = path.read_text(encoding="utf-8")[:200].strip() if path.is_file() and not path.is_symlink() else ""
        found: datetime.datetime | None = utils.parse_utc(text) if text else None
    except (ValueError, OverflowError, OSError) as error:
        raise EngineError(f"{path} holds no time ({error}). Mend or remove it and run again.") from error
    return found


@dataclass
class Recorder:
    """An open gradebook, to be used as a context manager by one thread.

    Parameters
    ----------
    url : the database, as SQLAlchemy writes it.
    chapter : the assignment's name, and its notebook's.
    config : nbgrader's configuration, for the late penalties.
    patience : seconds to wait while somebody else holds the database.
    tell : shows the operator what is waited for.
    """

    url: str
    chapter: str
    config: Config = field(default_factory=Config, repr=False)
    patience: float = PATIENCE
    tell: Callable[[str], None] = field(default=lambda text: None, repr=False)

    def __post_init__(self) -> None:
        self._penalties = AssignLatePenalties(config=self.config)
        self._penalties.init_plugin()
        self._engine = _engine(self.url)
        self._notebook = ""

    def __enter__(self) -> Recorder:
        return self

    def __exit__(self, *exc: object) -> None:
        self._engine.dispose()

    def record(self, entry: GradebookEntry) -> Mapping[str, float]:
        """Write one hand-in's grades and remarks, all of them or none; what a person has entered stays.

        Returns
        -------
        The points of each graded cell that a person has had a say in, extra credit included.

        Raises
        ------
        EngineError : the gradebook is held by somebody else, can't be written to, or does not know the chapter.
        """
        return self.transact(lambda connection: self._write(connection, entry))

    def settle(self, connection: Connection, student: str) -> None:
        """Take off for lateness what a student's grades, as they are in this transaction, come to."""
        self._write(connection, GradebookEntry(student, {}, {}))

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Have `work` done in a transaction that alone may write, and return what it returns; what it raises undoes it.

        Raises
        ------
        EngineError : the gradebook is held by somebody else, or can't be written to.
        """
        until, told = time.monotonic() + self.patience, False
        while True:
            try:
                with self._engine.begin() as connection:
                    return work(connection)
            except DBAPIError as error:
                if not _is_held(error):
                    raise EngineError(
                        f"The gradebook can't be written to ({error.orig}). Mend it, or free some space, and run "
                        "again: the results are kept, so that nothing has to be graded again."
                    ) from error
                if time.monotonic() >= until:
                    raise EngineError(
                        f"The gradebook was locked by another program for {self.patience:g} s. End that program "
                        "(formgrader, a backup, an open database browser) and run again: the results are kept, so "
                        "that nothing has to be graded again."
                    ) from error
                if not told:
                    self.tell(f"The gradebook is locked by another program; waiting for up to {self.patience:g} s.")
                    told = True
                time.sleep(0.05)

    def _write(self, connection: Connection, entry: GradebookEntry) -> Mapping[str, float]:
        self._notebook = notebook = self._notebook or self._notebook_id(connection)
        _add(connection, _STUDENT, {"id": entry.student})
        submission = self._submission(connection, entry)
        submitted = connection.execute(
            select(_SUBMITTED.c.id).where(
                _SUBMITTED.c.assignment_id == submission["id"], _SUBMITTED.c.notebook_id == notebook
            )
        ).scalar_one()
        total, by_hand = self._write_scores(connection, submitted, entry)
        self._write_comments(connection, submitted, entry)
        penalty = self._penalty(entry.student, total, submission)
        connection.execute(
            update(_SUBMITTED).where(_SUBMITTED.c.id == submitted).values(late_submission_penalty=penalty)
        )
        return by_hand

    def _notebook_id(self, connection: Connection) -> str:
        # Without the tables there is nothing to look for, and PostgreSQL would end the transaction.
        found = (
            inspect(connection).has_table("assignment")
            and connection.execute(
                select(_NOTEBOOK.c.id)
                .join(_ASSIGNMENT, _ASSIGNMENT.c.id == _NOTEBOOK.c.assignment_id)
                .where(_ASSIGNMENT.c.name == self.chapter, _NOTEBOOK.c.name == self.chapter)
            ).scalar()
        )
        if not found:
            raise EngineError(
                f"The gradebook does not know {self.chapter}: run `course release {self.chapter}`, then grade again."
            )
        return str(found)

    def _submission(self, connection: Connection, entry: GradebookEntry) -> RowMapping:
        """The row of the student's submission, made with all that belongs to it where there is none."""
        assignment = select(_ASSIGNMENT.c.id).where(_ASSIGNMENT.c.name == self.chapter).scalar_subquery()
        mine = (_SUBMISSION.c.assignment_id == assignment) & (_SUBMISSION.c.student_id == entry.student)
        if connection.execute(select(_SUBMISSION.c.id).where(mine)).scalar() is None:
            self._add_submission(connection, entry.student)
        if entry.timestamp is not None:
            connection.execute(update(_SUBMISSION).where(mine).values(timestamp=entry.timestamp))
        query = select(_SUBMISSION, _ASSIGNMENT.c.duedate).join(
            _ASSIGNMENT, _ASSIGNMENT.c.id == _SUBMISSION.c.assignment_id
        )
        return connection.execute(query.where(mine)).mappings().one()

    def _add_submission(self, connection: Connection, student: str) -> None:
        assignment = connection.execute(select(_ASSIGNMENT.c.id).where(_ASSIGNMENT.c.name == self.chapter)).scalar()
        submission, submitted = api.new_uuid(), {}
        connection.execute(_SUBMISSION.insert(), {"id": submission, "assignment_id": assignment, "student_id": student})
        for notebook in connection.execute(select(_NOTEBOOK.c.id).where(_NOTEBOOK.c.assignment_id == assignment)):
            submitted[notebook.id] = api.new_uuid()
            row = {"id": submitted[notebook.id], "assignment_id": submission, "notebook_id": notebook.id}
            connection.execute(_SUBMITTED.insert(), row)
        cells = connection.execute(select(_CELL).where(_CELL.c.notebook_id.in_(submitted))).all()
        for table, kinds in ((_GRADE, _GRADED), (_COMMENT, _COMMENTED)):
            rows = [{"cell_id": c.id, "notebook_id": submitted[c.notebook_id]} for c in cells if c.type in kinds]
            if rows:
                connection.execute(table.insert(), rows)

    def _write_scores(
        self, connection: Connection, submitted: str, entry: GradebookEntry
    ) -> tuple[float, dict[str, float]]:
        """Write the automatic scores; return the notebook's score, and of it the cells that a person has decided on."""
        query = select(_GRADE, _CELL.c.name).join(_CELL, _CELL.c.id == _GRADE.c.cell_id)
        total, known, by_hand = 0.0, set(), {}
        before = noted(connection, submitted) if entry.scores else {}
        for row in connection.execute(query.where(_GRADE.c.notebook_id == submitted)).all():
            automatic = row.auto_score
            if row.name in entry.scores:
                known.add(row.name)
                automatic = entry.scores[row.name]
                flag = asks(
                    connection, row.id, before.get(row.id), entry.answers.get(row.name, ""),
                    by_hand=row.manual_score is not None, flagged=row.needs_manual_grade, judged=automatic is not None,
                )  # fmt: skip
                if (row.auto_score, row.needs_manual_grade) != (automatic, flag):
                    change = update(_GRADE).where(_GRADE.c.id == row.id)
                    connection.execute(change.values(auto_score=automatic, needs_manual_grade=flag))
            given = row.manual_score if row.manual_score is not None else automatic
            if given is None:
                continue  # and so is its extra credit, by nbgrader's rule, until there are points
            points = given + (row.extra_credit or 0.0)
            total += points
            if row.manual_score is not None or row.extra_credit:
                by_hand[row.name] = points
        self._refuse_unknown(entry.scores.keys() - known)
        return total, by_hand

    def _write_comments(self, connection: Connection, submitted: str, entry: GradebookEntry) -> None:
        query = select(_COMMENT.c.id, _COMMENT.c.auto_comment, _CELL.c.name).join(
            _CELL, _CELL.c.id == _COMMENT.c.cell_id
        )
        known = set()
        for row in connection.execute(query.where(_COMMENT.c.notebook_id == submitted)).all():
            if row.name in entry.comments:
                known.add(row.name)
                if entry.comments[row.name] != row.auto_comment:
                    change = update(_COMMENT).where(_COMMENT.c.id == row.id)
                    connection.execute(change.values(auto_comment=entry.comments[row.name]))
        self._refuse_unknown(entry.comments.keys() - known)

    def _refuse_unknown(self, cells: set[str]) -> None:
        if cells:
            raise EngineError(
                f"The gradebook does not know the cell {min(cells)} of {self.chapter}: run "
                f"`course release {self.chapter}`, then grade again."
            )

    def _penalty(self, student: str, score: float, submission: RowMapping) -> float | None:
        """What the configured plugin takes off, kept between 0 and the score as nbgrader does; None for nothing."""
        seconds, plugin = _seconds_late(submission), self._penalties.plugin_inst
        if seconds <= 0 or not self._penalties.enabled:
            return None
        try:
            if isinstance(plugin, LatePenalty):  # ours knows of days that have not 24 hours
                penalty = plugin.between(score, submission["duedate"], submission["timestamp"], submission["extension"])
            else:
                penalty = plugin.late_submission_penalty(student, score, seconds)
        except Exception as error:
            raise EngineError(
                f"The late-penalty plugin failed ({type(error).__name__}: {error}). Mend it and run again."
            ) from error
        return None if penalty is None else float(max(0, min(penalty, score)))


def _add(connection: Connection, table: Any, row: dict[str, Any]) -> None:
    """Insert a row unless one with its id is there."""
    if connection.execute(select(table.c.id).where(table.c.id == row["id"])).scalar() is None:
        connection.execute(table.insert(), row)


def _seconds_late(submission: RowMapping) -> float:
    due, handed_in = submission["duedate"], submission["timestamp"]
    if due is None or handed_in is None:
        return 0.0
    return float((handed_in - due - (submission["extension"] or datetime.timedelta())).total_seconds())


def _engine(url: str) -> Engine:
    """An engine whose transactions take the right to write at once and give up soon when somebody else has it."""
    sqlite = make_url(url).get_backend_name() == "sqlite"
    engine = create_engine(url, connect_args={"timeout": _TRY} if sqlite else {})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, record: object) -> None:
        if sqlite:
            connection.isolation_level = None  # the driver begins nothing by itself
        elif make_url(url).get_backend_name() == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET lock_timeout = {round(_TRY * 1000)}")
            connection.commit()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        if sqlite:
            connection.exec_driver_sql("BEGIN IMMEDIATE")

    return engine


def _is_held(error: DBAPIError) -> bool:
    """Whether somebody else has the database, so that waiting helps."""
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    state = str(getattr(error.orig, "sqlstate", ""))
    return name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or state in ("55P03", "40001", "40P01")
