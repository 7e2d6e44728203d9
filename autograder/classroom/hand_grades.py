"""Which answer a grade by hand was given for: what is graded again unchanged keeps it, what was rewritten waits anew.

nbgrader flags each grade by hand whenever the submission is graded again. We keep beside it, in a table of our own, a
digest of the answer that was graded last, and of the one that a person has decided on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from nbgrader import api
from sqlalchemy import Column, Connection, MetaData, String, Table, select, update
from sqlalchemy.schema import CreateTable

_GRADE = api.Grade.__table__
_ANSWER = Table(
    "course_answer",
    MetaData(),
    Column("grade_id", String(32), primary_key=True),  # nbgrader's row of the grade
    Column("latest", String(64), nullable=False),
    Column("decided", String(64), nullable=False),
)


@dataclass(frozen=True)
class Noted:
    """What is known of a grade.

    Attributes
    ----------
    latest : digest of the answer that was graded last.
    decided : of the one that a person has given points for; empty where nobody has, or it is not known.
    """

    latest: str
    decided: str = ""


def noted(connection: Connection, submitted: str) -> Mapping[str, Noted]:
    """Return what is known of the grades of one submitted notebook, by the ids of nbgrader's rows."""
    connection.execute(CreateTable(_ANSWER, if_not_exists=True))
    query = select(_ANSWER).join(_GRADE, _GRADE.c.id == _ANSWER.c.grade_id).where(_GRADE.c.notebook_id == submitted)
    return {row.grade_id: Noted(row.latest, row.decided) for row in connection.execute(query)}


def asks(
    connection: Connection,
    grade: str,
    before: Noted | None,
    answer: str,
    *,
    by_hand: bool,
    flagged: bool,
    judged: bool,
) -> bool:
    """Note the answer that is graded now, and return whether a person has to look at it.

    Parameters
    ----------
    grade : the id of nbgrader's row.
    before : what was noted of it; None for nothing: then a grade by hand is flagged, as nbgrader does it.
    answer : digest of the answer.
    by_hand : whether a person has given points; `flagged`, that nobody has looked since the answer was rewritten.
    judged : whether the machine has.
    """
    decided = ""
    if by_hand and before is not None:
        decided = before.decided if flagged else before.latest  # who gave points has read what was graded last
    now = Noted(answer, decided)
    if before is None:
        connection.execute(_ANSWER.insert(), {"grade_id": grade, "latest": now.latest, "decided": now.decided})
    elif now != before:
        change = update(_ANSWER).where(_ANSWER.c.grade_id == grade)
        connection.execute(change.values(latest=now.latest, decided=now.decided))
    return not decided or decided != answer if by_hand else not judged
