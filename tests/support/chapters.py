"""The chapters that are tested, and what is known of each."""

from __future__ import annotations

import functools
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
# Their answers train for seconds, in each check anew. So a sixth of them has its turn on any day; of the others the
# reference and one lazy answer alone are tried. Where they have it, the alternatives for one name share its checks
# among them, and no mutant has to be recognised, for which it and the right answers would be trained once more: that,
# and that each alternative passes all checks, is asked in the full run only (make test-full).
# Of the other exercises, and of the chapters, a third has its turn. On other days their mutants need not be
# recognised, their alternatives share the checks, and one lazy answer is tried. Where one chapter is tested, all have
# their turn: see `is_due`.
LONG = (
    "p.02.1", "p.02.2", "p.02.3", "p.02.5", "p.02.7", "p.03.1", "p.03.3", "p.03.4", "p.05.7", "p.05.8", "p.06.8",
    "p.06.9", "p.07.9", "p.07.10", "p.09.1", "p.09.10", "p.10.15", "p.12.8", "p.12.9", "p.12.10", "p.13.9",
    "p.13.10", "p.13.11", "p.13.12", "p.14.7", "p.14.8", "p.15.12", "p.15.13", "p.15.14", "p.16.12", "p.18.10",
    "p.18.11", "p.18.12", "p.18.13", "p.19.9", "p.19.10", "tf2.05.9", "tf2.05.10", "tf2.10.10", "tf2.12.13",
    "tf2.13.9", "tf2.16.10", "tf2.17.11", "tf2.18.9", "tf2.19.9", "tf2.19.10", "tf1.11.8", "tf1.11.10", "tf1.12.8",
    "tf1.12.10", "tf1.14.8", "tf1.15.9", "tf1.16.9",
)  # fmt: skip
Rows = Callable[[Chapter], Iterable[Any]]


def chosen(config: pytest.Config) -> list[Chapter]:
    """All chapters, or the one that `--chapter` names: nothing of the others is imported then."""
    syllabus = load_syllabus(PROJECT.syllabus)
    name = config.getoption("chapter")
    return [syllabus.find(name)] if name else list(syllabus)


@functools.cache
def _places() -> dict[str, int]:
    """Which one each chapter and each exercise is among those that have their turn equally often."""
    chapters = list(load_syllabus(PROJECT.syllabus))
    others = [one.id for chapter in chapters for one in chapter.exercise if one.id not in LONG]
    return {name: number for some in ([one.name for one in chapters], others, LONG) for number, name in enumerate(some)}


def is_its_turn(name: str, day: date) -> bool:
    """Whether an exercise, or a chapter, is among those of a day; neighbours, which are much alike in what they take,
    are on different days."""
    return (_places()[name] + day.toordinal()) % (6 if name in LONG else 3) == 0


def is_due(config: pytest.Config, name: str, when: str = "in turn") -> bool:
    """Whether all there is of an exercise or a chapter is tried in this run: never, always, or in turn.

    Where one chapter is tested (`--chapter`), each has its turn.
    """
    in_turn = config.getoption("chapter") is not None or is_its_turn(name, date.today())
    return when == "always" or (when == "in turn" and in_turn)


def skip_unless_due(config: pytest.Config, name: str) -> None:
    """Skip a test of what is another day's."""
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
