"""Who may do what on the exchange, and how much: everything that does not depend on HTTP."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from pydantic import ValidationError

from course.exchange.bundle import CHUNK, Manifest
from course.exchange.plan import Plan
from course.time_zone import shown
from course.zone_names import ZoneName, zone_named
from hub_config.exchange.blobs import Blobs
from hub_config.exchange.callers import (
    Caller,
    Conflict,
    Forbidden,
    TooMuch,
    TooOften,
    Unknown,
    must_attend,
    must_grade,
)
from hub_config.exchange.records import Bundle, Kind, Records, Slip
from hub_config.exchange.turns import ranked

_AT_ONCE = ("delay", "instant")  # kinds of feedback of which a submission has one each
_HOUR, _MB = 3600 * 10**6, 10**6


@dataclass(frozen=True)
class Bounds:
    """How much is taken.

    Attributes
    ----------
    submission_mb, release_mb : all files of a hand-in (and of its feedback), and of a release.
    owner_mb : chunks of one person, all that they ever handed over included.
    per_hour : hand-ins of one student for one assignment.
    unused_hours : how long a chunk is kept that is in no bundle yet, so that an upload can be gone on with.
    """

    submission_mb: int = 100
    release_mb: int = 2000
    owner_mb: int = 10_000
    per_hour: int = 60
    unused_hours: int = 24

    def megabytes(self, kind: Kind) -> int:
        """How large a bundle may be."""
        return self.release_mb if kind == "release" else self.submission_mb


@dataclass(frozen=True)
class Order:
    """What a caller wants to hand over."""

    kind: Kind
    course: str
    assignment: str
    manifest: Manifest
    key: str
    of: str = ""
    force: bool = False


@dataclass(frozen=True)
class Closing:
    """From when on hand-ins of an assignment are refused: UTC, without saying so; `zone` is the course's."""

    at: datetime
    zone: ZoneName = "UTC"


@dataclass
class Exchange:
    """The exchange's rules over its records and blobs. Safe to be called from several threads of one process.

    Attributes
    ----------
    tries : of each course with instant feedback, how many hand-ins per hour are taken in the place of
        `Bounds.per_hour`.
    closings : by course, by assignment.
    rules : of each course, what the hub itself knows of it, without deadlines.
    """

    records: Records
    blobs: Blobs
    bounds: Bounds = field(default_factory=Bounds)
    tries: Mapping[str, int] = field(default_factory=dict)
    closings: Mapping[str, Mapping[str, Closing]] = field(default_factory=dict)
    rules: Mapping[str, Plan] = field(default_factory=dict)
    clock: Callable[[], float] = time.time
    told: Callable[[Bundle], None] = lambda bundle: None  # called after each new bundle
    _commit: threading.Lock = field(default_factory=threading.Lock)

    def missing(self, caller: Caller, digests: Sequence[str]) -> list[str]:
        """Return which chunks the caller has still to send."""
        return self.records.missing(caller.name, digests)

    def put_chunk(self, caller: Caller, digest: str, data: bytes) -> None:
        """Store a chunk, whose digest has been verified; a bundle that names it has to follow.

        Raises
        ------
        Forbidden : the caller is in no course.
        TooMuch : the chunk is larger than any, or the caller has stored all they may.
        """
        if not caller.courses:
            raise Forbidden("You are in no course of this hub. Ask your instructor to add you.")
        if len(data) > CHUNK:
            raise TooMuch(f"A chunk has at most {CHUNK} bytes.")
        if not self.records.missing(caller.name, [digest]):
            return
        if self.records.stored(caller.name) + len(data) > self.bounds.owner_mb * _MB:
            raise TooMuch(f"You have handed over {self.bounds.owner_mb} MB in all: ask your instructor for room.")
        place = self.blobs.put(data)
        if not self.records.add_chunk(caller.name, digest, place, len(data), self._now()):
            self.blobs.remove(place)  # the same chunk has come a second time meanwhile

    def add(self, caller: Caller, order: Order) -> Bundle:
        """Make a bundle of chunks the caller has sent; the same `key` gives the same bundle.

        Raises
        ------
        Refused : see the tree above.
        """
        before = self.records.sent(caller.name, order.key)
        if before is not None:
            return self._same(before, order)
        if order.manifest.size > self.bounds.megabytes(order.kind) * _MB:
            raise TooMuch(
                f"{order.manifest.size / _MB:.1f} MB are too much: {self.bounds.megabytes(order.kind)} MB are taken. "
                "Clear the outputs of your notebook, or leave data files out."
            )
        with self._commit:
            before = self.records.sent(caller.name, order.key)
            if before is not None:
                return self._same(before, order)
            student = self._student(caller, order)
            if order.kind in _AT_ONCE and (given := self.records.all(order.kind, order.course, of=order.of)):
                return given[0]  # two services have judged it: the student sees one
            bundle = Bundle(
                id=secrets.token_hex(16),
                kind=order.kind,
                course=order.course,
                assignment=order.assignment,
                student=student,
                owner=caller.name,
                key=order.key,
                of=order.of,
                created=max(self._now(), self.records.latest(student) + 1),
                digest=order.manifest.digest,
                manifest=order.manifest,
            )
            lacking = self.records.add_bundle(bundle)
        if lacking:
            raise Conflict(f"{len(lacking)} chunks have not arrived: send them, and hand over again.")
        self.told(bundle)
        return bundle

    def find(self, caller: Caller, bundle_id: str) -> Bundle:
        """Return a bundle that the caller may see.

        Raises
        ------
        Unknown : there is none.
        """
        bundle = self.records.find(bundle_id)
        if bundle is None or not _visible(bundle, caller):
            raise Unknown("There is nothing of that name, or it is not yours.")
        return bundle

    def chunk(self, caller: Caller, bundle_id: str, digest: str) -> bytes:
        """Return a chunk of a bundle that the caller may see."""
        bundle = self.find(caller, bundle_id)
        place = self.records.place(bundle.owner, digest) if digest in bundle.manifest.chunks else None
        if place is None:
            raise Unknown("There is nothing of that name, or it is not yours.")
        if bundle.kind == "release" and not caller.grades(bundle.course):
            self.records.note_fetched(bundle.course, bundle.assignment, caller.name, self._now())
        return self.blobs.get(place)

    def all(
        self, caller: Caller, kind: Kind, course: str, assignment: str = "", of: str = "", student: str = ""
    ) -> list[Bundle]:
        """Return what the caller may see of one kind (for one submission, of one student), the oldest first.

        Raises
        ------
        Unknown : the caller is not in the course.
        """
        must_attend(caller, course)
        if kind == "release":
            newest = {bundle.assignment: bundle for bundle in self.records.all(kind, course, assignment=assignment)}
            return list(newest.values())
        student = student if caller.grades(course) else caller.name
        return self.records.all(kind, course, assignment=assignment, student=student, of=of)

    def waiting(self, caller: Caller, course: str) -> list[Slip]:
        """Return the submissions that have no instant feedback yet, the oldest first.

        Raises
        ------
        Unknown, Forbidden : the caller is not in the course, or no grader of it.
        """
        must_grade(caller, course)
        return self.records.without("instant", course)

    def tries_left(self, student: str, course: str, assignment: str) -> int | None:
        """Return how often the student may hand in again within the hour; None where the course has no such count."""
        if course not in self.tries:
            return None
        return max(0, self.tries[course] - len(self._recent(student, course, assignment)))

    def next_try(self, student: str, course: str, assignment: str) -> int:
        """Return in how many seconds one more hand-in is taken; 0 for now."""
        recent = self._recent(student, course, assignment)
        most = self.tries.get(course, self.bounds.per_hour)
        # Once the first of so many is an hour old, one more is taken.
        return max(1, -(-(recent[-most] + _HOUR - self._now()) // 10**6)) if len(recent) >= most else 0

    def closes(self, student: str, course: str, assignment: str) -> datetime | None:
        """Return until when the student may hand in (UTC, without saying so), late or not; None for no such time."""
        closing = self.closings.get(course, {}).get(assignment)
        if closing is None:
            return None
        allowed = self.records.allowed(course, assignment, student)
        return max(closing.at, datetime.fromtimestamp(allowed / 10**6, UTC).replace(tzinfo=None))

    def tell_plan(self, caller: Caller, course: str, plan: Plan) -> None:
        """Keep what a grader's server tells of deadlines and rules, for the start page.

        Raises
        ------
        Unknown, Forbidden : the caller is not in the course, or no grader of it.
        """
        must_grade(caller, course)
        self.records.tell_plan(course, plan.model_dump_json())

    def plan(self, caller: Caller, course: str) -> Plan:
        """Return what the course plans: its rules as the hub has them, deadlines as its gradebook had them last.

        Raises
        ------
        Unknown : the caller is not in the course.
        """
        must_attend(caller, course)
        try:
            told = Plan.model_validate_json(self.records.plan(course) or "{}")
        except ValidationError:
            told = Plan()
        return told.ruled_by(self.rules[course]) if course in self.rules else told

    def line(self, course: str) -> list[Slip]:
        """Return the hand-ins that wait to be judged at once, in their order; those that take longer are left out."""
        waiting = self.records.without("instant", course)
        longer = self.records.answered("delay", course) if waiting else ()
        return ranked((one for one in waiting if one.id not in longer), self.clock())

    def allow(self, caller: Caller, course: str, assignment: str, until: Mapping[str, datetime]) -> None:
        """Let students (``""``: all) hand in an assignment until a moment that may lie after its closing.

        Raises
        ------
        Unknown, Forbidden : the caller is not in the course, or no grader of it.
        """
        must_grade(caller, course)
        self.records.allow(course, assignment, {student: _micros(moment) for student, moment in until.items()})

    def sweep(self) -> int:
        """Remove chunks of uploads that were given up; return how many."""
        places = self.records.drop_unused(self._now() - self.bounds.unused_hours * _HOUR)
        for place in places:
            self.blobs.remove(place)
        return len(places)

    def _student(self, caller: Caller, order: Order) -> str:
        """Whose the bundle will be; refuses what the caller may not hand over."""
        must_attend(caller, order.course)
        released = self.records.released(order.course, order.assignment)
        if order.kind == "submission":
            if not released:
                raise Unknown(f"{order.assignment} has not been released in {order.course}.")
            self._not_closed(caller, order)
            self._not_too_often(caller, order)
            return caller.name
        must_grade(caller, order.course)
        if order.kind == "release":
            if released and not order.force:
                raise Conflict(f"{order.assignment} has been released already: release it again with force.")
            return ""
        submission = self.records.find(order.of)
        if submission is None or (submission.kind, submission.course, submission.assignment) != (
            "submission", order.course, order.assignment,
        ):  # fmt: skip
            raise Unknown("The submission that this feedback is for is not known.")
        return submission.student

    def _not_closed(self, caller: Caller, order: Order) -> None:
        last = self.closes(caller.name, order.course, order.assignment)
        if last is not None and self._now() > _micros(last):
            zone = zone_named(self.closings[order.course][order.assignment].zone)
            raise Conflict(
                f"{order.assignment} could be handed in until {shown(last, zone)}: nothing more is taken. Ask your "
                "instructor for more time."
            )

    def _not_too_often(self, caller: Caller, order: Order) -> None:
        seconds = self.next_try(caller.name, order.course, order.assignment)
        if seconds:
            most, minutes = self.tries.get(order.course, self.bounds.per_hour), -(-seconds // 60)
            tries, wait = f"{most} hand-in{'s' * (most > 1)}", f"{minutes} minute{'s' * (minutes > 1)}"
            raise TooOften(f"{tries} in an hour is all that is taken: try again in {wait}.")

    def _recent(self, student: str, course: str, assignment: str) -> list[int]:
        """When a student's hand-ins of the last hour were made, the oldest first."""
        return self.records.times(course, assignment, student, since=self._now() - _HOUR)

    def _same(self, before: Bundle, order: Order) -> Bundle:
        wanted = (order.kind, order.course, order.assignment, order.of, order.manifest.digest)
        if (before.kind, before.course, before.assignment, before.of, before.digest) != wanted:
            raise Conflict("This key has been used for something else: take a new one for each hand-in.")
        return before

    def _now(self) -> int:
        return int(self.clock() * 10**6)


def _micros(moment: datetime) -> int:
    """Microseconds since 1970 of a moment in UTC, which need not say so."""
    return int(moment.replace(tzinfo=UTC).timestamp() * 10**6)


def _visible(bundle: Bundle, caller: Caller) -> bool:
    if bundle.kind == "release":
        return caller.attends(bundle.course)
    return caller.grades(bundle.course) or (caller.attends(bundle.course) and bundle.student == caller.name)
