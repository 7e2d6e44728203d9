"""Which of a student's hand-ins counts, and what one that comes late is worth.

A hand-in that is late never makes a grade worse: where lateness means anything, one in time goes before it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from course.errors import SetupError
from course.parsing import mistakes

VARIABLE = "COURSE_GRADE_POLICY"  # set by the hub for a course's servers; JSON
_SECONDS = {"hour": 3600.0, "day": 86400.0}


class GradePolicy(BaseModel):
    """What ``[course.grade]`` in ``courses.toml`` says.

    Attributes
    ----------
    counts : the last of a student's hand-ins, or the one with the best automatic score.
    late : what one is worth that comes after the deadline: ``accept`` as much as any other; ``penalty`` less the later
        it is; ``zero`` nothing; ``refuse`` it is not even collected.
    penalty_percent : of the score, taken off for each hour or day (`penalty_each`) that has begun, all of it at most.
        Hours are counted as they go by, days by the clocks of the course's time zone.
    grace_minutes : how late a hand-in may be that counts as in time.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    counts: Literal["last", "best"] = "last"
    late: Literal["accept", "penalty", "zero", "refuse"] = "accept"
    penalty_percent: Annotated[float, Field(gt=0, le=100, allow_inf_nan=False)] | None = None
    penalty_each: Literal["hour", "day"] = "day"
    grace_minutes: Annotated[float, Field(ge=0, le=7 * 24 * 60, allow_inf_nan=False)] = 0

    @model_validator(mode="after")
    def _whole(self) -> GradePolicy:
        if (self.late == "penalty") != (self.penalty_percent is not None):
            raise ValueError('late = "penalty" and penalty_percent belong together')
        if self.late == "accept" and self.grace_minutes:
            raise ValueError("grace_minutes means nothing where every late hand-in is accepted: say what late is")
        return self

    @classmethod
    def from_environ(cls) -> GradePolicy:
        """Return what the hub has said to this process; the defaults, which are nbgrader's ways, elsewhere.

        Raises
        ------
        SetupError : the variable holds something else.
        """
        try:
            return cls.model_validate_json(os.environ.get(VARIABLE) or "{}")
        except ValidationError as error:
            wrong = "; ".join(mistakes(error))
            raise SetupError(f"{VARIABLE} holds no policy: {wrong}. Leave it to the hub to set it.") from error

    def is_late(self, seconds: float) -> bool:
        """Whether a hand-in counts as late that came so long after the deadline (negative: before it)."""
        return seconds > self.grace_minutes * 60

    def penalty(self, score: float, seconds: float, by_clock: float | None = None) -> float:
        """Return the points taken off a hand-in's `score`: from 0 to the score.

        Parameters
        ----------
        seconds : from the deadline to the hand-in.
        by_clock : the same as the clocks of the course's time zone show it, where that is known.
        """
        if self.late == "accept" or score <= 0 or not self.is_late(seconds):
            return 0.0
        if self.penalty_percent is None:
            return score
        counted = seconds if by_clock is None or self.penalty_each == "hour" else by_clock
        begun = max(1, math.ceil(counted / _SECONDS[self.penalty_each]))
        return score * min(1.0, begun * self.penalty_percent / 100)

    def sentence(self, seconds: float, by_clock: float | None = None) -> str:
        """Return what a student should know of the lateness of a hand-in; empty where there is nothing.

        The parameters are those of `penalty`.
        """
        if self.late == "accept" or not self.is_late(seconds):
            return ""
        days = by_clock is not None and by_clock > 0 and self.penalty_each == "day"
        after = f"Handed in {spoken(by_clock if days and by_clock else seconds)} after the deadline"
        if self.late == "penalty":
            lost = self.penalty(100.0, seconds, by_clock)
            return f"{after}: {lost:.4g} % of its points would be taken off."
        return f"{after}: it does not count."


@dataclass(frozen=True)
class Candidate:
    """One hand-in among which to choose.

    Attributes
    ----------
    id : the exchange's.
    late : seconds from the deadline to the hand-in, negative before it; None without a deadline.
    score : the automatic one, None where it is not known.
    by_clock : `late` as the clocks of the course's time zone show it.
    """

    id: str
    late: float | None = None
    score: float | None = None
    by_clock: float | None = None


def choose(policy: GradePolicy, candidates: Sequence[Candidate], *, in_time_first: bool = False) -> Candidate | None:
    """Return the hand-in of one student that counts, or None where none does.

    Parameters
    ----------
    candidates : the oldest first; for ``best`` each with a score, unless it is the only one that `eligible` leaves.
    in_time_first : nbgrader's ``--before-duedate``: as if lateness meant something, also where the policy accepts all.
    """
    left = eligible(policy, candidates, in_time_first=in_time_first)
    if policy.counts == "last" or len(left) < 2:
        return left[-1] if left else None
    return max(enumerate(left), key=lambda one: (_worth(policy, one[1]), one[0]))[1]


def eligible(
    policy: GradePolicy, candidates: Sequence[Candidate], *, in_time_first: bool = False
) -> Sequence[Candidate]:
    """Return those of which one counts, the oldest first."""
    in_time = [one for one in candidates if one.late is None or not policy.is_late(one.late)]
    if policy.late == "refuse":
        return in_time
    if policy.late == "zero" or in_time_first or (policy.late == "penalty" and policy.counts == "last"):
        return in_time or candidates
    return candidates  # with "best", what is taken off decides


def seconds_late(handed_in: datetime, due: datetime | None, extension: timedelta | None = None) -> float | None:
    """Return the seconds from a deadline to a hand-in; both in UTC, with or without saying so."""
    if due is None:
        return None
    return (handed_in.replace(tzinfo=None) - due.replace(tzinfo=None) - (extension or timedelta())).total_seconds()


def _worth(policy: GradePolicy, one: Candidate) -> float:
    if one.score is None:
        raise ValueError(f"the score of {one.id} is not known")
    return one.score - (0.0 if one.late is None else policy.penalty(one.score, one.late, one.by_clock))


def spoken(seconds: float) -> str:
    """Return a time in words, rounded up: ``3 minutes``, ``2 hours``, ``4 days``."""
    for unit, size in (("day", 86400.0), ("hour", 3600.0), ("minute", 60.0)):
        if seconds > size or unit == "minute":
            count = math.ceil(seconds / size)
            return f"{count} {unit}{'s' * (count != 1)}"
    raise AssertionError(seconds)
