"""How far a self-learner is: what was found of each exercise at the last look, kept beside the other built files."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict, RootModel, ValidationError

from autograder.learner.submission import answers_of
from course.files import write_atomically
from course.project import Project


class Reached(BaseModel):
    """What was found of one exercise.

    Attributes
    ----------
    answer : fingerprint of what it was found of; see `fingerprint`.
    kept, promises : how many of its checks passed, of how many; none where it is answered in words.
    broken : the names of the checks that failed; None where an older version has kept this.
    points, most : what they were worth together.
    when : the time of the look, in UTC.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    answer: str
    kept: int
    promises: int
    points: float
    most: float
    when: datetime
    broken: tuple[str, ...] | None = None

    @property
    def is_done(self) -> bool:
        return self.kept == self.promises


class _Kept(RootModel[dict[str, dict[str, Reached]]]):
    """By chapter, by exercise."""


class Progress:
    """What is known of all chapters. A file that can't be read counts as none: everything is judged anew."""

    def __init__(self, project: Project) -> None:
        self._path = project.build / "learner" / "progress.json"
        self._known: dict[str, dict[str, Reached]] = _read(self._path)

    def of(self, chapter: str) -> Mapping[str, Reached]:
        """Return what is known of a chapter's exercises, by id."""
        return self._known.get(chapter, {})

    def note(self, chapter: str, exercise: str, reached: Reached) -> None:
        """Keep what was found of an exercise."""
        self._known.setdefault(chapter, {})[exercise] = reached
        self._path.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(self._path, _Kept(self._known).model_dump_json(indent=1))

    def last(self) -> tuple[str, str]:
        """Return the chapter and the exercise that were looked at last; two empty strings before the first look."""
        looks = [(one.when, name, id) for name, found in self._known.items() for id, one in found.items()]
        _, chapter, exercise = max(looks, default=(None, "", ""))
        return chapter, exercise


def now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def fingerprint(notebook: NotebookNode, slug: str, checks: str) -> str:
    """Return what changes with an exercise's answers, with the answers that they name, and with its checks' code.

    Parameters
    ----------
    slug : of the exercise; see `Exercise.slug`.
    checks : what changes with the checks.
    """
    answers = answers_of(notebook)
    names = {re.sub(r"^(p|tf\d)(-\d+){2}-", "", key): key for key in answers}
    mine = [key for key in answers if key == slug or key.startswith(f"{slug}-")]
    wanted = set(mine)
    while mine:
        words = set(re.findall(r"\w+", answers[mine.pop()]))
        new = {names[word] for word in words & names.keys()} - wanted
        wanted |= new
        mine += new
    text = "\0".join([checks, *(f"{key}\1{answers[key]}" for key in sorted(wanted))])
    return hashlib.sha256(text.encode()).hexdigest()


def _read(path: Path) -> dict[str, dict[str, Reached]]:
    try:
        return _Kept.model_validate_json(path.read_bytes()).root
    except (OSError, ValidationError):
        return {}
