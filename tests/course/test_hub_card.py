"""What a hub adds to the card of the visible test: a real exchange, and a notebook as its kernel has it."""

from __future__ import annotations

import json
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import Mock

import pytest
import requests

from autograder.engine.result import ExerciseStatus
from course import examples, hub_card
from course.card import Card
from course.exchange import standing
from course.exchange.client import Received
from course.exchange.standing import MARKS, Standing, Told, Watch
from course.exchange.verdict import FILE, ExerciseVerdict, Verdict
from course.hub_card import handed_in
from course.own_checkout import OwnCheckout
from hub_config.exchange.rules import Exchange
from tests.hub_config.exchange.test_pages import NOON, planned
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.notebook_shell import Shell, in_notebook
from tests.support.page import Page

CH03 = "ch03_classification"
LAB = {"header": {"msg_type": "execute_request"}, "metadata": {"cellId": "a-1", "deletedCells": []}}
ANSWER = "def double(value):\n    return value + 2"
BETTER = "def double(value):\n    return value * 2"


def double(value: int) -> int:
    """Return twice the value.

    >>> double(2)
    4
    """
    return value + 2


def wrong(value: int) -> int:
    """Return twice the value.

    >>> double(3)
    6
    """
    return value + 2


def stub(value: int) -> int:
    """Return twice the value.

    >>> double(2)
    4
    """
    raise NotImplementedError


def notebook(*cells: str) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": one.splitlines(keepends=True)} for one in cells]})


@dataclass
class Desk:
    """Ada's notebook of ``ch03_classification``, on a hub that judges at once and takes three hand-ins an hour."""

    exchange: Exchange
    url: str
    shell: Shell
    home: Path
    tmp: Path

    def check(self, answer: object = double) -> str:
        """Run the cell below the answer, as after a while; return its card's text."""
        hub_card._watches.clear()
        examples.check("p.03.2", "double", namespace={"double": answer})
        return self.shell.last

    def hand_in(self, text: str, name: str = "ada") -> Received:
        place = folder_of(self.tmp / f"hand-in-{name}", {f"{CH03}.ipynb": text})
        return client(self.url, name).submit("ml", CH03, place)

    def judge(
        self, one: Received, *, score: float | None = 1, sentence: str = "Twice, also of 3.", **more: str
    ) -> None:
        found = {"word": "partial marks", "symbol": "◐", "sentence": sentence} | more
        exercise = ExerciseVerdict(exercise="p.03.2", title="Double", score=score, max_score=2, **found)
        self.give(Verdict(submission=one.id, chapter=CH03, complete=True, score=score, exercises=(exercise,)), one)

    def give(self, verdict: Verdict, one: Received, kind: str = "instant") -> None:
        page = folder_of(self.tmp / f"{kind}-{one.id}", {FILE: verdict.model_dump_json(), "page.html": "its page"})
        client(self.url, "grace").give_feedback(one, page, kind)


@pytest.fixture(autouse=True)
def _first_time(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_last", "_hinted"):
        monkeypatch.setattr(examples, name, {})
    monkeypatch.setattr(hub_card, "_watches", [])
    for name in ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING", "COURSE_HUB_TOKEN", "COURSE_EXCHANGE_URL"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    exchange = make_exchange(tmp_path / "exchange", tries=3)
    exchange.clock = NOON.timestamp
    monkeypatch.setattr(standing, "SECONDS", 60)  # a busy machine makes no card another one
    with serving(exchange) as url:
        client(url, "grace").release("ml", CH03, folder_of(tmp_path / "release", {f"{CH03}.ipynb": notebook("task")}))
        planned(url)
        home = folder_of(tmp_path / "home" / CH03, {f"{CH03}.ipynb": notebook(ANSWER)})
        for name, value in (
            ("JUPYTERHUB_USER", "ada"), ("JUPYTERHUB_API_TOKEN", "ada"), ("COURSE_EXCHANGE_URL", url),
            ("JPY_SESSION_NAME", str(home / f"{CH03}.ipynb")),
        ):  # fmt: skip
            monkeypatch.setenv(name, value)
        shell = in_notebook(monkeypatch, LAB)
        shell.typed(ANSWER)
        yield Desk(exchange, url, shell, home, tmp_path)


def test_from_nothing_handed_in_to_a_better_one(desk: Desk) -> None:
    with pytest.raises(examples.Disagreement):
        desk.check(stub)
    assert "anded in" not in desk.shell.last
    card = desk.check()
    assert card.startswith("p.03.2: 1 of 1 examples agree.\n\nNot handed in yet\nTo hand in, save the notebook and")
    assert "`course submit ch03`" in card and card.endswith("Hidden checks on other inputs decide the points.")

    first = desk.hand_in(notebook(ANSWER))
    card = desk.check()
    assert "Your hand-in of Mon 30 Nov 2026, 13:00 CET\n" in card
    assert "Your answer here is the one you handed in.\nBeing judged.\n2 tries left in this hour. To" in card

    desk.judge(first)
    card = desk.check()
    assert "- partial marks (1 of 2 points): Twice, also of 3.\nYour answer here is the one you handed in." in card
    assert "judged" not in card

    desk.shell.typed(ANSWER, BETTER)
    assert "You have changed your answer since." in desk.check()
    second = desk.hand_in(notebook(BETTER))
    card = desk.check()  # what was found is of the first one still
    assert "- partial marks" in card and "You have changed" in card and "A newer hand-in: being judged." in card

    desk.judge(second, score=2, word="full marks", symbol="✓", sentence="", change="1 point more: “Twice” kept now.")
    card = desk.check()
    assert "- full marks (2 of 2 points)\n  Since your hand-in before: 1 point more: “Twice” kept now.\n" in card
    assert "Your answer here is the one" in card and "1 try left" in card
    page = Page(desk.shell.pages[-1])
    assert page.open == [""] and page.badly_closed == [""]
    assert "Your hand-in of Mon 30 Nov 2026, 13:00 CET full marks (2 of 2 points)" in page.text

    desk.hand_in(notebook("{"))
    assert "No try left in this hour. The next try is in 60 minutes.\n" in desk.check()
    client(desk.url, "grace").give_feedback(second, folder_of(desk.tmp / "final", {"page.html": "graded"}))
    assert "Your teacher has returned it" in desk.check()


def test_where_points_are_not_told_there_are_none(desk: Desk) -> None:
    desk.judge(desk.hand_in(notebook(ANSWER)), score=None)
    card = desk.check()
    assert "- partial marks: Twice, also of 3." in card and "point" not in card.replace("decide the points", "")


def test_what_is_said_of_the_whole_of_it_stands_in_place_of_the_exercise(desk: Desk) -> None:
    one = desk.hand_in("no notebook")
    desk.give(Verdict(submission=one.id, chapter=CH03, complete=True, sentences=("It could not be read.",)), one)
    card = desk.check()
    assert "13:00 CET\nIt could not be read.\n2 tries left" in card
    assert "Your answer" not in card and "You have changed" not in card  # that can't be told


def test_trouble_of_the_grading_machine_is_said_as_such(desk: Desk) -> None:
    one = desk.hand_in(notebook(ANSWER))
    desk.give(Verdict(submission=one.id, chapter=CH03, complete=False), one, "delay")
    assert "handed in.\nJudging takes longer, through a fault of the grading machine: your work is safe" in desk.check()


def test_nobody_sees_what_is_another_persons(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.judge(desk.hand_in(notebook(ANSWER)), sentence="Ada's own.")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "ben")
    assert "Not handed in yet" in desk.check()
    for name in ("grace", "eve", "nobody", "a stranger"):
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", name)
        assert "anded in" not in desk.check(), name  # a grader who looks at it has handed in nothing
    desk.judge(desk.hand_in(notebook(ANSWER), "grace"), sentence="Grace's own.")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "grace")
    assert "Grace's own." in desk.check() and "Ada" not in desk.shell.last


def test_a_course_without_feedback_at_once_says_nothing(desk: Desk) -> None:
    desk.judge(desk.hand_in(notebook(ANSWER)))

    def ask(**query: str) -> requests.Response:
        return requests.get(f"{desk.url}/standing", query, headers={"Authorization": "token ada"}, timeout=60)

    assert ask(assignment=CH03).json()["when"] == ask(assignment=CH03, folder="ml").json()["when"] != ""
    assert ask(assignment="ch04").json() == ask(assignment="../x").json() == {}
    assert ask().status_code == 400
    assert requests.get(f"{desk.url}/standing", {"assignment": CH03}, timeout=60).status_code == 401
    desk.exchange.tries = {}
    assert ask(assignment=CH03).json() == {} and "anded in" not in desk.check()


def test_a_hint_begins_with_what_the_hand_in_was_told(desk: Desk) -> None:
    desk.judge(desk.hand_in(notebook(ANSWER)))
    desk.check()
    examples.hint("p.03.2", namespace={})
    assert desk.shell.last.startswith("p.03.2: what your hand-in of Mon 30 Nov 2026, 13:00 CET was told\n\nTwice, also")
    assert "Is that still so?" in desk.shell.last
    with pytest.raises(examples.Disagreement):
        desk.check(wrong)
    examples.hint("p.03.2", namespace={})
    assert desk.shell.last.index("Work this example out by hand") < desk.shell.last.index("Twice, also of 3.")
    examples.hint("p.03.9", namespace={})
    assert "Twice, also" not in desk.shell.last


@pytest.mark.parametrize("name", ["NBGRADER_EXECUTION", "NBGRADER_VALIDATING", "no cell"])
def test_nothing_is_asked_where_nobody_reads(name: str, desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("the hub is asked"))
    monkeypatch.setenv(name, "1")
    if name == "no cell":
        desk.shell.kernel.parent = {"metadata": {}}
    assert "anded in" not in desk.check()


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def ended() -> None:
    """Wait for the threads that ask."""
    for thread in threading.enumerate():
        if thread.name == "course-standing":
            thread.join(60)


def test_a_hub_that_does_not_answer_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock()
    waits: list[float | None] = []
    begun: list[threading.Thread] = []
    monkeypatch.setattr(threading.Event, "wait", lambda event, seconds=None: waits.append(seconds))
    monkeypatch.setattr(threading.Thread, "start", lambda thread: begun.append(thread))  # it never gets anywhere
    watch = Watch(clock)
    for name in (CH03, CH03, "another", CH03):
        assert watch.ask("http://hub", "ada", name, "home")() is None
    assert waits == [standing.SECONDS, 0, 0] and len(begun) == 1
    clock.now += standing.QUIET
    assert watch.ask("http://hub", "ada", "another", "home")() is None
    assert waits == [standing.SECONDS, 0, 0, standing.SECONDS] and len(begun) == 2


def test_an_answer_that_comes_late_is_shown_the_next_time(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in(notebook(ANSWER))
    watch = Watch(Clock())
    with monkeypatch.context() as patch:
        patch.setattr(standing, "SECONDS", 0)
        held = threading.Lock()
        get = standing._get

        def slow(*asked: Any) -> requests.Response:
            with held:
                return get(*asked)

        patch.setattr(standing, "_get", slow)
        with held:
            assert watch.ask(desk.url, "ada", CH03, "home")() is None
        ended()
    found = watch.ask(desk.url, "ada", CH03, "home")()
    assert found is not None and found.newer == "being judged"


def test_a_notebook_that_comes_late_takes_nothing_else_away(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.hand_in(notebook(ANSWER))
    watch, held, get = Watch(Clock()), threading.Event(), standing._get

    def slow(session: requests.Session, url: str, *query: Any) -> requests.Response:
        if "bundles" in url:
            watch._asked[asked].waited = True  # as after a second
            held.set()
            threading.Event().wait(0.2)
        return get(session, url, *query)

    asked = (desk.url, "ada", CH03, "home")
    monkeypatch.setattr(standing, "_get", slow)
    answer = watch.ask(*asked)
    assert held.wait(60)
    found = answer()
    assert found is not None and found.newer == "being judged"
    ended()
    found = watch.ask(*asked)()
    assert found is not None and found.cells == frozenset({ANSWER})


def test_a_hub_that_is_not_there_is_left_alone_for_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as gone:
        url = f"http://127.0.0.1:{gone.getsockname()[1]}"
    monkeypatch.setattr(standing, "SECONDS", 60)
    clock = Clock()
    watch = Watch(clock)
    assert watch.ask(url, "ada", CH03, "home")() is None
    clock.now += standing.QUIET - 1
    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "start", lambda thread: pytest.fail("it is asked"))
        assert watch.ask(url, "ada", CH03, "home")() is None
        assert watch.ask(url, "ada", "another", "home")() is None
    clock.now += 2
    assert watch.ask(url, "ada", CH03, "home")() is None
    ended()
    assert watch._quiet_until > clock.now  # it was asked again


def test_an_answer_holds_for_a_moment_and_a_notebook_is_fetched_once(desk: Desk) -> None:
    desk.judge(desk.hand_in(notebook(ANSWER)))
    asked: list[str] = []
    get = standing._get
    clock = Clock()
    watch = Watch(clock)

    def noted(session: requests.Session, url: str, *query: Any) -> requests.Response:
        asked.append(url)
        return get(session, url, *query)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(standing, "_get", noted)
        for later in (0, 1, 10):
            clock.now += later
            found = watch.ask(desk.url, "ada", CH03, "home")()
            assert found is not None and found.cells == frozenset({ANSWER})
    assert [url.split("/services/exchange/")[1].split("/")[0] for url in asked] == ["standing", "bundles", "standing"]


def test_where_no_thread_can_be_had_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(threading.Thread, "start", Mock(side_effect=RuntimeError("can't start new thread")))
    assert Watch().ask("http://hub", "ada", CH03, "home")() is None


@pytest.mark.parametrize("answer", ["[]", "{", '{"when": 3}', '{"notebook": 3}', "null"])
def test_an_answer_that_is_none_of_ours_is_none(answer: str, monkeypatch: pytest.MonkeyPatch) -> None:
    reply = requests.Response()
    reply.status_code, reply._content = 200, answer.encode()
    monkeypatch.setattr(requests.Session, "get", lambda *args, **options: reply)
    monkeypatch.setattr(standing, "SECONDS", 60)
    assert Watch().ask("http://hub", "ada", CH03, "home")() is None


def test_the_words_of_a_verdict_are_the_graders() -> None:
    assert MARKS == {ExerciseStatus.FULL: "good", ExerciseStatus.PARTIAL: "bad", ExerciseStatus.NONE: "bad"}


def test_what_a_hub_says_is_text() -> None:
    told = {"p.03.2": Told("<b>", "", "bad", "<script>alert(1)</script>", "<i>")}
    card = Card("p.03.2", "good", "x", handed_in=handed_in(
        Standing("ch03", "<u>", told, newer="<s>"), "p.03.2", (), begun=True
    ))  # fmt: skip
    page = Page(card.html)
    assert page.badly_closed == [""] and not page.all("script") and not page.all("b") and not page.all("u")


COLAB: dict[str, Any] = {"header": {}, "metadata": None}
VSCODE = {"header": {}, "metadata": {"cellId": "vscode-notebook-cell:/home/ada/x.ipynb#W1sZmlsZQ=="}}


@pytest.mark.parametrize("parent", [COLAB, VSCODE, {}, None, {"metadata": []}, LookupError("no parent"), LAB])
@pytest.mark.parametrize("where", ["vscode", "colab"])
def test_other_editors_ask_nothing_and_raise_nothing(
    parent: object, where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("COURSE_BUILD", "JUPYTERHUB_USER", "JPY_SESSION_NAME", "JUPYTERHUB_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COURSE_ROOT", str(tmp_path))  # no checkout: the wheel is all they have
    monkeypatch.setattr(OwnCheckout, "ask", lambda *args: pytest.fail("the hidden checks are asked"))
    monkeypatch.setattr(threading.Thread, "start", lambda thread: pytest.fail("a hub is asked"))
    scope: dict[str, object] = {"double": double}
    if where == "colab":
        monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
    else:
        scope["__vsc_ipynb_file__"] = str(tmp_path / "not on this machine.ipynb")
    shell = in_notebook(monkeypatch, parent)
    examples.check("p.03.2", "double", namespace=scope)
    assert shell.last == "p.03.2: 1 of 1 examples agree.\nHidden checks on other inputs decide the points."
    for read in (examples.hint, examples.solution):
        read("p.03.2", namespace=scope)
    assert "which are not here" in shell.shown[-2] and "Our solutions are not here" in shell.last
