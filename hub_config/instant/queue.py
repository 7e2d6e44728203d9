"""When a hand-in that could not be judged is tried again."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import BaseModel, TypeAdapter, ValidationError

from course.files import write_atomically

FIRST_PAUSE, LONGEST_PAUSE = 15.0, 3600.0  # seconds before a hand-in is tried again: each time four times as long


class Attempt(BaseModel):
    """How often a hand-in's judging has begun, and when, in seconds since 1970, it may begin again."""

    begun: int
    again: float


_ROWS = TypeAdapter(dict[str, Attempt])


@dataclass
class Attempts:
    """Remembers, on disk, what has been tried in vain, so that no hand-in occupies the machine again and again.

    An attempt is noted before it begins: one that takes the whole service down is tried once more at once, as after a
    restart of the hub, and then with pauses.
    """

    path: Path
    _rows: dict[str, Attempt] = field(default_factory=dict)

    def __post_init__(self) -> None:
        try:
            self._rows = _ROWS.validate_json(self.path.read_bytes())
        except (OSError, ValidationError):
            self._rows = {}  # at worst, something is tried once too often

    def may_begin(self, id_: str, now: float) -> bool:
        """Whether a hand-in's turn has come."""
        return id_ not in self._rows or self._rows[id_].again <= now

    def begin(self, id_: str, now: float) -> None:
        """Note that a hand-in's judging begins."""
        begun = self._rows[id_].begun + 1 if id_ in self._rows else 1
        self._rows[id_] = Attempt(begun=begun, again=now + (_pause(begun - 1) if begun > 1 else 0.0))
        self._write()

    def failed(self, id_: str, now: float) -> None:
        """Note that it ended without a result: the pause begins now."""
        begun = self._rows[id_].begun if id_ in self._rows else 1
        self._rows[id_] = Attempt(begun=begun, again=now + _pause(begun))
        self._write()

    def forget_others(self, ids: set[str]) -> None:
        """Forget what is not waited for any more."""
        if gone := self._rows.keys() - ids:
            self._rows = {id_: row for id_, row in self._rows.items() if id_ not in gone}
            self._write()

    def _write(self) -> None:
        rows = {id_: row.model_dump() for id_, row in self._rows.items()}
        write_atomically(self.path, json.dumps(rows, indent=1))


def _pause(begun: int) -> float:
    return min(LONGEST_PAUSE, FIRST_PAUSE * 4.0 ** min(begun - 1, 10))
