"""What has been sent to a learning platform: a small file for each student, in ``build/lti/<chapter>/``.

It is written before a score is sent and after it, so that a run that was killed in between sends the same score with
the same time again, which the platform knows for the one that it has.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from course.errors import EngineError, SetupError
from course.files import write_atomically
from course.locks import held
from course.project import Project


class Entry(BaseModel):
    """The last score that was to be sent for a student.

    Attributes
    ----------
    digest : of all that was sent but the time.
    timestamp : the score's.
    sent : whether the platform has said that it has it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    digest: str
    timestamp: datetime
    sent: bool


@dataclass(frozen=True)
class Ledger:
    """The ledger of one chapter."""

    folder: Path

    @classmethod
    def of(cls, project: Project, chapter: str) -> Ledger:
        """Return the ledger of a chapter."""
        return cls(project.build / "lti" / chapter)

    @contextmanager
    def claimed(self) -> Iterator[None]:
        """Keep other runs from sending; raises `SetupError` where one does, `EngineError` where it can't be written."""
        taken = SetupError(f"The grades of {self.folder.name} are being sent already: wait for that run.")
        with held(self.folder / ".lock", taken):
            yield

    def entry(self, student: str) -> Entry | None:
        """Return what was sent last for a student; None where nothing was, or nobody knows any more."""
        try:
            return Entry.model_validate_json((self.folder / f"{student}.json").read_bytes())
        except (OSError, ValidationError):
            return None

    def planned(self, student: str, digest: str, before: Entry | None) -> Entry:
        """Note that something is to be sent, at a time that is later than that of what was sent before."""
        now = datetime.now(UTC)
        latest = before.timestamp + timedelta(milliseconds=1) if before else now
        return self._put(student, Entry(digest=digest, timestamp=max(now, latest), sent=False))

    def done(self, student: str, entry: Entry) -> None:
        """Note that the platform has it."""
        self._put(student, entry.model_copy(update={"sent": True}))

    def _put(self, student: str, entry: Entry) -> Entry:
        try:
            write_atomically(self.folder / f"{student}.json", entry.model_dump_json() + "\n")
        except OSError as error:
            raise EngineError(
                f"What is sent can't be noted in {self.folder} ({error.strerror}): free some space or mend the "
                "permissions, and run again. Nothing is sent twice."
            ) from error
        return entry


def digest(content: Mapping[str, Any]) -> str:
    """Return the digest of what is sent."""
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
