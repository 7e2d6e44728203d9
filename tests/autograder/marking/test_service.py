"""The pages for graders over HTTP: who may see them, what they show of whom, and what becomes of a verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from nbgrader.api import Gradebook
from tornado.httpserver import HTTPServer

from autograder.marking.answers import Answers
from autograder.marking.service import NAMES, application
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.marking_class import STUB, TEXT
from tests.support.minichapter import NAME
from tests.support.page import Page
from tests.support.tornado_thread import serving

pytestmark = pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")

TOKEN = "a-token-for-this-test"
QUESTION = f"{NAME}/p.99.4"
EQUAL = "One scale lets the steps be equal."
EVIL = '<script>alert("x")</script><img src=x onerror=alert(1)> [a](javascript:alert(1)) ![b](https://elsewhere/b.png)'
ANSWERS = {
    "ada-lovelace": EQUAL,
    "ben": EQUAL.lower(),
    "cleo": EQUAL.replace("lets", "let"),
    "dan": STUB,
    "evelyn": EVIL,
}


@dataclass
class Grader:
    """Somebody at the pages, with a browser's cookies."""

    url: str
    pseudonym: Callable[[str], str] = str
    session: requests.Session = field(default_factory=requests.Session)

    def get(self, path: str, **more: Any) -> requests.Response:
        return self.session.get(f"{self.url}/{path}", timeout=60, **more)

    def page(self, student: str) -> str:
        """The page of a student's answer."""
        return self.get(f"{QUESTION}/{self.pseudonym(student)}").text

    def give(self, page: str, also: dict[str, str] | None = None, **verdict: Any) -> requests.Response:
        found = {name: re.search(rf'data-{name}="([^"]+)"', page)[1] for name in ("key", "version", "xsrf")}  # type: ignore[index]
        body = {"answers": {found["key"]: found["version"], **(also or {})}, "score": 1, "comment": "", "earned": []}
        headers = {"X-XSRFToken": found["xsrf"]}
        return self.session.post(f"{self.url}/{QUESTION}", json={**body, **verdict}, headers=headers, timeout=60)


@pytest.fixture
def url(project: Project) -> Iterator[str]:
    with serving(lambda: HTTPServer(application(project, "grace", TOKEN))) as url:
        yield url


@pytest.fixture
def grace(url: str, project: Project) -> Grader:
    chapter = load_syllabus(project.syllabus).find(NAME)
    grader = Grader(url, Answers(project, chapter, frozenset()).pseudonym)
    assert grader.get("", params={"token": TOKEN}).url == f"{url}/"
    return grader


def manual(project: Project, student: str) -> tuple[float | None, str | None]:
    with Gradebook(gradebook_url(project)) as book:
        comment = book.find_comment(TEXT, NAME, NAME, student).manual_comment
        return book.find_grade(TEXT, NAME, NAME, student).manual_score, comment


def test_nobody_else_sees_or_changes_anything(url: str, grace: Grader, project: Project) -> None:
    for stranger in (Grader(url), Grader(url.replace("127.0.0.1", "localhost"))):
        reply = stranger.get(QUESTION)
        assert reply.status_code == 403 and "course mark" in reply.text and "scale" not in reply.text
    assert requests.get(f"{url}/?token=wrong", timeout=60).status_code == 403
    named = {"Host": "attacker.example"}
    assert grace.get("", headers=named).status_code == 403, "a page elsewhere has given its own name our address"
    page = grace.page("ada-lovelace")
    forged = page.replace('data-xsrf="', 'data-xsrf="x')
    assert grace.give(forged).status_code == 403
    assert manual(project, "ada-lovelace") == (None, None)


def test_the_page_has_all_that_a_grader_needs_and_no_name(grace: Grader) -> None:
    assert "Why scale?" in grace.get(NAME).text and "A miniature chapter" in grace.get("").text
    text = grace.page("ada-lovelace")
    page = Page(text)
    assert page.badly_closed == page.open == [""]
    for said in (
        "Why scale?", "names the scale of the features", "take steps of equal worth", "The largest value becomes",
        "Divide by the largest value.", "1 equal answer", "1 nearly equal answer", "Answer", "4 wait",
    ):  # fmt: skip
        assert said in page.text, said
    assert not [name for name in ANSWERS if name in text]
    assert "<del>lets </del><ins>let </ins>" in text
    grace.session.cookies.set(NAMES, "1")
    assert "The answer of <bdi>ada-lovelace</bdi>" in grace.page("ada-lovelace")


def test_it_can_be_used_by_ear_and_loads_nothing_from_elsewhere(grace: Grader) -> None:
    reply = grace.get(QUESTION)
    page = Page(reply.text)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    labelled = {one["for"] for one in page.all("label")}
    for field_ in [*page.all("input"), *page.all("textarea")]:
        assert field_["id"] in labelled or "aria-labelledby" in field_, field_
    loaded = [one.get("src") or one.get("href", "") for tag in ("script", "link", "img") for one in page.all(tag)]
    assert loaded and all(one.startswith("/marking.") for one in loaded)
    for name in ("marking.css", "marking.js"):
        assert grace.get(name).status_code == 200
    assert grace.get("marking.css/../../feedback.css").status_code == 404


def test_what_a_student_wrote_stays_text(grace: Grader) -> None:
    page = Page(grace.page("evelyn"))
    assert page.all("script") == [{"defer": "", "src": "/marking.js"}]
    assert not page.all("img") and 'alert("x")' in page.text
    assert not [one for one in page.all("a") if "javascript" in one.get("href", "")]


def test_a_verdict_for_a_group(grace: Grader, project: Project) -> None:
    page = grace.page("ada-lovelace")
    also = dict(re.findall(r'id="also-\w+" data-key="(\w+)" data-version="([\w.]+)" checked', page))
    assert len(also) == 1, "of the equal one; the nearly equal one is ticked by a person"
    reply = grace.give(page, also, score=1.5, comment=" Of what? ", earned=["names the scale of the features"])
    assert reply.status_code == 200 and reply.json()["saved"] == 2
    assert manual(project, "ada-lovelace") == manual(project, "ben") == (1.5, "Of what?")
    assert manual(project, "cleo") == (None, None)
    page = grace.page("ada-lovelace")
    assert "1.5 points, by grace" in page and 'value="1.5"' in page and "Of what?" in page
    assert re.search(r'data-earned="names the scale[^>]+ checked>', page)
    following = grace.get(reply.json()["next"].lstrip("/")).text
    assert '<span class="mark wait">waits</span>' in following


def test_the_last_verdict_leads_back_to_the_chapter(grace: Grader) -> None:
    for student in ("ada-lovelace", "ben", "cleo"):
        assert grace.give(grace.page(student)).json()["next"].startswith(f"/{QUESTION}/")
    assert grace.give(grace.page("evelyn")).json()["next"] == f"/{NAME}"


def test_a_stale_verdict_is_refused_and_shows_what_is_there(grace: Grader, project: Project) -> None:
    page = grace.page("ada-lovelace")
    assert grace.give(page, score=2, comment="Yes.").status_code == 200
    reply = grace.give(page, score=0, comment="No.")
    assert reply.status_code == 409
    (theirs,) = reply.json()["conflicts"]
    assert theirs["said"].startswith("2 points, by grace") and theirs["comment"] == "Yes."
    assert "ada" not in theirs["who"]
    assert manual(project, "ada-lovelace") == (2, "Yes.")
    assert grace.give(page.replace(re.search(r'data-version="([^"]+)"', page)[1], theirs["version"]), score=0).ok  # type: ignore[index]
    assert manual(project, "ada-lovelace") == (0, None)


def test_what_is_no_verdict_is_refused(grace: Grader, project: Project) -> None:
    page = grace.page("ada-lovelace")
    bad = [
        {"score": 3},
        {"score": "1"},
        {"score": True},
        {"comment": 1},
        {"earned": "x"},
        {"earned": ["x"]},
        {"answers": []},
    ]
    for verdict in bad:
        reply = grace.give(page, **verdict)
        assert reply.status_code == 400 and reply.json()["error"], verdict
    assert grace.give(page, {"aaaaaaaa": "x"}).status_code == 404
    assert manual(project, "ada-lovelace") == (None, None)


def test_what_is_not_there_is_named(grace: Grader) -> None:
    for path, said in (
        ("ch77", "no chapter"), (f"{NAME}/p.99.1", "no question"), (f"{QUESTION}/aaaaaaaa", "Nobody of this class"),
        (f"{QUESTION}/a/b", "no such page"),
    ):  # fmt: skip
        reply = grace.get(path)
        assert reply.status_code == 404 and said in reply.text, (path, reply.text)
