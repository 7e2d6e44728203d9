"""When the hub does what for a course's chapters: ``[[course.schedule]]`` in ``courses.toml``.

People write what the clocks of the course show; which moments these are is known once its time zone is (`plan`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, model_validator

from course.errors import CourseError, SetupError
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from course.time_zone import course_zone, moment_of, read_wall, shown
from course.zone_names import zone_named

Kind = Literal["release", "due", "late_until", "solutions"]
KINDS: tuple[Kind, ...] = ("release", "due", "late_until", "solutions")  # in this order they come
WORDS = {
    "release": "is given to the students",
    "due": "is due",
    "late_until": "is closed: nothing more is taken",
    "solutions": "feedback shows worked solutions",
}


def _wall(value: Any) -> Any:
    """A time as TOML's own or as a text; JSON, by which a service is told it, has texts alone."""
    if isinstance(value, datetime):
        if value.tzinfo:
            raise ValueError("times are what the clocks of the course show: leave the offset out")
        return value
    if isinstance(value, date) or not isinstance(value, str):
        raise ValueError(f"{value} has no time of day: write it as 2026-11-30 12:00")
    return read_wall(value)


Wall = Annotated[datetime, BeforeValidator(_wall)]


class Entry(BaseModel):
    """What is planned for one chapter, in wall-clock time of the course; what is left out, people do.

    Attributes
    ----------
    chapter : in full or in short.
    release : it is released, unless somebody has done so already, and given to the students.
    due : set as the due date when it is released.
    late_until : from then on the exchange takes no hand-in, but of who has been given more time.
    solutions : feedback with worked solutions is given to who has been graded; then nothing more is taken either.
    full_size : it is released with points for the targets on all the data.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    chapter: str
    release: Wall | None = None
    due: Wall | None = None
    late_until: Wall | None = None
    solutions: Wall | None = None
    full_size: bool = False

    @model_validator(mode="after")
    def _something(self) -> Entry:
        if not any(self.wall(kind) for kind in KINDS):
            raise ValueError(f"{self.chapter} has no time: give {', '.join(KINDS[:-1])} or {KINDS[-1]}")
        if self.full_size and not self.release:
            raise ValueError("full_size is about a release: say when, or leave it out")
        return self

    def wall(self, kind: Kind) -> datetime | None:
        """Return what the clocks show then; None where it is not planned."""
        found: datetime | None = getattr(self, kind)
        return found


@dataclass(frozen=True)
class Planned:
    """An `Entry` with its chapter's full name, and its moments in UTC, without saying so."""

    chapter: str
    release: datetime | None
    due: datetime | None
    late_until: datetime | None
    solutions: datetime | None
    full_size: bool

    @property
    def closes(self) -> datetime | None:
        """From when on nothing is taken: who has seen the solutions can't hand in."""
        return self.late_until or self.solutions

    def at(self, kind: Kind) -> datetime | None:
        """Return when something is planned; None where it is not."""
        found: datetime | None = getattr(self, kind)
        return found


def plan(entries: Sequence[Entry], find: Callable[[str], Chapter], zone: ZoneInfo) -> list[Planned]:
    """Return the entries with their moments.

    Parameters
    ----------
    find : the chapter of a name, in full or in short.

    Raises
    ------
    SetupError : a chapter is not known or comes twice, a time does not exist or comes twice, or the times contradict
        each other; each on a line of its own.
    """
    troubles: list[str] = []
    made: list[Planned] = []
    for number, entry in enumerate(entries, 1):
        try:
            one = _planned(entry, find, zone)
            if one.chapter in {other.chapter for other in made}:
                raise ValueError(f"{one.chapter} has an entry already: give it one")
            made.append(one)
        except (ValueError, CourseError) as error:
            troubles.append(f"schedule.{number} ({entry.chapter}): {error}")
    if troubles:
        raise SetupError("\n".join(troubles))
    return made


def plan_of(entries: Sequence[Entry], time_zone: str | None, folder: Path) -> tuple[list[Planned], ZoneInfo]:
    """Return the plan of a course that is graded in the checkout `folder`, and its time zone; raises as `plan`."""
    project = Project(folder)
    zone = zone_named(time_zone) if time_zone else course_zone(project)
    return plan(entries, load_syllabus(project.syllabus).find, zone) if entries else [], zone


def closings(planned: Sequence[Planned], zone: ZoneInfo) -> dict[str, dict[str, str]]:
    """Return, as the exchange is told it, from when on which assignments are closed."""
    return {one.chapter: {"at": one.closes.isoformat(), "zone": zone.key} for one in planned if one.closes}


def coming(planned: Sequence[Planned], now: datetime) -> list[tuple[datetime, str, Kind]]:
    """Return what lies ahead at `now` (UTC, without saying so): when, of which chapter and what, the next first."""
    ahead = [(when, one.chapter, kind) for one in planned for kind in KINDS if (when := one.at(kind)) and when > now]
    return sorted(ahead, key=lambda row: (row[0], row[1], KINDS.index(row[2])))


def _planned(entry: Entry, find: Callable[[str], Chapter], zone: ZoneInfo) -> Planned:
    moments: dict[Kind, datetime] = {}
    for kind in KINDS:
        if wall := entry.wall(kind):
            try:
                moments[kind] = moment_of(wall, zone, once=True)
            except ValueError as error:
                raise ValueError(f"{kind}: {error}") from error
    for (first, earlier), (second, later) in pairwise(moments.items()):
        if later < earlier or (later == earlier and first == "release"):
            raise ValueError(
                f"{second} ({shown(later, zone)}) has to come after {first} ({shown(earlier, zone)}): change one"
            )
    return Planned(
        chapter=find(entry.chapter).name,
        release=moments.get("release"),
        due=moments.get("due"),
        late_until=moments.get("late_until"),
        solutions=moments.get("solutions"),
        full_size=entry.full_size,
    )
