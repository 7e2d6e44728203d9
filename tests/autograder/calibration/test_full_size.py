"""The full-size run: which figures it makes, and what it says of the data."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from autograder.calibration import full_size
from autograder.calibration.full_size import headline_rows, headline_rows_beside_cpu
from autograder.testing.chapter import load_headlines
from autograder.testing.marks import Headline
from course.errors import SetupError
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


def test_on_another_device_the_cpus_seconds_stand_beside_it() -> None:
    row = headline_rows_beside_cpu("ch05_trees", frozenset({"p.05.2"}), "cpu")[0]
    assert row.device == "cpu" and row.holds
    assert row.seconds >= 0 and row.cpu_seconds is not None and row.cpu_seconds >= 0


def test_a_device_that_is_not_there_is_refused() -> None:
    with pytest.raises(SetupError, match="'cuda:99': this machine has no such device"):
        headline_rows_beside_cpu("ch05_trees", frozenset({"p.05.2"}), "cuda:99")


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
