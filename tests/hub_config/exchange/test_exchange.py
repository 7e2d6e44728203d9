"""The exchange, over HTTP: what each person can do with it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from course.errors import ExchangeRefusal, OperatorError, SetupError
from course.exchange import bundle
from course.exchange.client import ExchangeClient, Received
from hub_config.exchange.rules import Bounds, Exchange
from tests.support.exchange_server import client, folder_of, make_exchange, serving

BOUNDS = Bounds(submission_mb=1, release_mb=2, owner_mb=4, per_hour=4)


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    return make_exchange(tmp_path / "exchange", BOUNDS)


@pytest.fixture
def url(exchange: Exchange, tmp_path: Path) -> Iterator[str]:
    """An exchange on which ``ch03`` has been released."""
    with serving(exchange) as url:
        client(url, "grace").release("ml", "ch03", folder_of(tmp_path / "release", {"ch03.ipynb": "task"}))
        yield url


def hand_in(url: str, name: str, tmp_path: Path, content: str | bytes = "work") -> Received:
    folder = folder_of(tmp_path / name / "ch03", {"ch03.ipynb": content})
    return client(url, name).submit("ml", "ch03", folder)


def test_a_term_from_release_to_feedback(url: str, tmp_path: Path) -> None:
    ada, grace = client(url, "ada"), client(url, "grace")
    assert ada.whoami() == ("ada", {"ml": "student"})
    (release,) = ada.releases("ml")
    mine = ada.fetch(release, tmp_path / "mine" / "ch03")
    assert (mine / "ch03.ipynb").read_text() == "task"
    (mine / "ch03.ipynb").write_text("answer")
    before = datetime.now(UTC)
    receipt = ada.submit("ml", "ch03", mine)
    assert before - timedelta(seconds=1) < receipt.time < datetime.now(UTC) + timedelta(seconds=1)
    (collected,) = grace.submissions("ml", "ch03")
    assert (collected.student, collected.id) == ("ada", receipt.id)
    assert (grace.fetch(collected, tmp_path / "got") / "ch03.ipynb").read_text() == "answer"
    grace.give_feedback(collected, folder_of(tmp_path / "page", {"ch03.html": "well done"}))
    (feedback,) = ada.feedback("ml", "ch03")
    assert (feedback.student, feedback.of) == ("ada", receipt.id)
    assert (ada.fetch(feedback, tmp_path / "read") / "ch03.html").read_text() == "well done"


def test_a_laptop_needs_the_hubs_address_and_a_token(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("COURSE_EXCHANGE_URL", "COURSE_HUB_TOKEN", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SetupError, match="COURSE_HUB_TOKEN"):
        ExchangeClient.from_environ(url)
    monkeypatch.setenv("COURSE_HUB_TOKEN", "ada")
    hub = url.removesuffix("/services/exchange")
    assert ExchangeClient.from_environ(hub + "/").whoami()[0] == "ada"
    monkeypatch.setenv("COURSE_EXCHANGE_URL", url)
    assert ExchangeClient.from_environ().whoami()[0] == "ada"


def test_the_newest_release_is_the_one_that_is_fetched(url: str, tmp_path: Path) -> None:
    grace, again = client(url, "grace"), folder_of(tmp_path / "again", {"ch03.ipynb": "mended"})
    with pytest.raises(ExchangeRefusal, match="released already"):
        grace.release("ml", "ch03", again)
    newest = grace.release("ml", "ch03", again, force=True)
    assert [one.id for one in client(url, "ada").releases("ml")] == [newest.id]


def test_every_hand_in_is_kept_and_has_a_time_of_its_own(url: str, tmp_path: Path) -> None:
    receipts = [hand_in(url, "ada", tmp_path, f"work {n}") for n in range(3)]
    found = client(url, "ada").submissions("ml", "ch03")
    assert [one.id for one in found] == [one.id for one in receipts]
    assert found[0].time < found[1].time < found[2].time


def test_time_never_runs_backwards(exchange: Exchange, url: str, tmp_path: Path) -> None:
    first = hand_in(url, "ada", tmp_path)
    exchange.clock = lambda: first.time.timestamp() - 3600  # somebody has set the server's clock
    assert hand_in(url, "ada", tmp_path).time > first.time


def test_what_arrived_is_not_sent_again(url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bundle, "CHUNK", 1000)
    folder = folder_of(tmp_path / "ch03", {"ch03.ipynb": bytes(n % 251 for n in range(5000))})
    ada = client(url, "ada")
    sent: list[str] = []
    ask = ada._ask

    def failing(method: str, path: str, **options: object) -> object:
        if method == "PUT":
            if len(sent) == 3:
                raise OperatorError("the network is gone")
            sent.append(path)
        return ask(method, path, **options)

    monkeypatch.setattr(ada, "_ask", failing)
    with pytest.raises(OperatorError, match="gone"):
        ada.submit("ml", "ch03", folder)
    assert client(url, "grace").submissions("ml") == []
    monkeypatch.setattr(ada, "_ask", ask)
    resumed: list[str] = []

    def counting(method: str, path: str, **options: object) -> object:
        resumed.extend([path] if method == "PUT" else [])
        return ask(method, path, **options)

    monkeypatch.setattr(ada, "_ask", counting)
    ada.submit("ml", "ch03", folder)
    assert len(resumed) == 2
    assert not set(resumed) & set(sent)


@pytest.mark.parametrize(
    ("name", "kind", "why"),
    [
        ("ada", "release", "Only graders"),
        ("ada", "feedback", "Only graders"),
        ("eve", "release", "not in a course"),
        ("eve", "submission", "not in a course"),
        ("nobody", "submission", "You are in no course"),
    ],
)
def test_nobody_does_what_is_not_theirs(url: str, tmp_path: Path, name: str, kind: str, why: str) -> None:
    receipt = hand_in(url, "ben", tmp_path)
    me, folder = client(url, name), folder_of(tmp_path / "mine", {"a.ipynb": "x"})
    calls = {
        "release": lambda: me.release("ml", "ch03", folder, force=True),
        "feedback": lambda: me.give_feedback(receipt, folder),
        "submission": lambda: me.submit("ml", "ch03", folder),
    }
    with pytest.raises(ExchangeRefusal, match=why):
        calls[kind]()


def test_what_has_not_been_released_can_not_be_handed_in(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExchangeRefusal, match="ch04 has not been released"):
        client(url, "ada").submit("ml", "ch04", folder_of(tmp_path / "ch04", {"ch04.ipynb": "x"}))


def test_too_large_a_hand_in_says_what_to_do(url: str, tmp_path: Path) -> None:
    with pytest.raises(ExchangeRefusal, match=r"1\.2 MB are too much: 1 MB .* Clear the outputs"):
        hand_in(url, "ada", tmp_path, bytes(1_200_000))


def test_a_person_can_not_fill_the_disk(url: str, tmp_path: Path) -> None:
    ada = client(url, "ada")

    def put(n: int) -> None:
        block = bytes([n]) * 900_000
        ada._ask("PUT", f"/chunks/{_digest(block)}", data=block)

    for n in range(4):
        put(n)
    with pytest.raises(ExchangeRefusal, match="4 MB in all"):
        put(4)


def test_handing_in_has_a_limit_per_hour(exchange: Exchange, url: str, tmp_path: Path) -> None:
    for n in range(4):
        hand_in(url, "ada", tmp_path, f"{n}")
    with pytest.raises(ExchangeRefusal, match=r"4 hand-ins in an hour .* in \d+ minutes"):
        hand_in(url, "ada", tmp_path, "5")
    hand_in(url, "ben", tmp_path)
    now = exchange.clock()
    exchange.clock = lambda: now + 3601
    hand_in(url, "ada", tmp_path, "5")


def test_uploads_that_were_given_up_are_swept(exchange: Exchange, url: str, tmp_path: Path) -> None:
    kept = hand_in(url, "ada", tmp_path)
    block = b"given up"
    client(url, "ada")._ask("PUT", f"/chunks/{_digest(block)}", data=block)
    assert exchange.sweep() == 0
    now = exchange.clock()
    exchange.clock = lambda: now + 25 * 3600
    assert exchange.sweep() == 1
    grace = client(url, "grace")
    assert (grace.fetch(kept, tmp_path / "got") / "ch03.ipynb").read_text() == "work"
    assert sum(path.is_file() for path in (tmp_path / "exchange" / "chunks").rglob("*")) == 2  # release, hand-in


def test_a_full_disk_loses_nothing(
    url: str, exchange: Exchange, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: str, data: bytes) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(exchange.blobs._system, "pipe_file", full)
        with pytest.raises(OperatorError, match="in trouble: nothing was lost"):
            hand_in(url, "ada", tmp_path)
    assert hand_in(url, "ada", tmp_path).student == "ada"


def test_an_address_that_is_no_exchange_is_named(url: str) -> None:
    for wrong in (url + "/nowhere/exchange", "http://127.0.0.1:9/services/exchange"):
        with pytest.raises((OperatorError, ExchangeRefusal), match=r"does not answer|answers 404"):
            client(wrong, "ada").whoami()


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_counting_hand_ins_reads_no_list_of_files(tmp_path: Path) -> None:
    exchange = make_exchange(tmp_path / "exchange", tries=3)
    with serving(exchange) as url:
        client(url, "grace").release("ml", "ch03", folder_of(tmp_path / "release", {"ch03.ipynb": "task"}))
        hand_in(url, "ada", tmp_path, "1")
        with exchange.records.engine.begin() as db:
            db.exec_driver_sql("UPDATE bundles SET files = 'never read'")
        assert hand_in(url, "ada", tmp_path, "2").tries_left == 1


def test_which_chunks_are_missing_is_asked_of_these_alone(tmp_path: Path) -> None:
    records = make_exchange(tmp_path / "exchange").records
    digests = [f"{n:064x}" for n in range(1300)]  # more than fit into one question
    for n, digest in enumerate(digests):
        if n % 3:
            records.add_chunk("ada", digest, f"place-{n}", 1, 0)
    records.add_chunk("ben", digests[0], "ben's", 1, 0)
    assert records.missing("ada", digests) == digests[::3]
    asked: list[str] = []
    event.listen(records.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    assert records.missing("ada", digests[:2]) == digests[:1]
    (question,) = asked
    assert "digest IN" in question
