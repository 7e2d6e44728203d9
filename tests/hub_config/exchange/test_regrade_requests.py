"""Regrade requests over HTTP: who may ask and answer, how much, when, and that nothing of it is lost."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import requests

from course.errors import ExchangeRefusal
from course.exchange.client import Received
from course.exchange.regrade_requests import LONGEST, RegradeRequest
from hub_config.exchange.rules import Exchange
from tests.support.exchange_server import client, folder_of, make_exchange, serving

WHY = "The frame is one pixel wider, as the text says."


@pytest.fixture
def url(exchange: Exchange, tmp_path: Path) -> Iterator[str]:
    """An exchange on which ada's hand-in for ``ch03`` has been graded, and nobody's else."""
    with serving(exchange) as url:
        client(url, "grace").release("ml", "ch03", folder_of(tmp_path / "release", {"ch03.ipynb": "task"}))
        graded(url, tmp_path, "ada")
        yield url


def hand_in(url: str, tmp_path: Path, name: str) -> Received:
    return client(url, name).submit("ml", "ch03", folder_of(tmp_path / name, {"ch03.ipynb": f"work of {name}"}))


def graded(url: str, tmp_path: Path, name: str) -> Received:
    mine = hand_in(url, tmp_path, name)
    client(url, "grace").give_feedback(mine, folder_of(tmp_path / "page", {"ch03.html": f"page of {name}"}))
    return mine


def ask(url: str, name: str = "ada", exercise: str = "p.03.2", why: str = WHY) -> RegradeRequest:
    return client(url, name).request_regrade("ml", "ch03", exercise, why)


def refused(url: str, name: str, path: str, body: dict[str, object]) -> tuple[int, str]:
    reply = requests.post(f"{url}{path}", json=body, headers={"Authorization": f"token {name}"}, timeout=30)
    return reply.status_code, reply.json()["error"]


def test_a_request_and_its_answer(url: str) -> None:
    asked = ask(url, why=f"  {WHY}\n\x1b ")
    assert (asked.student, asked.exercise, asked.text, asked.answer, asked.answered) == ("ada", "p.03.2", WHY, "", None)
    (mine,) = client(url, "ada").submissions("ml")
    assert asked.of == mine.id
    assert client(url, "grace").regrade_requests("ml", "ch03") == [asked]
    answered = client(url, "grace").answer_request(asked, "You are right.")
    assert answered.answer == "You are right." and answered.answered is not None
    assert answered.answered >= asked.time
    assert client(url, "ada").regrade_requests("ml") == [answered]
    assert ask(url, why="And now?").id != asked.id, "after an answer one may ask again"


def test_a_students_requests_are_their_own(url: str, tmp_path: Path) -> None:
    asked = ask(url)
    assert client(url, "ben").regrade_requests("ml") == []
    graded(url, tmp_path, "ben")
    ask(url, "ben")
    assert [one.student for one in client(url, "grace").regrade_requests("ml")] == ["ada", "ben"]
    assert [one.student for one in client(url, "ada").regrade_requests("ml")] == ["ada"]
    for name, says in (("ada", "Only graders"), ("ben", "not yours"), ("eve", "not yours")):
        with pytest.raises(ExchangeRefusal, match=says):
            client(url, name).answer_request(asked, "Full points for me.")
    assert not any(one.answer for one in client(url, "grace").regrade_requests("ml"))


def test_only_who_was_graded_can_ask(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExchangeRefusal, match="You have handed in nothing for ch03"):
        ask(url, "ben")
    mine = hand_in(url, tmp_path, "ben")
    with pytest.raises(ExchangeRefusal, match="ch03 has not been graded yet"):
        ask(url, "ben")
    client(url, "grace").give_feedback(mine, folder_of(tmp_path / "at once", {"ch03.html": "x"}), "instant")
    with pytest.raises(ExchangeRefusal, match="has not been graded yet"):
        ask(url, "ben")
    for name in ("eve", "nobody"):
        with pytest.raises(ExchangeRefusal, match="You are not in a course 'ml'"):
            ask(url, name)
        with pytest.raises(ExchangeRefusal, match="You are not in a course 'ml'"):
            client(url, name).regrade_requests("ml")


def test_one_at_a_time_for_an_exercise_and_so_many_for_an_assignment(url: str) -> None:
    asked = ask(url)
    with pytest.raises(ExchangeRefusal, match=r"asked about p\.03\.2 already: that is still to be answered"):
        ask(url, why="I said so.")
    client(url, "grace").answer_request(asked, "No.")
    for number in range(10, 29):
        ask(url, exercise=f"p.03.{number}")
    with pytest.raises(ExchangeRefusal, match="20 regrade requests for ch03 are all that is taken"):
        ask(url, exercise="p.03.99")


def test_what_arrives_twice_is_there_once(url: str) -> None:
    new = {"course": "ml", "assignment": "ch03", "exercise": "p.03.2", "text": WHY, "key": "k" * 32}
    send = lambda: requests.post(  # noqa: E731
        f"{url}/requests", json=new, headers={"Authorization": "token ada"}, timeout=30
    )
    with ThreadPoolExecutor(4) as pool:
        replies = [one.result() for one in [pool.submit(send) for _ in range(8)]]
    assert {reply.status_code for reply in replies} == {201}
    assert len({reply.json()["id"] for reply in replies}) == 1
    (asked,) = client(url, "ada").regrade_requests("ml")
    status, said = refused(url, "ada", "/requests", {**new, "text": "Another."})
    assert (status, said.split(":")[0]) == (409, "This key has been used for something else")
    for _ in range(2):
        assert client(url, "grace").answer_request(asked, "Yes.").answer == "Yes."


def test_of_two_graders_at_once_one_answers(url: str) -> None:
    asked = ask(url)
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(client(url, "grace").answer_request, asked, text) for text in ("Yes.", "No.")]
    troubles = [one.exception() for one in tries if one.exception()]
    (answered,) = client(url, "ada").regrade_requests("ml")
    assert [str(one) for one in troubles] == [f"This has been answered already: {answered.answer}"]


BAD: tuple[tuple[dict[str, object], str], ...] = (
    ({"text": " \n\t"}, "a sentence is needed"),
    ({"text": "x" * (LONGEST + 1)}, "at most 600 characters"),
    ({"text": 3}, "text"),
    ({"exercise": "../p"}, "exercise"),
    ({"exercise": "p" * 40}, "exercise"),
    ({"assignment": ""}, "assignment"),
    ({"key": "short"}, "key"),
    ({"student": "ben"}, "student"),
)


def test_what_is_no_request_is_refused(url: str) -> None:
    for change, says in BAD:
        new = {"course": "ml", "assignment": "ch03", "exercise": "p.03.2", "text": WHY, "key": "k" * 32, **change}
        status, said = refused(url, "ada", "/requests", new)
        assert status == 400, change
        assert says in said
    assert client(url, "ada").regrade_requests("ml") == []


def test_nobody_comes_in_without_a_token(url: str) -> None:
    asked = ask(url)
    for method, path in (("GET", "?course=ml"), ("POST", ""), ("POST", f"/{asked.id}/answer")):
        reply = requests.request(method, f"{url}/requests{path}", cookies={"person": "grace"}, json={}, timeout=30)
        assert reply.status_code == 401


def test_an_unknown_request_is_not_told_from_anothers(url: str) -> None:
    status, said = refused(url, "grace", f"/requests/{'0' * 32}/answer", {"text": "Yes."})
    assert (status, said) == (404, "There is no regrade request of that name, or it is not yours.")


def test_requests_outlive_the_service_and_come_to_records_of_before(
    exchange: Exchange, url: str, tmp_path: Path
) -> None:
    asked = ask(url)
    with serving(make_exchange(tmp_path / "exchange")) as again:
        assert client(again, "ada").regrade_requests("ml") == [asked]
    exchange.records.engine.dispose()
    with sqlite3.connect(tmp_path / "exchange" / "exchange.db") as db:
        db.execute("DROP TABLE regrade_requests")  # as in records of an earlier version
    with serving(make_exchange(tmp_path / "exchange")) as older:
        assert client(older, "ada").regrade_requests("ml") == []
        assert ask(older).student == "ada"


def test_a_grader_can_ask_for_what_is_one_students(url: str, tmp_path: Path) -> None:
    graded(url, tmp_path, "ben")
    grace = client(url, "grace")
    assert [one.student for one in grace.submissions("ml", "ch03", "ben")] == ["ben"]
    assert len(grace.submissions("ml", "ch03")) == 2
    assert [one.student for one in client(url, "ada").submissions("ml", "ch03", "ben")] == ["ada"]
