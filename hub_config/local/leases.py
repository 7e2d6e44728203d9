"""Who has which GPU of this machine, since when and until when, and how much each person has used.

One SQLite file, so that a lease outlives a restart of the hub, as the server that holds it does. Times are seconds
since 1970.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hub_config.local import idle, line
from hub_config.local.lease_file import LeaseFile
from hub_config.settings.device import Device

IDLE = "idle"  # in the ledger: why it was taken back
JOB = "/job"  # after a person's name and a slash: the holder of a job's lease; no server's name has a slash


@dataclass(frozen=True)
class Lease:
    """What a server has been lent: `devices` are the ids."""

    holder: str
    devices: tuple[str, ...]
    until: float


@dataclass(frozen=True)
class Lent:
    """One device of a lease; `peak_mb`, `percent` (the mean), `idle` (seconds without use) as far as they are known."""

    holder: str
    person: str
    device: str
    resource: str
    since: float
    until: float
    peak_mb: int | None
    percent: float | None
    idle: float | None


@dataclass(frozen=True)
class Use:
    """How a device that is lent is used at a moment; None is what the driver does not say."""

    holder: str
    device: str
    mb: int | None
    percent: int | None


@dataclass(frozen=True)
class Week:
    """A person's week: GPU hours, the most memory, the mean use in percent, each hour counting the same, and how often
    an idle GPU was taken back."""

    person: str
    hours: float
    peak_mb: int | None
    percent: float | None
    taken_back: int


@dataclass(frozen=True)
class Place:
    """In the line for a device.

    Attributes
    ----------
    number : 1 for who is next.
    free_at : when the first of what is asked for is back at the latest; None where something is free, for who is next.
    """

    number: int
    free_at: float | None


class Busy(Exception):
    """All devices of that kind are lent, or others wait for one; `free_at` is when the first is back at the latest."""

    def __init__(self, resource: str, free_at: float) -> None:
        super().__init__(f"all of {resource} is in use until {datetime.fromtimestamp(free_at, UTC):%H:%M} UTC")
        self.resource, self.free_at = resource, free_at


class LineFull(Exception):
    """So many wait that nobody else may."""


class NoSuchDevice(Exception):
    """The machine has no device, or fewer than asked for, of that kind."""


class QuotaSpent(Exception):
    """The person has used their hours of this week."""

    def __init__(self, used: float, quota: float) -> None:
        super().__init__(f"{used:.1f} of {quota:g} GPU hours of this week are used")
        self.used, self.quota = used, quota


class Leases:
    """The table of slots, and the ledger.

    Parameters
    ----------
    path : the SQLite file.
    devices : what this machine lends; slots that are not among them any more are dropped once they are given back.
        None to look on only.
    weekly_hours : of GPU time for each person from Monday to Sunday (UTC); None for no limit.
    """

    def __init__(
        self,
        path: Path,
        devices: Iterable[Device] | None,
        weekly_hours: float | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._file, self._clock, self.weekly_hours = LeaseFile(path), clock, weekly_hours
        if devices is not None:
            self._stock(devices)

    def _stock(self, devices: Iterable[Device]) -> None:
        slots = {(one.id, one.resource, n) for one in devices for n in range(one.people)}
        with self._file.writing() as db:
            db.executemany("INSERT OR IGNORE INTO slots (device, resource, number) VALUES (?, ?, ?)", sorted(slots))
            known = set(db.execute("SELECT device, resource, number FROM slots WHERE holder IS NULL"))
            db.executemany("DELETE FROM slots WHERE device = ? AND resource = ? AND number = ?", known - slots)

    def acquire(self, holder: str, person: str, asked: dict[str, int], seconds: float, share: float = 1.0) -> Lease:
        """Lend devices to the server `holder` of `person`; what it has already, or waits for, is given up first.

        Parameters
        ----------
        asked : how many of each resource.
        seconds : for how long.
        share : what one hour of one device counts in the ledger.

        Raises
        ------
        Busy, NoSuchDevice, QuotaSpent : nothing has been lent, and a place in line is kept.
        """
        now = self._clock()
        with self._file.writing() as db:
            self._give_back(db, holder, now)
            if asked:
                self._check_quota(db, person, now)
                if line.ahead(db, holder, asked, now):
                    raise Busy(", ".join(sorted(asked)), self._free_at(db, asked) or now)
            line.leave(db, holder)
            taken: list[str] = []
            for resource, count in sorted(asked.items()):
                taken += self._take(db, holder, person, resource, count, (now, now + seconds, share))
            return Lease(holder, tuple(taken), now + seconds)

    def wait(self, holder: str, person: str, asked: Mapping[str, int], longest: int | None = None) -> Place | None:
        """Stand in line, or go on to; called every few seconds. Return the place; None when it is one's turn.

        Parameters
        ----------
        longest : so many may wait; by default as many as for servers.

        Raises
        ------
        NoSuchDevice, QuotaSpent, LineFull : there is nothing to wait for.
        """
        now = self._clock()
        with self._file.reading() as db:
            if line.has_said_so(db, holder, asked, now):  # which spares the disk
                return self._place(db, holder, asked, now)
        with self._file.writing() as db:
            self._check_quota(db, person, now)
            others = [one for one in line.waiting(db, now) if one.holder != holder]
            if len(others) >= (line.LONGEST if longest is None else longest):
                raise LineFull(f"{len(others)} people wait already")
            line.join(db, holder, person, asked, now)
            return self._place(db, holder, asked, now)

    def leave(self, holder: str) -> None:
        """Wait no more."""
        with self._file.writing() as db:
            line.leave(db, holder)

    def step_aside(self, holder: str) -> None:
        """Wait no more; who is back within a quarter of an hour has the old place."""
        with self._file.writing() as db:
            line.step_aside(db, holder)

    def waiting(self) -> list[line.Waiting]:
        """Return who waits, the first in line first."""
        with self._file.reading() as db:
            return line.waiting(db, self._clock())

    def free_at(self, asked: Iterable[str]) -> float | None:
        """Return when the first of these resources is back at the latest; None where none is lent."""
        with self._file.reading() as db:
            return self._free_at(db, asked)

    def release(self, holder: str, why: str = "") -> None:
        """Take back what `holder` has, and write it into the ledger, with `why` if it was not its own wish. Harmless
        when it has nothing."""
        with self._file.writing() as db:
            self._give_back(db, holder, self._clock(), why)

    def idle(self, limit: float) -> list[idle.Idle]:
        """Return who has a GPU that is to be taken back after `limit` seconds without use, and is to know it."""
        with self._file.writing() as db:
            return idle.warn(db, limit)

    def taken_back(self, person: str) -> float | None:
        """Return when the person's last lease ended, if it was since their GPU was idle."""
        query = "SELECT until, ended FROM uses WHERE person = ? ORDER BY until DESC LIMIT 1"
        with self._file.reading() as db:
            found = db.execute(query, (person,)).fetchone()
        return float(found[0]) if found and found[1] == IDLE else None

    def held(self) -> dict[str, Lease]:
        """Return what is lent, by holder."""
        found: dict[str, Lease] = {}
        with self._file.reading() as db:
            for holder, device, until in db.execute(
                "SELECT holder, device, until FROM slots WHERE holder IS NOT NULL ORDER BY resource, device"
            ):
                before = found.get(holder, Lease(holder, (), until))
                found[holder] = Lease(holder, (*before.devices, device), until)
        return found

    def lent(self) -> list[Lent]:
        """Return each device that is lent, the oldest lease first."""
        query = (
            "SELECT holder, person, device, resource, since, until, peak_mb, busy / looks, idle "
            "FROM slots WHERE holder IS NOT NULL ORDER BY since, device"
        )
        with self._file.reading() as db:
            return [Lent(*row) for row in db.execute(query)]

    def free(self) -> dict[str, tuple[int, int]]:
        """Return, for each resource, how many are free and how many there are."""
        query = "SELECT resource, SUM(holder IS NULL), COUNT(*) FROM slots GROUP BY resource"
        with self._file.reading() as db:
            return {resource: (free, total) for resource, free, total in db.execute(query)}

    def devices(self) -> dict[str, int]:
        """Return how many different devices there are of each resource; of one, a server gets one share at most."""
        with self._file.reading() as db:
            return dict(db.execute("SELECT resource, COUNT(DISTINCT device) FROM slots GROUP BY resource").fetchall())

    def used(self, person: str) -> float:
        """Return a person's GPU hours of this week, what runs now included."""
        with self._file.reading() as db:
            return self._used(db, person, self._clock())

    def note(self, found: Iterable[Use], seconds: float = 0.0) -> None:
        """Add to leases how their devices are used, and have been for so many seconds; called every few, for each that
        is still lent."""
        found = list(found)
        rows = [(one.mb, one.percent, one.percent, one.percent, one.holder, one.device) for one in found]
        if not rows:
            return
        with self._file.writing() as db:
            db.executemany(
                "UPDATE slots SET peak_mb = NULLIF(MAX(COALESCE(peak_mb, -1), COALESCE(?, -1)), -1), "
                "busy = CASE WHEN ? IS NULL THEN busy ELSE COALESCE(busy, 0) + ? END, "
                "looks = COALESCE(looks, 0) + (? IS NOT NULL) WHERE holder = ? AND device = ?",
                rows,
            )
            for one in found:
                idle.count(db, one.holder, one.device, one.percent, seconds)

    def week(self) -> list[Week]:
        """Return each person's use of this week, the most hours first, what runs now included."""
        now = self._clock()
        query = (
            "SELECT person, MAX(peak_mb), SUM(percent * hours) / SUM(CASE WHEN percent IS NULL THEN 0 ELSE hours END), "
            "SUM(ended = ?) FROM (SELECT person, peak_mb, percent, hours, COALESCE(ended, '') AS ended FROM uses "
            "WHERE until > ? UNION ALL SELECT person, peak_mb, busy / looks, (? - since) / 3600 * share, '' FROM slots "
            "WHERE person IS NOT NULL) GROUP BY person"
        )
        with self._file.reading() as db:
            rows = db.execute(query, (IDLE, _monday(now).timestamp(), now)).fetchall()
            found = [Week(person, self._used(db, person, now), *rest) for person, *rest in rows]
        return sorted(found, key=lambda one: -one.hours)

    def ledger(self) -> list[tuple[str, str, float]]:
        """Return (week, person, GPU hours) of all that was given back, the oldest first; a week is named by its
        Monday."""
        found: dict[tuple[str, str], float] = {}
        with self._file.reading() as db:
            for person, until, hours in db.execute("SELECT person, until, hours FROM uses ORDER BY until"):
                key = (f"{_monday(until):%Y-%m-%d}", person)
                found[key] = found.get(key, 0.0) + hours
        return [(week, person, hours) for (week, person), hours in found.items()]

    def _take(
        self, db: sqlite3.Connection, holder: str, person: str, resource: str, count: int, terms: tuple[float, ...]
    ) -> list[str]:
        """Mark `count` slots of different devices as lent, those of the least used devices first."""
        free = self._free(db, resource, count)
        if len(free) < count:
            raise Busy(resource, self._free_at(db, [resource]) or terms[0])
        chosen = sorted(free.items(), key=lambda item: (item[1], item[0]))[:count]
        db.executemany(
            "UPDATE slots SET holder = ?, person = ?, since = ?, until = ?, share = ? "
            "WHERE device = ? AND resource = ? AND number = ?",
            [(holder, person, *terms, device, resource, number) for device, number in chosen],
        )
        return [device for device, _ in chosen]

    def _free(self, db: sqlite3.Connection, resource: str, count: int) -> dict[str, int]:
        """The number of the first free slot of each device."""
        rows = db.execute(
            "SELECT device, number, holder FROM slots WHERE resource = ? ORDER BY number, device", (resource,)
        ).fetchall()
        if len({row[0] for row in rows}) < count:
            raise NoSuchDevice(f"this machine has {len({row[0] for row in rows})} of {resource}, not {count}")
        free: dict[str, int] = {}
        for device, number, taken_by in rows:
            if taken_by is None:
                free.setdefault(device, number)
        return free

    def _place(self, db: sqlite3.Connection, holder: str, asked: Mapping[str, int], now: float) -> Place | None:
        before = line.ahead(db, holder, asked, now)
        free = [len(self._free(db, resource, count)) >= count for resource, count in asked.items()]
        return Place(before + 1, self._free_at(db, asked)) if before or not all(free) else None

    def _free_at(self, db: sqlite3.Connection, asked: Iterable[str]) -> float | None:
        query = "SELECT MIN(until) FROM slots WHERE holder IS NOT NULL AND resource = ?"
        found = [db.execute(query, (resource,)).fetchone()[0] for resource in asked]
        return min((one for one in found if one is not None), default=None)

    def _check_quota(self, db: sqlite3.Connection, person: str, now: float) -> None:
        used = self._used(db, person, now)
        if self.weekly_hours is not None and used >= self.weekly_hours:
            raise QuotaSpent(used, self.weekly_hours)

    def _give_back(self, db: sqlite3.Connection, holder: str, now: float, why: str = "") -> None:
        db.execute(
            "INSERT INTO uses (person, since, until, hours, device, peak_mb, percent, ended) "
            "SELECT person, since, ?, (? - since) / 3600 * share, device, peak_mb, busy / looks, NULLIF(?, '') "
            "FROM slots WHERE holder = ?",
            (now, now, why, holder),
        )
        db.execute(
            "UPDATE slots SET holder = NULL, person = NULL, since = NULL, until = NULL, share = NULL, peak_mb = NULL, "
            "busy = NULL, looks = NULL, idle = NULL, warned = NULL WHERE holder = ?",
            (holder,),
        )

    def _used(self, db: sqlite3.Connection, person: str, now: float) -> float:
        """Hours from Monday on; what began last week counts from Monday."""
        monday = _monday(now).timestamp()
        done = db.execute(
            "SELECT SUM(hours * (until - MAX(since, ?)) / MAX(until - since, 1e-9)) "
            "FROM uses WHERE person = ? AND until > ?",
            (monday, person, monday),
        ).fetchone()[0]
        running = db.execute(
            "SELECT SUM((? - MAX(since, ?)) / 3600 * share) FROM slots WHERE person = ?", (now, monday, person)
        ).fetchone()[0]
        return float(done or 0.0) + float(running or 0.0)


def _monday(moment: float) -> datetime:
    day = datetime.fromtimestamp(moment, UTC)
    return (day - timedelta(days=day.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
