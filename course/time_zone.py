"""The course's time zone: what its people mean by a time, and by a day.

Times are kept in UTC. A deadline is read and shown in the zone, and days are counted by its clocks: from noon to noon
is a day, also where the clocks are changed in between and 25 hours go by.
"""

from __future__ import annotations

import contextlib
import os
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from course.errors import AuthorError, SetupError
from course.project import Project
from course.syllabus import load_syllabus
from course.zone_names import zone_named

VARIABLE = "COURSE_TIME_ZONE"  # set by the hub for a course's servers
_READ = ("%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")


def course_zone(project: Project | None = None) -> ZoneInfo:
    """Return the zone: ``COURSE_TIME_ZONE``, else ``time_zone`` of the checkout's syllabus, else UTC.

    Raises
    ------
    SetupError : the variable names no zone.
    """
    if named := os.environ.get(VARIABLE):
        try:
            return zone_named(named)
        except ValueError as error:
            raise SetupError(f"{VARIABLE}: {error}.") from error
    try:
        found = load_syllabus((project or Project.find()).syllabus).time_zone
    except (SetupError, AuthorError, OSError):
        found = "UTC"  # no checkout, as on a student's server
    return zone_named(found)


def deadline(due: datetime, extension: timedelta | None, zone: ZoneInfo) -> datetime:
    """Return a student's deadline: the days of an extension by the clock, the rest of it by time that goes by.

    All are in UTC, without saying so. It is never earlier than nbgrader has it, which knows no zone.
    """
    if not extension:
        return due
    days = timedelta(days=extension.days)
    by_clock = _utc((_wall(due, zone) + days).replace(tzinfo=zone)) + (extension - days)
    return max(by_clock, due + extension)


def clock_seconds(earlier: datetime, later: datetime, zone: ZoneInfo) -> float:
    """Return the seconds between two moments (UTC, without saying so) as the zone's clocks show them."""
    return (_wall(later, zone) - _wall(earlier, zone)).total_seconds()


def shown(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment (UTC, without saying so) as people of the course read it: ``Sun 1 Nov 2026, 12:00 CET``."""
    there = moment.replace(tzinfo=UTC).astimezone(zone)
    return f"{there:%a} {there.day} {there:%b %Y, %H:%M %Z}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """Return a moment (UTC, without saying so) as `read` reads it, to the minute: ``2026-11-01T12:00``."""
    return f"{_wall(moment, zone):%Y-%m-%dT%H:%M}"


def read(text: str, zone: ZoneInfo) -> datetime:
    """Return the moment (UTC, without saying so) that ``2026-11-01 12:00`` is in the zone.

    Of a time that the clocks show twice it is the later one.

    Raises
    ------
    ValueError : it is no time, or one that the clocks leave out; the text says what to do.
    """
    return moment_of(read_wall(text), zone)


def read_wall(text: str) -> datetime:
    """Return ``2026-11-01 12:00`` as a clock on the wall shows it, in no zone yet.

    Raises
    ------
    ValueError : it is no time; the text says what to do.
    """
    for form in _READ:
        with contextlib.suppress(ValueError):
            return datetime.strptime(text.strip(), form)
    raise ValueError(f"{text!r} is no time: write it as 2026-11-30 12:00")


def moment_of(wall: datetime, zone: ZoneInfo, *, once: bool = False) -> datetime:
    """Return the moment (UTC, without saying so) at which the zone's clocks show `wall`: of two the later one.

    Parameters
    ----------
    once : refuse a time that the clocks show twice.

    Raises
    ------
    ValueError : the clocks leave it out, or with `once` show it twice; the text says so.
    """
    found = _utc(wall.replace(tzinfo=zone, fold=1))
    if _wall(found, zone) != wall:
        raise ValueError(f"{wall:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks are put forward over it")
    if once and _utc(wall.replace(tzinfo=zone, fold=0)) != found:
        raise ValueError(
            f"{wall:%Y-%m-%d %H:%M} comes twice in {zone.key}, where the clocks are put back then: choose a time "
            "before or after that hour"
        )
    return found


def _wall(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None)


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)
