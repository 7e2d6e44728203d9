"""Whose GPU has computed nothing for how long, and who has been warned: columns of the leases, kept over a restart.

Only time in which the driver was asked counts: while the hub is away nobody is idle, and nobody is taken by surprise.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

NOTICE = 300.0  # seconds between the warning and the end, or half of the time where that is less


@dataclass(frozen=True)
class Idle:
    """A server that has been warned.

    Attributes
    ----------
    seconds : for how long its GPUs, all of them, have computed nothing.
    left : until they are taken back; 0 or less: now.
    """

    holder: str
    seconds: float
    left: float


def count(db: sqlite3.Connection, holder: str, device: str, percent: int | None, seconds: float) -> None:
    """Add what was seen of a device in the last `seconds`; what the driver does not say changes nothing."""
    if percent is not None:
        db.execute(
            "UPDATE slots SET idle = CASE WHEN ? THEN 0 ELSE COALESCE(idle, 0) + ? END, "
            "warned = CASE WHEN ? THEN NULL ELSE warned END WHERE holder = ? AND device = ?",
            (percent > 0, seconds, percent > 0, holder, device),
        )


def warn(db: sqlite3.Connection, limit: float) -> list[Idle]:
    """Return who is to be warned, or has been, each with what is left of `limit` seconds; written down, so that nobody
    loses a GPU without a notice, even where the limit has become less."""
    notice = min(NOTICE, limit / 2)
    db.execute(
        "UPDATE slots SET warned = idle WHERE warned IS NULL AND holder IN (SELECT holder FROM slots "
        "WHERE holder IS NOT NULL GROUP BY holder HAVING MIN(COALESCE(idle, 0)) >= ?)",
        (limit - notice,),
    )
    query = (
        "SELECT holder, MIN(idle), MAX(warned + ? - idle) FROM slots WHERE holder IS NOT NULL GROUP BY holder "
        "HAVING COUNT(*) = COUNT(warned) ORDER BY holder"
    )
    return [Idle(*row) for row in db.execute(query, (notice,))]
