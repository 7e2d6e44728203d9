"""Grades that people give, in nbgrader's gradebook: nobody's is replaced by who has not seen it.

Points and comments stand where formgrader puts them. What nbgrader has no place for, who gave them, when, for which
lines of the rubric and for which text, stands beside them in a table of our own.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from nbgrader import api
from sqlalchemy import (
    Column,
    Connection,
    DateTime,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    and_,
    select,
    update,
)
from sqlalchemy.schema import CreateTable
from traitlets.config import Config

from autograder.classroom.recorder import Recorder

PATIENCE = 15.0  # seconds that a grader waits for a gradebook that somebody else is writing to

_ASSIGNMENT, _SUBMISSION = api.Assignment.__table__, api.SubmittedAssignment.__table__
_SUBMITTED, _CELL = api.SubmittedNotebook.__table__, api.BaseCell.__table__
_GRADE, _COMMENT = api.Grade.__table__, api.Comment.__table__
_MARKING = Table(
    "course_marking",
    MetaData(),
    Column("grade_id", String(32), primary_key=True),  # nbgrader's row of the grade
    Column("version", Integer, nullable=False),
    Column("grader", Text, nullable=False),
    Column("time", DateTime, nullable=False),  # UTC
    Column("earned", Text, nullable=False),  # lines of the rubric, as JSON
    Column("answer", String(64), nullable=False),  # digest of the text that was read
)


@dataclass(frozen=True)
class Given:
    """What stands in the gradebook for one answer.

    Attributes
    ----------
    score : what a person has given; None for nothing yet.
    automatic : what the machine has given: 0 where nothing was written.
    extra : extra credit, of formgrader.
    outdated : whether the answer was rewritten after `score` was given, and nobody has looked since.
    grader, time : who has given it here, and when (UTC); empty and None where it was given in formgrader.
    earned : the lines of the rubric that were ticked.
    answer : digest of the answer that was read.
    version : another one after each change, wherever it was made.
    """

    score: float | None
    automatic: float | None
    extra: float | None
    comment: str
    outdated: bool = False
    grader: str = ""
    time: datetime.datetime | None = None
    earned: tuple[str, ...] = ()
    answer: str = ""
    version: str = ""


@dataclass(frozen=True)
class Verdict:
    """What a grader gives.

    Attributes
    ----------
    score : None takes back what was given.
    earned : the lines of the rubric that were ticked.
    """

    score: float | None
    comment: str
    earned: tuple[str, ...]
    grader: str


@dataclass(frozen=True)
class Target:
    """An answer that is to be graded, as the grader has seen it: its text's digest, and its grade's version."""

    student: str
    answer: str
    version: str


class Stale(Exception):
    """Somebody has graded some of the answers meanwhile; nothing was written. `students` are whose."""

    def __init__(self, students: Sequence[str]) -> None:
        super().__init__(students)
        self.students = tuple(students)


@dataclass(frozen=True)
class Ledger:
    """The grades given by hand in one chapter.

    Parameters
    ----------
    url : the gradebook, as SQLAlchemy writes it.
    config : nbgrader's, for late penalties.
    clock : tells the time, UTC without a zone.
    """

    url: str
    chapter: str
    config: Config
    patience: float = PATIENCE
    clock: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC).replace(tzinfo=None)

    def prepare(self) -> None:
        """Make the table that is ours, if it is not there.

        Raises
        ------
        EngineError : the gradebook is held by somebody else, or can't be written to.
        """
        with self._recorder() as book:
            book.transact(lambda connection: connection.execute(CreateTable(_MARKING, if_not_exists=True)))

    def read(self, grade_id: str | None = None) -> Mapping[str, Mapping[str, Given]]:
        """Return what stands in the gradebook, by grade id and student; of one question alone where it is named.

        Raises
        ------
        EngineError : the gradebook can't be read.
        """
        with self._recorder() as book:
            rows = book.transact(lambda connection: self._rows(connection, grade_id))
        found: dict[str, dict[str, Given]] = {}
        for row in rows:
            found.setdefault(row.name, {})[row.student] = row.given
        return found

    def give(self, grade_id: str, targets: Sequence[Target], verdict: Verdict) -> None:
        """Give one verdict on some answers to a question: on all of them, or on none.

        Raises
        ------
        Stale : one has been graded meanwhile.
        EngineError : the gradebook is held by somebody else, or can't be written to.
        """
        with self._recorder() as book:
            book.transact(lambda connection: self._give(book, connection, grade_id, targets, verdict))

    def _recorder(self) -> Recorder:
        return Recorder(self.url, self.chapter, self.config, patience=self.patience)

    def _give(
        self, book: Recorder, connection: Connection, grade_id: str, targets: Sequence[Target], verdict: Verdict
    ) -> None:
        chosen = {one.student for one in targets}
        ids = [row.id for row in self._rows(connection, grade_id) if row.student in chosen]
        # Where transactions run side by side (PostgreSQL), others wait here, and then read what was written.
        connection.execute(select(_GRADE.c.id).where(_GRADE.c.id.in_(ids)).order_by(_GRADE.c.id).with_for_update())
        rows = {row.student: row for row in self._rows(connection, grade_id)}
        stale = [
            one.student for one in targets if not (row := rows.get(one.student)) or row.given.version != one.version
        ]
        if stale:
            raise Stale(stale)
        for one in targets:
            row = rows[one.student]
            asks = verdict.score is None and row.given.automatic is None
            change = update(_GRADE).where(_GRADE.c.id == row.id)
            connection.execute(change.values(manual_score=verdict.score, needs_manual_grade=asks))
            if row.comment_id:
                comment = update(_COMMENT).where(_COMMENT.c.id == row.comment_id)
                connection.execute(comment.values(manual_comment=verdict.comment or None))
            self._note(connection, row, one.answer, verdict)
            book.settle(connection, one.student)

    def _note(self, connection: Connection, row: _Row, answer: str, verdict: Verdict) -> None:
        values = {
            "version": row.changes + 1,
            "grader": verdict.grader,
            "time": self.clock(),
            "earned": json.dumps(verdict.earned),
            "answer": answer,
        }
        if row.changes:
            connection.execute(update(_MARKING).where(_MARKING.c.grade_id == row.id).values(**values))
        else:
            connection.execute(_MARKING.insert(), {"grade_id": row.id, **values})

    def _rows(self, connection: Connection, grade_id: str | None) -> list[_Row]:
        """What is in the gradebook for this chapter's answers in words."""
        mine = (
            select(_SUBMITTED.c.id, _SUBMISSION.c.student_id.label("student"))
            .join(_SUBMISSION, _SUBMISSION.c.id == _SUBMITTED.c.assignment_id)
            .join(_ASSIGNMENT, _ASSIGNMENT.c.id == _SUBMISSION.c.assignment_id)
            .where(_ASSIGNMENT.c.name == self.chapter)
            .subquery()
        )
        # A cell that has points and an answer is two rows of nbgrader's, with one name.
        comments = (
            select(_COMMENT.c.id.label("comment_id"), _COMMENT.c.manual_comment, _COMMENT.c.notebook_id, _CELL.c.name)
            .join(_CELL, _CELL.c.id == _COMMENT.c.cell_id)
            .subquery()
        )
        query = (
            select(_GRADE, _CELL.c.name, mine.c.student, comments.c.comment_id, comments.c.manual_comment, _MARKING)
            .join(mine, mine.c.id == _GRADE.c.notebook_id)
            .join(_CELL, _CELL.c.id == _GRADE.c.cell_id)
            .join(comments, and_(comments.c.notebook_id == mine.c.id, comments.c.name == _CELL.c.name))
            .outerjoin(_MARKING, _MARKING.c.grade_id == _GRADE.c.id)
        )
        if grade_id is not None:
            query = query.where(_CELL.c.name == grade_id)
        return [_row(one) for one in connection.execute(query).mappings()]


@dataclass(frozen=True)
class _Row:
    """Where a grade stands; `changes` counts those made here."""

    id: str
    student: str
    name: str
    comment_id: str
    changes: int
    given: Given


def _row(found: RowMapping) -> _Row:
    changes = found[_MARKING.c.version] or 0
    given = Given(
        score=found["manual_score"],
        automatic=found["auto_score"],
        extra=found["extra_credit"],
        comment=found["manual_comment"] or "",
        outdated=found["manual_score"] is not None and bool(found["needs_manual_grade"]),
        grader=found["grader"] or "",
        time=found["time"],
        earned=tuple(json.loads(found["earned"] or "[]")),
        answer=found["answer"] or "",
    )
    said = json.dumps([given.score, given.extra, given.comment, changes])
    version = hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return _Row(
        id=found[_GRADE.c.id],
        student=found["student"],
        name=found["name"],
        comment_id=found["comment_id"],
        changes=changes,
        given=replace(given, version=version),
    )
