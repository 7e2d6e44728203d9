"""Who waits for a GPU, first come, first served: a table beside the leases, so that a place outlives the hub.

Who waits says so every few seconds. Who does not, since the page is closed or the hub restarts, is passed over, and
finds the place again for a quarter of an hour.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass

SCHEMA = """
CREATE TABLE IF NOT EXISTS line (
    rank INTEGER PRIMARY KEY AUTOINCREMENT, holder TEXT NOT NULL UNIQUE, person TEXT NOT NULL, asked TEXT NOT NULL,
    since REAL NOT NULL, seen REAL NOT NULL, here INTEGER NOT NULL
)
"""
_SILENT = 60.0  # seconds, after which who has not said so does not wait any more
_KEPT = 15 * 60.0
LONGEST = 50  # who wait at a time


@dataclass(frozen=True)
class Waiting:
    """Somebody in line.

    Attributes
    ----------
    asked : how many of each resource.
    since : when they came.
    """

    holder: str
    person: str
    asked: Mapping[str, int]
    since: float


def waiting(db: sqlite3.Connection, now: float) -> list[Waiting]:
    """Return who waits now, the first in line first."""
    query = "SELECT holder, person, asked, since FROM line WHERE here AND seen > ? ORDER BY rank"
    return [
        Waiting(holder, person, json.loads(asked), since)
        for holder, person, asked, since in db.execute(query, (now - _SILENT,))
    ]


def ahead(db: sqlite3.Connection, holder: str, asked: Mapping[str, int], now: float) -> int:
    """Return how many who want any of the same come before `holder`; all do, where that is not in line."""
    found = waiting(db, now)
    before = next((number for number, one in enumerate(found) if one.holder == holder), len(found))
    return sum(bool(one.asked.keys() & asked.keys()) for one in found[:before])


def join(db: sqlite3.Connection, holder: str, person: str, asked: Mapping[str, int], now: float) -> None:
    """Go to the end of the line, or say that one still waits; who asks for something else comes anew."""
    db.execute("DELETE FROM line WHERE seen <= ?", (now - _KEPT,))
    db.execute("DELETE FROM line WHERE holder = ? AND asked <> ?", (holder, _text(asked)))
    db.execute(
        "INSERT INTO line (holder, person, asked, since, seen, here) VALUES (?, ?, ?, ?, ?, 1) "
        "ON CONFLICT (holder) DO UPDATE SET seen = excluded.seen, here = 1",
        (holder, person, _text(asked), now, now),
    )


def has_said_so(db: sqlite3.Connection, holder: str, asked: Mapping[str, int], now: float) -> bool:
    """Whether `holder` is in line for that, and need not say it again yet."""
    query = "SELECT 1 FROM line WHERE holder = ? AND asked = ? AND here AND seen > ?"
    return db.execute(query, (holder, _text(asked), now - _SILENT / 4)).fetchone() is not None


def leave(db: sqlite3.Connection, holder: str) -> None:
    """Give the place up."""
    db.execute("DELETE FROM line WHERE holder = ?", (holder,))


def step_aside(db: sqlite3.Connection, holder: str) -> None:
    """Wait no more, and find the place again if one is back soon."""
    db.execute("UPDATE line SET here = 0 WHERE holder = ?", (holder,))


def _text(asked: Mapping[str, int]) -> str:
    return json.dumps(dict(asked), sort_keys=True)
