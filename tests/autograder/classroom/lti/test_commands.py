"""A class's way: the roster before anybody hands in, who is missing, and the grades on the learning platform."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
import typer
from click.testing import Result
from typer.testing import CliRunner

from autograder.classroom.commands import export
from autograder.classroom.lti.commands import lti, roster
from autograder.classroom.lti.tool_key import tool_key
from autograder.classroom.roster import Person, changes, people, record
from course.errors import CourseError, ExchangeRefusal
from tests.support.checkout import Checkout, make_checkout
from tests.support.exchange_server import make_exchange, serving
from tests.support.lti_platform import DROP, FakePlatform, member
from tests.support.minichapter import NAME

CLASS = [member("u-1", "Ada Lovelace"), member("u-2", "Ben Example"), member("u-3", "Grace Hopper", "Instructor")]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    course = make_checkout(tmp_path_factory.mktemp("lti"))
    course.run("course", "release", NAME)
    return course


@pytest.fixture
def course(released: Checkout, monkeypatch: pytest.MonkeyPatch) -> Iterator[Checkout]:
    monkeypatch.setenv("COURSE_ROOT", str(released.root))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setattr("autograder.classroom.lti.services.PAUSE", 0.0)
    mask = os.umask(0o077)
    yield released
    os.umask(mask)


def run(function: Callable[..., None], *words: str, ok: int = 0) -> Result:
    """Run one of the commands in this process; whoever is wrong raises."""
    one = typer.Typer()
    one.command()(function)
    done = CliRunner().invoke(one, words)
    if isinstance(done.exception, CourseError):
        raise done.exception
    assert done.exit_code == ok, done.output
    return done


def said(done: Result) -> str:
    return " ".join(done.output.split())


@pytest.fixture(scope="module")
def platform(released: Checkout) -> Iterator[FakePlatform]:
    fake = FakePlatform(tool_key(released.project, make=True).jwk, list(CLASS))
    with fake.serving():
        fake.connect(released.root, domain="example.org")
        yield fake


def test_the_public_key_is_shown_for_both_platforms(course: Checkout) -> None:
    shown = run(lti).output
    assert "BEGIN PUBLIC KEY" in shown and '"kty": "RSA"' in shown and "PRIVATE" not in shown
    assert json.loads(run(lti, "--json").output) == {"keys": [tool_key(course.project).jwk]}


def test_in_a_courses_server_the_hub_shows_the_key_to_a_platform(
    course: Checkout, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "/services/exchange" not in run(lti).output
    with serving(make_exchange(tmp_path)) as exchange:
        address = f"{exchange}/lti/ml/jwks.json"
        for name, value in (("COURSE_EXCHANGE_URL", exchange), ("COURSE_ID", "ml"), ("JUPYTERHUB_API_TOKEN", "grace")):
            monkeypatch.setenv(name, value)
        shown = run(lti).output
        assert "\nhttps://HUB/services/exchange/lti/ml/jwks.json\n" in shown and "HUB stands for" in shown
        mine = requests.get(address, timeout=30)
        assert mine.json() == json.loads(run(lti, "--json").output) == {"keys": [tool_key(course.project).jwk]}

        monkeypatch.setenv("COURSE_HUB_ORIGIN", "https://hub.example.org")
        key = course.project.build / "lti.key"
        before = key.rename(key.with_name("lti.key.before"))
        shown = run(lti).output
        assert "\nhttps://hub.example.org/services/exchange/lti/ml/jwks.json\n" in shown and "stands for" not in shown
        assert requests.get(address, timeout=30).json() == {"keys": [tool_key(course.project).jwk]} != mine.json()
        before.replace(key)

        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "ada")
        with pytest.raises(ExchangeRefusal, match="Only graders of ml"):
            run(lti)
    assert mine.text.count("kty") == 1 and "PRIVATE" not in mine.text


def test_missing_hand_ins_are_shown_before_anybody_hands_in(course: Checkout, platform: FakePlatform) -> None:
    assert said(run(lti, "--check")).startswith("The learning platform answers: 2 students, 0 columns of grades.")
    assert said(run(roster, "--lti", "--show")).endswith("Would add 2, change 0; 0 are as they were.")
    assert people(course.project) == {}
    assert said(run(roster, "--lti")).endswith("Added 2, changed 0; 0 are as they were.")
    assert said(run(roster, "--lti")).endswith("Added 0, changed 0; 2 are as they were.")
    (course.root / "class.csv").write_text("student,name\nada,Ada King\ncarol,Carol Kay\n")
    assert "kept with all they have handed in: ben" in said(run(roster, "--from", str(course.root / "class.csv")))
    assert "ch99: 0 of 3 have handed in." in said(run(roster))
    assert [row["handed_in"] for row in json.loads(run(roster, "--json").output)] == [[], [], []]

    rows = course.grade()
    assert {row["status"] for row in rows.values()} == {"missing"} and set(rows) == {"ada", "ben", "carol"}
    course.run("course", "report", "ch99")
    page = (course.project.build / "report" / f"{NAME}.html").read_text()
    assert "Nothing handed in: <bdi>ada</bdi>, <bdi>ben</bdi>, <bdi>carol</bdi>" in page
    table = list(csv.DictReader(io.StringIO(run(export, "ch99").stdout)))
    assert [(row["student"], row["score"], row["state"]) for row in table] == [
        (name, "", "not handed in") for name in ("ada", "ben", "carol")
    ]
    with pytest.raises(CourseError, match="Nothing of ch99_mini has been graded"):
        run(export, "ch99", "--lti")


def test_grades_arrive_once_and_who_is_not_there_is_named(course: Checkout, platform: FakePlatform) -> None:
    record(course.project, changes(course.project, [Person("ada"), Person("ben"), Person("carol")]))
    for student in ("ada", "carol"):
        course.hand_in(student, course.notebook("source"))
    course.run("course", "grade", NAME)
    platform.failures = {"new": [DROP], "score": [503, DROP]}
    done = run(export, "ch99", "--lti", ok=1)
    assert "Not handed in: ben" in said(done) and "Grades of ch99: 1 sent, 0 there already." in said(done)
    assert "carol: not in the platform's course." in said(done)
    (column,) = platform.columns.values()
    assert (column["label"], column["scoreMaximum"]) == ("A miniature chapter", 10)
    (score,) = platform.results.values()
    assert (score["userId"], score["scoreGiven"], score["gradingProgress"]) == ("u-1", 8, "PendingManual")
    assert score["comment"] == "8 of 10 points so far. To be read by a person: p.99.4."
    assert "Grades of ch99: 0 sent, 1 there already." in said(run(export, "ch99", "--lti", ok=1))
    assert len(platform.columns) == 1 and "✓" in run(roster).output


def test_a_run_that_ends_early_says_how_far_it_came(course: Checkout, platform: FakePlatform) -> None:
    platform.failures = {"score": [503] * 20}
    with pytest.raises(CourseError, match=r"0 of 2 grades are done\. .* Running this again goes on from there"):
        run(export, "ch99", "--lti", "--again")
    platform.failures = {}
    assert "Grades of ch99: 1 sent" in said(run(export, "ch99", "--lti", "--again", ok=1))


def test_other_graders_forms(course: Checkout) -> None:
    gradescope = list(csv.DictReader(io.StringIO(run(export, "ch99", "--as", "gradescope").stdout)))
    assert [(row["SID"], row["Total Score"], row["Max Points"], row["Status"]) for row in gradescope] == [
        ("ada", "8", "10.0", "Ungraded"), ("ben", "", "10.0", "Missing"), ("carol", "8", "10.0", "Ungraded"),
    ]  # fmt: skip
    assert gradescope[0]["1: p.99.1 Twice as much (4.0 pts)"] == "4"
    otter = list(csv.DictReader(io.StringIO(run(export, "ch99", "--as", "otter").stdout)))
    assert [row["file"] for row in otter] == ["points-per-question", "ada.ipynb", "carol.ipynb"]
    assert (otter[0]["total_points_earned"], otter[1]["p.99.1"], otter[1]["percent_correct"]) == ("10.0", "4.0", "0.8")
    with pytest.raises(CourseError, match="no form of grades called 'excel'"):
        run(export, "ch99", "--as", "excel")


@pytest.mark.parametrize(
    ("function", "words"),
    [
        (roster, ["--from", "a.csv", "--lti"]),
        (roster, ["--show"]),
        (export, ["ch99", "--lti", "--as", "otter"]),
        (export, ["ch99", "--again"]),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    course: Checkout, function: Callable[..., None], words: list[str]
) -> None:
    run(function, *words, ok=2)
