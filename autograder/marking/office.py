"""What a teacher does with a course beside grading: releases, due dates, regrade requests, figures."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from autograder.classroom import due_dates, export, regrade_answers
from autograder.classroom.hand_in import hand_ins
from autograder.classroom.nbgrader_plugins import gradebook
from autograder.classroom.regrade_requests import fetch_requests
from autograder.classroom.store import Store
from autograder.feedback.page import view_exercise
from autograder.feedback.views import ExerciseView
from autograder.marking.desk import Unknown
from autograder.marking.hand_outs import HandOuts, run_course
from course.errors import CourseError, SetupError
from course.exchange.client import ExchangeClient
from course.exchange.regrade_requests import RegradeRequest
from course.nbgrader_plugins.deadlines import Deadlines, deadlines_in
from course.nbgrader_plugins.hand_out import Given, handed_out
from course.project import Project
from course.syllabus import FULL_SIZE, Chapter, Syllabus, load_syllabus

COURSE = "course"  # the name of the report on all chapters
_NO_HUB = (
    "Students ask on a hub, which keeps what they ask in its exchange. None is known here: use this page in the "
    "course's server, or name the hub in COURSE_EXCHANGE_URL, and put a token from its token page (URL/hub/token) "
    "into COURSE_HUB_TOKEN, before you start `course mark`."
)


@dataclass(frozen=True)
class ChapterState:
    """How far a chapter is.

    Attributes
    ----------
    made : when its release was made (UTC, without saying so); None where there is none.
    targets : whether it has points for targets on all the data; `with_targets`: its release gives them.
    given : what the students have; None where they have nothing, or that is not known.
    same : whether that is this release, as far as is known.
    known : whether the gradebook knows it.
    handed_in : how many have.
    missing : the gradebook's students who have not.
    """

    chapter: Chapter
    made: datetime | None
    targets: bool
    with_targets: bool
    given: Given | None
    same: bool
    known: bool
    due: Deadlines
    handed_in: int
    missing: tuple[str, ...]


@dataclass(frozen=True)
class Asked:
    """A regrade request as a grader sees it.

    Attributes
    ----------
    lost : what the student has, and what is not kept; None where nothing of it is stored.
    parts : nbgrader's ids of what has points of its own in the exercise, and how many these are.
    """

    request: RegradeRequest
    lost: regrade_answers.Lost | None
    parts: Mapping[str, float]


@dataclass(frozen=True)
class View:
    """All that the page shows.

    Attributes
    ----------
    exchange, requests_trouble : why it is not known what the students have, or what they ask; empty where it is.
    open, answered : regrade requests, the oldest first.
    """

    chapters: Sequence[ChapterState]
    students: Sequence[str]
    exchange: str
    open: Sequence[Asked]
    answered: Sequence[RegradeRequest]
    requests_trouble: str


@dataclass
class Office:
    """All that the page of the course asks for; may be used by several threads."""

    project: Project
    hand_outs: HandOuts = field(init=False)

    def __post_init__(self) -> None:
        self.hand_outs = HandOuts(self.project)

    def view(self) -> View:
        """Return how the course is now; where the exchange does not answer, that is said, and the rest is there."""
        given, exchange = self._given()
        chapters, students = self._chapters(given)
        try:
            opened, answered = self._requests()
            trouble = ""
        except CourseError as error:
            opened, answered, trouble = [], [], str(error)
        return View(chapters, students, exchange, opened, answered, trouble)

    def chapter(self, name: str) -> Chapter:
        """Return a chapter by its name; raises `SetupError` where there is none of it."""
        return self._syllabus().find(name)

    def set_due(self, name: str, when: str, never: bool) -> str:
        """Set when a chapter is due, or that it never is, and return a sentence on it; raises `SetupError`."""
        if not when.strip() and not never:
            raise SetupError("No time was given: write one, as 2026-11-30 12:00, or choose that there is none.")
        return due_dates.due(self.project, self.chapter(name), "" if never else when, never=never)

    def extend(self, name: str, student: str, days: str) -> str:
        """Give a student more days, and return a sentence on it; raises `SetupError`."""
        if not student.strip():
            raise SetupError("No student was named: who is to have more time?")
        if not days.strip().isascii() or not days.strip().removeprefix("-").isdigit() or len(days) > 9:
            raise SetupError(f"{days!r} is no number of days: write 3, say, or 0 to take an extension away.")
        return due_dates.extend(self.project, self.chapter(name), student.strip(), int(days))

    def answer(self, id_: str, sentence: str, points: str, part: str) -> Iterator[str]:
        """Answer a regrade request; yield a sentence once each thing is done.

        Raises
        ------
        SetupError : no such request, or an answer or points that can't be given; before anything is written.
        ExchangeRefusal, OperatorError : the exchange has not taken the answer; what was done was told.
        """
        client, course = _exchange()
        request = regrade_answers.find_request(fetch_requests(self.project, client, course), id_)
        yield from regrade_answers.answer(self.project, client, request, sentence, _points(points), part)

    def seen(self, name: str, exercise: str, student: str) -> tuple[Chapter, ExerciseView]:
        """Return what a student has handed in for an exercise, and what the checks say of it; raises `Unknown`."""
        try:
            chapter = self.chapter(name)
        except SetupError as error:
            raise Unknown(str(error)) from error
        stored = {path.parent.name for path in Store.of(self.project, chapter).folder.glob("*/result.json")}
        graded = Store.of(self.project, chapter).load(student) if student in stored else None
        view = view_exercise(graded.result, graded.notebook, exercise) if graded else None
        if view is None:
            raise Unknown(f"Nothing of {student} for {exercise} is stored: run `course grade {chapter.short}` first.")
        return chapter, view

    def make_report(self, name: str) -> str:
        """Make the report on a chapter, or on all (`COURSE`), and return the name of its page.

        Raises
        ------
        SetupError, OperatorError : there is no such chapter, or nothing to report on.
        """
        if name == COURSE:
            run_course(self.project, "report")
            return COURSE
        chapter = self.chapter(name)
        run_course(self.project, "report", chapter.name)
        return chapter.name

    def report(self, page: str) -> str:
        """Return a report that has been made; raises `Unknown` where there is none."""
        name = page.removesuffix(".html")
        if name == COURSE or any(name == chapter.name for chapter in self._syllabus()):
            path = self.project.build / "report" / f"{name}.html"
            if path.is_file():
                return path.read_text(encoding="utf-8")
        raise Unknown("There is no such report: make it on the page of the course.")

    def grades(self, name: str) -> str:
        """Return a chapter's grades as CSV, as ``course export`` writes them; raises `Unknown`."""
        try:
            chapter = self.chapter(name)
            found, most = export.grades(self.project, chapter), export.points(self.project, chapter)
        except SetupError as error:
            raise Unknown(str(error)) from error
        return export.table(chapter, found, sum(most.values()))

    def _syllabus(self) -> Syllabus:
        return load_syllabus(self.project.syllabus)

    def _given(self) -> tuple[Mapping[str, Given], str]:
        try:
            return handed_out(self.project), ""
        except CourseError as error:
            return {}, str(error)

    def _chapters(self, given: Mapping[str, Given]) -> tuple[list[ChapterState], list[str]]:
        found = []
        with gradebook(self.project) as book:
            known = {str(one.name) for one in book.assignments}
            students = sorted(str(one.id) for one in book.students)
            for chapter in self._syllabus():
                there = {one.student for one in hand_ins(self.project, chapter)}
                notebook = self._release(chapter) / f"{chapter.name}.ipynb"
                mine = given.get(chapter.name)
                state = ChapterState(
                    chapter=chapter,
                    made=_changed(notebook),
                    targets="full_size_points=" in _text(self.project.source / f"{chapter.name}.py"),
                    with_targets=f'{FULL_SIZE}"' in _text(notebook),
                    given=mine,
                    same=mine is not None and self._is_same(chapter, mine),
                    known=chapter.name in known,
                    due=deadlines_in(book, chapter.name) if chapter.name in known else Deadlines(),
                    handed_in=len(there),
                    missing=tuple(one for one in students if one not in there),
                )
                found.append(state)
        return found, students

    def _release(self, chapter: Chapter) -> Path:
        return self.project.build / "release" / chapter.name

    def _is_same(self, chapter: Chapter, given: Given) -> bool:
        """Whether the students have the release that lies here; where the exchange does not say, it is believed."""
        folder = self._release(chapter)
        try:
            return not given.digest or not folder.is_dir() or ExchangeClient.digest(folder) == given.digest
        except (CourseError, OSError):
            return False

    def _requests(self) -> tuple[list[Asked], list[RegradeRequest]]:
        client, course = _exchange()
        requests = fetch_requests(self.project, client, course)
        waiting = [one for one in requests if not one.answer]
        chapters = {one.name: one for one in self._syllabus()}
        opened = []
        for one, lost in zip(waiting, regrade_answers.lost(self.project, waiting), strict=True):
            chapter = chapters.get(one.assignment)
            rows = regrade_answers.parts(self.project, chapter, one) if chapter else []
            opened.append(Asked(one, lost, {row.grade_id: row.max_score for row in rows}))
        return opened, [one for one in requests if one.answer]


def _exchange() -> tuple[ExchangeClient, str]:
    """Return the exchange, and the course whose requests are meant."""
    try:
        client = ExchangeClient.from_environ(pauses=())
    except SetupError as error:
        raise SetupError(_NO_HUB) from error
    return client, regrade_answers.course_of(client, os.environ.get("COURSE_ID") or None)


def _points(text: str) -> float | None:
    said = text.strip().replace(",", ".")
    try:
        return float(said) if said else None
    except ValueError as error:
        raise SetupError(
            f"{text!r} is no number of points: write 2.5, say, or nothing to leave them as they are."
        ) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return ""


def _changed(path: Path) -> datetime | None:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC).replace(tzinfo=None)
    except OSError:
        return None
