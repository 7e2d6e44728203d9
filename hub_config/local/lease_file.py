"""The SQLite file behind the leases: its tables, and one writer at a time. Times are seconds since 1970."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hub_config.local import line

_SCHEMA = """
CREATE TABLE IF NOT EXISTS slots (
    device TEXT NOT NULL, resource TEXT NOT NULL, number INTEGER NOT NULL,
    holder TEXT, person TEXT, since REAL, until REAL, share REAL,
    PRIMARY KEY (device, resource, number)
);
CREATE TABLE IF NOT EXISTS uses (person TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL, hours REAL NOT NULL);
CREATE INDEX IF NOT EXISTS uses_of ON uses (person, until);
"""
# What files of before lack. Of a lease: the most memory, the sum and number of looks at how busy it was, for how many
# seconds it has been idle, and for how many it had been when its person was warned. Of a use: why it ended.
_ADDED = (
    ("slots", "peak_mb", "INTEGER"), ("slots", "busy", "REAL"), ("slots", "looks", "INTEGER"),
    ("slots", "idle", "REAL"), ("slots", "warned", "REAL"),
    ("uses", "device", "TEXT"), ("uses", "peak_mb", "INTEGER"), ("uses", "percent", "REAL"), ("uses", "ended", "TEXT"),
)  # fmt: skip
NAME = "leases.db"


def lease_file(state: Path) -> Path:
    """Return where the hub with its data in `state` keeps its leases."""
    return state / "gpus" / NAME


def make_place(state: Path) -> Path:
    """Make the folder of the leases, and return their file; those of an earlier version, which lay beside it, are moved
    there."""
    path = lease_file(state)
    path.parent.mkdir(mode=0o700, exist_ok=True)
    for end in ("", "-journal"):
        if (old := state / f"{NAME}{end}").exists():
            os.replace(old, path.with_name(f"{NAME}{end}"))
    return path


class LeaseFile:
    """The file, made where it is not there."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._turn = threading.Lock()
        with self.writing() as db:
            for statement in (*_SCHEMA.split(";"), line.SCHEMA):
                db.execute(statement)
            for table, name, kind in _ADDED:
                if name not in {row[1] for row in db.execute(f"PRAGMA table_info({table})")}:
                    db.execute(f"ALTER TABLE {table} ADD COLUMN {name} {kind}")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """All or nothing, and nobody else meanwhile."""
        with self._turn, self.reading() as db:
            db.execute("BEGIN IMMEDIATE")
            try:
                yield db
            except BaseException:
                db.execute("ROLLBACK")
                raise
            db.execute("COMMIT")

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """What is there now."""
        db = sqlite3.connect(self._path, timeout=30, isolation_level=None)
        try:
            yield db
        finally:
            db.close()
