"""What the service has done of a course's schedule, and what went wrong: ``build/schedule.json``.

The exchange and the gradebook say what is done; this says by whom, so that what people have done is left alone.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from course.files import write_atomically
from course.project import Project
from hub_config.settings.schedule import Kind

_PAUSES = (1, 5, 15, 60)  # minutes before it is tried again
log = logging.getLogger("course.schedule")


class Trouble(BaseModel):
    """Why something could not be done, how often it was tried, and when it is next (UTC, without saying so)."""

    model_config = ConfigDict(frozen=True)

    text: str
    times: int
    again: datetime


class Done(BaseModel):
    """What is known of one chapter.

    Attributes
    ----------
    released : by whom, once it is on the exchange.
    held_up : its release waits, since somebody else is handing out a chapter.
    due : the due date that the service has set.
    other_due : the one that people have set, which stays; None where they have set none, or taken it away.
    by_hand : whether the due date is theirs.
    longer : who may hand in after the closing, and until when; ``""`` is all.
    solutions : when they were given.
    waits_until : somebody may hand in until then, and so the solutions wait.
    """

    released: Literal["", "the hub", "people"] = ""
    held_up: bool = False
    due: datetime | None = None
    other_due: datetime | None = None
    by_hand: bool = False
    longer: dict[str, datetime] = {}
    solutions: datetime | None = None
    waits_until: datetime | None = None
    troubles: dict[Kind, Trouble] = {}

    def failed(self, kind: Kind, text: str, now: datetime) -> bool:
        """Note a failure; return whether it is another one than the last time."""
        last = self.troubles.get(kind)
        times = last.times + 1 if last else 1
        pause = timedelta(minutes=_PAUSES[min(times, len(_PAUSES)) - 1])
        self.troubles[kind] = Trouble(text=text, times=times, again=now + pause)
        return last is None or last.text != text


class _File(BaseModel):
    chapters: dict[str, Done] = {}


class Memory:
    """The file; one that can't be read is begun anew, since nothing is done twice for the lack of it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._text = path.read_text(encoding="utf-8") if path.is_file() else "{}"
        try:
            self._file = _File.model_validate_json(self._text)
        except ValidationError:
            log.warning("%s can't be read, and is begun anew: due dates that differ from the schedule stay.", path)
            self._file = _File()

    @classmethod
    def of(cls, project: Project) -> Memory:
        """Return the memory of a checkout's course."""
        return cls(project.build / "schedule.json")

    def chapter(self, name: str) -> Done:
        """Return what is known of a chapter, to be changed in place."""
        return self._file.chapters.setdefault(name, Done())

    def save(self) -> None:
        """Write the file, if it has changed."""
        text = self._file.model_dump_json(indent=1, exclude_defaults=True)
        if text != self._text:
            write_atomically(self._path, text)
            self._text = text
