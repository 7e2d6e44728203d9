"""A course's schedule is carried out: in time or later, once, and around what people have done."""

from __future__ import annotations

import logging
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from nbgrader.api import Gradebook

from course.errors import EngineError, ExchangeRefusal
from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
from course.nbgrader_plugins.hand_out import HandOutBusy, one_at_a_time
from course.project import Project
from course.syllabus import Chapter
from hub_config.exchange.rules import Closing
from hub_config.schedule import actions
from hub_config.schedule.__main__ import run
from hub_config.schedule.memory import Memory
from hub_config.schedule.service import Service, in_a_process
from hub_config.schedule.table import rows
from hub_config.settings.schedule import Planned
from tests.support.exchange_server import client, folder_of, make_exchange, serving

CH03, CH04 = "ch03_classification", "ch04_training"
RELEASE, DUE, LATE, SOLUTIONS = (datetime(2026, 10, day, 8) for day in (1, 8, 10, 20))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


class Course:
    """A course with an exchange and a gradebook; what takes long is noted, and done in small."""

    def __init__(self, folder: Path, url: str, exchange: Any) -> None:
        self.project, self.url, self.exchange = Project(folder), url, exchange
        self.done: list[tuple[str, str]] = []
        self.broken: dict[tuple[str, str], str] = {}
        self.now = RELEASE - DAY
        self.planned = [Planned(name, RELEASE, DUE, LATE, SOLUTIONS, name == CH04) for name in (CH03, CH04)]
        exchange.closings = {"ml": {name: Closing(LATE) for name in (CH03, CH04)}}
        exchange.clock = lambda: self.now.replace(tzinfo=UTC).timestamp()
        self.restart()

    def restart(self) -> None:
        zone, grace = ZoneInfo("Europe/Berlin"), client(self.url, "grace")
        self.service = Service(self.project, "ml", self.planned, zone, grace, self.do, lambda: self.now)

    def do(self, action: str, chapter: str) -> None:
        if text := self.broken.get((action, chapter)):
            raise EngineError(text)
        self.done.append((action, chapter))
        if action.startswith("release"):
            self.release(chapter)
        if action == "hand-out":
            self.hand_out(chapter)

    def release(self, chapter: str) -> None:
        folder_of(self.project.build / "release" / chapter, {f"{chapter}.ipynb": "{}"})
        with self.book() as book:
            book.update_or_create_assignment(chapter)

    def hand_out(self, chapter: str) -> None:
        client(self.url, "grace").release("ml", chapter, self.project.build / "release" / chapter, force=True)

    def hand_in(self, who: str) -> None:
        client(self.url, who).submit("ml", CH03, self.project.build / "release" / CH03)

    def book(self) -> Any:
        with alembic_in_process():
            return Gradebook(gradebook_url(self.project), "ml")

    def due(self, chapter: str = CH03) -> datetime | None:
        with self.book() as book:
            found: datetime | None = book.find_assignment(chapter).duedate
            return found

    def set_due(self, moment: datetime | None) -> None:
        """As `course due` and formgrader do."""
        with self.book() as book:
            book.find_assignment(CH03).duedate = moment
            book.db.commit()

    def extend(self, who: str, days: int) -> None:
        with self.book() as book:
            book.update_or_create_student(who)
            book.update_or_create_submission(CH03, who)
            book.grant_extension(CH03, who, days=days)

    def at(self, moment: datetime) -> list[str]:
        """Look at the schedule at this time."""
        self.now = moment
        return self.service.step()

    def states(self, chapter: str = CH03) -> list[str]:
        found = rows(self.planned, Memory.of(self.project), ZoneInfo("Europe/Berlin"), self.now)
        return [row.state for row in found if row.chapter == chapter]


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """An empty one, since nbgrader takes its time to make it."""
    path = tmp_path_factory.mktemp("book") / "gradebook.db"
    with alembic_in_process(), Gradebook(f"sqlite:///{path}", "ml"):
        pass
    return path.read_bytes()


@pytest.fixture
def course(tmp_path: Path, gradebook: bytes, monkeypatch: pytest.MonkeyPatch) -> Iterator[Course]:
    monkeypatch.setenv("COURSE_TIME_ZONE", "Europe/Berlin")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "gradebook.db").write_bytes(gradebook)
    exchange = make_exchange(tmp_path / "exchange")
    with serving(exchange) as url:
        yield Course(tmp_path, url, exchange)


def test_each_thing_is_done_in_its_time_and_once(course: Course) -> None:
    assert course.at(RELEASE - MINUTE) == [] and course.done == []
    assert course.states() == ["Planned.", "It is set with the release.", "Planned.", "Planned."]
    for _ in range(2):
        assert course.at(RELEASE) == []
        course.restart()
    assert course.done == [
        ("release", CH03),
        ("hand-out", CH03),
        ("release-full-size", CH04),
        ("hand-out", CH04),
    ]
    assert course.due() == course.due(CH04) == DUE
    course.hand_in("ada")
    assert course.at(LATE + MINUTE) == []
    with pytest.raises(ExchangeRefusal, match="nothing more is taken"):
        course.hand_in("ada")
    for _ in range(2):
        assert course.at(SOLUTIONS) == []
        course.restart()
    assert course.done[4:] == [("solutions", CH03), ("solutions", CH04)]
    assert course.states() == ["Done by the hub.", "Set.", "Closed.", "Given Tue 20 Oct 2026, 10:00 CEST."]


def test_the_start_page_knows_the_due_date_before_the_students_have_the_release(course: Course) -> None:
    seen: list[tuple[datetime | None, int]] = []

    def tell() -> None:
        seen.append((course.due(), len(course.done)))

    course.release(CH03)
    course.service.tell = tell
    course.at(RELEASE)
    assert seen == [(DUE, 0), (DUE, 2), (DUE, 3)]  # before each is handed out, and at the end


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_who_has_more_time_may_hand_in_as_soon_as_there_is_a_release(course: Course) -> None:
    course.release(CH03)
    course.set_due(SOLUTIONS + DAY)
    course.extend("ben", 2)
    ends: list[object] = []
    hand_out = course.do

    def do(action: str, chapter: str) -> None:
        ends.extend(course.exchange.closes(name, "ml", CH03) for name in ("ada", "ben"))
        hand_out(action, chapter)

    course.service.do = do
    course.at(SOLUTIONS)
    assert ends[:2] == [SOLUTIONS + DAY, SOLUTIONS + 3 * DAY]


def test_a_hub_that_was_off_catches_up(course: Course, caplog: pytest.LogCaptureFixture) -> None:
    assert course.at(SOLUTIONS + DAY) == []
    assert ("hand-out", CH03) in course.done and ("solutions", CH04) in course.done
    assert course.due() == DUE
    assert f"give more time by `course due {CH03}`" in caplog.text


def test_what_people_have_released_stays(course: Course, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    course.release(CH03)
    course.release(CH04)
    course.hand_out(CH03)
    assert course.at(RELEASE) == []
    assert course.done == [("hand-out", CH04)]  # made by hand, perhaps at full size: it is given out as it is
    assert course.states()[:2] == ["Done by people.", "Set."]
    assert f"{CH03} has been given out already" in caplog.text


def test_while_people_hand_out_a_release_waits_and_says_so(course: Course, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with one_at_a_time(course.project):
        for _ in range(2):
            assert course.at(RELEASE) == [] and course.done == []
        assert course.states()[0] == "Waits: somebody is handing out a chapter."
        course.release(CH03)
        course.hand_out(CH03)  # what was begun before is now done
    assert course.at(RELEASE + MINUTE) == []
    assert course.done == [("release-full-size", CH04), ("hand-out", CH04)]
    assert course.states()[0] == "Done by people." and course.states(CH04)[0] == "Done by the hub."
    assert caplog.text.count(f"{CH03} waits: somebody is handing out a chapter") == 1


def test_while_the_hub_hands_out_people_are_told_to_wait(course: Course) -> None:
    refused = []

    def do(action: str, chapter: str) -> None:
        with pytest.raises(HandOutBusy, match="Somebody is handing out a chapter right now"), one_at_a_time(project):
            pass
        refused.append(action)
        course.do(action, chapter)

    project = course.project
    course.service.do = do
    course.at(RELEASE)
    assert refused == ["release", "hand-out", "release-full-size", "hand-out"]
    with one_at_a_time(project):  # it is free again
        pass


def test_what_is_planned_next_is_not_slept_over(course: Course) -> None:
    rests: list[float] = []
    for count, now in enumerate((RELEASE - DAY, RELEASE - timedelta(seconds=7), SOLUTIONS), 1):
        course.now = now
        run(course.service, lambda count=count: len(rests) == count, rests.append)
    assert rests == [30.0, 7.0, 30.0]


@pytest.mark.parametrize(
    ("theirs", "state"),
    [(DUE + 3 * DAY, "People say otherwise: Sun 11 Oct 2026, 10:00 CEST."), (None, "People say otherwise: never.")],
)
def test_a_due_date_of_peoples_stays(course: Course, theirs: datetime | None, state: str) -> None:
    course.at(RELEASE)
    course.set_due(theirs)
    for _ in range(2):
        assert course.at(RELEASE + DAY) == []
        assert course.due() == theirs and course.due(CH04) == DUE
        course.restart()
    assert course.states()[1] == state
    course.at(LATE + MINUTE)
    if theirs:  # later than the closing
        course.hand_in("ada")
        course.now = theirs + MINUTE
    with pytest.raises(ExchangeRefusal):
        course.hand_in("ada")


def test_a_due_date_that_was_there_before_stays(course: Course) -> None:
    course.release(CH03)
    course.set_due(DUE - DAY)
    course.at(RELEASE)
    assert course.due() == DUE - DAY


def test_a_schedule_that_is_changed_moves_its_own_due_date(course: Course) -> None:
    course.at(RELEASE)
    course.planned = [Planned(CH03, RELEASE, DUE + DAY, LATE, SOLUTIONS, False)]
    course.restart()
    assert course.at(RELEASE + MINUTE) == [] and course.due() == DUE + DAY


@pytest.mark.filterwarnings("ignore::sqlalchemy.exc.SAWarning")  # nbgrader's own
def test_an_extension_reaches_beyond_the_closing_and_solutions_wait_for_it(course: Course) -> None:
    course.at(RELEASE)
    course.at(LATE + MINUTE)
    course.extend("ben", 14)  # from the due date, and so beyond the solutions
    assert course.at(SOLUTIONS) == []
    course.hand_in("ben")
    with pytest.raises(ExchangeRefusal):
        course.hand_in("ada")
    assert course.done[-1] == ("solutions", CH04)
    assert course.states()[2:] == [
        "Closed. Longer: ben until Thu 22 Oct 2026, 10:00 CEST.",
        "Wait until Thu 22 Oct 2026, 10:00 CEST: somebody may hand in until then.",
    ]
    course.extend("ben", 0)
    course.at(SOLUTIONS + MINUTE)
    assert course.done[-1] == ("solutions", CH03)
    with pytest.raises(ExchangeRefusal):
        course.hand_in("ben")


def test_what_fails_is_told_once_tried_again_and_keeps_nothing_else(
    course: Course, caplog: pytest.LogCaptureFixture
) -> None:
    course.broken = {("release", CH03): "p.03.1 has no checks."}
    assert course.at(RELEASE) == [f"{CH03}: release: p.03.1 has no checks."]
    assert ("hand-out", CH04) in course.done and ("hand-out", CH03) not in course.done
    state = course.states()[0]
    assert state == "p.03.1 has no checks. It is tried again Thu 1 Oct 2026, 10:01 CEST."
    assert course.at(RELEASE + MINUTE / 2) == []  # its pause
    assert course.at(RELEASE + MINUTE) and course.at(RELEASE + 2 * MINUTE) == []
    assert caplog.text.count("p.03.1 has no checks.") == 1
    course.broken = {("hand-out", CH03): "the exchange does not answer"}
    assert course.service.step(eager=True)  # a grader's --once does not wait
    assert "the exchange does not answer" in caplog.text
    course.broken = {}
    course.restart()
    assert course.at(RELEASE + DAY) == []
    assert course.done[-1] == ("hand-out", CH03) and course.states()[0] == "Done by the hub."


@pytest.mark.parametrize(("written", "given"), [(["ada"], True), ([], False)])
def test_who_has_a_page_gets_it_whatever_is_wrong_with_others(
    course: Course, monkeypatch: pytest.MonkeyPatch, written: list[str], given: bool
) -> None:
    def pages(*asked: Any, **options: Any) -> Iterator[Path]:
        assert options == {"solutions": True}
        yield from map(Path, written)
        raise EngineError("No page could be written for ben")

    handed_out: list[Any] = []
    monkeypatch.setattr(actions, "feedback_class", pages)
    monkeypatch.setattr(actions, "hand_out_feedback", lambda *asked: handed_out.append(asked))
    with pytest.raises(EngineError, match="for ben"):
        actions.give_solutions(course.project, Chapter(name=CH03, title="Classification"))
    assert bool(handed_out) == given


def test_what_a_process_says_last_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def ended(command: list[str], **options: Any) -> Any:
        return subprocess.CompletedProcess(command, 1, stdout="", stderr="no room\n")

    monkeypatch.setattr(subprocess, "run", ended)
    with pytest.raises(EngineError, match=r"^no room$"):
        in_a_process("hand-out", CH03)


def test_without_exchange_or_gradebook_nothing_is_lost(course: Course, tmp_path: Path) -> None:
    (course.project.build / "gradebook.db").unlink()
    course.service.client = client("http://127.0.0.1:9/services/exchange", "grace")
    assert len(course.at(RELEASE)) == 2  # neither could be released
    assert not (course.project.build / "gradebook.db").exists()  # looking makes none


def test_a_memory_that_is_damaged_undoes_nothing(course: Course, caplog: pytest.LogCaptureFixture) -> None:
    course.at(RELEASE)
    course.set_due(DUE + DAY)
    (course.project.build / "schedule.json").write_text("{")
    course.restart()
    before = list(course.done)
    assert course.at(RELEASE + DAY) == []
    assert "is begun anew" in caplog.text
    assert course.done == before and course.due() == DUE + DAY
