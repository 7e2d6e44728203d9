"""A self-learner's submission, chapter by chapter: a notebook in ``work/``, another notebook, or the reference."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Protocol

from nbformat import NotebookNode

from autograder.classroom.assignment import open_assignment, open_examiner, read_release
from autograder.engine.isolation.tiers import Tier
from autograder.engine.judging.checks import Check
from autograder.engine.judging.grade import (
    CHECK_SECONDS,
    FULL_SIZE_SECONDS,
    Assignment,
    Part,
    attempt_of,
    read_notebook,
)
from autograder.engine.judging.judge import NOT_BEGUN, Examiner, Seed, run_check, score_of
from autograder.engine.result import CheckResult, Outcome
from autograder.engine.session.kernel import Opener
from autograder.engine.settings import Settings
from autograder.engine.submission.faults import AS_ABOVE
from autograder.engine.submission.restore import Restored, WrongNotebook, cell_key, is_answer, restore
from autograder.engine.wire.proxy import LocalSession
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter, load_syllabus

WORK, REFERENCE = "work", "solutions"
_KEY, _STUDENT = "self-learner", "self"  # the inputs stay the same from run to run, so that a mistake can be found


# A learner's own work needs no isolation, and the kernel that starts soonest with one notebook is a cold one.
_OWN_WORK = Settings(minimum_tier=Tier.T4, tier=Tier.T4)
_SIGNS = {Outcome.PASSED: "passed", Outcome.FAILED: "FAILED", Outcome.NOT_JUDGED: "not judged"}


class NotBegun(Exception):
    """There is nothing to judge yet; the text tells how to begin."""


class JudgedChapter(Protocol):
    """One chapter's submission."""

    def judge(self, check: Check) -> CheckResult:
        """Judge one check. Raises `NotBegun` when its exercise has not been begun."""
        ...

    def idle(self, exercise: str) -> str:
        """Why there is nothing to judge of an exercise yet; empty when it has been begun."""
        ...

    def summary(self) -> Iterator[str]:
        """Lines for the terminal: points per exercise, and what passed and failed."""
        ...


@dataclasses.dataclass(frozen=True)
class _Session:
    """A restored notebook, and what runs it."""

    restored: Restored
    opener: Opener


class Learner:
    """What a learner hands in.

    Parameters
    ----------
    submission : ``work``, ``solutions``, or the path of a notebook or of a folder of notebooks.
    tell : is told, from another thread, when a call lets them wait.
    """

    def __init__(self, project: Project, submission: str, tell: Callable[[str], None] | None = None) -> None:
        self._tell = tell
        self._project = project.activate()
        self._submission = submission
        self._stack = contextlib.ExitStack()
        self._chapters: dict[str, JudgedChapter] = {}
        self._idle: dict[str, dict[str, str]] = {}  # chapter -> exercise -> why there is nothing to judge
        self._troubled: set[str] = set()
        self._early = ThreadPoolExecutor(1, "notebook")
        self._started: dict[str, Future[_Session]] = {}

    def look(self) -> None:
        """See whether there is what was named. Raises `SetupError` when there is not."""
        if self._submission not in (WORK, REFERENCE) and not Path(self._submission).exists():
            raise SetupError(f"--submission {self._submission}: there is no such notebook or folder.")

    @property
    def is_one_notebook(self) -> bool:
        """Whether one notebook was named, and not a folder of them."""
        return self._submission not in (WORK, REFERENCE) and not Path(self._submission).is_dir()

    @property
    def is_idle(self) -> bool:
        """Whether something was asked about of which nothing has been begun."""
        return bool(self._idle)

    @functools.cached_property
    def begun(self) -> dict[str, Chapter]:
        """Chapters that have a notebook, by name; all where one notebook, or the reference, is judged."""
        everything = self._submission == REFERENCE or self.is_one_notebook
        chapters = load_syllabus(self._project.syllabus)
        return {one.name: one for one in chapters if everything or self._path(one).exists()}

    def is_begun(self, chapter: str, exercise: str) -> bool:
        """Whether there is anything to judge of an exercise. Raises a `CourseError` when the notebook is no good."""
        why = self._judged(chapter).idle(exercise)
        if why:
            self._idle.setdefault(chapter, {})[exercise] = why
        return not why

    def is_first_trouble(self, chapter: str) -> bool:
        """Whether this is asked for the first time about a chapter."""
        first = chapter not in self._troubled
        self._troubled.add(chapter)
        return first

    def begin(self) -> None:
        """Run the learner's notebook already, if there is just one, while pytest still imports the checks."""
        if self._submission != REFERENCE and len(self.begun) == 1:
            ((name, chapter),) = self.begun.items()
            self._started[name] = self._early.submit(self._session, chapter, run=True)

    def close(self) -> None:
        """End every process that was started."""
        self._early.shutdown(wait=True)
        self._stack.close()

    def judge(self, chapter: str, check: Check) -> CheckResult:
        """Judge one check of a chapter; see `JudgedChapter.judge`."""
        return self._judged(chapter).judge(check)

    def _judged(self, chapter: str) -> JudgedChapter:
        if chapter not in self._chapters:
            self._chapters[chapter] = self._open(load_syllabus(self._project.syllabus).find(chapter))
        return self._chapters[chapter]

    def summary(self) -> Iterator[str]:
        """Lines for the terminal, over all chapters that were judged."""
        for one in self._chapters.values():
            yield from one.summary()
        yield from self._not_begun()
        if any(isinstance(one, JudgedNotebook) for one in self._chapters.values()):
            yield f"Your notebook's process was {_OWN_WORK.minimum_tier.meaning}."

    def _not_begun(self) -> Iterator[str]:
        """What is left of chapters that were begun; one line where none was."""
        for chapter in sorted(name for name in self._idle if not isinstance(self._chapters[name], NothingToJudge)):
            yield from dict.fromkeys(self._idle[chapter].values())
        if self._idle and not any(isinstance(one, JudgedNotebook) for one in self._chapters.values()):
            first, *others = dict.fromkeys(why for found in self._idle.values() for why in found.values())
            yield f"Nothing has been begun: {first}" + f", or one of {len(others)} other chapters" * bool(others) + "."

    def _open(self, chapter: Chapter) -> JudgedChapter:
        if self._submission == REFERENCE:
            return JudgedReference(_revealing(open_examiner(self._project, chapter)))
        path = self._path(chapter)
        if not path.exists():
            return NothingToJudge(f"run `course start {chapter.short}` to begin")
        started = self._started.get(chapter.name)
        try:
            session = started.result() if started else self._session(chapter, run=False)
        except WrongNotebook:
            return NothingToJudge(f"{path.name} is another chapter's")
        assignment = open_assignment(self._project, chapter.name)
        assignment = dataclasses.replace(assignment, examiner=_revealing(assignment.examiner))
        return JudgedNotebook(path, session, assignment)

    def _session(self, chapter: Chapter, run: bool) -> _Session:
        """Read and restore a notebook and make it ready to be run; run it when asked to and anything is answered."""
        release = read_release(self._project, chapter)
        restored = restore(read_notebook(self._path(chapter), chapter.limits.notebook_mb), release)
        notebook = restored.notebook
        opener = Opener(
            notebook,
            chapter.limits,
            self._stack,
            CHECK_SECONDS,
            _OWN_WORK,
            release=release,
            tell=self._tell,
        )
        if run and any(answers_of(notebook)[key] != source for key, source in answers_of(release).items()):
            opener.first()
        return _Session(restored, opener)

    def _path(self, chapter: Chapter) -> Path:
        if self._submission == WORK:
            return self._project.work / f"{chapter.name}.ipynb"
        path = Path(self._submission)
        return path / f"{chapter.name}.ipynb" if path.is_dir() else path


@dataclasses.dataclass(frozen=True)
class NothingToJudge:
    """A chapter that has not been begun."""

    hint: str

    def idle(self, exercise: str) -> str:
        return self.hint

    def judge(self, check: Check) -> CheckResult:
        raise NotBegun(self.hint)

    def summary(self) -> Iterator[str]:
        return iter(())


class JudgedReference:
    """Our own answers, in this process."""

    def __init__(self, examiner: Examiner) -> None:
        self._examiner = examiner
        self._session = LocalSession(examiner.checks.namespace())

    def idle(self, exercise: str) -> str:
        return ""

    def judge(self, check: Check) -> CheckResult:
        _look_for_data(self._examiner, check)
        return run_check(check, self._examiner, lambda: self._session, Seed(_KEY, _STUDENT, REFERENCE))

    def summary(self) -> Iterator[str]:
        return iter(())


class JudgedNotebook:
    """A notebook in a process of its own, which runs once for all its checks."""

    def __init__(self, path: Path, session: _Session, assignment: Assignment) -> None:
        self._name = path.name
        self._notebook = session.restored.notebook
        self._assignment = dataclasses.replace(
            assignment, examiner=assignment.examiner.of_submission(written=session.restored.written)
        )
        self._opener = session.opener
        self._seed = Seed(_KEY, _STUDENT, attempt_of(session.restored.notebook))
        self._results: dict[tuple[str, bool], list[CheckResult]] = {}  # by exercise, and whether at full size
        self._told: set[str] = set()

    def idle(self, exercise: str) -> str:
        names = self._untouched(exercise)
        return f"{exercise} is not begun: fill in {names} in {self._name}" if names else ""

    def judge(self, check: Check) -> CheckResult:
        if why := self.idle(check.exercise):
            raise NotBegun(why)
        _look_for_data(self._assignment.examiner, check)
        seconds = FULL_SIZE_SECONDS if check.full_size else None
        opened = functools.partial(self._opener, seconds)
        result = run_check(check, self._assignment.examiner, opened, self._seed)
        if result.detail == NOT_BEGUN:
            raise NotBegun(f"{check.exercise} still raises NotImplementedError in {self._name}")
        self._results.setdefault((check.exercise, check.full_size), []).append(result)
        return self._once(result)

    def _once(self, result: CheckResult) -> CheckResult:
        """Return a result whose detail is told once: one cause may fail a dozen checks."""
        said = result.detail.startswith(result.cause[:-1])  # with what Python says, which differs from call to call
        key = result.detail if said else result.cause
        if not key:
            return result
        if key in self._told:
            return result.model_copy(update={"detail": AS_ABOVE})
        self._told.add(key)
        return result

    def summary(self) -> Iterator[str]:
        yield from self._opener.notes  # first what keeps code from being run
        yield from itertools.chain.from_iterable(map(self._reached, self._assignment.parts))
        for exercise in self._assignment.chapter.exercise:  # has no points of its own here
            results = self._results.get((exercise.id, True), [])
            if results:
                yield f"{exercise.id:9} {exercise.title:50} at full size"
                yield from _lines(results)

    def _reached(self, part: Part) -> Iterator[str]:
        exercise, points = part.exercise, part.points
        results = self._results.get((exercise.id, False), [])
        if results and not part.by_hand and not part.full_size:
            reached = ""
            if len(results) == len(self._assignment.examiner.checks.of(exercise.id)):
                score = score_of(results, points)[1]
                reached = "not judged" if score is None else f"{score:g} of {points:g} points"
            yield f"{exercise.id:9} {exercise.title:50} {reached}"
            if exercise.facts:
                yield f"{'':9} {' · '.join(exercise.facts)}"
            yield from _lines(results)

    def _untouched(self, exercise: str) -> str:
        return untouched(self._assignment.release, self._notebook, exercise)


def untouched(release: NotebookNode, notebook: NotebookNode, exercise: str) -> str:
    """Return the names of an exercise's answers when all of them are as released, else nothing."""
    released, mine = answers_of(release), answers_of(notebook)
    slug = exercise.replace(".", "-")
    keys = [key for key in released if key.startswith(slug + "-")]  # a text is none of the checks' business
    if any(mine[key] != released[key] for key in keys):
        return ""
    names = [key.removeprefix(slug + "-") for key in keys]
    return ", ".join(name for name in names if not name.startswith("_"))


def _lines(results: Iterable[CheckResult]) -> Iterator[str]:
    return (f"    {_SIGNS[result.outcome]} {result.sentence}" for result in results)


def answers_of(notebook: NotebookNode) -> dict[str, str]:
    """Return the sources of a released or restored notebook's answer cells, by key."""
    return {cell_key(cell): cell.source for cell in notebook.cells if is_answer(cell)}


def _look_for_data(examiner: Examiner, check: Check) -> None:
    """Raise `NotBegun` where a target at full size can't be run for want of the real data."""
    if not examiner.has_data_for(check):
        raise NotBegun(
            f"{check.exercise} at full size needs the real {check.data}: `course data {check.data}` fetches it"
        )


def _revealing(examiner: Examiner) -> Examiner:
    return dataclasses.replace(examiner, reveal=True)
