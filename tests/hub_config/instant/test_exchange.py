"""Instant feedback on the exchange: tries per hour, who may give a verdict, and who may read it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from course.errors import ExchangeRefusal, OperatorError, SetupError
from course.exchange.client import ExchangeClient, Received
from course.exchange.verdict import FILE, Verdict, await_verdict, read_verdict
from hub_config.exchange.__main__ import exchange_from_environ
from hub_config.exchange.identity import HubIdentity
from hub_config.exchange.rules import Exchange
from tests.support.exchange_server import client, folder_of, make_exchange, serving


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return make_exchange(tmp_path / "exchange", tries=3)


@pytest.fixture
def url(exchange: Exchange, tmp_path: Path) -> Iterator[str]:
    with serving(exchange) as url:
        client(url, "grace").release("ml", "ch03", folder_of(tmp_path / "release", {"ch03.ipynb": "task"}))
        yield url


def hand_in(url: str, name: str, tmp_path: Path, **files: str) -> Received:
    folder = folder_of(
        tmp_path / name / "ch03", {"ch03.ipynb": "work", **{f.replace("_", "."): t for f, t in files.items()}}
    )
    return client(url, name).submit("ml", "ch03", folder)


def verdict(
    url: str, of: Received, tmp_path: Path, kind: str = "instant", who: str = "grace", **fields: Any
) -> Received:
    row = Verdict.model_validate({"submission": of.id, "chapter": "ch03", "complete": kind == "instant", **fields})
    folder = folder_of(tmp_path / f"{kind} by {who}", {FILE: row.model_dump_json(), "ch03.html": f"{kind} by {who}"})
    return client(url, who).give_feedback(of, folder, kind)


def post(url: str, who: str, of: Received, kind: str, tmp_path: Path) -> None:
    folder = folder_of(
        tmp_path / "forged", {FILE: Verdict(submission=of.id, chapter="x", complete=True).model_dump_json()}
    )
    client(url, who).give_feedback(of, folder, kind)


def test_the_tries_of_an_hour_are_counted_down_and_then_refused(exchange: Exchange, url: str, tmp_path: Path) -> None:
    assert [hand_in(url, "ada", tmp_path).tries_left for _ in range(3)] == [2, 1, 0]
    with pytest.raises(ExchangeRefusal, match=r"3 hand-ins in an hour .* in 60 minutes"):
        hand_in(url, "ada", tmp_path)
    assert hand_in(url, "ben", tmp_path).tries_left == 2
    now = exchange.clock()
    exchange.clock = lambda: now + 3601
    assert hand_in(url, "ada", tmp_path).tries_left == 2


def test_a_smaller_count_than_there_are_hand_ins_says_when_the_next_is_taken(
    exchange: Exchange, url: str, tmp_path: Path
) -> None:
    start = exchange.clock()
    for minutes in (0, 10, 20):
        exchange.clock = lambda at=start + 60 * minutes: at  # type: ignore[misc]
        hand_in(url, "ada", tmp_path)
    exchange.tries = {"ml": 1}
    with pytest.raises(ExchangeRefusal, match=r"1 hand-in in an hour .* in 60 minutes"):
        hand_in(url, "ada", tmp_path)
    exchange.clock = lambda: start + 81 * 60
    assert hand_in(url, "ada", tmp_path).tries_left == 0


def test_a_course_without_feedback_at_once_has_the_general_bound(exchange: Exchange, url: str, tmp_path: Path) -> None:
    exchange.tries = {}
    assert [hand_in(url, "ada", tmp_path).tries_left for _ in range(4)] == [None] * 4


def test_what_waits_is_what_has_no_verdict(url: str, tmp_path: Path) -> None:
    first, second = hand_in(url, "ada", tmp_path), hand_in(url, "ben", tmp_path)
    grace = client(url, "grace")
    assert [(one.id, one.student, one.assignment) for one in grace.waiting("ml")] == [
        (first.id, "ada", "ch03"),
        (second.id, "ben", "ch03"),
    ]
    verdict(url, first, tmp_path, "delay")
    assert [one.id for one in grace.waiting("ml")] == [first.id, second.id]
    verdict(url, first, tmp_path)
    assert [one.id for one in grace.waiting("ml")] == [second.id]


def test_of_two_services_at_work_the_student_sees_one_verdict(url: str, tmp_path: Path) -> None:
    mine = hand_in(url, "ada", tmp_path)
    given = verdict(url, mine, tmp_path)
    again = verdict(url, mine, tmp_path / "other", score=3.0)
    assert again.id == given.id
    assert [one.id for one in client(url, "ada").instant("ml", of=mine.id)] == [given.id]


def test_the_instructors_feedback_takes_the_place_of_the_verdict(url: str, tmp_path: Path) -> None:
    mine, ada = hand_in(url, "ada", tmp_path), client(url, "ada")
    for kind in ("feedback", "delay", "instant"):  # in this order: kind counts, not time
        verdict(url, mine, tmp_path, kind)
        assert ada.pages("ml", "ch03")[mine.id].kind == "feedback"
    other = hand_in(url, "ada", tmp_path)
    verdict(url, other, tmp_path, "delay")
    assert ada.pages("ml")[other.id].kind == "delay"
    verdict(url, other, tmp_path, "instant")
    assert ada.pages("ml")[other.id].kind == "instant"


@pytest.mark.parametrize("who", ["ada", "ben"])
@pytest.mark.parametrize("kind", ["instant", "delay", "feedback"])
def test_no_student_gives_a_verdict(url: str, tmp_path: Path, who: str, kind: str) -> None:
    mine = hand_in(url, "ada", tmp_path)
    with pytest.raises(ExchangeRefusal, match="Only graders"):
        post(url, who, mine, kind, tmp_path)
    assert client(url, "grace").instant("ml") == []


def test_a_grader_of_another_course_gives_none_either(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExchangeRefusal, match="not in a course"):
        post(url, "eve", hand_in(url, "ada", tmp_path), "instant", tmp_path)
    with pytest.raises(ExchangeRefusal, match="not in a course"):
        client(url, "eve").waiting("ml")


def test_a_verdict_is_for_its_student_alone(url: str, tmp_path: Path) -> None:
    mine = hand_in(url, "ada", tmp_path)
    given = verdict(url, mine, tmp_path, score=3.0)
    ben = client(url, "ben")
    assert (ben.instant("ml"), ben.instant("ml", of=mine.id), ben.pages("ml")) == ([], [], {})
    with pytest.raises(ExchangeRefusal, match="not yours"):
        read_verdict(ben, given)
    with pytest.raises(ExchangeRefusal, match="Only graders"):
        ben.waiting("ml")
    assert read_verdict(client(url, "ada"), given).score == 3.0


def test_a_verdict_among_ones_own_files_is_none(url: str, tmp_path: Path) -> None:
    forged = Verdict(submission="0" * 32, chapter="ch03", complete=True, score=100.0)
    mine = hand_in(url, "ada", tmp_path, verdict_json=forged.model_dump_json())
    assert client(url, "grace").instant("ml", of=mine.id) == []
    assert [one.id for one in client(url, "grace").waiting("ml")] == [mine.id]


def test_a_verdict_on_another_hand_in_is_found_out(url: str, tmp_path: Path) -> None:
    mine, other = hand_in(url, "ada", tmp_path), hand_in(url, "ada", tmp_path)
    wrong = folder_of(
        tmp_path / "w", {FILE: Verdict(submission=other.id, chapter="x", complete=True).model_dump_json()}
    )
    given = client(url, "grace").give_feedback(mine, wrong, "instant")
    with pytest.raises(OperatorError, match="another hand-in"):
        read_verdict(client(url, "ada"), given)


@pytest.mark.parametrize("text", ["", "[]", '{"submission": 3}', '{"score": NaN}', "\x00"])
def test_what_is_no_verdict_is_said(url: str, tmp_path: Path, text: str) -> None:
    mine = hand_in(url, "ada", tmp_path)
    given = client(url, "grace").give_feedback(mine, folder_of(tmp_path / "odd", {FILE: text}), "instant")
    with pytest.raises(OperatorError, match="is no verdict"):
        read_verdict(client(url, "ada"), given)


def test_a_bundle_without_a_verdict_is_said(url: str, tmp_path: Path) -> None:
    mine = hand_in(url, "ada", tmp_path)
    given = client(url, "grace").give_feedback(mine, folder_of(tmp_path / "odd", {"page.html": "x"}), "instant")
    with pytest.raises(OperatorError, match="is not in what the exchange gives"):
        read_verdict(client(url, "ada"), given)


@pytest.mark.parametrize("kind", ["", "verdict", "instant,feedback"])
def test_a_kind_is_one_of_ours(url: str, kind: str) -> None:
    query = f"{url}/bundles?course=ml&kind={kind}&kind=feedback"
    assert requests.get(query, headers={"Authorization": "token ada"}, timeout=30).status_code == 400


def test_waiting_ends_with_the_verdict_or_the_time(url: str, tmp_path: Path) -> None:
    mine, ada = hand_in(url, "ada", tmp_path), client(url, "ada")
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        if len(slept) == 3:
            verdict(url, mine, tmp_path, sentences=["done"])

    found = await_verdict(ada, mine, 60, clock=lambda: sum(slept), sleep=sleep)
    assert found is not None
    assert (found.sentences, len(slept)) == (("done",), 3)
    other = hand_in(url, "ada", tmp_path)
    slept.clear()
    assert await_verdict(ada, other, 2.5, clock=lambda: sum(slept), sleep=slept.append) is None
    assert sum(slept) == 2.5


def test_the_service_is_told_by_the_hub_how_many_tries_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COURSE_EXCHANGE_DB", f"sqlite:///{tmp_path / 'exchange.db'}")
    monkeypatch.setenv("COURSE_EXCHANGE_STORAGE", str(tmp_path / "chunks"))
    monkeypatch.setenv("COURSE_EXCHANGE_TRIES", json.dumps({"ml": 6}))
    made = exchange_from_environ()
    made.records.engine.dispose()
    assert made.tries == {"ml": 6}
    monkeypatch.setenv("COURSE_EXCHANGE_TRIES", json.dumps({"ml": 0}))
    with pytest.raises(SetupError, match="COURSE_EXCHANGE_TRIES"):
        exchange_from_environ()
    monkeypatch.setenv("COURSE_EXCHANGE_TRIES", "")
    monkeypatch.setenv("COURSE_EXCHANGE_STORAGE_OPTIONS", "{")
    with pytest.raises(SetupError, match="COURSE_EXCHANGE_STORAGE_OPTIONS: Invalid JSON"):
        exchange_from_environ()
    monkeypatch.delenv("COURSE_EXCHANGE_DB")
    with pytest.raises(SetupError, match="COURSE_EXCHANGE_DB: Field required"):
        exchange_from_environ()


class _Auth:
    """A hub that knows these tokens."""

    access_scopes = frozenset({"access:services"})

    def __init__(self, model: dict[str, Any]) -> None:
        self.model = model

    async def user_for_token(self, token: str, sync: bool) -> dict[str, Any]:
        return self.model

    def check_scopes(self, wanted: object, model: object) -> bool:
        return True


@pytest.mark.parametrize(
    ("name", "groups"),
    [
        ("instant-ml", {"formgrade-ml"}),
        ("course-ml", {"formgrade-ml"}),
        ("course-instant-ml", {"formgrade-instant-ml"}),
        ("idle-culler", None),
        ("exchange", None),
    ],
)
def test_a_courses_services_are_its_graders_and_no_others(name: str, groups: set[str] | None) -> None:
    identity = HubIdentity(_Auth({"name": name, "kind": "service"}))  # type: ignore[arg-type]
    found = asyncio.run(identity.caller("a token"))
    assert (found and set(found.groups)) == groups


def test_a_client_that_reads_is_told_of_damage(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = verdict(url, hand_in(url, "ada", tmp_path), tmp_path)
    ada = client(url, "ada")

    class Damaged:
        content = b"something else"

    monkeypatch.setattr(ExchangeClient, "_chunk", lambda *_: Damaged)
    with pytest.raises(OperatorError, match="came damaged"):
        read_verdict(ada, given)
