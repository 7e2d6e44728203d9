"""After its closing an assignment takes no hand-in, but of who has been given more time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from course.errors import ExchangeRefusal
from hub_config.exchange.__main__ import exchange_from_environ
from hub_config.exchange.rules import Closing, Exchange
from tests.support.exchange_server import client, folder_of, make_exchange, serving

CLOSES, MINUTE = datetime(2026, 11, 1, 11), timedelta(minutes=1)


class Course:
    def __init__(self, exchange: Exchange, url: str, folder: Path) -> None:
        self.exchange, self.url = exchange, url
        self.work = folder_of(folder / "ch03", {"ch03.ipynb": "{}"})
        exchange.closings = {"ml": {"ch03": Closing(CLOSES, "Europe/Berlin")}}
        self.at(CLOSES - MINUTE)
        for name in ("ch03", "ch04"):
            client(url, "grace").release("ml", name, self.work)

    def at(self, moment: datetime) -> None:
        self.exchange.clock = moment.replace(tzinfo=UTC).timestamp

    def hand_in(self, who: str, assignment: str = "ch03") -> None:
        client(self.url, who).submit("ml", assignment, self.work)


@pytest.fixture
def course(tmp_path: Path) -> Iterator[Course]:
    exchange = make_exchange(tmp_path / "exchange")
    with serving(exchange) as url:
        yield Course(exchange, url, tmp_path)


def test_nothing_is_taken_after_the_closing(course: Course) -> None:
    course.hand_in("ada")
    course.at(CLOSES + MINUTE)
    with pytest.raises(ExchangeRefusal, match=r"until Sun 1 Nov 2026, 12:00 CET: nothing more is taken\. Ask your"):
        course.hand_in("ada")
    course.hand_in("ada", "ch04")
    assert len(client(course.url, "grace").submissions("ml", "ch03")) == 1


def test_who_has_more_time_may_hand_in(course: Course) -> None:
    grace, later = client(course.url, "grace"), CLOSES + 60 * MINUTE
    grace.allow("ml", "ch03", {"ben": later})
    course.at(later - MINUTE)
    course.hand_in("ben")
    with pytest.raises(ExchangeRefusal, match="12:00 CET"):
        course.hand_in("ada")
    grace.allow("ml", "ch03", {"": later})  # in the place of what was said before
    course.hand_in("ada")
    course.at(later + MINUTE)
    with pytest.raises(ExchangeRefusal, match="until Sun 1 Nov 2026, 13:00 CET"):
        course.hand_in("ben")


@pytest.mark.parametrize("who", ["ada", "eve", "nobody"])
def test_only_its_graders_give_more_time(course: Course, who: str) -> None:
    with pytest.raises(ExchangeRefusal):
        client(course.url, who).allow("ml", "ch03", {who: CLOSES + 60 * MINUTE})
    course.at(CLOSES + MINUTE)
    with pytest.raises(ExchangeRefusal):
        course.hand_in("ada")


def test_the_hub_says_what_is_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_EXCHANGE_DB", f"sqlite:///{tmp_path / 'exchange.db'}")
    monkeypatch.setenv("COURSE_EXCHANGE_STORAGE", str(tmp_path / "chunks"))
    told = {"ml": {"ch03": {"at": CLOSES.isoformat(), "zone": "Europe/Berlin"}}}
    monkeypatch.setenv("COURSE_EXCHANGE_CLOSINGS", json.dumps(told))
    exchange = exchange_from_environ()
    assert exchange.closings == {"ml": {"ch03": Closing(CLOSES, "Europe/Berlin")}}
    exchange.records.engine.dispose()
