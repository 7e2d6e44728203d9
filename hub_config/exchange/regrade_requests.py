"""Regrade requests on the exchange: a table beside those of `records`, and who may ask and answer how much."""

from __future__ import annotations

import secrets
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    insert,
    select,
    update,
)

from course.exchange.regrade_requests import RegradeRequest
from hub_config.exchange.callers import Caller, Conflict, Forbidden, TooMuch, Unknown, must_attend
from hub_config.exchange.rules import Exchange

MOST = 20  # requests of a student for an assignment, the answered ones included
_metadata = MetaData()
_requests = Table(
    "regrade_requests",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("course", String(64), nullable=False, index=True),
    Column("assignment", String(64), nullable=False),
    Column("student", String(255), nullable=False, index=True),
    Column("key", String(64), nullable=False),  # chosen by the sender, as a bundle's
    Column("of", String(32), nullable=False),
    Column("exercise", String(32), nullable=False),
    Column("text", Text, nullable=False),
    Column("created", BigInteger, nullable=False),  # microseconds since 1970, by the server's clock
    Column("answer", Text, nullable=False, default=""),
    Column("answered_by", String(255), nullable=False, default=""),
    Column("answered", BigInteger),
    UniqueConstraint("student", "key"),
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Question:
    """What a student wants to ask; the same `key` asks once."""

    course: str
    assignment: str
    exercise: str
    text: str
    key: str


@dataclass
class RegradeRequests:
    """The requests on an exchange. Safe to be called from several threads of one process."""

    exchange: Exchange
    most: int = MOST
    _commit: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self._engine = self.exchange.records.engine
        _metadata.create_all(self._engine)  # also beside the tables of an earlier version

    def ask(self, caller: Caller, question: Question) -> RegradeRequest:
        """Keep a student's request on their own graded work.

        Raises
        ------
        Unknown : the caller is not in the course, or has handed in nothing.
        Conflict : the work has not been graded, a request on this exercise waits for its answer, or the key was used.
        TooMuch : the student has asked as often as is taken.
        """
        of = self._graded(caller, question)
        row = _requests.c
        with self._commit:
            mine = self._all(row.student == caller.name, row.course == question.course)
            if (same := self._sent(caller, question)) is not None:
                return same
            mine = [one for one in mine if one.assignment == question.assignment]
            if any(one.exercise == question.exercise and not one.answer for one in mine):
                raise Conflict(f"You have asked about {question.exercise} already: that is still to be answered.")
            if len(mine) >= self.most:
                raise TooMuch(
                    f"{self.most} regrade requests for {question.assignment} are all that is taken: talk to your "
                    "instructor."
                )
            new = {"id": secrets.token_hex(16), "student": caller.name, "of": of, "created": self._now()}
            with self._engine.begin() as db:
                db.execute(insert(_requests).values(**vars(question), **new))
        return self._all(row.id == new["id"])[0]

    def all(self, caller: Caller, course: str, assignment: str = "") -> list[RegradeRequest]:
        """Return requests, the oldest first: one's own, or for a grader everybody's.

        Raises
        ------
        Unknown : the caller is not in the course.
        """
        must_attend(caller, course)
        wanted = [_requests.c.course == course]
        wanted += [_requests.c.assignment == assignment] if assignment else []
        wanted += [] if caller.grades(course) else [_requests.c.student == caller.name]
        return self._all(*wanted)

    def answer(self, caller: Caller, request_id: str, text: str) -> RegradeRequest:
        """Answer a request, once; the same answer again changes nothing.

        Raises
        ------
        Unknown : there is no such request, or it is not the caller's to see.
        Forbidden : the caller is no grader of the course.
        Conflict : it has another answer already.
        """
        row = _requests.c
        found = self._all(row.id == request_id)
        if not found or not (caller.grades(found[0].course) or self._own(caller, found[0])):
            raise Unknown("There is no regrade request of that name, or it is not yours.")
        if not caller.grades(found[0].course):
            raise Forbidden(f"Only graders of {found[0].course} answer regrade requests.")
        given = {"answer": text, "answered_by": caller.name, "answered": self._now()}
        with self._engine.begin() as db:  # of two graders at once, one is first
            db.execute(update(_requests).where(row.id == request_id, row.answer == "").values(**given))
        (now,) = self._all(row.id == request_id)
        if now.answer != text:
            raise Conflict(f"This has been answered already: {now.answer}")
        return now

    def _now(self) -> int:
        return int(self.exchange.clock() * 10**6)

    def _own(self, caller: Caller, request: RegradeRequest) -> bool:
        return caller.attends(request.course) and caller.name == request.student

    def _graded(self, caller: Caller, question: Question) -> str:
        """Return the id of the caller's submission that was graded last."""
        must_attend(caller, question.course)
        found = (question.course, question.assignment)
        records = self.exchange.records
        given = records.all("feedback", found[0], assignment=found[1], student=caller.name)
        if given:
            return given[-1].of
        if not records.times(*found, caller.name, since=0):
            raise Unknown(f"You have handed in nothing for {question.assignment} in {question.course}.")
        raise Conflict(f"{question.assignment} has not been graded yet: ask once your instructor's feedback is there.")

    def _sent(self, caller: Caller, question: Question) -> RegradeRequest | None:
        found = self._all(_requests.c.student == caller.name, _requests.c.key == question.key)
        if not found:
            return None
        if any(
            getattr(found[0], name) != getattr(question, name) for name in ("course", "assignment", "exercise", "text")
        ):
            raise Conflict("This key has been used for something else: take a new one for each request.")
        return found[0]

    def _all(self, *wanted: ColumnElement[bool]) -> list[RegradeRequest]:
        query = select(_requests).where(*wanted).order_by(_requests.c.created, _requests.c.id)
        with self._engine.connect() as db:
            return [_request(row) for row in db.execute(query).all()]


def _request(row: Row) -> RegradeRequest:  # type: ignore[type-arg]
    fields = dict(row._mapping)
    answered = fields.pop("answered")
    moment = None if answered is None else _EPOCH + timedelta(microseconds=answered)
    return RegradeRequest(**fields, time=_EPOCH + timedelta(microseconds=fields["created"]), answered=moment)
