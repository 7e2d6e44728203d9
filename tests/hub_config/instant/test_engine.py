"""From handing in to a grade in nbgrader's gradebook, with the real engine, exchange, commands and gradebook."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from filelock import FileLock
from nbgrader.api import Gradebook

from course.errors import OperatorError
from course.exchange.client import Received
from course.exchange.policy import VARIABLE, GradePolicy
from course.exchange.verdict import FILE, Verdict, read_verdict
from course.nbgrader_plugins.collect import collect_exchange
from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
from course.syllabus import load_syllabus
from hub_config.exchange.rules import Exchange
from hub_config.instant.__main__ import run
from hub_config.instant.service import Desk, Service
from tests.autograder.classroom.test_regrade import judge_again
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.minichapter import NAME

HALF = "def halve(values):\n    return None"  # 2 of the 4 points of p.99.1
DUE = datetime(2030, 1, 10, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Course:
    """A course with its checkout, its exchange, and who works with both."""

    def __init__(self, checkout: Checkout, exchange: Exchange, url: str, folder: Path) -> None:
        self.checkout, self.exchange, self.url, self.folder = checkout, exchange, url, folder

    def environ(self, **policy: Any) -> dict[str, str]:
        """A grader's, as the hub makes it."""
        return {
            "PYTHONPATH": os.pathsep.join([str(self.checkout.root), str(ROOT)]),
            "COURSE_EXCHANGE_URL": self.url,
            "COURSE_ID": "ml",
            "COURSE_HUB_TOKEN": "grace",
            "COURSE_ROOT": str(self.checkout.root),
            VARIABLE: GradePolicy.model_validate(policy).model_dump_json(),
        }

    def hand_in(self, who: str, notebook: dict[str, Any], at: datetime) -> Received:
        """At a time of the exchange's clock."""
        self.exchange.clock = at.timestamp
        folder = folder_of(self.folder / who / NAME, {f"{NAME}.ipynb": json.dumps(notebook)})
        return client(self.url, who).submit("ml", NAME, folder)

    def verdict(self, of: Received) -> Verdict:
        """The one on a hand-in, as its student reads it."""
        ada = client(self.url, of.student)
        (given,) = ada.instant("ml", of=of.id)
        assert given.kind == "instant"
        return read_verdict(ada, given)

    def serve_once(self) -> None:
        self.checkout.run("hub_config.instant", "--once", **self.environ())

    def collect(self, **policy: Any) -> None:
        """As `course collect` does in a terminal of the course's server."""
        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environ(**policy).items():
                patch.setenv(name, value)
            collect_exchange(self.checkout.project, load_syllabus(self.checkout.project.syllabus).find(NAME))

    def grade(self, **policy: Any) -> dict[str, tuple[float, float | None]]:
        """Grade who is collected; by student, the points and what is taken off, as the gradebook has them."""
        self.checkout.grade(**self.environ(**policy))
        query = """SELECT s.student_id, SUM(g.auto_score), n.late_submission_penalty FROM submitted_notebook n
                   JOIN submitted_assignment s ON s.id = n.assignment_id JOIN grade g ON g.notebook_id = n.id
                   GROUP BY n.id"""
        with sqlite3.connect(self.checkout.project.build / "gradebook.db") as book:
            rows = book.execute(query).fetchall()
        book.close()
        return {student: (score, penalty) for student, score, penalty in rows}

    def collected(self, who: str) -> str:
        """The time of what has been collected."""
        folder = self.checkout.project.build / "submitted" / who / NAME
        return (folder / "timestamp.txt").read_text() if folder.is_dir() else ""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Course]:
    checkout = make_checkout(tmp_path_factory.mktemp("instant"))
    checkout.run("course", "release", NAME)
    with alembic_in_process(), Gradebook(gradebook_url(checkout.project), "ml") as book:
        book.update_or_create_assignment(NAME, duedate=DUE.replace(tzinfo=None))
    folder = tmp_path_factory.mktemp("people")
    exchange = make_exchange(folder / "exchange")
    with serving(exchange) as url:
        client(url, "grace").release("ml", NAME, checkout.project.build / "release" / NAME)
        yield Course(checkout, exchange, url, folder)


@pytest.fixture(scope="module")
def handed_in(course: Course) -> dict[str, Received]:
    """A term's hand-ins, all of them judged at once; ada's best is her first, ben's all too late."""
    full, half = course.checkout.notebook("source"), course.checkout.answered(p_99_1_halve=HALF)
    forged = {**course.checkout.notebook("release"), "metadata": {"score": 10, "grade": 10}}
    made = {
        "full": course.hand_in("ada", full, DUE - 3 * HOUR),
        "half": course.hand_in("ada", half, DUE - 2 * HOUR),
        "late": course.hand_in("ada", half, DUE + HOUR),
        "ben": course.hand_in("ben", full, DUE + 25 * HOUR),
        "forged": course.hand_in("student-1", forged, DUE - HOUR),
        "unreadable": course.hand_in("student-2", {"cells": 5}, DUE - HOUR),
    }
    course.serve_once()
    return made


def test_the_engine_judges_what_is_handed_in(course: Course, handed_in: dict[str, Received]) -> None:
    full, half = course.verdict(handed_in["full"]), course.verdict(handed_in["half"])
    assert (full.score, full.max_score) == (8.0, 8.0)
    rows = {one.exercise: one for one in half.exercises}
    assert (rows["p.99.1"].score, rows["p.99.1"].sentence) == (2.0, "Every value comes back halved.")
    assert rows["p.99.4"].word == "to be graded by hand"
    assert half.score == 6.0
    assert course.verdict(handed_in["unreadable"]).score == 0.0


def test_a_score_of_ones_own_is_nothing(course: Course, handed_in: dict[str, Received]) -> None:
    assert course.verdict(handed_in["forged"]).score == 0.0


def test_the_page_tells_the_sentence_and_no_secret(course: Course, handed_in: dict[str, Received]) -> None:
    ada = client(course.url, "ada")
    (given,) = ada.instant("ml", of=handed_in["half"].id)
    folder = ada.fetch(given, course.folder / "page", replace=True)
    assert sorted(path.name for path in folder.iterdir()) == sorted([f"{NAME}.html", FILE])
    told = "".join(path.read_text(encoding="utf-8") for path in folder.iterdir())
    assert "Every value comes back halved." in told
    for secret in ("test_halves", "assert_allclose", "integers", "_factor", "Traceback", "Features on one scale"):
        assert secret not in told


def test_nothing_of_the_gradebook_is_touched(course: Course, handed_in: dict[str, Received]) -> None:
    with Gradebook(gradebook_url(course.checkout.project), "ml") as book:
        assert book.students == []
    assert not (course.checkout.project.build / "results").exists()


def test_of_many_tries_only_the_last_takes_much_room(course: Course, handed_in: dict[str, Received]) -> None:
    early = course.checkout.project.build / "instant" / "results" / NAME / "ada"
    assert len(list(early.glob("*/result.json"))) == 2  # of three, since two are the same
    assert len(list(early.glob("*/transcripts.json"))) == 1


def test_the_last_in_time_counts_and_who_was_late_pays(course: Course, handed_in: dict[str, Received]) -> None:
    policy = {"late": "penalty", "penalty_percent": 20}
    course.collect(**policy)
    assert course.collected("ada") == f"{DUE - 2 * HOUR:%Y-%m-%d %H:%M:%S.%f} UTC"
    found = course.grade(**policy)
    assert found["ada"] == (6.0, None)
    assert found["ben"] == (8.0, pytest.approx(3.2))  # two days have begun
    again = judge_again(course.checkout)
    assert (again["run"], again["called"]) == ([], [])


def test_the_best_counts_whenever_it_came(course: Course, handed_in: dict[str, Received]) -> None:
    policy = {"counts": "best", "late": "zero"}
    course.collect(**policy)
    assert course.collected("ada") == f"{DUE - 3 * HOUR:%Y-%m-%d %H:%M:%S.%f} UTC"
    found = course.grade(**policy)
    assert found["ada"] == (8.0, None)
    assert found["ben"] == (8.0, 8.0)


def test_what_was_judged_at_once_is_not_judged_again(course: Course, handed_in: dict[str, Received]) -> None:
    """The notebook that counts now was judged before another one of ada's: its result is found."""
    results = course.checkout.project.build / "results" / NAME / "ada"
    early = [
        json.loads(path.read_text()) for path in (course.checkout.project.build / "instant").rglob("ada/*/result.json")
    ]
    course.collect(counts="best", late="zero")
    for path in results.iterdir():
        path.unlink()
    assert judge_again(course.checkout)["run"] == []
    assert json.loads((results / "result.json").read_text()) in early


def test_the_last_counts_also_late_where_that_is_accepted(course: Course, handed_in: dict[str, Received]) -> None:
    course.collect()
    assert course.collected("ada") == f"{DUE + HOUR:%Y-%m-%d %H:%M:%S.%f} UTC"


def test_what_is_refused_is_not_collected_unless_there_is_an_extension(
    course: Course, handed_in: dict[str, Received]
) -> None:
    for folder in (course.checkout.project.build / "submitted").iterdir():
        for path in sorted(folder.rglob("*"), reverse=True):
            path.rmdir() if path.is_dir() else path.unlink()
    course.collect(late="refuse")
    assert (course.collected("ada")[:10], course.collected("ben")) == (f"{DUE:%Y-%m-%d}", "")
    with alembic_in_process(), Gradebook(gradebook_url(course.checkout.project), "ml") as book:
        book.update_or_create_submission(NAME, "ben")
        book.grant_extension(NAME, "ben", days=2)
    course.collect(late="refuse")
    assert course.collected("ben")[:10] == f"{DUE + timedelta(days=1):%Y-%m-%d}"
    found = course.grade(late="refuse")
    assert (found["ada"], found["ben"]) == ((6.0, None), (8.0, None))


def test_the_best_is_not_chosen_while_a_score_is_lacking(course: Course, handed_in: dict[str, Received]) -> None:
    course.hand_in("ada", course.checkout.notebook("release"), DUE - HOUR)
    before = course.collected("ada")
    with pytest.raises(
        OperatorError, match="unlike all others: ada: the best hand-in counts, and not all are graded yet"
    ):
        course.collect(counts="best")
    assert course.collected("ada") == before
    course.collect()  # the last needs no score
    assert course.collected("ada") != before


def test_a_service_that_is_killed_in_the_middle_loses_nothing(course: Course, handed_in: dict[str, Received]) -> None:
    slow = course.checkout.answered(p_99_3_CORNERS="import time\ntime.sleep(2)\nCORNERS = 8")
    mine = course.hand_in("student-3", slow, DUE)
    fetched = course.checkout.project.build / "instant" / "work" / "ml" / mine.id
    environment = {**os.environ, **course.environ(), "HOME": str(course.checkout.root / "home")}
    with subprocess.Popen(
        [sys.executable, "-m", "hub_config.instant"], cwd=course.checkout.root, env=environment
    ) as one:
        until = time.monotonic() + 90
        while not (fetched.exists() and psutil.Process(one.pid).children(recursive=True)):  # who judges it
            assert time.monotonic() < until
            time.sleep(0.02)
        one.send_signal(signal.SIGKILL)
    assert client(course.url, "student-3").instant("ml", of=mine.id) == []
    course.serve_once()
    assert course.verdict(mine).score == 8.0
    assert client(course.url, "grace").waiting("ml") == []


def test_a_second_service_on_the_checkout_keeps_out(course: Course) -> None:
    with FileLock(course.checkout.project.build / "instant" / "ml.lock"):
        done = course.checkout.run("hub_config.instant", "--once", ok=1, **course.environ())
    assert "at work already" in done.stderr


def test_an_exchange_that_is_not_there_is_named_when_asked_once(course: Course) -> None:
    away = client("http://127.0.0.1:9/services/exchange", "grace")
    service = Service(Desk("ml", course.checkout.project), away, lambda *_: pytest.fail("nothing to judge"))
    with pytest.raises(OperatorError, match="does not answer"):
        run(service, once=True)
