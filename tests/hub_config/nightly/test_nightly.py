"""The full-size run of a hub's course: at the hour it was told, for the chapters that have such points."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from datetime import time as clock_time
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from course.project import Project
from hub_config.nightly import __main__ as nightly
from hub_config.settings.hub import Course
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME, add_target

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("now", "due"),
    [
        ("2026-11-28 01:00", "2026-11-28 01:30"),  # 02:30 in Berlin is 01:30 UTC in winter
        ("2026-11-28 01:30", "2026-11-29 01:30"),
        ("2026-07-01 12:00", "2026-07-02 00:30"),
        ("2026-10-24 12:00", "2026-10-25 00:30"),  # shown twice in this night: the first time
    ],
)
def test_the_next_night_is_by_the_courses_clock(now: str, due: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    found = nightly.next_run(moment, clock_time(2, 30), BERLIN)
    assert found.astimezone(UTC) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_a_night_with_a_trouble_is_followed_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    nights: list[int] = []
    clock = SimpleNamespace(at=datetime(2026, 11, 28, 1, 29, tzinfo=UTC))

    class Clock(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return clock.at.astimezone(tz)

    def rest(seconds: float) -> None:
        clock.at += nightly.timedelta(hours=1)

    def grade(project: Project) -> list[str]:
        nights.append(clock.at.day)
        raise OSError("the disk is full")

    monkeypatch.setattr(nightly, "datetime", Clock)
    monkeypatch.setattr(nightly, "grade_all", grade)
    monkeypatch.setenv("COURSE_TIME_ZONE", "Europe/Berlin")
    nightly.run(Project.find(), clock_time(2, 30), lambda: len(nights) == 3, rest)
    assert nights == [28, 29, 30]


@pytest.mark.parametrize("said", ["24:00", "2:30", "at night"])
def test_a_time_of_day_is_needed(said: str) -> None:
    with pytest.raises(ValidationError, match="full_size_at"):
        Course(id="ml", title="ML", full_size_at=said)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("nightly"))


def test_a_night_grades_the_chapters_that_have_such_points(course: Checkout) -> None:
    assert list(nightly.chapters_with_targets(course.project)) == []  # not released
    course.run("course", "release", NAME)
    course.hand_in("ada", course.notebook("source"))
    assert list(nightly.chapters_with_targets(course.project)) == []  # without such points
    add_target(course.project)
    shutil.rmtree(course.project.build)
    course.run("course", "release", NAME, "--full-size")
    assert list(nightly.chapters_with_targets(course.project)) == []  # nothing handed in
    course.hand_in("ada", course.notebook("source"))
    assert nightly.grade_all(course.project) == []
    parts = {part["grade_id"]: part["status"] for part in course.grade()["ada"]["exercises"]}
    assert parts["p-99-1-full-size"] == "full marks"


def test_a_chapter_that_could_not_be_graded_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(nightly, "chapters_with_targets", lambda project: [SimpleNamespace(name=NAME)])
    failed = SimpleNamespace(returncode=1, stderr="no room", stdout="")
    monkeypatch.setattr(nightly.subprocess, "run", lambda command, **more: failed)
    assert nightly.grade_all(Project.find()) == [NAME]
