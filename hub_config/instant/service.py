"""The work of the service: asks the exchange what waits, has it judged, and gives each student the verdict.

What has been given is on the exchange, and only that counts as done: a service that is killed goes on where it was, and
of two at work on one hand-in the exchange takes the first one's verdict.
"""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from pathlib import Path

from autograder.classroom.fingerprints import engine_digest
from autograder.engine.result import Result
from autograder.feedback.instant import postponed, render_verdict, verdict_of
from course.errors import CourseError, EngineError, OperatorError
from course.exchange.client import ExchangeClient, Received, Waiting
from course.exchange.policy import GradePolicy
from course.exchange.verdict import FILE, Verdict
from course.files import remove
from course.nbgrader_plugins.deadlines import read_deadlines
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from course.student_ids import is_student
from course.syllabus import Chapter, load_syllabus
from hub_config.exchange.turns import ranked
from hub_config.instant.judges import Judge
from hub_config.instant.queue import Attempts

log = logging.getLogger("course.instant")
_PAGES = 20  # of one hand-in, however many notebooks are in it


class Outdated(EngineError):
    """The service was started before the grader's code was changed: nothing more can be judged by it."""


@dataclass(frozen=True)
class Desk:
    """One course's.

    Attributes
    ----------
    course : its id.
    project : its checkout.
    policy : for the sentence on lateness.
    points : whether students are told them.
    workers : hand-ins that are judged at the same time.
    """

    course: str
    project: Project
    policy: GradePolicy = field(default_factory=GradePolicy)
    points: bool = True
    workers: int = 1

    @property
    def folder(self) -> Path:
        """What the service keeps on disk; it may be deleted while the service does not run."""
        return self.project.build / "instant"


@dataclass
class Service:
    """The service of one course; to be used by one thread.

    Parameters
    ----------
    judge : begins to judge a hand-in.
    clock : seconds since 1970.
    """

    desk: Desk
    client: ExchangeClient
    judge: Judge
    clock: Callable[[], float] = time.time
    _flying: dict[Future[Result], tuple[Received, Path]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._engine = engine_digest(self.desk.project)
        self.desk.folder.mkdir(parents=True, exist_ok=True)
        self.desk.folder.chmod(0o700)  # what people hand in, and what they got for it
        self._attempts = Attempts(self.desk.folder / f"{self.desk.course}.attempts.json")
        for left in (self._work, *self.desk.folder.glob("results/*/.drafts")):  # by one that was killed
            remove(left)

    @property
    def busy(self) -> bool:
        """Whether something is being judged."""
        return bool(self._flying)

    def step(self) -> bool:
        """Take on what waits, as far as there are workers, and give what is done; return whether anything happened.

        Raises
        ------
        OperatorError : the exchange does not answer, or the service itself has to be started again.
        ExchangeRefusal : the exchange does not take us for a grader.
        """
        given = self._give_all()
        return given + self._take_on() > 0

    def rest(self, seconds: float) -> None:
        """Wait so long, or until something has been judged."""
        if self._flying:
            wait(self._flying, timeout=seconds, return_when=FIRST_COMPLETED)
        else:
            time.sleep(seconds)

    def _take_on(self) -> int:
        free = self.desk.workers - len(self._flying)
        if free <= 0:
            return 0
        waiting = self.client.waiting(self.desk.course)
        self._attempts.forget_others({one.id for one in waiting})
        now, at_work = self.clock(), {one.id for one, _ in self._flying.values()}
        due = [one for one in waiting if one.id not in at_work and self._attempts.may_begin(one.id, now)]
        chosen = ranked(due, now)[:free]
        if chosen and engine_digest(self.desk.project) != self._engine:
            raise Outdated("The grader's own code has changed: this service has to be started again.")
        for one in chosen:
            self._begin(one)
        return len(chosen)

    def _begin(self, one: Waiting) -> None:
        self._attempts.begin(one.id, self.clock())
        try:
            hand_in = self.client.find(one.id)
        except ValueError as error:  # the exchange took it by other rules than ours: nobody else has to wait for that
            self._attempts.failed(one.id, self.clock())
            log.error("%s: %s of %s can't be fetched: %s", one.id, one.student, one.assignment, error)
            return
        folder = self._work / one.id
        try:
            chapter = self._chapter(hand_in)
            self.client.fetch_hand_in(hand_in, folder, {})
            self._flying[self.judge(chapter.name, hand_in.student, folder)] = (hand_in, folder)
        except (CourseError, OSError) as error:
            self._postpone(hand_in, error)

    def _chapter(self, hand_in: Received) -> Chapter:
        if not is_student(hand_in.student):
            raise OperatorError(f"{hand_in.student!r} can't be a folder's name: their work is not graded here.")
        return load_syllabus(self.desk.project.syllabus).find(hand_in.assignment)

    def _give_all(self) -> int:
        ready = [future for future in self._flying if future.done()]
        for future in ready:
            hand_in, folder = self._flying.pop(future)
            remove(folder)
            self._give(hand_in, future)
        return len(ready)

    def _give(self, hand_in: Received, future: Future[Result]) -> None:
        try:
            result = future.result()
            verdict = verdict_of(result, hand_in.id, points=self.desk.points, before=self._lateness(hand_in))
        except Exception as error:  # also a mistake of ours: the others wait for their turn
            self._postpone(hand_in, error)
            return
        if not verdict.complete:
            troubles = [check.trouble for one in result.exercises for check in one.checks if check.trouble]
            self._postpone(hand_in, EngineError("; ".join(dict.fromkeys([*result.notes, *troubles]))), verdict)
            return
        self._send(hand_in, verdict, "instant")
        log.info("%s: %s of %s in %.1f s", hand_in.id, hand_in.student, hand_in.assignment, self._age(hand_in))

    def _postpone(self, hand_in: Received, error: Exception, verdict: Verdict | None = None) -> None:
        """Tell the student that it takes longer, once, and the operator why; it is tried again after a pause."""
        self._attempts.failed(hand_in.id, self.clock())
        log.error(
            "%s: %s of %s is not judged now, and tried again later: %s: %s",
            hand_in.id, hand_in.student, hand_in.assignment, type(error).__name__, error,
        )  # fmt: skip
        self._send(hand_in, verdict or postponed(hand_in.id, hand_in.assignment), "delay")

    def _send(self, hand_in: Received, verdict: Verdict, kind: str) -> None:
        page = render_verdict(verdict, student=hand_in.student, chapter_title=self._title(hand_in))
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / FILE).write_text(verdict.model_dump_json(indent=1), encoding="utf-8")
            for notebook in _notebooks(hand_in):
                (folder / f"{notebook}.html").write_text(page, encoding="utf-8")
            self.client.give_feedback(hand_in, folder, kind)

    def _title(self, hand_in: Received) -> str:
        try:
            return load_syllabus(self.desk.project.syllabus).find(hand_in.assignment).title
        except CourseError:
            return hand_in.assignment

    def _lateness(self, hand_in: Received) -> Sequence[str]:
        if self.desk.policy.late == "accept":
            return ()
        deadlines = read_deadlines(gradebook_url(self.desk.project), self.desk.course, hand_in.assignment)
        late, by_clock = (of(hand_in.student, hand_in.time) for of in (deadlines.late, deadlines.by_clock))
        said = "" if late is None else self.desk.policy.sentence(late, by_clock)
        return (said, f"The deadline was {deadlines.shown(hand_in.student)}.") if said else ()

    def _age(self, hand_in: Received) -> float:
        return self.clock() - hand_in.time.timestamp()

    @property
    def _work(self) -> Path:
        return self.desk.folder / "work" / self.desk.course


def _notebooks(hand_in: Received) -> list[str]:
    """The names under which nbgrader's Assignment List looks for pages."""
    found = (Path(entry.path) for entry in hand_in.manifest.files)
    names = [one.stem for one in found if one.suffix == ".ipynb" and one.parent == Path()] or [hand_in.assignment]
    return sorted(names, key=lambda name: name != hand_in.assignment)[:_PAGES]
