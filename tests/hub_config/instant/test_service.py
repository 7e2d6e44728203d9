"""The service of instant feedback over a real exchange, with a judge of the test's own."""

from __future__ import annotations

import shutil
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autograder.engine.result import ExerciseResult, ExerciseStatus, Result, Status
from course.errors import EngineError, ExchangeRefusal, OperatorError, SetupError
from course.exchange.client import Received, Waiting
from course.exchange.policy import GradePolicy
from course.exchange.verdict import read_verdict
from course.project import Project
from hub_config.exchange.turns import FRESH, ranked
from hub_config.instant import __main__ as command
from hub_config.instant import service as service_module
from hub_config.instant.queue import FIRST_PAUSE, LONGEST_PAUSE, Attempts
from hub_config.instant.service import Desk, Outdated, Service
from tests.support.exchange_server import client, folder_of, make_exchange, serving
from tests.support.minichapter import NAME, make_project

NOW = 1_900_000_000.0


@st.composite
def queues(draw: st.DrawFn) -> list[Waiting]:
    times = draw(st.lists(st.integers(0, 40), max_size=25))
    rows = [(f"{n:03d}", int((NOW - hours * 3600) * 1e6) + n) for n, hours in enumerate(times)]
    return [Waiting(id_, "ch01", draw(st.sampled_from("abc")), made, draw(st.booleans())) for id_, made in rows]


@given(queues())
def test_nobody_is_kept_waiting_by_anothers_tries(waiting: list[Waiting]) -> None:
    found = ranked(waiting, NOW)
    assert sorted(found, key=lambda one: one.id) == waiting
    newest = {one for one in waiting if not one.replaced}
    front = found[: len(newest)]
    assert set(front) == newest  # before anything that has been replaced
    fresh = [one for one in front if one.created >= (NOW - FRESH) * 1e6]
    assert front[: len(fresh)] == sorted(fresh, key=lambda one: (one.created, one.id))  # who waits now, by time


@given(st.integers(1, 60))
def test_pauses_grow_to_an_hour(failures: int) -> None:
    attempts = Attempts(Path("/nowhere/at all"))
    attempts._write = lambda: None  # type: ignore[method-assign]
    for _ in range(failures):
        attempts.begin("a", NOW)
        attempts.failed("a", NOW)
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 4 ** (failures - 1))
    assert not attempts.may_begin("a", NOW + pause - 1)
    assert attempts.may_begin("a", NOW + pause)
    assert attempts.may_begin("b", NOW)


def test_attempts_outlive_the_service(tmp_path: Path) -> None:
    path = tmp_path / "attempts.json"
    for begun in (1, 2):  # twice killed in the middle of it
        attempts = Attempts(path)
        assert attempts.may_begin("a", NOW), begun
        attempts.begin("a", NOW)
    assert not Attempts(path).may_begin("a", NOW)
    assert Attempts(path).may_begin("a", NOW + FIRST_PAUSE)
    Attempts(path).forget_others({"b"})
    assert Attempts(path).may_begin("a", NOW)
    path.write_text("{ damaged")
    assert Attempts(path).may_begin("a", NOW)


class Judge:
    """Judges what the test says; the futures are done when `finish` is called, or at once."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, str]] = []
        self.answer: Callable[[str, str], Result] = lambda chapter, student: graded(student)
        self.later: list[tuple[Future[Result], str, str]] | None = None

    def __call__(self, chapter: str, student: str, folder: Path) -> Future[Result]:
        self.asked.append((chapter, student, (folder / f"{NAME}.ipynb").read_text()))
        future: Future[Result] = Future()
        if self.later is None:
            self._answer(future, chapter, student)
        else:
            self.later.append((future, chapter, student))
        return future

    def finish(self) -> None:
        for waiting in self.later or ():
            self._answer(*waiting)
        self.later = []

    def _answer(self, future: Future[Result], chapter: str, student: str) -> None:
        try:
            future.set_result(self.answer(chapter, student))
        except Exception as error:
            future.set_exception(error)


def graded(student: str, status: Status = Status.GRADED, score: float | None = 4.0) -> Result:
    judged = ExerciseStatus.NOT_JUDGED if score is None else ExerciseStatus.FULL
    one = ExerciseResult(
        exercise="p.99.1", grade_id="p-99-1-checks", title="Twice as much", status=judged, score=score, max_score=4
    )
    return Result(chapter=NAME, student=student, status=status, exercises=(one,))


class Course:
    """A course with its exchange, its service, and two students."""

    def __init__(self, url: str, folder: Path, desk: Desk) -> None:
        self.url, self.folder, self.desk, self.judge, self.now = url, folder, desk, Judge(), NOW
        self.service = self.started()

    def started(self) -> Service:
        return Service(self.desk, client(self.url, "grace"), self.judge, clock=lambda: self.now)

    def hand_in(self, who: str, text: str = "work", assignment: str = NAME) -> Received:
        folder = folder_of(self.folder / who / assignment, {f"{assignment}.ipynb": text})
        return client(self.url, who).submit("ml", assignment, folder)

    def told(self, who: str, of: Received) -> list[str]:
        """The kinds of what somebody is told of a hand-in."""
        return [one.kind for one in client(self.url, who).instant("ml", of=of.id)]

    def run(self, service: Service | None = None, steps: int = 20) -> None:
        """Until nothing happens any more."""
        for _ in range(steps):
            if not (service or self.service).step():
                return
        raise AssertionError("the service comes to no rest")


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = make_project(tmp_path_factory.mktemp("mini"))
    folder_of(made.root / "autograder", {"api.py": "", "settings.py": ""})  # of the grader's code, which is watched
    return made


@pytest.fixture
def course(project: Project, tmp_path: Path) -> Iterator[Course]:
    shutil.rmtree(project.build / "instant", ignore_errors=True)
    with serving(make_exchange(tmp_path / "exchange")) as url:
        for name in (NAME, "homework"):
            client(url, "grace").release("ml", name, folder_of(tmp_path / name, {f"{name}.ipynb": "task"}))
        yield Course(url, tmp_path, Desk("ml", project))


def test_each_hand_in_gets_its_verdict_and_a_page(course: Course) -> None:
    mine, bens = course.hand_in("ada", "ada's"), course.hand_in("ben", "ben's")
    course.run()
    assert course.judge.asked == [(NAME, "ada", "ada's"), (NAME, "ben", "ben's")]
    for who, one in (("ada", mine), ("ben", bens)):
        (given,) = client(course.url, who).instant("ml", of=one.id)
        assert (given.kind, given.student) == ("instant", who)
        verdict = read_verdict(client(course.url, who), given)
        assert (verdict.submission, verdict.score, verdict.complete) == (one.id, 4.0, True)
        page = client(course.url, who).fetch(given, course.folder / "page" / who) / f"{NAME}.html"
        assert "A miniature chapter" in page.read_text(encoding="utf-8")
    assert not any((course.desk.folder / "work").rglob("*.ipynb"))
    assert course.desk.folder.stat().st_mode & 0o077 == 0


def test_the_newest_goes_first_and_none_is_left_out(course: Course) -> None:
    mine = [course.hand_in("ada", str(n)) for n in range(3)]
    course.hand_in("ben", "ben's")
    course.run()
    assert [text for _, _, text in course.judge.asked] == ["2", "ben's", "0", "1"]
    assert [course.told("ada", one) for one in mine] == [["instant"]] * 3


def test_trouble_is_told_once_and_tried_again_later(course: Course) -> None:
    mine = course.hand_in("ada")

    def trouble(chapter: str, student: str) -> Result:
        raise EngineError("/srv/secret is full")

    good, course.judge.answer = course.judge.answer, trouble
    for _ in range(5):
        course.run()
    assert len(course.judge.asked) == 1  # not again and again
    assert course.told("ada", mine) == ["delay"]
    verdict = read_verdict(client(course.url, "ada"), client(course.url, "ada").instant("ml")[0])
    assert "Your hand-in is safe" in verdict.sentences[0]
    assert "secret" not in verdict.model_dump_json()
    course.now += FIRST_PAUSE
    course.run()
    assert len(course.judge.asked) == 2
    assert course.told("ada", mine) == ["delay"]
    course.judge.answer = good
    course.now += LONGEST_PAUSE
    course.run()
    assert course.told("ada", mine) == ["delay", "instant"]


def test_one_that_is_not_judged_keeps_nobody_else_waiting(course: Course) -> None:
    mine, bens = course.hand_in("ada"), course.hand_in("ben")
    course.judge.answer = lambda chapter, student: (
        graded(student, Status.NOT_JUDGED, None) if student == "ada" else graded(student)
    )
    course.run()
    assert (course.told("ada", mine), course.told("ben", bens)) == (["delay"], ["instant"])
    assert [one.id for one in client(course.url, "grace").waiting("ml")] == [mine.id]


def test_a_mistake_of_ours_stops_nobody(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = course.hand_in("ada")
    monkeypatch.setattr(service_module, "verdict_of", lambda *_, **__: 1 / 0)
    course.run()
    assert course.told("ada", mine) == ["delay"]


def test_an_assignment_that_is_no_chapter_is_left_to_the_instructor(course: Course) -> None:
    mine = course.hand_in("ada", "work", "homework")
    course.run()
    assert course.judge.asked == []
    assert course.told("ada", mine) == ["delay"]


def test_a_hand_in_that_lies_about_itself_is_not_judged(course: Course) -> None:
    ada = client(course.url, "ada")
    mine = course.hand_in("ada", "xyz")
    files = [{"path": f"{NAME}.ipynb", "size": 2, "chunks": list(mine.manifest.chunks)}]
    body = {"kind": "submission", "course": "ml", "assignment": NAME, "files": files, "key": "k" * 16}
    lie = Received.read(ada._json("POST", "/bundles", json=body))
    course.run()
    assert [text for _, _, text in course.judge.asked] == ["xyz"]
    assert (course.told("ada", lie), course.told("ada", mine)) == (["delay"], ["instant"])


def test_a_student_whose_name_leads_elsewhere_is_not_judged(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_module, "is_student", lambda name: name != "ada")
    mine = course.hand_in("ada")
    course.run()
    assert (course.judge.asked, course.told("ada", mine)) == ([], ["delay"])


def test_no_more_are_judged_at_a_time_than_there_are_workers(course: Course) -> None:
    course.judge.later = []
    for n in range(3):
        course.hand_in(f"student-{n}")
    course.desk = Desk("ml", course.desk.project, workers=2)
    service = course.started()
    service.step()
    assert [student for _, student, _ in course.judge.asked] == ["student-0", "student-1"]
    assert not service.step()
    assert service.busy
    course.judge.finish()
    service.rest(60)
    assert service.step()
    assert [student for _, student, _ in course.judge.asked] == ["student-0", "student-1", "student-2"]


def test_a_service_that_is_killed_goes_on_where_it_was(course: Course) -> None:
    done, lost = course.hand_in("ada"), course.hand_in("ben")
    course.service.step()
    course.service.step()
    course.judge.later = []  # ben's is being judged when the end comes
    assert course.told("ada", done) == ["instant"]
    course.judge.later = None
    course.run(course.started())
    assert course.told("ben", lost) == ["instant"]
    assert Counter(student for _, student, _ in course.judge.asked) == {"ada": 1, "ben": 2}


def test_two_services_give_one_verdict(course: Course) -> None:
    mine = course.hand_in("ada")
    course.judge.later = []
    one, two = course.service, course.started()
    one.step()
    two.step()
    assert len(course.judge.asked) == 2
    course.judge.finish()
    one.step()
    two.step()
    assert course.told("ada", mine) == ["instant"]


def test_lateness_is_told(course: Course) -> None:
    import datetime
    from zoneinfo import ZoneInfo

    from nbgrader.api import Gradebook

    from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
    from course.time_zone import shown

    with alembic_in_process(), Gradebook(gradebook_url(course.desk.project), "ml") as book:
        moment = datetime.datetime.now(datetime.UTC).replace(tzinfo=None)
        book.add_assignment(NAME, duedate=moment)
    due = shown(moment, ZoneInfo("UTC"))
    course.desk = Desk("ml", course.desk.project, GradePolicy(late="zero"))
    mine = course.hand_in("ada")
    course.run(course.started())
    verdict = read_verdict(client(course.url, "ada"), client(course.url, "ada").instant("ml", of=mine.id)[0])
    assert verdict.sentences == (
        "Handed in 1 minute after the deadline: it does not count.",
        f"The deadline was {due}.",
    )


def test_a_service_that_is_older_than_the_grader_says_so(course: Course, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not course.service.step()
    monkeypatch.setattr(service_module, "engine_digest", lambda project: "changed")
    mine = course.hand_in("ada")
    with pytest.raises(Outdated, match="started again"):
        command.run(course.service)
    assert course.told("ada", mine) == []  # no fault of theirs, and nothing to be told


def test_an_exchange_that_is_away_and_a_full_disk_are_waited_for(course: Course) -> None:
    course.hand_in("ada")
    troubles = [OperatorError("it does not answer"), ExchangeRefusal("not yet"), OSError(28, "No space left on device")]
    rests: list[float] = []
    step = course.service.step

    def stumbling() -> bool:
        if troubles:
            raise troubles.pop()
        return step()

    course.service.step = stumbling  # type: ignore[method-assign]
    course.service.rest = rests.append  # type: ignore[method-assign]
    command.run(course.service, lambda: len(rests) == 5)
    assert rests == [2.0, 4.0, 8.0, 1.0, 1.0]
    assert [student for _, student, _ in course.judge.asked] == ["ada"]


def test_once_means_once_and_says_what_is_wrong(course: Course) -> None:
    for n in range(3):
        course.hand_in(f"student-{n}")
    course.service.rest = lambda seconds: None  # type: ignore[method-assign]
    command.run(course.service, once=True)
    assert len(course.judge.asked) == 3
    stranger = Service(course.desk, client(course.url, "ada"), course.judge)
    with pytest.raises(ExchangeRefusal, match="Only graders"):
        command.run(stranger, once=True)


def test_what_the_hub_has_to_tell_is_asked_for(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))  # to which the course's checkout is added
    monkeypatch.setenv("COURSE_ROOT", str(project.root))
    monkeypatch.delenv("COURSE_ID", raising=False)
    with pytest.raises(SetupError, match="COURSE_ID"):
        command.desk_from_environ()
    monkeypatch.setenv("COURSE_ID", "ml")
    monkeypatch.setenv("COURSE_FEEDBACK", '{"instant": true, "points": false, "workers": 3}')
    desk = command.desk_from_environ()
    assert (desk.course, desk.points, desk.workers, desk.project.root) == ("ml", False, 3, project.root)
    monkeypatch.setenv("COURSE_FEEDBACK", '{"workers": 0}')
    with pytest.raises(SetupError, match="COURSE_FEEDBACK"):
        command.desk_from_environ()
