"""Sends a class's grades to a learning platform: each once, again only where it has changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from autograder.classroom.export import Grade
from autograder.classroom.lti.ledger import Ledger, digest
from autograder.classroom.lti.services import Column, Refused, Services
from autograder.feedback.words import counted, number

_NAMED = 8  # exercises in a comment
_CONFLICT = 409


class Outcome(StrEnum):
    """What became of a student's grade."""

    SENT = "sent"
    SAME = "there already"
    STRANGER = "not in the platform's course"
    REFUSED = "refused by the platform"


@dataclass(frozen=True)
class Sent:
    """What became of one student's grade; `why` is empty where all is well."""

    student: str
    outcome: Outcome
    why: str = ""


@dataclass(frozen=True)
class Sender:
    """Sends the grades of one chapter.

    Attributes
    ----------
    column : where they go.
    accounts : the platform's id of each student.
    most : points of each exercise.
    link : where students read their feedback; or empty.
    again : send also what has been sent.
    """

    services: Services
    ledger: Ledger
    column: Column
    accounts: Mapping[str, str]
    most: Mapping[str, float]
    link: str = ""
    again: bool = False

    def send(self, grades: Iterable[Grade]) -> Iterator[Sent]:
        """Send, and yield what became of each.

        Raises
        ------
        OperatorError : the platform is in trouble, or the ledger can't be written; what has been yielded is done, and
            another run goes on from there.
        """
        for one in grades:
            account = self.accounts.get(one.student)
            yield self._sent(one, account) if account else Sent(one.student, Outcome.STRANGER)

    def _sent(self, grade: Grade, account: str) -> Sent:
        score = self._score(grade, account)
        mark = digest({**score, "column": self.column.url})
        before = self.ledger.entry(grade.student)
        same = before if before and before.digest == mark else None
        if same and same.sent and not self.again:
            return Sent(grade.student, Outcome.SAME)
        begun = same is not None and not same.sent  # by a run that has not seen the answer
        entry = same if same and begun else self.ledger.planned(grade.student, mark, before)
        try:
            self.services.send(self.column, {**score, "timestamp": _iso(entry.timestamp)})
        except Refused as error:
            # A platform that has a score takes none that is not newer: this one is there.
            if error.status != _CONFLICT or not (begun or error.again):
                return Sent(grade.student, Outcome.REFUSED, _why(error))
        self.ledger.done(grade.student, entry)
        return Sent(grade.student, Outcome.SENT)

    def _score(self, grade: Grade, account: str) -> dict[str, Any]:
        return {
            "userId": account,
            "scoreGiven": round(grade.score, 4),
            "scoreMaximum": sum(self.most.values()),
            "activityProgress": "Completed",
            "gradingProgress": "PendingManual" if grade.waits else "FullyGraded",
            "comment": comment(grade, self.most, self.link),
        }


def comment(grade: Grade, most: Mapping[str, float], link: str = "") -> str:
    """Return what a student reads beside the grade.

    Parameters
    ----------
    most : points of each exercise.
    link : where they read their feedback; or empty.
    """
    said = [f"{number(grade.score)} of {counted(sum(most.values()))}{' so far' * grade.waits}."]
    short = [
        f"{exercise}: {number(found)} of {number(points)}"
        for exercise, points in most.items()
        if (found := grade.by_exercise.get(exercise, 0.0)) < points and exercise not in grade.pending
    ]
    if short:
        more = f", and {len(short) - _NAMED} more" if len(short) > _NAMED else ""
        said.append(f"Points are missing in {', '.join(short[:_NAMED])}{more}.")
    if grade.waits:
        said.append(f"To be read by a person: {', '.join(one for one in most if one in grade.pending)}.")
    if grade.penalty:
        said.append(f"{counted(grade.penalty)} less for being late.")
    if link:
        said.append(f"What each was lost for: {link}")
    return " ".join(said)


def _why(error: Refused) -> str:
    if error.status == _CONFLICT:
        return (
            "the platform has a newer grade, set there by hand or from another copy of this course, or its clock is "
            f"ahead of this one's: look there ({error})"
        )
    return str(error)


def _iso(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")
