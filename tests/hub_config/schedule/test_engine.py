"""A schedule with the real commands, engine, gradebook and exchange; and `course release --hand-out`."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from hub_config.exchange.rules import Exchange
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.minichapter import NAME

PAST = {"release": "2020-01-01 08:00", "due": "2020-01-08 08:00", "solutions": "2020-01-09 08:00"}


class Course:
    def __init__(self, checkout: Checkout, url: str, folder: Path) -> None:
        self.checkout, self.url, self.folder = checkout, url, folder

    def environ(self, **entry: Any) -> dict[str, str]:
        """A grader's, as the hub makes it."""
        return {
            "PYTHONPATH": os.pathsep.join([str(self.checkout.root), str(ROOT)]),
            "COURSE_EXCHANGE_URL": self.url,
            "COURSE_ID": "ml",
            "COURSE_HUB_TOKEN": "grace",
            "COURSE_ROOT": str(self.checkout.root),
            "COURSE_TIME_ZONE": "Europe/Berlin",
            "COURSE_SCHEDULE": json.dumps([{"chapter": "ch99", **entry}]),
        }

    def run(self, *command: str, ok: int = 0, **entry: Any) -> str:
        done = self.checkout.run(*command, ok=ok, **self.environ(**entry))
        return " ".join((done.stdout + done.stderr).split())

    def released(self) -> list[datetime]:
        return [one.time for one in client(self.url, "ada").releases("ml")]

    def hand_in(self, who: str) -> None:
        folder = folder_of(self.folder / who / NAME, {f"{NAME}.ipynb": json.dumps(self.checkout.notebook("source"))})
        client(self.url, who).submit("ml", NAME, folder)


@pytest.fixture(scope="module")
def exchange(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    return make_exchange(tmp_path_factory.mktemp("exchange"))


@pytest.fixture(scope="module")
def course(exchange: Exchange, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    folder = tmp_path_factory.mktemp("schedule")
    with serving(exchange) as url:
        yield Course(make_checkout(folder), url, folder / "homes")


def test_a_release_that_fails_hands_nothing_out(course: Course) -> None:
    script = course.checkout.project.source / f"{NAME}.py"
    text = script.read_text(encoding="utf-8")
    script.write_text(text + '\n# %% exercise="p.99.9" points=1\nfrom solutions.ch99_mini.numbers import lost\n')
    said = course.run("course", "release", "ch99", "--hand-out", ok=1)
    assert f"{NAME} could not be released, so nothing was handed out:" in said
    assert course.released() == []
    script.write_text(text, encoding="utf-8")


def test_a_release_that_can_not_be_handed_out_is_there(course: Course) -> None:
    nowhere = {**course.environ(), "COURSE_HUB_TOKEN": "ada"}  # a student's
    said = course.checkout.run("course", "release", "ch99", "--hand-out", ok=1, **nowhere)
    words = " ".join((said.stdout + said.stderr).split())
    assert f"{NAME} is released, but the students don't have it yet" in words
    assert "nbgrader could not hand out ch99_mini: Only graders of ml can do that." in words
    assert (course.checkout.project.build / "release" / NAME / f"{NAME}.ipynb").is_file()
    assert course.released() == []


def test_the_hub_releases_what_is_made_and_sets_the_due_date(course: Course) -> None:
    course.run("hub_config.schedule", "--once", **{**PAST, "solutions": "2199-01-09 08:00"})
    assert len(course.released()) == 1
    assert "is due Wed 8 Jan 2020, 08:00 CET" in course.run("course", "due", "ch99")


def test_the_hub_gives_solutions_to_who_has_been_graded(course: Course) -> None:
    course.hand_in("ada")
    course.run("course", "collect", "ch99")
    course.checkout.grade(**course.environ())
    course.run("hub_config.schedule", "--once", **PAST)
    ada = client(course.url, "ada")
    (feedback,) = ada.feedback("ml", NAME)
    page = course.folder / "feedback"
    ada.fetch(feedback, page)
    assert "The worked solution" in (page / f"{NAME}.html").read_text(encoding="utf-8")
    shown = course.run("course", "schedule", **PAST)
    assert "The schedule (Europe/Berlin)" in shown and "Done by the hub." in shown and "Given " in shown


def test_a_release_is_handed_out_by_one_command(course: Course) -> None:
    before = course.released()
    said = course.run("course", "release", "ch99", "--hand-out")
    assert f"The students have {NAME} now. Who has fetched an earlier one keeps it." in said
    assert course.released() != before and len(course.released()) == 1


def test_who_is_in_no_course_of_a_hub_is_told_so(course: Course) -> None:
    done = course.checkout.run("course", "schedule", ok=1, PYTHONPATH=course.environ()["PYTHONPATH"])
    assert "use its server's terminal" in " ".join(done.stderr.split())
