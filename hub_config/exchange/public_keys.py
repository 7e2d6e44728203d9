"""Courses' public keys for learning platforms: a table beside those of `records`. Graders put them there, all may look.

The private half stays where it is made (`autograder.classroom.lti.tool_key`), and never comes here.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, MetaData, String, Table, Text, delete, insert, select

from course.exchange.key_set import LARGEST, read_key_set
from hub_config.exchange.callers import Caller, Refused, TooMuch, Unknown, must_grade
from hub_config.exchange.rules import Exchange

_metadata = MetaData()
_keys = Table(
    "public_keys",
    _metadata,
    Column("course", String(64), primary_key=True),
    Column("jwks", Text, nullable=False),
)


@dataclass
class PublicKeys:
    """The key sets on an exchange. Safe to be called from several threads of one process."""

    exchange: Exchange

    def __post_init__(self) -> None:
        self._engine = self.exchange.records.engine
        _metadata.create_all(self._engine)  # also beside the tables of an earlier version

    def publish(self, caller: Caller, course: str, text: bytes) -> None:
        """Show a course's key set to everybody, in the place of the one before.

        Raises
        ------
        Unknown, Forbidden : the caller is not in the course, or no grader of it.
        TooMuch : it is larger than any.
        Refused : it is no key set, or something in it is not to be shown.
        """
        must_grade(caller, course)
        if len(text) > LARGEST:
            raise TooMuch(f"{len(text)} bytes are too much for a key set (JWKS): {LARGEST} are taken.")
        try:
            found = read_key_set(text)
        except ValueError as error:
            raise Refused(str(error)) from error
        with self._engine.begin() as db:
            db.execute(delete(_keys).where(_keys.c.course == course))
            db.execute(insert(_keys).values(course=course, jwks=found.model_dump_json()))

    def of(self, course: str) -> str:
        """Return a course's key set (JSON).

        Raises
        ------
        Unknown : there is none; whether there is such a course is not told.
        """
        with self._engine.connect() as db:
            found = db.execute(select(_keys.c.jwks).where(_keys.c.course == course)).scalar()
        if found is None:
            raise Unknown("There is no key for a learning platform here. `course lti`, in a course's server, sends it.")
        return str(found)
