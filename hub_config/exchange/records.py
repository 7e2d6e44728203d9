"""What the exchange knows: tables of chunks and bundles, of what courses plan, of who has fetched what, and of who may
hand in for longer.

They are in SQLite or on a database server.

A chunk or bundle is there once its row is: what a killed upload leaves on the storage has no row and is written anew.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, TypeAdapter
from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Index,
    MetaData,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    create_engine,
    delete,
    event,
    exists,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from course.exchange.bundle import BundledFile, Manifest

Kind = Literal["release", "submission", "feedback", "delay", "instant"]
_FILES = TypeAdapter(tuple[BundledFile, ...])
_metadata = MetaData()
_chunks = Table(
    "chunks",
    _metadata,
    Column("owner", String(255), primary_key=True),
    Column("digest", String(64), primary_key=True),
    Column("place", String(64), nullable=False),  # its name on the storage, never used twice
    Column("size", BigInteger, nullable=False),
    Column("created", BigInteger, nullable=False),
    Column("used", Boolean, nullable=False, default=False),
)
_bundles = Table(
    "bundles",
    _metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("course", String(64), nullable=False, index=True),
    Column("assignment", String(64), nullable=False),
    Column("student", String(255), nullable=False, index=True),  # "" for a release
    Column("owner", String(255), nullable=False),
    Column("key", String(64), nullable=False),
    Column("of", String(32), nullable=False),  # the submission that a feedback is for, else ""
    Column("created", BigInteger, nullable=False),  # microseconds since 1970, by the server's clock
    Column("digest", String(64), nullable=False),
    Column("files", Text, nullable=False),
    UniqueConstraint("owner", "key"),
)
_longer = Table(
    "longer",
    _metadata,
    Column("course", String(64), primary_key=True),
    Column("assignment", String(64), primary_key=True),
    Column("student", String(255), primary_key=True),  # "" for all
    Column("until", BigInteger, nullable=False),  # microseconds since 1970
)
_of = Index("bundles_of", _bundles.c.course, _bundles.c.of, _bundles.c.kind)
_plans = Table(
    "plans",
    _metadata,
    Column("course", String(64), primary_key=True),
    Column("plan", Text, nullable=False),
)
_fetched = Table(
    "fetched",
    _metadata,
    Column("course", String(64), primary_key=True),
    Column("assignment", String(64), primary_key=True),
    Column("student", String(255), primary_key=True),
    Column("created", BigInteger, nullable=False),
)
_AT_A_TIME = 500
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Bundle(BaseModel):
    """One release, submission, feedback, or instant feedback (``instant``; ``delay``: that it takes longer).

    Attributes
    ----------
    student : whose it is; empty for a release.
    owner : who handed it over; its chunks are theirs.
    key : chosen by the sender, so that a request that is sent again makes no second bundle.
    of : for a feedback, the id of its submission.
    created : microseconds since 1970 (UTC), by the server's clock, when all of it was there; for one student, no two
        are the same.
    digest : of the files.
    """

    model_config = ConfigDict(frozen=True)

    id: str
    kind: Kind
    course: str
    assignment: str
    student: str
    owner: str
    key: str
    of: str
    created: int
    digest: str
    manifest: Manifest

    @property
    def time(self) -> datetime:
        """When it was handed over, with its time zone (UTC)."""
        return _EPOCH + timedelta(microseconds=self.created)


class Slip(NamedTuple):
    """A submission without its files; `replaced` by a newer one of its student."""

    id: str
    assignment: str
    student: str
    created: int
    replaced: bool


class Records:
    """The tables.

    Parameters
    ----------
    url : as SQLAlchemy writes it, e.g. ``sqlite:///exchange.db``.
    """

    def __init__(self, url: str) -> None:
        self.engine: Engine = create_engine(url)
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _patient)
        _metadata.create_all(self.engine)
        _of.create(self.engine, checkfirst=True)  # for tables from before it

    def missing(self, owner: str, digests: Sequence[str]) -> list[str]:
        """Return the digests, in order, of which `owner` has no chunk."""
        with self.engine.connect() as db:
            known = _held(db, owner, digests)
        return [digest for digest in digests if digest not in known]

    def stored(self, owner: str) -> int:
        """Return how many bytes of chunks `owner` has."""
        with self.engine.connect() as db:
            return int(db.execute(select(func.sum(_chunks.c.size)).where(_chunks.c.owner == owner)).scalar() or 0)

    def add_chunk(self, owner: str, digest: str, place: str, size: int, now: int) -> bool:
        """Note a chunk that is on the storage; return False where `owner` had it already."""
        row = {"owner": owner, "digest": digest, "place": place, "size": size, "created": now, "used": False}
        try:
            with self.engine.begin() as db:
                db.execute(insert(_chunks).values(row))
        except IntegrityError:
            return False
        return True

    def place(self, owner: str, digest: str) -> str | None:
        """Return the name of a chunk on the storage, if it is known."""
        with self.engine.connect() as db:
            found = db.execute(select(_chunks.c.place).where(_owned(owner, digest))).scalar()
        return None if found is None else str(found)

    def add_bundle(self, bundle: Bundle) -> list[str]:
        """Add a bundle and keep its chunks for good; return the digests of chunks that are not there (it is not added
        then)."""
        wanted = bundle.manifest.chunks
        with self.engine.begin() as db:
            db.execute(insert(_bundles).values(**_row(bundle)))  # first of all: from here on there is no other writer
            for some in _portions(sorted(set(wanted))):
                theirs = (_chunks.c.owner == bundle.owner) & _chunks.c.digest.in_(some)
                db.execute(update(_chunks).where(theirs).values(used=True))
            lacking = sorted(set(wanted) - _held(db, bundle.owner, wanted))
            if lacking:
                db.rollback()
        return lacking

    def find(self, bundle_id: str) -> Bundle | None:
        """Return a bundle by its id."""
        return self._first(_bundles.c.id == bundle_id)

    def sent(self, owner: str, key: str) -> Bundle | None:
        """Return the bundle that `owner` has sent with `key`."""
        return self._first(_bundles.c.owner == owner, _bundles.c.key == key)

    def released(self, course: str, assignment: str) -> bool:
        """Return whether there is a release of an assignment."""
        row = _bundles.c
        there = exists().where(row.course == course, row.kind == "release", row.assignment == assignment)
        with self.engine.connect() as db:
            return bool(db.execute(select(there)).scalar())

    def times(self, course: str, assignment: str, student: str, since: int) -> list[int]:
        """Return when a student's hand-ins after `since` were made, the oldest first; no file list is read."""
        row = _bundles.c
        mine = (row.student == student) & (row.course == course) & (row.assignment == assignment)
        wanted = select(row.created).where(mine, row.kind == "submission", row.created > since)
        with self.engine.connect() as db:
            return [int(one) for one in db.execute(wanted.order_by(row.created)).scalars()]

    def all(self, kind: Kind, course: str, *, assignment: str = "", student: str = "", of: str = "") -> list[Bundle]:
        """Return bundles, the oldest first; empty values mean any."""
        wanted = [_bundles.c.kind == kind, _bundles.c.course == course]
        for column, value in ((_bundles.c.assignment, assignment), (_bundles.c.student, student), (_bundles.c.of, of)):
            if value:
                wanted.append(column == value)
        with self.engine.connect() as db:
            rows = db.execute(select(_bundles).where(*wanted).order_by(_bundles.c.created, _bundles.c.id)).all()
        return [_bundle(row) for row in rows]

    def without(self, kind: Kind, course: str) -> list[Slip]:
        """Return the submissions to `course` of which there is no `kind`, the oldest first."""
        row, given = _bundles.c, _bundles.alias().c
        mine = (row.course == course) & (row.kind == "submission")
        has = exists().where(given.course == course, given.kind == kind, given.of == row.id)
        lacking = select(row.id, row.assignment, row.student, row.created).where(mine, ~has)
        latest = select(row.student, row.assignment, func.max(row.created)).where(mine)
        with self.engine.connect() as db:
            found = db.execute(lacking.order_by(row.created, row.id)).all()
            newest = db.execute(latest.group_by(row.student, row.assignment)).all() if found else ()
        last = {(one[0], one[1]): one[2] for one in newest}
        return [Slip(*one, one.created < last[one.student, one.assignment]) for one in found]

    def tell_plan(self, course: str, plan: str) -> None:
        """Keep what a course plans, in the place of what was there."""
        with self.engine.begin() as db:
            changed = db.execute(update(_plans).where(_plans.c.course == course).values(plan=plan))
            if not changed.rowcount:
                db.execute(insert(_plans).values(course=course, plan=plan))

    def plan(self, course: str) -> str:
        """Return what a course plans; empty where it has not told."""
        with self.engine.connect() as db:
            return str(db.execute(select(_plans.c.plan).where(_plans.c.course == course)).scalar() or "")

    def note_fetched(self, course: str, assignment: str, student: str, now: int) -> None:
        """Note that a student has fetched an assignment; the first time counts."""
        row = {"course": course, "assignment": assignment, "student": student}
        with self.engine.connect() as db:
            if db.execute(select(_fetched.c.created).filter_by(**row)).first():
                return
        with contextlib.suppress(IntegrityError), self.engine.begin() as db:  # two blocks may come at a time
            db.execute(insert(_fetched).values(**row, created=now))

    def fetched(self, course: str, student: str) -> set[str]:
        """Return the assignments that a student has fetched."""
        mine = (_fetched.c.course == course) & (_fetched.c.student == student)
        with self.engine.connect() as db:
            return set(db.execute(select(_fetched.c.assignment).where(mine)).scalars())

    def answered(self, kind: Kind, course: str) -> set[str]:
        """Return the ids of submissions to `course` of which there is a `kind`."""
        row = _bundles.c
        with self.engine.connect() as db:
            return set(db.execute(select(row.of).where(row.course == course, row.kind == kind)).scalars())

    def latest(self, student: str) -> int:
        """Return when `student` last handed in, or 0."""
        with self.engine.connect() as db:
            return int(
                db.execute(select(func.max(_bundles.c.created)).where(_bundles.c.student == student)).scalar() or 0
            )

    def handed_in(self, course: str) -> dict[str, int]:
        """Return of each assignment how many students have handed it in."""
        row = _bundles.c
        counted = select(row.assignment, func.count(row.student.distinct()))
        wanted = counted.where(row.course == course, row.kind == "submission").group_by(row.assignment)
        with self.engine.connect() as db:
            return {assignment: int(count) for assignment, count in db.execute(wanted)}

    def allow(self, course: str, assignment: str, until: Mapping[str, int]) -> None:
        """Note until when each student may hand in (``""``: all), in the place of what was noted before."""
        mine = {"course": course, "assignment": assignment}
        rows = [{**mine, "student": student, "until": moment} for student, moment in until.items()]
        with self.engine.begin() as db:
            db.execute(delete(_longer).where(_longer.c.course == course, _longer.c.assignment == assignment))
            if rows:
                db.execute(insert(_longer), rows)

    def allowed(self, course: str, assignment: str, student: str) -> int:
        """Return until when a student may hand in as far as `allow` says, or 0."""
        row = _longer.c
        asked = select(func.max(row.until)).where(
            row.course == course, row.assignment == assignment, row.student.in_(["", student])
        )
        with self.engine.connect() as db:
            return int(db.execute(asked).scalar() or 0)

    def drop_unused(self, before: int) -> list[str]:
        """Forget chunks from before `before` that are in no bundle; return their names on the storage."""
        stale = delete(_chunks).where(_chunks.c.used.is_(False), _chunks.c.created < before)
        with self.engine.begin() as db:
            return [str(place) for place in db.execute(stale.returning(_chunks.c.place)).scalars()]

    def _first(self, *wanted: ColumnElement[bool]) -> Bundle | None:
        with self.engine.connect() as db:
            row = db.execute(select(_bundles).where(*wanted)).first()
        return None if row is None else _bundle(row)


def _held(db: Connection, owner: str, digests: Sequence[str]) -> set[str]:
    """Those of `digests` of which `owner` has a chunk."""
    found: set[str] = set()
    for some in _portions(digests):
        theirs = select(_chunks.c.digest).where(_chunks.c.owner == owner, _chunks.c.digest.in_(some))
        found.update(db.execute(theirs).scalars())
    return found


def _portions(digests: Sequence[str]) -> Iterator[Sequence[str]]:
    """As many at a time as any database takes in one question."""
    return (digests[at : at + _AT_A_TIME] for at in range(0, len(digests), _AT_A_TIME))


def _owned(owner: str, digest: str) -> ColumnElement[bool]:
    return (_chunks.c.owner == owner) & (_chunks.c.digest == digest)


def _row(bundle: Bundle) -> dict[str, object]:
    row = bundle.model_dump(exclude={"manifest"})
    return {**row, "files": _FILES.dump_json(bundle.manifest.files).decode()}


def _bundle(row: Row) -> Bundle:  # type: ignore[type-arg]
    fields = dict(row._mapping)
    return Bundle(**fields, manifest=Manifest.model_construct(files=_FILES.validate_json(fields.pop("files"))))


def _patient(connection: object, _: object) -> None:
    """Readers and a writer at a time, and waiting instead of failing."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in ("journal_mode=WAL", "busy_timeout=60000", "synchronous=FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
