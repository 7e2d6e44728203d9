"""The chapters that are tested, and what is known of each."""

from __future__ import annotations

import functools
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

import pytest

from autograder.classroom.assignment import open_examiner
from autograder.engine.judging.checks import ChapterChecks
from autograder.engine.judging.judge import Examiner
from autograder.testing.chapter import load_chapter
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support.checkout import ROOT

PROJECT = Project(ROOT)
_PLACES = {chapter.name: number for number, chapter in enumerate(load_syllabus(PROJECT.syllabus))}
Rows = Callable[[Chapter], Iterable[Any]]


def chosen(config: pytest.Config) -> list[Chapter]:
    """All chapters, or the one that `--chapter` names: nothing of the others is imported then."""
    syllabus = load_syllabus(PROJECT.syllabus)
    name = config.getoption("chapter")
    return [syllabus.find(name)] if name else list(syllabus)


def is_its_turn(name: str, day: date) -> bool:
    """Whether an exercise, or a chapter, is among those of a day: one in three; neighbours among the chapters, which
    are much alike in what they take, on different days."""
    number = _PLACES.get(name, zlib.crc32(name.encode()))
    return (number + day.toordinal()) % 3 == 0


def is_due(config: pytest.Config, name: str, when: str = "in turn") -> bool:
    """Whether all there is of an exercise or a chapter is tried in this run: never, always, or in turn.

    Where one chapter is tested (`--chapter`), each has its turn.
    """
    in_turn = config.getoption("chapter") is not None or is_its_turn(name, date.today())
    return when == "always" or (when == "in turn" and in_turn)


def skip_unless_due(config: pytest.Config, name: str) -> None:
    """Skip a test of what is another day's: a third of the exercises, or of the chapters, has its turn on any."""
    if not is_due(config, name):
        pytest.skip("another day's, or `make test-chapter`'s")


def spread(metafunc: pytest.Metafunc, rows: Mapping[str, Rows]) -> None:
    """Give a test that takes a `chapter` one row for each thing of it that it takes besides.

    `rows` says, by the names of the parameters, which there are in a chapter.
    """
    if "chapter" not in metafunc.fixturenames:
        return
    names = next(one for one in rows if set(one.split(", ")) <= set(metafunc.fixturenames))
    metafunc.parametrize(names, [row for chapter in chosen(metafunc.config) for row in rows[names](chapter)])


def row(*values: Any, id: str, marks: Sequence[pytest.MarkDecorator] = ()) -> Any:
    """A test's parameters; `id` begins with an exercise's or is a chapter's: what one process runs (`conftest`)."""
    return pytest.param(*values, id=id, marks=marks)


def each(kind: str) -> Rows:
    """Every check, mutant, alternative or look-up of a chapter."""

    def rows(chapter: Chapter) -> Iterator[Any]:
        for item in getattr(checks_of(chapter), kind):
            full = [pytest.mark.full] * getattr(item, "full_size", False)
            yield row(chapter, item, id=f"{item.exercise}-{item.name}", marks=full)

    return rows


def itself(chapter: Chapter) -> list[Any]:
    """The chapter."""
    return [row(chapter, id=chapter.name)]


@functools.cache
def checks_of(chapter: Chapter) -> ChapterChecks:
    return load_chapter(chapter.name)


@functools.cache
def examiner_of(chapter: Chapter) -> Examiner:
    return open_examiner(PROJECT, chapter)
