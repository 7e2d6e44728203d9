"""The page of the course over HTTP: each of its forms, what they refuse, and who may send them."""

from __future__ import annotations

import re
import shutil
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from nbgrader.api import Gradebook
from tornado.httpserver import HTTPServer

from autograder.marking.hand_outs import run_course
from autograder.marking.service import Service, application
from course.authoring.commands import release
from course.errors import OperatorError
from course.nbgrader_plugins.gradebook import gradebook_url
from course.nbgrader_plugins.hand_out import one_at_a_time
from course.project import Project
from tests.support.exchange_server import client
from tests.support.marking_class import exchange_of
from tests.support.minichapter import NAME
from tests.support.page import Page
from tests.support.tornado_thread import serving

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

TOKEN = "a-token-for-this-test"
EXCHANGE = ("COURSE_EXCHANGE_URL", "COURSE_HUB_TOKEN", "JUPYTERHUB_API_TOKEN", "COURSE_ID")
WHY = "It says <twice>, and mine does."


@dataclass
class Teacher:
    """Somebody at the page, with a browser's cookies."""

    url: str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str = "course", **more: Any) -> requests.Response:
        return self.session.get(f"{self.url}/{path}", timeout=60, **more)

    def send(self, form: str, *, forged: str = "", **fields: str) -> requests.Response:
        """Send a form of the page, and follow to where it leads."""
        token = re.search(r'name="_xsrf" value="([^"]+)"', self.get().text)[1]  # type: ignore[index]
        return self.session.post(f"{self.url}/course/{form}", {"_xsrf": forged + token, **fields}, timeout=60)

    def told(self, form: str, ok: int = 200, **fields: str) -> str:
        """Send a form; return what is told."""
        reply = self.send(form, **fields)
        assert reply.status_code == ok, reply.text
        assert reply.request.method == ("GET" if ok == 200 else "POST"), "what is loaded again is not done again"
        found = re.search(r'<p id="told".*?</p>', reply.text, re.DOTALL)
        assert found, reply.text
        return Page(found[0]).text


class Commands:
    """Stands for the commands that the page runs: each waits until it is let go on."""

    def __init__(self) -> None:
        self.ran: list[tuple[str, ...]] = []
        self.go, self.trouble = threading.Event(), ""

    def __call__(self, project: Project, *words: str) -> str:
        self.ran.append(words)
        assert self.go.wait(60)
        if self.trouble:
            raise OperatorError(self.trouble)
        return f"The students have {NAME} now."


ANSWERS = {"ada": "It helps.", "ben": "No idea.", "o'neil & co": "<b>Hm.</b>"}


@pytest.fixture(autouse=True)
def in_berlin(monkeypatch: pytest.MonkeyPatch) -> None:
    """A course with a time zone of its own, and without an exchange."""
    for name in EXCHANGE:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COURSE_TIME_ZONE", "Europe/Berlin")


@pytest.fixture
def exchange(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """An exchange as a grader knows it."""
    with exchange_of(project, tmp_path) as url:
        for name, value in zip(EXCHANGE, (url, "grace", "", "ml"), strict=True):
            monkeypatch.setenv(name, value)
        yield url


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch) -> Commands:
    stand_in = Commands()
    monkeypatch.setattr("autograder.marking.office.run_course", stand_in)
    made = Service.routes.func  # type: ignore[attr-defined]

    def routes(service: Service) -> Any:
        found = made(service)
        found.office.hand_outs.run = stand_in
        return found

    monkeypatch.setattr(Service.routes, "func", routes)
    return stand_in


@pytest.fixture
def url(project: Project) -> Iterator[str]:
    with serving(lambda: HTTPServer(application(project, "grace", TOKEN))) as url:
        yield url


@pytest.fixture
def grace(url: str) -> Teacher:
    teacher = Teacher(url)
    assert teacher.get("", params={"token": TOKEN}).status_code == 200
    return teacher


def due(project: Project) -> datetime | None:
    with Gradebook(gradebook_url(project)) as book:
        return book.find_assignment(NAME).duedate  # type: ignore[no-any-return]


def test_nobody_else_sees_or_changes_anything(url: str, grace: Teacher, project: Project) -> None:
    stranger = Teacher(url)
    for path in ("course", "course/running", f"course/grades/{NAME}.csv", f"course/answer/{NAME}/p.99.1/ada"):
        assert stranger.get(path).status_code == 403
    assert stranger.session.post(f"{url}/course/due", {"chapter": NAME, "never": "1"}, timeout=60).status_code == 403
    wanted = {"chapter": NAME, "when": "2026-11-30T12:00"}
    assert grace.send("due", forged="x", **wanted).status_code == 403
    assert grace.session.post(f"{url}/course/due", wanted, timeout=60).status_code == 403
    assert due(project) is None


def test_the_page_is_found_says_that_it_names_people_and_needs_no_script(grace: Teacher) -> None:
    assert "It shows names." in grace.get("").text
    reply = grace.get()
    page = Page(reply.text)
    assert page.badly_closed == page.open == [""]
    policy = reply.headers["Content-Security-Policy"]
    assert "form-action 'self'" in policy and "default-src 'none'" in policy
    assert reply.headers["Referrer-Policy"] == "same-origin", "else no browser says where a form comes from"
    for said in ("A miniature chapter", "released", "What the students have is not known", "o'neil & co"):
        assert said in page.text, said
    assert {one["method"] for one in page.all("form")} == {"post"}
    labelled = {one["for"] for one in page.all("label")}
    fields = [one for tag in ("input", "textarea", "select") for one in page.all(tag) if one.get("type") != "hidden"]
    assert fields and all(one["id"] in labelled for one in fields)
    assert grace.get("marking_office.js").status_code == 200
    assert grace.get("course/due").url.endswith("/course"), "an address of a form, by hand"
    assert grace.get("course/nothing").status_code == grace.send("nothing").status_code == 404


def test_of_a_course_that_has_just_begun_there_is_a_page_too(project: Project) -> None:
    shutil.rmtree(project.build)
    with serving(lambda: HTTPServer(application(project, "grace", TOKEN))) as url:
        text = Page(Teacher(url).get(params={"token": TOKEN}).text).text
    assert "not released" in text and "Due date and extensions come with the first release." in text


def test_a_due_date_is_set_by_the_clocks_of_the_course(grace: Teacher, project: Project) -> None:
    said = grace.told("due", chapter=NAME, when="2026-11-30T12:00")
    assert said == f"Done: {NAME} is due Mon 30 Nov 2026, 12:00 CET (Europe/Berlin)."
    assert due(project) == datetime(2026, 11, 30, 11)
    assert 'value="2026-11-30T12:00"' in grace.get().text
    for when, why in (("soon", "'soon' is no time"), ("", "No time was given"), ("2026-03-29T02:30", "does not exist")):
        said = grace.told("due", 400, chapter=NAME, when=when)
        assert said.startswith("Not done:") and why in said
    assert "no chapter" in grace.told("due", 400, chapter="ch77", when="2026-11-30T12:00")
    assert due(project) == datetime(2026, 11, 30, 11), "nothing was changed"
    assert "has no deadline" in grace.told("due", chapter=NAME, when="2026-11-30T12:00", never="1")
    assert due(project) is None


def test_a_student_gets_more_time_and_loses_it_again(grace: Teacher) -> None:
    said = grace.told("extend", chapter=NAME, student="ada", days="2")
    assert said == f"Done: ada has 2 more days for {NAME}, which has no deadline yet."
    grace.told("due", chapter=NAME, when="2026-10-24T12:00")
    page = Page(grace.get().text)
    assert "1 extension" in page.text and "ada: Mon 26 Oct 2026, 12:00 CET" in page.text
    for student, days, why in (
        ("nobody", "2", "does not know nobody"), ("", "2", "No student was named"), ("ada", "", "no number of days"),
        ("ada", "x3", "'x3' is no number of days"), ("ada", "-1", "-1 days can't be given"),
        ("ada", "99999999", "99999999 days can't be given"),
    ):  # fmt: skip
        reply = grace.send("extend", chapter=NAME, student=student, days=days)
        assert reply.status_code == 400 and why in Page(reply.text).text, why
        assert f'name="student" list="students" autocomplete="off" value="{student}"' in reply.text, "it is kept"
    assert "until Sat 24 Oct 2026" in grace.told("extend", chapter=NAME, student="ada", days="0")
    assert "1 extension" not in Page(grace.get().text).text


def test_what_is_handed_out_is_said_and_never_two_at_once(grace: Teacher, commands: Commands) -> None:
    assert f"The hand-out of {NAME} has begun." in grace.told("hand-out", chapter="ch99")
    assert "as grace has asked" in Page(grace.get().text).text
    assert grace.get("course/running").text.startswith("running\n")
    assert f"{NAME} is being handed out: wait until that is done." in grace.told("hand-out", 409, chapter="ch99")
    assert grace.told("due", chapter=NAME, when="2026-11-30T12:00"), "the rest goes on meanwhile"
    commands.go.set()
    wait_until_done(grace, "well\n")
    assert "Handed out: The students have ch99_mini now." in Page(grace.get().text).text
    commands.trouble = f"{NAME} could not be released, so nothing was handed out:\nnumbers.py:3: no such thing"
    grace.told("hand-out", chapter="ch99", full_size="1")
    wait_until_done(grace, "badly\n")
    said = Page(grace.get().text).text
    assert "Not handed out: ch99_mini could not be released, so nothing was handed out: numbers.py:3" in said
    assert commands.ran == [("release", NAME, "--hand-out"), ("release", NAME, "--hand-out", "--full-size")]
    grace.told("hand-out", 400, chapter="ch77")


def wait_until_done(teacher: Teacher, how: str) -> None:
    for thread in threading.enumerate():
        if thread.name == "hand-out":
            thread.join(120)
    assert teacher.get("course/running").text.startswith(how)


def test_the_page_tells_what_the_students_have(grace: Teacher, exchange: str, project: Project) -> None:
    assert "with the students" in Page(grace.get().text).text
    release = project.build / "release" / NAME / f"{NAME}.ipynb"
    release.write_text(release.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert "the students have another release" in Page(grace.get().text).text


def test_what_a_command_says_is_all_told(project: Project) -> None:
    with pytest.raises(OperatorError, match=r"no chapter 'ch77'"):
        run_course(project, "due", "ch77")


def test_two_hand_outs_from_elsewhere_are_not_at_once_either(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("course.authoring.commands.open_chapter", lambda name: (project, None))
    with one_at_a_time(project), pytest.raises(OperatorError, match="Somebody is handing out a chapter right now"):
        release(NAME, give=True)
    with one_at_a_time(project):
        pass


def test_where_no_hub_is_known_the_page_says_how(grace: Teacher) -> None:
    text = Page(grace.get().text).text
    assert "Students ask on a hub" in text and "COURSE_EXCHANGE_URL" in text
    assert "Students ask on a hub" in grace.told("answer", 400, id="a" * 32, sentence="Yes.")


def test_an_exchange_that_does_not_answer_leaves_the_rest(
    grace: Teacher, exchange: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_EXCHANGE_URL", "http://127.0.0.1:9/services/exchange")
    text = Page(grace.get().text).text
    assert "What the students have is not known:" in text and "A miniature chapter" in text
    assert "is due" in grace.told("due", chapter=NAME, when="2026-11-30T12:00")
    reply = grace.send("answer", id="a" * 32, sentence="Yes, it helps.")
    assert reply.status_code == 503


def test_a_regrade_request_from_the_question_to_the_answer(grace: Teacher, exchange: str, project: Project) -> None:
    ada = client(exchange, "ada")
    id_ = ada.request_regrade("ml", NAME, "p.99.4", WHY).id
    other = ada.request_regrade("ml", NAME, "p.99.2", "Why?").id
    reply = grace.get()
    text = Page(reply.text).text
    assert "Regrade requests (2)" in text and WHY in text and "not kept: “The largest value becomes 1”" in text
    seen = grace.get(re.search(r'href="/(course/answer/[^"]+p\.99\.4/ada)"', reply.text)[1])  # type: ignore[index]
    assert "It helps." in seen.text and "The largest value becomes" in seen.text

    for fields, why in (
        ({"sentence": "x" * 601}, "An answer is a sentence"), ({"points": "9", "part": "p-99-4"}, "from 0 to 2 points"),
        ({"points": "many"}, "'many' is no number of points"), ({"points": "1"}, "has several parts"),
        ({"points": "1", "part": "p-1"}, "no part of p.99.4"), ({"points": "nan", "part": "p-99-4"}, "can't be given"),
    ):  # fmt: skip
        reply = grace.send("answer", id=id_, **{"sentence": "Let me see.", **fields})
        assert reply.status_code == 400 and why in Page(reply.text).text, why
        assert f">{fields.get('sentence', 'Let me see.')}</textarea>" in reply.text, "what was typed is kept"
    assert not any(one.answer for one in ada.regrade_requests("ml"))

    said = grace.told("answer", id=id_, sentence="You are right.", points="1,5", part="p-99-4")
    assert "In the gradebook: 1.5 points for p-99-4 of ada. Answered ada on p.99.4." in said
    with Gradebook(gradebook_url(project)) as book:
        assert book.find_grade("p-99-4", NAME, NAME, "ada").manual_score == 1.5
    assert "No regrade request is called" in grace.told("answer", 400, id="f" * 32, sentence="Yes.")
    assert "has been answered already" in grace.told("answer", 400, id=id_, sentence="No.")
    assert "Answered ada on p.99.2." in grace.told("answer", id=other, sentence="It is `0` there.")
    text = Page(grace.get().text).text
    assert "2 answered" in text and "You are right." in text and "No regrade request is open." in text


def test_what_is_not_there_is_named(grace: Teacher) -> None:
    for path, said in (
        ("course/answer/ch77/p.77.1/ada", "no chapter"), (f"course/answer/{NAME}/p.99.1/nobody", "Nothing of nobody"),
        (f"course/answer/{NAME}/p.99.1/..%2Fada", "no such page"), ("course/report/course.html", "no such report"),
        ("course/report/..%2F..%2Fgradebook.db", "no such page"),
        ("course/report/gradebook.html", "no such report"), ("course/grades/ch77.csv", "no chapter"),
    ):  # fmt: skip
        reply = grace.get(path)
        assert reply.status_code == 404 and said in reply.text, (path, reply.text)


def test_grades_and_reports(grace: Teacher, commands: Commands, project: Project) -> None:
    reply = grace.get(f"course/grades/{NAME}.csv")
    assert reply.text.startswith("student,p.99.1,") and f"{NAME}.csv" in reply.headers["Content-Disposition"]
    page = project.build / "report" / f"{NAME}.html"
    page.parent.mkdir()
    page.write_text("<p>The class.</p>", encoding="utf-8")
    commands.go.set()
    reply = grace.send("report", chapter="ch99")
    assert reply.url.endswith(f"/course/report/{NAME}.html") and reply.text == "<p>The class.</p>"
    assert "script-src" not in reply.headers["Content-Security-Policy"]
    commands.trouble = "Nothing has been graded yet."
    assert "Nothing has been graded yet." in grace.told("report", 503, chapter="course")
    assert commands.ran == [("report", NAME), ("report",)]
