"""The sentences of the start page: deadlines, places in line, tries, and why something can't be done now."""

from __future__ import annotations

from datetime import datetime

from course.exchange.plan import Plan
from course.exchange.policy import GradePolicy, spoken
from course.time_zone import clock_seconds, shown
from hub_config.exchange import turns

_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def ahead(seconds: float) -> str:
    """Return how long it is until then, rounded down: ``in 3 days``."""
    for unit, size in _UNITS:
        if seconds >= 2 * size:
            return f"in {int(seconds // size)} {unit}s"
    return "in a minute"


def left(plan: Plan, due: datetime | None, now: datetime, in_time: bool, closes: datetime | None = None) -> str:
    """Return a deadline in words; empty where there is none.

    Parameters
    ----------
    due, now, closes : UTC, without saying so; from `closes` on nothing is taken.
    in_time : whether something has been handed in before it.
    """
    if due is None:
        return ""
    late = (now - due).total_seconds()
    if late < 0:
        return ahead(-late)
    if in_time:
        return "over: you have handed in in time"
    if closes and now > closes:
        return f"over for {spoken(late)}"
    if plan.grade.late == "accept":
        return f"{spoken(late)} late, still accepted"
    if not plan.grade.is_late(late):
        return f"{spoken(late)} ago, still accepted as in time"
    by_clock = clock_seconds(due, now, plan.zone)
    said = spoken(by_clock if plan.grade.penalty_each == "day" and by_clock > 0 else late)
    if plan.grade.late == "penalty":
        return f"{said} late, accepted with a penalty of {plan.grade.penalty(100, late, by_clock):.4g} %"
    return f"{said} late, does not count any more"


def until(plan: Plan, due: datetime | None, closes: datetime | None, now: datetime) -> str:
    """Return until when something may be handed in late, and what that costs; empty where that is over or not said.

    Parameters
    ----------
    due, closes, now : UTC, without saying so.
    """
    grade = plan.grade
    if closes is None or now > closes or (due and grade.late == "refuse"):
        return ""
    last = shown(closes, plan.zone)
    if due is None or closes < due:
        return f"Taken until {last}"
    if closes == due:
        return "Nothing is taken after that"
    cost = {"accept": "at no cost", "zero": "and then it does not count"}.get(grade.late)
    return f"Taken late until {last}, {cost or f'with {grade.penalty_percent:g} % less for each {grade.penalty_each}'}"


def over(plan: Plan, closes: datetime | None, now: datetime) -> str:
    """Return that nothing more is taken; empty while it is. The parameters are those of `until`."""
    return f"Nothing more is taken since {shown(closes, plan.zone)}." if closes and now > closes else ""


def lateness(plan: Plan, due: datetime | None, handed_in: datetime) -> str:
    """Return what to know of a hand-in's lateness, empty where it is in time; both in UTC, without saying so."""
    if due is None:
        return ""
    return plan.grade.sentence((handed_in - due).total_seconds(), clock_seconds(due, handed_in, plan.zone))


def place(number: int, workers: int) -> str:
    """Return where a hand-in is that is `number` in line, from 1, where so many are judged at the same time."""
    return "being judged" if number <= workers else f"{turns.spoken(number - workers)} in line to be judged"


def tries(count: int) -> str:
    """Return how often somebody may hand in within the hour."""
    return {0: "No try left in this hour", 1: "1 try left in this hour"}.get(count, f"{count} tries left in this hour")


def too_late(policy: GradePolicy, late: float | None, in_time: bool) -> str:
    """Return why a late hand-in is of no use; empty where it is, or would not be late.

    Parameters
    ----------
    late : seconds after the deadline; negative before it.
    in_time : whether something has been handed in before the deadline.
    """
    if late is not None and policy.is_late(late):
        if in_time and (policy.late == "refuse" or (policy.late in ("zero", "penalty") and policy.counts == "last")):
            return "The deadline is over, and what you handed in in time counts."
        if policy.late == "refuse":
            return "The deadline is over: nothing can be handed in any more."
    return ""


def not_yet(wait: int, opened: bool) -> str:
    """Return what has to come before something can be handed in; empty where it can.

    Parameters
    ----------
    wait : seconds until one more hand-in is taken.
    opened : whether the assignment has been fetched.
    """
    if not opened:
        return "Open it first; then it can be handed in here."
    if wait:
        return f"The next try is {ahead(wait) if wait >= 120 else 'in a minute or two'}."
    return ""
