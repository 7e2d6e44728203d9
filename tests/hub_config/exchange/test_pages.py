"""The start page and the pages of feedback, by HTTP: what each person sees, and what nobody may."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
import requests

from course.errors import ExchangeRefusal
from course.exchange.client import Received
from course.exchange.plan import AtOnce, Plan, Planned
from course.exchange.policy import GradePolicy
from course.exchange.verdict import FILE, Verdict
from hub_config.exchange import words
from hub_config.exchange.board import Boards
from hub_config.exchange.callers import Caller
from hub_config.exchange.rules import Closing, Exchange
from tests.support.exchange_server import GRADER, STUDENT, Names, client, folder_of, make_exchange, serving

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)
SERVER = "/services/course-ml/"
PENALTY = GradePolicy(late="penalty", penalty_percent=10)


@pytest.fixture
def exchange(tmp_path: Path) -> Exchange:
    """At noon, with three tries an hour."""
    exchange = make_exchange(tmp_path / "exchange", tries=3)
    exchange.clock = NOON.timestamp
    return exchange


@pytest.fixture
def url(exchange: Exchange, tmp_path: Path) -> Iterator[str]:
    """An exchange on which ``ch03`` and ``ch04`` have been released."""
    with serving(exchange) as url:
        for name in ("ch04", "ch03"):
            client(url, "grace").release("ml", name, folder_of(tmp_path / name, {f"{name}.ipynb": "task"}))
        yield url


def planned(url: str, hours: float = 75, grade: GradePolicy = PENALTY, **more: object) -> None:
    """The grader's server tells that ``ch03`` is due in so many hours."""
    due = NOON + timedelta(hours=hours)
    one = Planned.model_validate({"title": "Which <digit>?", "due": due, **more})
    feedback = AtOnce(instant=True)
    plan = Plan(title="Learning & co", time_zone="Europe/Berlin", grade=grade, feedback=feedback, grading=SERVER,
                assignments={"ch03": one})  # fmt: skip
    client(url, "grace").tell_plan("ml", plan)


def hand_in(url: str, name: str, tmp_path: Path, text: str = "work") -> Received:
    return client(url, name).submit("ml", "ch03", folder_of(tmp_path / name, {"ch03.ipynb": text}))


def give(url: str, tmp_path: Path, one: Received, score: float | None, kind: str = "instant", page: str = "") -> None:
    verdict = Verdict(submission=one.id, chapter="ch03", complete=True, score=score, max_score=8)
    files = {FILE: verdict.model_dump_json(), "ch03.html": page or f"page of {one.student}"}
    client(url, "grace").give_feedback(one, folder_of(tmp_path / f"page-{one.id}", files), kind)


def look(url: str, name: str = "ada") -> str:
    reply = requests.get(f"{url}/start", cookies={"person": name}, timeout=30)
    assert reply.status_code == 200, reply.text
    return reply.text


def card(url: str, name: str = "ada", assignment: str = "ch03") -> str:
    """The text of one assignment's card, and in brackets where its buttons lead."""
    found = re.search(rf'<li class="card" id="ml-{assignment}">.*?\n</li>', look(url, name), re.DOTALL)
    assert found, look(url, name)
    text = re.sub(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', r"[\2 \1]", found[0])
    return html.unescape(" ".join(re.sub(r"<[^>]*>", " ", text).split()))


def test_a_term_as_its_student_sees_it(url: str, exchange: Exchange, tmp_path: Path) -> None:
    assert "No deadline not opened yet" in card(url)
    planned(url)
    said = card(url)
    assert said.startswith("Which <digit>? ch03 Due Thu 3 Dec 2026, 16:00 CET in 3 days not opened yet")
    assert "[Open /hub/user-redirect/course/open?course=ml&assignment=ch03]" in said
    assert "Hand in" not in said
    assert "Open it first" in said

    (release,) = (one for one in client(url, "ada").releases("ml") if one.assignment == "ch03")
    client(url, "ada").fetch(release, tmp_path / "mine")
    said = card(url)
    assert "opened, not handed in yet 3 tries left in this hour" in said
    assert "[Hand in … /hub/user-redirect/course/hand-in?course=ml&assignment=ch03]" in said
    assert "not opened yet" in card(url, "ben")

    ticks = count()  # no two at the same moment
    exchange.clock = lambda: NOON.timestamp() + next(ticks) * 1e-3
    others = [hand_in(url, f"student-{n}", tmp_path) for n in range(3)]
    mine = hand_in(url, "ada", tmp_path)
    assert "third in line to be judged Handed in Mon 30 Nov 2026, 13:00 CET 2 tries left" in card(url)
    give(url, tmp_path, others[0], 8)
    give(url, tmp_path, others[1], 8)
    assert "first in line to be judged" in card(url)
    give(url, tmp_path, others[2], 8)
    assert " being judged " in card(url)
    give(url, tmp_path, mine, None, "delay")
    assert "judging takes longer, through a fault of the grading machine" in card(url)
    give(url, tmp_path, mine, 6.5)
    assert " judged 6.5 of 8 points so far Handed in Mon 30 Nov 2026, 13:00 CET" in card(url)
    assert f"[Feedback /services/exchange/feedback/{mine.id}]" in card(url)

    again = hand_in(url, "ada", tmp_path, "better")
    assert f"[Feedback on the one before /services/exchange/feedback/{mine.id}]" in card(url)
    give(url, tmp_path, again, 5)
    assert "5 of 8 points so far" in card(url)
    planned(url, grade=GradePolicy(counts="best"))
    assert "6.5 of 8 points so far" in card(url)
    client(url, "grace").give_feedback(again, folder_of(tmp_path / "final", {"ch03.html": "in the end"}))
    assert "returned" in card(url)
    assert "All hand-ins (2)" in card(url)
    hand_in(url, "ada", tmp_path, "best")
    said = card(url)
    assert "No try left in this hour The next try is in 60 minutes." in said
    assert "[Hand in" not in said


def test_the_sooner_it_is_due_the_higher_it_stands(url: str) -> None:
    assert look(url).index("ml-ch03") < look(url).index("ml-ch04")
    client(url, "grace").tell_plan("ml", Plan(assignments={"ch04": Planned(due=NOON)}))
    assert look(url).index("ml-ch04") < look(url).index("ml-ch03")


REFUSE, ZERO = GradePolicy(late="refuse"), GradePolicy(late="zero", grace_minutes=90)
HOURLY = GradePolicy(late="penalty", penalty_percent=2.5, penalty_each="hour")


@pytest.mark.parametrize(
    ("hours", "grade", "said"),
    [
        (0.01, PENALTY, "in a minute"),
        (30, PENALTY, "in 30 hours"),
        (-2, GradePolicy(), "2 hours late, still accepted"),
        (-2, PENALTY, "2 hours late, accepted with a penalty of 10 %"),
        (-25, PENALTY, "2 days late, accepted with a penalty of 20 %"),
        (-1, ZERO, "60 minutes ago, still accepted as in time"),
        (-2, ZERO, "2 hours late, does not count any more"),
    ],
)
def test_a_deadline_in_words(hours: float, grade: GradePolicy, said: str) -> None:
    now = NOON.replace(tzinfo=None)
    assert words.left(Plan(grade=grade), now + timedelta(hours=hours), now, False) == said


@pytest.mark.parametrize(
    ("grade", "hours", "in_time", "wait", "opened", "why"),
    [
        (PENALTY, None, False, 0, True, ""),
        (PENALTY, -1, False, 0, False, "Open it first"),
        (PENALTY, 1, False, 0, True, ""),
        (PENALTY, 1, True, 0, True, "in time counts"),
        (GradePolicy(late="penalty", penalty_percent=10, counts="best"), 1, True, 0, True, ""),
        (REFUSE, 1, False, 0, False, "nothing can be handed in"),
        (ZERO, 2, True, 0, True, "in time counts"),
        (ZERO, 1, True, 0, True, ""),
        (ZERO, -1, False, 90, True, "in a minute or two"),
        (ZERO, -1, False, 130, True, "in 2 minutes"),
    ],
)
def test_why_nothing_can_be_handed_in(
    grade: GradePolicy, hours: float | None, in_time: bool, wait: int, opened: bool, why: str
) -> None:
    over = words.too_late(grade, None if hours is None else hours * 3600, in_time)
    said = over or words.not_yet(wait, opened)
    assert why in said
    assert bool(why) == bool(said)


@pytest.mark.parametrize(
    ("grade", "due", "closes", "said"),
    [
        (PENALTY, 1, 48, "Taken late until Wed 2 Dec 2026, 13:00 CET, with 10 % less for each day"),
        (HOURLY, -1, 48, "Taken late until Wed 2 Dec 2026, 13:00 CET, with 2.5 % less for each hour"),
        (GradePolicy(), 1, 48, "Taken late until Wed 2 Dec 2026, 13:00 CET, at no cost"),
        (ZERO, 1, 48, "Taken late until Wed 2 Dec 2026, 13:00 CET, and then it does not count"),
        (REFUSE, 1, 48, ""),
        (PENALTY, 1, None, ""),
        (PENALTY, -1, 0, "Nothing more is taken since Mon 30 Nov 2026, 13:00 CET."),
        (PENALTY, 48, 48, "Nothing is taken after that"),
        (PENALTY, None, 48, "Taken until Wed 2 Dec 2026, 13:00 CET"),
        (PENALTY, 49, 48, "Taken until Wed 2 Dec 2026, 13:00 CET"),
    ],
)
def test_until_when_a_late_hand_in_is_taken_and_what_it_costs(
    grade: GradePolicy, due: float | None, closes: float | None, said: str
) -> None:
    noon, plan = NOON.replace(tzinfo=None), Plan(grade=grade, time_zone="Europe/Berlin")
    moments = [None if hours is None else noon + timedelta(hours=hours) for hours in (due, closes)]
    now = noon + timedelta(seconds=1)
    assert (words.until(plan, *moments, now) or words.over(plan, moments[1], now)) == said


def test_late_hand_ins_are_taken_until_each_students_own_end(url: str, exchange: Exchange, tmp_path: Path) -> None:
    def at(hours: float) -> None:
        exchange.clock = (NOON + timedelta(hours=hours)).timestamp

    mine = {"ada": NOON + timedelta(hours=51)}
    exchange.closings = {"ml": {"ch03": Closing((NOON + timedelta(hours=48)).replace(tzinfo=None), "Europe/Berlin")}}
    client(url, "grace").allow("ml", "ch03", {name: one.replace(tzinfo=None) for name, one in mine.items()})
    planned(url, 3, extended=mine)
    for name in ("ada", "ben"):
        exchange.records.note_fetched("ml", "ch03", name, 1)
    late = "Taken late until Wed 2 Dec 2026, 13:00 CET, with 10 % less for each day"
    assert f"Due Mon 30 Nov 2026, 16:00 CET in 3 hours {late}" in card(url, "ben")
    assert "Due Wed 2 Dec 2026, 16:00 CET in 2 days Nothing is taken after that" in card(url)
    assert late in card(url, "grace")
    assert late not in card(url, "ben", "ch04")
    at(5)
    assert f"2 hours late, accepted with a penalty of 10 % {late}" in card(url, "ben")
    at(49)
    said = card(url, "ben")
    assert "over for 2 days" in said and "Taken late" not in said and "tries left" not in said
    assert "Nothing more is taken since Wed 2 Dec 2026, 13:00 CET." in said and "[Hand in" not in said
    assert "Nothing more is taken since Wed 2 Dec 2026, 13:00 CET." in card(url, "grace")
    assert "[Hand in" in card(url)
    hand_in(url, "ada", tmp_path)
    at(52)
    assert "over: you have handed in in time" in card(url)
    assert "Nothing more is taken since Wed 2 Dec 2026, 16:00 CET." in card(url)


def test_who_has_handed_in_in_time_is_not_frightened(url: str, exchange: Exchange, tmp_path: Path) -> None:
    planned(url, 1, REFUSE)
    hand_in(url, "ada", tmp_path)
    exchange.clock = (NOON + timedelta(hours=5)).timestamp
    said = card(url)
    assert "over: you have handed in in time" in said
    assert "The deadline is over, and what you handed in in time counts." in said
    assert "[Hand in" not in said


def test_who_has_more_time_reads_their_own_deadline(url: str, exchange: Exchange, tmp_path: Path) -> None:
    planned(url, -2, extended={"ada": NOON + timedelta(hours=22)})
    assert "Due Tue 1 Dec 2026, 11:00 CET in 22 hours" in card(url)
    assert "1 Dec" not in look(url, "ben")
    exchange.records.note_fetched("ml", "ch03", "ben", 1)
    hand_in(url, "ben", tmp_path)
    assert "Handed in 2 hours after the deadline: 10 % of its points would be taken off." in card(url, "ben")


def test_nothing_of_another_student_is_shown(url: str, tmp_path: Path) -> None:
    planned(url)
    mine = hand_in(url, "ada", tmp_path)
    give(url, tmp_path, mine, 7)
    page = look(url, "ben")
    assert mine.id not in page
    assert "ada" not in page
    assert "7 of 8" not in page
    for name, status in (("ada", 200), ("grace", 200), ("ben", 404), ("eve", 404), ("nobody", 404)):
        reply = requests.get(f"{url}/feedback/{mine.id}", cookies={"person": name}, timeout=30)
        assert reply.status_code == status
        assert ("page of ada" in reply.text) == (status == 200)


def test_who_is_not_logged_in_is_sent_to_the_hub(url: str) -> None:
    for path in ("start", f"feedback/{'0' * 32}"):
        reply = requests.get(f"{url}/{path}", allow_redirects=False, timeout=30)
        assert (reply.status_code, reply.headers["Location"]) == (302, "/hub/login")
    script = {"X-Requested-With": "start"}
    assert requests.get(f"{url}/start", headers=script, allow_redirects=False, timeout=30).status_code == 401


def test_a_token_of_the_api_opens_no_page_and_a_cookie_no_api(url: str) -> None:
    token = {"Authorization": "token ada"}
    assert requests.get(f"{url}/start", headers=token, allow_redirects=False, timeout=30).status_code == 302
    for method, path in (("GET", "/"), ("PUT", "/plan?course=ml"), ("POST", "/bundles"), ("POST", "/start")):
        reply = requests.request(method, url + path, cookies={"person": "grace"}, json={}, timeout=30)
        assert reply.status_code in (401, 405), path


def test_feedback_is_shut_in_and_the_start_page_loads_nothing(url: str, tmp_path: Path) -> None:
    mine = hand_in(url, "ada", tmp_path)
    give(url, tmp_path, mine, 7, page="<script>alert(1)</script>")
    reply = requests.get(f"{url}/feedback/{mine.id}", cookies={"person": "ada"}, timeout=30)
    policy = reply.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox")
    assert "allow-scripts" not in policy
    assert "allow-same-origin" not in policy
    assert "default-src 'none'" in policy
    reply = requests.get(f"{url}/start", cookies={"person": "ada"}, timeout=30)
    assert "default-src 'none'" in reply.headers["Content-Security-Policy"]
    assert reply.headers["Cache-Control"] == "no-store"
    assert not re.search(r'(?:src|href)="https?:', reply.text)


def test_names_are_text(url: str) -> None:
    planned(url)
    assert "Which &lt;digit&gt;?" in look(url)
    assert "Learning &amp; co" in look(url)
    assert "<digit>" not in look(url)


def test_several_notebooks_are_chosen_from(url: str, tmp_path: Path) -> None:
    mine = hand_in(url, "ada", tmp_path)
    pages = folder_of(tmp_path / "pages", {"a b.html": "first", "second.html": "other"})
    client(url, "grace").give_feedback(mine, pages)
    reply = requests.get(f"{url}/feedback/{mine.id}", cookies={"person": "ada"}, timeout=30)
    links = re.findall(rf'href="(/services/exchange/feedback/{mine.id}/[^"]+)"', reply.text)
    host = url.removesuffix("/services/exchange")
    assert [requests.get(host + one, cookies={"person": "ada"}, timeout=30).text for one in links] == ["first", "other"]
    missing = requests.get(f"{url}/feedback/{mine.id}/third", cookies={"person": "ada"}, timeout=30)
    assert missing.status_code == 404
    assert "There is no feedback of that name." in missing.text


def test_a_grader_reads_counts_and_finds_formgrader(url: str, tmp_path: Path) -> None:
    planned(url, extended={"ben": NOON + timedelta(hours=100)})
    give(url, tmp_path, hand_in(url, "ada", tmp_path), 8)
    hand_in(url, "ben", tmp_path)
    page = look(url, "grace")
    assert 'href="/services/course-ml/formgrader"' in page
    assert "2 handed in, 1 waiting to be judged 1 student has more time." in card(url, "grace")
    assert "ben" not in page
    assert "course/open" not in page
    client(url, "grace").tell_plan("ml", Plan())  # on a cluster, where each grader has a server
    assert 'href="/hub/user-redirect/formgrader"' in look(url, "grace")


def test_gpu_hours_are_told_where_there_are_gpus(exchange: Exchange) -> None:
    names = Names()
    with serving(exchange, names) as url:
        assert "GPU hours" not in look(url)
        for names.hours, said in (((1.26, 10.0), "GPU hours of this week: 1.3 of 10."), ((2.0, 0.0), "week: 2.0.")):
            assert said in look(url)


def test_who_is_in_no_course_is_told_whom_to_ask(url: str) -> None:
    assert "You are in no course of this hub yet." in look(url, "nobody")


def test_the_page_asks_again_soon_only_while_something_is_judged(url: str, tmp_path: Path) -> None:
    planned(url)
    assert 'data-look="60"' in look(url)
    hand_in(url, "ada", tmp_path)
    assert 'data-look="4"' in look(url)


def test_a_verdict_that_can_not_be_read_tells_no_points(url: str, tmp_path: Path) -> None:
    for text in ("{}", "{", '{"submission": "another", "chapter": "x", "complete": true}'):
        mine = hand_in(url, "ada", tmp_path)
        files = {FILE: text, "ch03.html": "page"}
        client(url, "grace").give_feedback(mine, folder_of(tmp_path / "odd", files), "instant")
        assert " judged Handed in" in card(url)


def test_only_a_grader_tells_what_is_planned_and_only_what_can_be(url: str) -> None:
    for name in ("ada", "eve", "nobody"):
        with pytest.raises(ExchangeRefusal, match=r"Only graders|not in a course"):
            client(url, name).tell_plan("ml", Plan())
    token = {"Authorization": "token grace"}
    for plan in ('{"grading": "https://x/services/x/"}', '{"grading": "javascript:x"}', '{"assignments": 3}', "[]"):
        assert requests.put(f"{url}/plan?course=ml", data=plan, headers=token, timeout=30).status_code == 400


def test_what_is_kept_by_other_rules_is_no_plan(exchange: Exchange, url: str) -> None:
    exchange.records.tell_plan("ml", '{"assignments": 3}')
    assert "No deadline" in card(url)


def test_a_board_does_not_read_the_same_verdict_twice(exchange: Exchange, url: str, tmp_path: Path) -> None:
    mine = hand_in(url, "ada", tmp_path)
    give(url, tmp_path, mine, 8)
    boards, ada = Boards(exchange), Caller("ada", STUDENT)
    before = boards.of(ada, "ml")
    exchange.chunk = lambda *_: pytest.fail("it is known")  # type: ignore[assignment,method-assign]
    assert boards.of(ada, "ml") == before
    assert boards.of(Caller("grace", GRADER), "ml").rows[0].made == ()
