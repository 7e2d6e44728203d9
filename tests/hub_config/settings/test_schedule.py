"""`[[course.schedule]]`: what people write, which moments these are, and what is refused."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from traitlets.config import Config
from typer.testing import CliRunner

from course.cli import app
from course.errors import SetupError
from course.project import Project
from hub_config.local import start
from hub_config.local.assembly import Place, configure
from hub_config.schedule.__main__ import told
from hub_config.settings.hub import load_courses
from hub_config.settings.schedule import KINDS, closings, coming
from tests.support.checkout import ROOT

COURSE = '[[course]]\nid = "ml"\ntitle = "ML"\ntime_zone = "Europe/Berlin"\n'
ENTRY = '[[course.schedule]]\nchapter = "ch03"\n'


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return start.demo_place(Project(ROOT, tmp_path), port=9000)


def write(place: Place, *entries: str, course: str = COURSE) -> Place:
    (place.folder / "courses.toml").write_text(course + "".join(f"{ENTRY}{one}\n" for one in entries))
    return place


def test_times_are_those_of_the_courses_clocks(place: Place) -> None:
    write(
        place,
        'release = 2026-10-01T08:00:00\ndue = "2026-10-24 12:00"\nlate_until = "2026-10-31T12:00"\n'
        'solutions = "2026-10-31 12:00"',
    )
    planned, zone = place.plan_of(place.load()[1].course[0])
    (one,) = planned
    assert (one.chapter, zone.key) == ("ch03_classification", "Europe/Berlin")
    assert one.release == datetime(2026, 10, 1, 6) and one.due == datetime(2026, 10, 24, 10)
    assert one.late_until == one.solutions == one.closes == datetime(2026, 10, 31, 11)  # in winter
    assert [kind for _, _, kind in coming(planned, datetime(2026, 10, 1, 6))] == ["due", "late_until", "solutions"]
    assert closings(planned, zone) == {one.chapter: {"at": "2026-10-31T11:00:00", "zone": "Europe/Berlin"}}


def test_a_service_is_told_the_same(place: Place) -> None:
    course = write(place, 'release = "2026-10-01 08:00"\nfull_size = true').load()[1].course[0]
    services = {one["name"]: one for one in configure(Config(), place).JupyterHub.services}
    assert course.environ["COURSE_SCHEDULE"] == services["schedule-ml"]["environment"]["COURSE_SCHEDULE"]
    with pytest.MonkeyPatch.context() as patch:
        for name, value in course.environ.items():
            patch.setenv(name, value)
        assert told().schedule == course.schedule
    roles = {one["name"]: one["scopes"] for one in configure(Config(), place).JupyterHub.load_roles}
    assert roles["schedule-ml"] == ["access:services!service=exchange"]
    assert services["exchange"]["environment"]["COURSE_EXCHANGE_CLOSINGS"] == '{"ml": {}}'


def test_without_a_schedule_there_is_no_service(place: Place) -> None:
    write(place)
    assert not [one for one in configure(Config(), place).JupyterHub.services if one["name"].startswith("schedule")]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        (
            'release = "2026-11-02 08:00"\ndue = "2026-11-01 08:00"',
            r" \(ch03\): due \(Sun 1 Nov 2026, 08:00 CET\) has to come after release \(Mon 2 Nov",
        ),
        ('release = "2026-11-02 08:00"\ndue = "2026-11-02 08:00"', "has to come after release"),
        ('due = "2026-11-02 08:00"\nsolutions = "2026-11-01 08:00"', "solutions .* has to come after due"),
        ('release = "2027-03-28 02:30"', "release: 2027-03-28 02:30 does not exist in Europe/Berlin"),
        (
            'due = "2026-10-25 02:30"',
            "due: 2026-10-25 02:30 comes twice in Europe/Berlin.*choose a time before or after",
        ),
        ("due = 2026-10-25T12:00:00Z", "leave the offset out"),
        ("due = 2026-10-25", "has no time of day: write it as"),
        ('due = "soon"', "'soon' is no time: write it as"),
        ("full_size = true", "ch03 has no time: give release, due, late_until or solutions"),
        ('due = "2026-11-02 08:00"\nfull_size = true', "full_size is about a release"),
        ("release = 2026-11-02T08:00", "times without seconds need quotes"),
        ('opens = "2026-11-02 08:00"', "there is no such key"),
    ],
)
def test_what_can_not_be_meant_is_refused_with_file_and_entry(place: Place, entry: str, why: str) -> None:
    with pytest.raises(
        SetupError, match=rf"(?s)courses\.toml (has mistakes:.*course\.1\.schedule\.1|is not TOML).*{why}"
    ):
        write(place, entry).load()


def test_each_mistake_is_named(place: Place) -> None:
    entries = ['release = "2026-11-02 08:00"', 'due = "2026-11-02 08:00"', 'due = "2027-03-28 02:30"']
    with pytest.raises(SetupError) as error:
        write(place, *entries).load()
    assert "course.1.schedule.2 (ch03): ch03_classification has an entry already" in str(error.value)
    assert "course.1.schedule.3 (ch03): due: 2027-03-28 02:30 does not exist" in str(error.value)


def test_a_chapter_has_to_be_one(place: Place) -> None:
    (place.folder / "courses.toml").write_text(COURSE + ENTRY.replace("ch03", "ch77") + 'due = "2026-11-02 08:00"\n')
    with pytest.raises(SetupError, match=r"schedule\.1 \(ch77\): There is no chapter 'ch77'"):
        place.load()


def test_nothing_is_late_where_late_hand_ins_do_not_count(place: Place) -> None:
    entry = '[[course.schedule]]\nchapter = "ch03"\nlate_until = "2026-11-02 08:00"\n'
    (place.folder / "courses.toml").write_text(COURSE + entry + '[course.grade]\nlate = "refuse"\n')
    with pytest.raises(SetupError, match="late_until of ch03 means nothing"):
        load_courses(place.folder / "courses.toml")


def test_a_check_says_what_is_next(place: Place) -> None:
    write(place, "\n".join(f'{kind} = "2199-10-0{day} 08:00"' for day, kind in enumerate(KINDS, 1)))
    said = " ".join(CliRunner().invoke(app, ["hub", "--state", str(place.state), "--check"]).output.split())
    assert "ml: Tue 1 Oct 2199, 08:00 CEST: ch03_classification is given to the students" in said
    assert "ml: and 1 more" in said
    write(place, 'release = "2001-10-01 08:00"')
    said = " ".join(CliRunner().invoke(app, ["hub", "--state", str(place.state), "--check"]).output.split())
    assert "ml: all that its schedule has lies behind" in said
    write(place, 'release = "2026-11-02 08:00"\ndue = "2026-11-01 08:00"')
    refused = CliRunner().invoke(app, ["hub", "--state", str(place.state), "--check"])
    assert refused.exit_code != 0
