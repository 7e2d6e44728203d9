"""A grader's server tells students' start page what the gradebook says."""

from __future__ import annotations

import atexit
import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from nbgrader.api import Gradebook

from course.exchange.plan import TITLE, VARIABLE, AtOnce, Plan
from course.exchange.policy import VARIABLE as POLICY
from course.exchange.policy import GradePolicy
from course.nbgrader_plugins import plans
from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
from course.nbgrader_plugins.plans import Teller
from course.project import Project
from hub_config.exchange.callers import Caller
from hub_config.exchange.rules import Exchange
from hub_config.settings.hub import Course, Courses, Feedback
from hub_config.settings.told import exchange_environ
from tests.support.exchange_server import STUDENT, client, make_exchange
from tests.support.minichapter import NAME, make_project

DUE = datetime(2026, 12, 3, 12)
ADA = Caller("ada", STUDENT)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A checkout, and what the hub sets for its course."""
    course = Course(id="ml", title="Learning", feedback=Feedback(instant=True, workers=2), time_zone="Europe/Berlin")
    for name, text in course.environ.items():
        monkeypatch.setenv(name, text)
    monkeypatch.delenv("COURSE_DB_URL", raising=False)
    assert {TITLE, VARIABLE, POLICY} <= course.environ.keys()
    return make_project(tmp_path / "checkout")


def due(project: Project, moment: datetime, **more: timedelta) -> None:
    project.build.mkdir(exist_ok=True)
    with alembic_in_process(), Gradebook(gradebook_url(project), "ml") as book:
        book.update_or_create_assignment(NAME, duedate=moment)
        for student, extension in more.items():
            book.update_or_create_student(student)
            with book.db.no_autoflush:  # as nbgrader has it, SQLAlchemy warns of a flush too early
                book.update_or_create_submission(NAME, student).extension = extension
        book.db.commit()


def test_what_is_told_is_what_the_gradebook_and_the_hub_say(project: Project, exchange: Exchange, url: str) -> None:
    now = [0.0]
    teller = Teller(project, "ml", client(url, "grace"), clock=lambda: now[0])
    assert teller.look()
    assert not (project.build / "gradebook.db").exists()  # looking makes none
    assert exchange.plan(ADA, "ml").of(NAME).title == "A miniature chapter"
    assert not teller.look()

    due(project, DUE, ada=timedelta(days=1))
    assert teller.look()
    plan = exchange.plan(ADA, "ml")
    assert (plan.title, plan.time_zone) == ("Learning", "Europe/Berlin")
    assert (plan.feedback.instant, plan.feedback.workers) == (True, 2)
    assert plan.of(NAME).due == DUE.replace(tzinfo=UTC)
    assert (plan.of(NAME).due_for("ada"), plan.of(NAME).due_for("ben")) == (DUE + timedelta(days=1), DUE)

    assert not teller.look()
    exchange.records.tell_plan("ml", "{}")  # an older state was put back
    now[0] += 3600
    assert teller.look()
    assert exchange.plan(ADA, "ml") == plan


def test_what_was_told_lasts_and_the_hubs_own_rules_are_newer(
    project: Project, exchange: Exchange, url: str, tmp_path: Path
) -> None:
    due(project, DUE, ada=timedelta(days=1))
    assert Teller(project, "ml", client(url, "grace")).look()
    again = make_exchange(tmp_path / "exchange")  # started again, and nobody tells it anything
    assert again.plan(ADA, "ml") == exchange.plan(ADA, "ml")
    course = Course(id="ml", title="Learning, much", grade=GradePolicy(late="zero"), time_zone="UTC")
    courses = Courses(course=(course,))
    environ = exchange_environ(courses, lambda course: project.root, lambda course: "/services/course-ml/")
    again.rules = {"ml": Plan.model_validate(json.loads(environ["COURSE_EXCHANGE_RULES"])["ml"])}
    plan = again.plan(ADA, "ml")
    assert (plan.title, plan.time_zone, plan.grade.late) == ("Learning, much", "UTC", "zero")
    assert plan.of(NAME).due_for("ada") == DUE + timedelta(days=1) and plan.grading == "/services/course-ml/"
    assert again.plan(ADA, "ml").feedback == AtOnce()
    again.records.tell_plan("ml", "")  # nobody has ever told
    assert again.plan(ADA, "ml").of(NAME).title == "A miniature chapter"
    assert exchange_environ(courses, lambda course: tmp_path)["COURSE_EXCHANGE_CLOSINGS"] == '{"ml": {}}'  # no checkout
    again.records.engine.dispose()


def test_a_graders_server_tells_once_more_when_it_ends(
    project: Project, exchange: Exchange, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_EXCHANGE_URL", url)
    monkeypatch.setenv("COURSE_HUB_TOKEN", "grace")
    monkeypatch.setenv("COURSE_ROOT", str(project.root))
    at_the_end: list[Callable[[], object]] = []
    monkeypatch.setattr(atexit, "register", at_the_end.append)
    monkeypatch.setattr(plans, "_keep_telling", lambda teller: None)
    plans._load_jupyter_server_extension(SimpleNamespace(log=logging.getLogger()))
    due(project, DUE)
    (last,) = (one for one in at_the_end if getattr(one, "__name__", "") == "look")
    last()
    assert exchange.plan(ADA, "ml").of(NAME).due_for("ada") == DUE


def test_trouble_is_waited_out(
    project: Project, exchange: Exchange, url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    refused = Teller(project, "ml", client(url, "ada"))
    assert not refused.look()
    teller = Teller(project, "ml", client(url, "grace"))
    monkeypatch.setenv(VARIABLE, '{"workers": 0}')
    assert not teller.look()
    assert caplog.text.count("Students are not told of changed deadlines now") == 2
    assert exchange.plan(ADA, "ml") == Plan()
    monkeypatch.delenv(VARIABLE)
    project.build.mkdir(exist_ok=True)
    (project.build / "gradebook.db").write_bytes(b"no database" * 100)
    assert not teller.look()
    (project.build / "gradebook.db").unlink()
    assert teller.look()
