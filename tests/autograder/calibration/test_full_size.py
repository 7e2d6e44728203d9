"""The full-size run: which figures it makes, and what it says of the data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.calibration import full_size
from autograder.calibration.full_size import headline_rows
from autograder.testing.chapter import load_headlines
from autograder.testing.marks import Headline
from course.project import Project
from course.syllabus import load_syllabus


@pytest.fixture(autouse=True)
def two_headlines(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (
        Headline("p.98.1", "accuracy", "0.97", "titanic", lambda: (0.98, "all"), holds=lambda value: value > 0.97),
        Headline("p.98.2", "hours", "11.67", "", lambda: (12.0, "exact"), holds=lambda value: value < 12),
    )
    monkeypatch.setattr(full_size, "load_headlines", lambda chapter: rows)
    monkeypatch.setattr(full_size, "data_source", {"titanic": "stand-in"}.__getitem__)


def test_each_figure_stands_beside_the_books() -> None:
    one, two = headline_rows("ch98_example")
    assert (one.figure, one.book, one.ours, one.holds) == ("accuracy", "0.97", 0.98, True)
    assert one.data == "titanic (stand-in)"
    assert (two.ours, two.holds) == (12.0, False)


def test_a_figure_without_data_asks_for_none() -> None:
    assert [row.data for row in headline_rows("ch98_example")] == ["titanic (stand-in)", "none"]


def test_only_the_exercises_that_are_named_are_run() -> None:
    assert [row.exercise for row in headline_rows("ch98_example", frozenset({"p.98.2"}))] == ["p.98.2"]


def headlines() -> Iterator[object]:
    project = Project.find().activate()
    for chapter in load_syllabus(project.syllabus):
        if project.headline_files(chapter.name):
            yield pytest.param(chapter.name, id=chapter.name)


@pytest.mark.parametrize("chapter", list(headlines()))
def test_the_figures_of_a_chapter_name_exercises_and_data_that_exist(chapter: str) -> None:
    from course.datasets import names

    syllabus = load_syllabus(Project.find().syllabus)
    known = {exercise.id for one in syllabus for exercise in one.exercise}
    for headline in load_headlines(chapter):
        assert headline.exercise in known
        assert not headline.data or headline.data in names()
