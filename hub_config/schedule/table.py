"""What a grader reads of the schedule: what is planned, done, or could not be done, and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from course.time_zone import shown
from hub_config.schedule.memory import Done, Memory
from hub_config.settings.schedule import KINDS, WORDS, Kind, Planned


@dataclass(frozen=True)
class Row:
    """One thing that is planned; `state` is a sentence, `trouble` whether it could not be done."""

    when: str
    chapter: str
    what: str
    state: str
    trouble: bool


def rows(planned: Sequence[Planned], memory: Memory, zone: ZoneInfo, now: datetime) -> Iterator[Row]:
    """Yield all that is planned, the first of all first; `now` is in UTC, without saying so."""
    found = [(when, one, kind) for one in planned for kind in KINDS if (when := one.at(kind))]
    for when, one, kind in sorted(found, key=lambda row: (row[0], row[1].chapter, KINDS.index(row[2]))):
        done = memory.chapter(one.chapter)
        trouble = done.troubles.get(kind)
        if trouble:
            state = f"{trouble.text} It is tried again {shown(trouble.again, zone)}."
        else:
            state = _state(one, kind, done, zone, now)
        yield Row(shown(when, zone), one.chapter, WORDS[kind], state, trouble is not None)


def _state(one: Planned, kind: Kind, done: Done, zone: ZoneInfo, now: datetime) -> str:
    when = one.at(kind)
    ahead = when is not None and when > now
    if kind == "release" and done.released:
        return f"Done by {done.released}."
    if kind == "release" and done.held_up:
        return "Waits: somebody is handing out a chapter."
    if kind == "due":
        if done.by_hand:
            return f"People say otherwise: {shown(done.other_due, zone) if done.other_due else 'never'}."
        return "Set." if done.due == one.due else "It is set with the release."
    if kind == "solutions" and done.solutions:
        return f"Given {shown(done.solutions, zone)}."
    if kind == "solutions" and done.waits_until:
        return f"Wait until {shown(done.waits_until, zone)}: somebody may hand in until then."
    if kind == "late_until":
        named = (f"{student or 'all'} until {shown(until, zone)}" for student, until in sorted(done.longer.items()))
        longer = f" Longer: {', '.join(named)}." if done.longer else ""
        return ("Planned." if ahead else "Closed.") + longer
    return "Planned." if ahead else "To be done within a minute, by a hub that runs."
