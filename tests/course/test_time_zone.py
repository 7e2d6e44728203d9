"""A course's time zone: deadlines are read and shown in it, and days are counted by its clocks."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from nbgrader.api import Gradebook
from nbgrader.preprocessors import AssignLatePenalties
from traitlets.config import Config

from autograder.classroom.recorder import GradebookEntry, Recorder
from course.errors import AuthorError, SetupError
from course.exchange.policy import VARIABLE as POLICY
from course.exchange.policy import Candidate, GradePolicy, choose
from course.nbgrader_plugins.deadlines import Deadlines
from course.nbgrader_plugins.gradebook import alembic_in_process
from course.nbgrader_plugins.late_penalty import LatePenalty
from course.project import Project
from course.syllabus import load_syllabus
from course.time_zone import VARIABLE, clock_seconds, course_zone, deadline, read, shown
from hub_config.settings.hub import load_courses

BERLIN, UTC = ZoneInfo("Europe/Berlin"), ZoneInfo("UTC")
DAILY = GradePolicy(late="penalty", penalty_percent=10)
HOURLY = GradePolicy(late="penalty", penalty_percent=1, penalty_each="hour")


def lost(
    policy: GradePolicy, due: str, handed_in: str, zone: ZoneInfo = BERLIN, extension: timedelta | None = None
) -> float:
    """Percent that are taken off; both times are on Berlin's clocks."""
    zone = BERLIN
    deadlines = Deadlines(read(due, zone), {"ada": extension} if extension else {}, zone)
    moment = read(handed_in, zone)
    late, by_clock = deadlines.late("ada", moment), deadlines.by_clock("ada", moment)
    assert late is not None
    return policy.penalty(100, late, by_clock)


@pytest.mark.parametrize(
    ("due", "handed_in", "days"),
    [
        ("2026-10-24 12:00", "2026-10-25 12:00", 1),  # 25 hours: the clocks are put back in between
        ("2026-10-24 12:00", "2026-10-25 12:01", 2),
        ("2026-10-24 12:00", "2026-10-26 12:00", 2),
        ("2026-03-28 12:00", "2026-03-29 12:00", 1),  # 23 hours
        ("2026-03-28 12:00", "2026-03-29 12:30", 2),
        ("2026-06-01 12:00", "2026-06-02 12:00", 1),
        ("2026-06-01 12:00", "2026-06-01 12:01", 1),
        ("2026-06-01 12:00", "2026-06-01 11:59", 0),
    ],
)
def test_days_are_counted_by_the_courses_clocks(due: str, handed_in: str, days: int) -> None:
    assert lost(DAILY, due, handed_in) == pytest.approx(10 * days)


def test_hours_are_counted_as_they_go_by() -> None:
    assert lost(HOURLY, "2026-10-24 12:00", "2026-10-25 12:00") == pytest.approx(25)
    assert lost(HOURLY, "2026-03-28 12:00", "2026-03-29 12:00") == pytest.approx(23)


def test_in_the_hour_that_comes_twice_late_is_late_and_in_time_is_in_time() -> None:
    first = read("2026-10-25 02:30", BERLIN) - timedelta(hours=1)  # 02:30 for the first time
    deadlines = Deadlines(first, zone=BERLIN)
    for minutes, costs in ((40, 10), (0, 0), (-20, 0)):
        moment = first + timedelta(minutes=minutes)
        late, by_clock = deadlines.late("ada", moment), deadlines.by_clock("ada", moment)
        assert late is not None and DAILY.penalty(100, late, by_clock) == pytest.approx(costs)
        assert bool(DAILY.sentence(late, by_clock)) == (costs > 0)


def test_an_extension_of_days_ends_at_the_same_time_of_day_and_never_before_nbgrader_has_it() -> None:
    day = timedelta(days=1)
    assert shown(deadline(read("2026-10-24 12:00", BERLIN), day, BERLIN), BERLIN) == "Sun 25 Oct 2026, 12:00 CET"
    assert shown(deadline(read("2026-10-24 12:00", BERLIN), day / 2, BERLIN), BERLIN) == "Sun 25 Oct 2026, 00:00 CEST"
    assert shown(deadline(read("2026-03-28 12:00", BERLIN), day, BERLIN), BERLIN) == "Sun 29 Mar 2026, 13:00 CEST"
    assert lost(DAILY, "2026-10-24 12:00", "2026-10-25 11:59", extension=day) == 0
    assert lost(DAILY, "2026-10-24 12:00", "2026-10-26 12:00", extension=day) == pytest.approx(10)


def test_how_late_it_is_is_said_by_the_clocks() -> None:
    due, moment = read("2026-10-24 12:00", BERLIN), read("2026-10-25 12:00", BERLIN)
    assert "24 hours after" in DAILY.sentence(25 * 3600.0, clock_seconds(due, moment, BERLIN))
    assert "2 days after" in DAILY.sentence(25 * 3600.0)


def test_the_best_is_chosen_by_the_clocks() -> None:
    early, late = Candidate("a", -60.0, 80, by_clock=-60.0), Candidate("b", 25 * 3600.0, 95, by_clock=24 * 3600.0)
    policy = GradePolicy(counts="best", late="penalty", penalty_percent=10)
    assert choose(policy, [early, late]) == late  # 95 - 9.5; with two days it would be worth 76


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("2026-03-29 02:30", "does not exist in Europe/Berlin"),
        ("tomorrow", "is no time"),
        ("2026-13-01 12:00", "is no time"),
    ],
)
def test_a_time_that_is_none_is_refused(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read(text, BERLIN)


def test_a_time_is_read_and_shown_in_the_zone() -> None:
    assert read("2026-11-30 12:00", BERLIN) == datetime(2026, 11, 30, 11)
    assert shown(datetime(2026, 11, 30, 11), BERLIN) == "Mon 30 Nov 2026, 12:00 CET"
    assert shown(read("2026-10-25 02:30", BERLIN), BERLIN) == "Sun 25 Oct 2026, 02:30 CET", "the later of the two"


def test_the_zone_is_the_hubs_else_the_syllabuss_else_utc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    project = Project(tmp_path)
    project.syllabus.parent.mkdir()
    monkeypatch.delenv(VARIABLE, raising=False)
    assert course_zone(project) == UTC
    project.syllabus.write_text('time_zone = "Asia/Kathmandu"\n')
    assert course_zone(project).key == "Asia/Kathmandu"
    monkeypatch.setenv(VARIABLE, "Europe/Berlin")
    assert course_zone(project) == BERLIN


@pytest.mark.parametrize("name", ["Europe/Atlantis", "CET+1", "../../etc/passwd", "Europe", "/etc/localtime"])
def test_an_unknown_zone_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(VARIABLE, name)
    with pytest.raises(SetupError, match="no time zone: write its IANA name"):
        course_zone()
    (tmp_path / "syllabus.toml").write_text(f'time_zone = "{name}"\n')
    with pytest.raises(AuthorError, match=r"time_zone: .*no time zone"):
        load_syllabus(tmp_path / "syllabus.toml")
    path = tmp_path / "courses.toml"
    path.write_text(f'[[course]]\nid = "ml"\ntitle = "T"\ntime_zone = "{name}"\n')
    with pytest.raises(SetupError, match=r"time_zone.*no time zone"):
        load_courses(path)


def test_a_courses_servers_are_told_its_zone(tmp_path: Path) -> None:
    path = tmp_path / "courses.toml"
    path.write_text(
        '[[course]]\nid = "ml"\ntitle = "T"\ntime_zone = "Europe/Berlin"\n[[course]]\nid = "b"\ntitle = "T"\n'
    )
    first, other = load_courses(path).course
    assert first.environ[VARIABLE] == "Europe/Berlin" and VARIABLE not in other.environ


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")
def test_the_recorder_and_nbgrader_take_the_same_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """25 hours over the change of the clocks are one day for both."""
    monkeypatch.setenv(VARIABLE, "Europe/Berlin")
    monkeypatch.setenv(POLICY, DAILY.model_dump_json())
    url = f"sqlite:///{tmp_path / 'gradebook.db'}"
    due, handed_in = read("2026-10-24 12:00", BERLIN), read("2026-10-25 12:00", BERLIN)
    with alembic_in_process(), Gradebook(url) as book:
        book.add_assignment("ch99", duedate=due)
        book.add_notebook("ch99", "ch99")
        book.add_grade_cell("q1", "ch99", "ch99", max_score=10, cell_type="code")
    config = Config()
    config.AssignLatePenalties.plugin_class = LatePenalty
    with Recorder(url, "ch99", config) as recorder:
        recorder.record(GradebookEntry("ada", {"q1": 10.0}, {}, handed_in))
    stock = AssignLatePenalties(config=config)
    for who in ("recorder", "nbgrader"):
        with Gradebook(url) as book:
            row = book.find_submission_notebook("ch99", "ch99", "ada")
            assert row.late_submission_penalty == pytest.approx(1.0), who
            row.late_submission_penalty = None
            book.db.commit()
        if who == "recorder":
            names: dict[str, Any] = {"notebook": "ch99", "assignment": "ch99", "student": "ada", "db_url": url}
            stock.preprocess(SimpleNamespace(cells=[]), {"nbgrader": names})
