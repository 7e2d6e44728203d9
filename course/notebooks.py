"""Which of several notebooks is the hand-in: that of the chapter, and of these the newest, whatever it is called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

from course.syllabus import Chapter

# What browsers, Canvas, Jupyter and file managers put behind the name of a second copy.
_COPY = re.compile(r"(?:[ _]?\((\d{1,4})\)|-(\d{1,3})|[ _-]+copy[ _-]*\(?(\d{0,3})\)?)$", re.IGNORECASE)
_MARK = re.compile(rb'"chapter"\s*:\s*"([a-z0-9_]{1,100})"')
_READ = 64 * 2**20  # bytes of a file in which marks are looked for
_SAME_TIME = 2.0  # seconds: zip archives keep no more, and copies of a folder are made one after the other


@dataclass(frozen=True)
class FoundNotebook:
    """A notebook among which to choose.

    Attributes
    ----------
    path : where it lies.
    called : its name where it comes from.
    stamp : when it was handed in, as its platform says, to be compared as text; empty where it does not.
    """

    path: Path
    called: str
    stamp: str = ""


def without_copy(stem: str) -> tuple[str, int]:
    """Return a name without what makes it a copy, and the copy's number (0: it is none): ``ada (2)`` is (ada, 2)."""
    number = 0
    while (match := _COPY.search(stem)) and match.start() > 0:
        number = max(number, int(next((digits for digits in match.groups() if digits), "1")))
        stem = stem[: match.start()].rstrip()
    return stem, number


def newest_first(found: Iterable[FoundNotebook], chapter: Chapter, others: Iterable[str]) -> list[FoundNotebook]:
    """Return notebooks, the one that counts first; those of another chapter are left out.

    Parameters
    ----------
    others : names of the syllabus's other chapters.
    """
    known = frozenset(others)
    rated = [(fit, one) for one in found if (fit := _fit(one, chapter, known)) > 0]
    best = max((fit for fit, _ in rated), default=0)
    first = _newest([one for fit, one in rated if fit == best])
    return first + [one for fit, one in sorted(rated, key=lambda row: -row[0]) if one not in first]


def _newest(found: Sequence[FoundNotebook]) -> list[FoundNotebook]:
    """The newest of some, alone in a list: by the platform's time, then the file's, then the copy's number."""
    left = list(found)
    if any(one.stamp for one in left):
        last = max(one.stamp for one in left)
        left = [one for one in left if one.stamp == last]
    if left:
        times = {one: one.path.stat().st_mtime for one in left}
        last_time = max(times.values())
        left = [one for one in left if times[one] >= last_time - _SAME_TIME]
        left.sort(key=lambda one: (without_copy(PurePath(one.called).stem)[1], times[one], str(one.path)))
    return left[-1:]


def _fit(one: FoundNotebook, chapter: Chapter, others: frozenset[str]) -> int:
    """How surely a notebook is of a chapter: 3 it is, 2 it may be, 1 it is empty, 0 it is another's."""
    with one.path.open("rb") as file:
        content = file.read(_READ)
    if not content.strip():
        return 1
    name = without_copy(PurePath(one.called).stem)[0].casefold()
    marks = {mark.decode() for mark in _MARK.findall(content)}
    if chapter.name in marks:
        return 3
    if marks & others:
        return 0
    if name == chapter.name or any(f'"{exercise.slug}-'.encode() in content for exercise in chapter.exercise):
        return 3
    return 0 if name in others else 2
