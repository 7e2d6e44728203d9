"""Grades to a learning platform: they arrive, whatever happens on the way, and nothing arrives as two."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from autograder.classroom.export import Grade
from autograder.classroom.lti.ledger import Ledger
from autograder.classroom.lti.sending import Outcome, Sender, Sent, comment
from autograder.classroom.lti.services import Services
from autograder.classroom.lti.tool_key import ToolKey, tool_key
from course.errors import EngineError, OperatorError, SetupError
from course.project import Project
from tests.support.lti_platform import DROP, HANG, FakePlatform, member

MOST = {"p.99.1": 4.0, "p.99.4": 2.0}
ADA = Grade("ada", {"p.99.1": 4.0, "p.99.4": 1.5}, 5.5, 0.0, False)
BEN = Grade("ben", {"p.99.1": 2.0, "p.99.4": 0.0}, 1.0, 1.0, True, pending=frozenset({"p.99.4"}))
ACCOUNTS = {"ada": "u-1", "ben": "u-2"}


@pytest.fixture(scope="module")
def key(tmp_path_factory: pytest.TempPathFactory) -> ToolKey:
    return tool_key(Project(tmp_path_factory.mktemp("key")), make=True)


@pytest.fixture
def platform(key: ToolKey) -> Iterator[FakePlatform]:
    fake = FakePlatform(key.jwk, [member("u-1", "Ada Lovelace"), member("u-2", "Ben Example")])
    with fake.serving():
        yield fake


@pytest.fixture
def sender(platform: FakePlatform, key: ToolKey, tmp_path: Path) -> Sender:
    services = Services(platform.settings(), key, pause=0)
    column = services.column("ch99_mini", "A miniature chapter", 6.0)
    return Sender(services, Ledger(tmp_path / "ledger"), column, ACCOUNTS, MOST, "https://hub.example.org")


def hurried(sender: Sender) -> Sender:
    """Return a sender that soon gives up waiting for an answer."""
    return replace(sender, services=replace(sender.services, seconds=(5.0, 0.4)))


def outcomes(sent: Iterator[Sent]) -> dict[str, Outcome]:
    return {one.student: one.outcome for one in sent}


def test_scores_and_comments_arrive(platform: FakePlatform, sender: Sender) -> None:
    assert outcomes(sender.send([ADA, BEN])) == {"ada": Outcome.SENT, "ben": Outcome.SENT}
    (column,) = platform.columns.values()
    assert (column["label"], column["resourceId"], column["scoreMaximum"]) == ("A miniature chapter", "ch99_mini", 6)
    ada, ben = platform.results[1, "u-1"], platform.results[1, "u-2"]
    assert (ada["scoreGiven"], ada["scoreMaximum"], ada["gradingProgress"]) == (5.5, 6, "FullyGraded")
    assert (ben["scoreGiven"], ben["gradingProgress"], ben["activityProgress"]) == (1, "PendingManual", "Completed")
    assert ada["comment"] == (
        "5.5 of 6 points. Points are missing in p.99.4: 1.5 of 2. What each was lost for: https://hub.example.org"
    )


def test_what_has_been_sent_is_not_sent_again(platform: FakePlatform, sender: Sender) -> None:
    list(sender.send([ADA, BEN]))
    assert outcomes(sender.send([ADA, BEN])) == {"ada": Outcome.SAME, "ben": Outcome.SAME}
    assert outcomes(sender.send([ADA, replace(BEN, score=3.0)])) == {"ada": Outcome.SAME, "ben": Outcome.SENT}
    first, second = (score for _, score in platform.requests if score["userId"] == "u-2")
    assert (first["scoreGiven"], second["scoreGiven"]) == (1, 3) and first["timestamp"] < second["timestamp"]
    assert len(platform.requests) == 3
    assert outcomes(replace(sender, again=True).send([ADA])) == {"ada": Outcome.SENT}
    assert len(platform.requests) == 4


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
@pytest.mark.parametrize("failure", [500, 503, 429, DROP, HANG])
def test_what_fails_for_a_while_is_tried_again(
    platform: FakePlatform, sender: Sender, failure: int | str, strict: bool
) -> None:
    platform.failures, platform.strict = {"score": [failure, failure] if failure != HANG else [failure]}, strict
    assert outcomes((hurried(sender) if failure == HANG else sender).send([ADA])) == {"ada": Outcome.SENT}
    assert len({score["timestamp"] for _, score in platform.requests}) == 1
    assert platform.results[1, "u-1"]["scoreGiven"] == 5.5
    assert outcomes(sender.send([ADA])) == {"ada": Outcome.SAME}


def test_a_platform_that_stays_in_trouble_is_named_and_nothing_is_lost(platform: FakePlatform, sender: Sender) -> None:
    platform.failures = {"score": [None, *[503] * 7]}
    done = []
    with pytest.raises(OperatorError, match="in trouble"):
        done.extend(sender.send([ADA, BEN]))
    assert platform.results.keys() == {(1, "u-1")}
    assert outcomes(sender.send([ADA, BEN])) == {"ada": Outcome.SAME, "ben": Outcome.SENT}


@pytest.mark.parametrize("strict", [False, True], ids=["lenient", "strict"])
def test_a_run_that_is_killed_before_it_can_note_it_goes_on(
    platform: FakePlatform, sender: Sender, strict: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    platform.strict = strict

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "done", killed)
        with pytest.raises(KeyboardInterrupt):
            list(sender.send([ADA]))
    assert platform.results[1, "u-1"]["scoreGiven"] == 5.5
    column = sender.services.column("ch99_mini", "A miniature chapter", 6.0)
    assert outcomes(replace(sender, column=column).send([ADA, BEN])) == {"ada": Outcome.SENT, "ben": Outcome.SENT}
    first, again = (score for _, score in platform.requests if score["userId"] == "u-1")
    assert first == again and len(platform.columns) == 1


@pytest.mark.parametrize("failure", [500, 429, DROP, HANG])
def test_a_column_is_made_once(platform: FakePlatform, sender: Sender, failure: int | str) -> None:
    platform.failures = {"new": [failure]}
    column = (hurried(sender) if failure == HANG else sender).services.column("ch98_other", "Another", 3.0)
    assert sender.services.column("ch98_other", "Another", 3.0) == column
    assert [row["resourceId"] for row in platform.columns.values()] == ["ch99_mini", "ch98_other"]


def test_where_its_column_was_deleted_all_is_sent_to_the_new_one(platform: FakePlatform, sender: Sender) -> None:
    list(sender.send([ADA]))
    platform.columns[1] = {**platform.columns[1], "resourceId": "somebody else's"}
    column = sender.services.column("ch99_mini", "A miniature chapter", 6.0)
    assert outcomes(replace(sender, column=column).send([ADA])) == {"ada": Outcome.SENT}
    assert (2, "u-1") in platform.results


def test_who_is_not_there_is_named_and_the_others_are_sent(platform: FakePlatform, sender: Sender) -> None:
    lost = replace(sender, accounts={"ben": "u-2", "carol": "u-3"})
    carol = replace(ADA, student="carol")
    sent = {one.student: one for one in lost.send([ADA, carol, BEN])}
    assert {name: one.outcome for name, one in sent.items()} == {
        "ada": Outcome.STRANGER, "carol": Outcome.REFUSED, "ben": Outcome.SENT,
    }  # fmt: skip
    assert "404" in sent["carol"].why and "no such user" in sent["carol"].why


def test_a_newer_grade_there_is_not_overwritten(platform: FakePlatform, sender: Sender) -> None:
    platform.results[1, "u-1"] = {"scoreGiven": 6, "timestamp": "2999-01-01T00:00:00.000+00:00"}
    (sent,) = sender.send([ADA])
    assert sent.outcome is Outcome.REFUSED and "set there by hand" in sent.why
    assert platform.results[1, "u-1"]["scoreGiven"] == 6


def test_two_runs_do_not_send_at_one_time(sender: Sender) -> None:
    with sender.ledger.claimed():
        found: list[str] = []

        def other() -> None:
            with pytest.raises(SetupError) as error, sender.ledger.claimed():
                pass
            found.append(str(error.value))

        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
    assert "being sent already" in found[0]


def test_what_cant_be_noted_is_not_sent(platform: FakePlatform, sender: Sender) -> None:
    sender.ledger.folder.parent.mkdir(exist_ok=True)
    sender.ledger.folder.write_text("a file where the folder should be")
    with pytest.raises(EngineError, match="can't be noted"):
        list(sender.send([ADA]))
    assert platform.requests == []


def test_a_comment_names_what_is_missing_and_what_is_still_to_come() -> None:
    assert comment(BEN, MOST) == (
        "1 of 6 points so far. Points are missing in p.99.1: 2 of 4. To be read by a person: p.99.4. "
        "1 point less for being late."
    )
    many = {f"p.99.{number}": 1.0 for number in range(1, 13)}
    assert "p.99.8: 0 of 1, and 4 more." in comment(Grade("ada", {}, 0.0, 0.0, False), many)
    assert comment(Grade("ada", MOST, 6.0, 0.0, False), MOST) == "6 of 6 points."
