"""Grades the corpus and says, for each technique, what was wanted and what came of it."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from types import FrameType
from typing import IO, Any

from nbformat import NotebookNode
from pydantic import BaseModel, ConfigDict

from autograder.classroom.collect.downloads import collect_folder
from autograder.engine.isolation.tiers import Tier
from autograder.engine.judging.grade import Graded, Unreadable, grade, read_notebook, refused
from autograder.engine.result import ExerciseStatus, Result, Status
from autograder.feedback.page import render_feedback
from autograder.redteam import aftermath, target
from autograder.redteam.canary import Canaries
from autograder.redteam.card import Cards, cards
from autograder.redteam.technique import Technique, techniques
from course.errors import CourseError, EngineError, SetupError
from course.project import Project

GUARD_SECONDS = 90.0  # for one submission; the engine's own limits are far below
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BREACH = re.compile(r"BREACH: ([^\\\n\"]{1,80})")


class TechniqueRow(BaseModel):
    """What became of one technique.

    Attributes
    ----------
    technique : its file's name and its title.
    tier : the isolation it was tried on.
    wanted, got : what the grader has to guarantee, and what happened.
    holds : whether that agrees; None where nothing was tried.
    promised : whether the guarantee is given on this tier; if not, a row that does not hold is a known limit.
    """

    model_config = ConfigDict(frozen=True)

    technique: str
    tier: str
    wanted: str
    got: str
    holds: bool | None
    promised: bool = True


class _Hung(BaseException):
    """A submission has outlasted the guard. Not an `Exception`: the engine would take that for its own trouble."""


def run(tier: str | None = None, only: frozenset[str] = frozenset()) -> Iterator[TechniqueRow]:
    """Try the corpus, one row after the other; the first and the last are an honest submission.

    Parameters
    ----------
    tier : ``"T1"`` to ``"T4"``; the best this machine has when None.
    only : names of techniques, or their numbers; all when empty.

    Raises
    ------
    AuthorError : the corpus is malformed.
    SetupError : there is no such tier.
    EngineError : not even an honest submission can be graded, so nothing can be said of the others.
    """
    asked = _tier_called(tier)
    chosen = [one for one in techniques() if not only or only & {one.name, *one.number}]
    with Canaries() as canaries, tempfile.TemporaryFile() as spilled:
        trial = _Trial(canaries, asked, spilled)
        first = trial.honest("the honest answers, before")
        if not first.holds:
            raise EngineError(f"An honest submission got {first.got}: run `course doctor` and mend the engine first.")
        yield first
        for technique in chosen:
            yield trial.row(technique)
        yield trial.honest("the honest answers, after")


def _tier_called(name: str | None) -> Tier | None:
    try:
        return None if name is None else Tier(name)
    except ValueError:
        raise SetupError(f"There is no tier {name!r}: ask for one of {', '.join(Tier)}.") from None


def _tier_of(result: Result) -> Tier:
    """Return the tier a submission was graded in."""
    return next((tier for tier in Tier if result.isolation.startswith(tier)), Tier.T4)


class _Trial:
    """The state of one run: what is planted, the tier that was found, and what is spilled onto our own output."""

    def __init__(self, canaries: Canaries, tier: Tier | None, spilled: IO[bytes]) -> None:
        self._canaries = canaries
        self._asked = tier
        self._spilled = spilled
        self._tier = Tier.T4

    def honest(self, title: str) -> TechniqueRow:
        """Grade the honest answers to all exercises."""
        graded = self._guarded(lambda: self._graded(target.notebook({}), (), honest=True), _mark())
        if isinstance(graded, Graded):
            self._tier = _tier_of(graded.result)
        got = _points(graded.result) if isinstance(graded, Graded) else graded
        full = isinstance(graded, Graded) and graded.result.score == graded.result.max_score
        return TechniqueRow(technique=title, tier=self._tier, wanted="full marks", got=got, holds=full)

    def row(self, technique: Technique) -> TechniqueRow:
        """Try one technique."""
        got, holds = self._tried(technique)
        if holds and technique.aftermath:
            mark = _mark()
            after = self._guarded(lambda: self._afterwards(technique, mark), mark)
            if not isinstance(after, Graded) or after.result.score != after.result.max_score:
                got, holds = f"{got}; then an honest one got {_said(after)}", False
            elif technique.gpu and after.result.notes:  # it has used the GPU as well
                got, holds = f"{got}; then an honest one was told: {after.result.notes[0]}", False
        promised = self._tier in technique.promised and not technique.limit
        if holds is False and not promised:
            got += f" ({technique.limit or f'not promised at {self._tier}'})"
        title = f"{technique.name}: {technique.title}"
        return TechniqueRow(
            technique=title, tier=self._tier, wanted=technique.wanted, got=got, holds=holds, promised=promised
        )

    def _afterwards(self, technique: Technique, mark: str) -> Graded:
        """Grade an honest submission; where the technique was lent a GPU, one that uses it."""
        first, gpu = [], technique.gpu == "lent"
        if gpu and isinstance(found := cards(self._tier), Cards):
            first = [target.insider_cell({**found.known, "mark": mark}), "take(100)"]
        return self._graded(target.notebook({}, first), ("p.98.1",), honest=True, gpu=gpu)

    def _tried(self, technique: Technique) -> tuple[str, bool | None]:
        if technique.not_a_submission:
            return f"not a submission: {technique.not_a_submission}", None
        if self._tier not in technique.runs_at:
            return f"not tried: could harm this machine at {self._tier}", None
        if technique.of("collect"):
            return self._collected(technique)
        found = cards(self._tier) if technique.gpu else None
        if isinstance(found, str):
            return f"not tried: {found}", None
        got, holds = self._attacked(technique, found)
        return (f"{got} (on a stand-in for a GPU)" if found and found.stand_in else got), holds

    def _attacked(self, technique: Technique, gpus: Cards | None) -> tuple[str, bool]:
        mark = _mark()
        graded: Graded | str = "nothing"
        used = gpus.used_mb() if gpus else {}
        for _ in range(technique.attempts):
            graded = self._guarded(lambda: self._submitted(technique, mark, gpus), mark)
        left = list(self._left(mark))  # before the canaries are looked at: what still runs could change them later
        left += gpus.kept(used) if gpus else []
        found = list(dict.fromkeys([*self._findings(graded), *left]))
        if found:
            return "LEAK: " + "; ".join(found[:6]), False
        if not isinstance(graded, Graded):
            return graded, False
        return _judged(technique, graded.result)

    def _submitted(self, technique: Technique, mark: str, gpus: Cards | None) -> Graded:
        known = {**self._canaries.known, "mark": mark, **(gpus.known if gpus else {})}
        for text in technique.of("victim"):
            own = {**known, "secret": self._canaries.secret("what another submission had on the GPU")}
            self._graded(target.notebook({}, [target.insider_cell(own), text]), (), gpu=technique.gpu == "lent")
            if gpus:
                gpus.used_mb()  # by which a stand-in learns that nobody uses it any more
        answers = {**target.wrong_answers(technique.attacks), **technique.answers}
        if technique.wanted == "full marks":
            answers = technique.answers
        first = [target.insider_cell(known), *technique.of("first")]
        notebook: NotebookNode | bytes = target.notebook(answers, first, technique.of("own"))
        for text in technique.of("edit"):
            notebook = _function(text, "edit")(notebook, known) or notebook
        honest, gpu = technique.wanted == "full marks", technique.gpu == "lent"
        return self._graded(notebook, technique.attacks, honest=honest, gpu=gpu)

    def _graded(
        self, notebook: NotebookNode | bytes, only: tuple[str, ...], *, honest: bool = False, gpu: bool = False
    ) -> Graded:
        seconds = target.HONEST_SECONDS if honest else target.CHECK_SECONDS
        assignment = target.assignment(
            self._canaries.secret("the key of the hidden inputs"), self._asked, only, seconds, gpu=gpu
        )
        if isinstance(notebook, bytes):
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / "ch98_redteam.ipynb"
                path.write_bytes(notebook)
                try:
                    notebook = read_notebook(path, target.LIMITS.notebook_mb)
                except Unreadable as error:
                    return refused("ada", assignment, error.status, str(error))
        return grade(notebook, "ada", assignment)

    def _guarded(self, function: Callable[[], Graded], mark: str) -> Graded | str:
        """Return what `function` returns, or what became of it; end the submission when it takes too long."""
        watchdog = threading.Timer(GUARD_SECONDS, aftermath.kill_marked, [mark])
        watchdog.daemon = True
        watchdog.start()
        start = time.monotonic()
        try:
            with _alarm(GUARD_SECONDS * 1.5), _redirected(self._spilled.fileno()):
                graded = function()
        except _Hung:
            return "hung"
        except CourseError:
            raise
        except Exception as error:  # `grade` promises not to raise, whatever a submission does
            return f"the grader raised {type(error).__name__}: {error}"[:200]
        finally:
            watchdog.cancel()
        return graded if time.monotonic() - start < GUARD_SECONDS else "hung"

    def _findings(self, graded: Graded | str) -> Iterator[str]:
        """Yield what must not be: secrets and breaches in what came back, harm to what was planted."""
        if isinstance(graded, Graded):
            result = graded.result.model_dump_json()
            page = render_feedback(graded.result, graded.notebook, chapter_title=target.CHAPTER.title)
            outputs = str([cell.get("outputs") for cell in graded.notebook.cells])
            yield from (f"read {what}" for what in self._canaries.leaked(result + outputs + page))
            yield from (match[1].strip() for match in _BREACH.finditer(outputs + result))
            yield from _Live.found(page)
        yield from self._canaries.harmed()

    def _left(self, mark: str) -> Iterator[str]:
        self._spilled.seek(0)
        if mark.encode() in self._spilled.read():
            yield "wrote to the grader's own output"
        self._spilled.seek(0)
        self._spilled.truncate()
        alive = aftermath.survivors(mark)
        if alive:
            yield f"{len(alive)} processes outlived it"
            aftermath.kill(alive)
        yield from (f"left {path.parent}/…" for path in aftermath.leftovers(mark))

    def _collected(self, technique: Technique) -> tuple[str, bool | None]:
        """Have a folder of hand-ins collected, and look at what was brought in."""
        with tempfile.TemporaryDirectory(prefix="rt-") as place:
            handed, project = Path(place) / "handed", Project(Path(place) / "checkout")
            handed.mkdir()
            for text in technique.of("collect"):
                _function(text, "collect")(handed, self._canaries.known)
            try:
                students = collect_folder(project, target.CHAPTER, handed)
                got = f"contained: collected {', '.join(students) or 'nothing'}"
            except CourseError as error:
                got = f"contained: refused, {error}".replace(place, "…")
            brought = [path for path in (Path(place) / "checkout").rglob("*") if path.is_file()]
            text = "".join(path.read_bytes().decode("latin-1") for path in brought)
            found = [f"copied {what}" for what in self._canaries.leaked(text)]
            allowed = (Path(place) / "checkout" / "build" / "submitted", handed)
            strays = [path for path in Path(place).rglob("*") if path.is_file() and not _below(path, allowed)]
            found += [f"wrote {path.relative_to(place)}" for path in strays] + list(self._canaries.harmed())
        return ("LEAK: " + "; ".join(found), False) if found else (got, True)


def _mark() -> str:
    """Return a word that is in no other process's name or arguments."""
    return "rt" + secrets.token_hex(6)


def _below(path: Path, folders: tuple[Path, ...]) -> bool:
    return any(folder in path.parents for folder in folders)


def _judged(technique: Technique, result: Result) -> tuple[str, bool]:
    """Compare a result that has no other finding with what is wanted."""
    points = _points(result)
    full = bool(result.exercises) and all(one.status is ExerciseStatus.FULL for one in result.exercises)
    if technique.wanted == "full marks":
        return points, full
    nothing = result.status is not Status.NOT_JUDGED and all(one.score == 0 for one in result.exercises)
    if technique.wanted == "flagged":
        return (f"flagged, {points}: {result.notes[0]}", nothing) if result.notes else (f"{points}, not flagged", False)
    contained = technique.wanted == "contained" and nothing
    return f"contained: {points}" if contained else points, nothing


def _points(result: Result) -> str:
    if result.status is Status.NOT_JUDGED:
        troubles = [check.trouble for one in result.exercises for check in one.checks if check.trouble]
        return f"not judged: {'; '.join([*result.notes, *troubles])[:160]}"
    full = "full " if result.score == result.max_score else ""
    status = "" if result.status is Status.GRADED else f", {result.status}"
    return f"{full}{result.score:g} of {result.max_score:g}{status}"


def _said(graded: Graded | str) -> str:
    return _points(graded.result) if isinstance(graded, Graded) else graded


def _function(text: str, name: str) -> Callable[..., Any]:
    namespace: dict[str, Any] = {}
    exec(compile(text, f"<{name}>", "exec"), namespace)  # noqa: S102  # our own text, from the corpus
    function: Callable[..., Any] = namespace[name]
    return function


@contextlib.contextmanager
def _alarm(seconds: float) -> Iterator[None]:
    """Raise `_Hung` here after so long, where that is possible: what hangs may be the grader itself."""
    if sys.platform == "win32" or threading.current_thread() is not threading.main_thread():
        yield
        return

    def ring(number: int, frame: FrameType | None) -> None:
        raise _Hung

    before = signal.signal(signal.SIGALRM, ring)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@contextlib.contextmanager
def _redirected(file: int) -> Iterator[None]:
    """Let standard output and error of this process, and of those it starts, go to an open file."""
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    kept = {number: os.dup(number) for number in (1, 2)}
    try:
        for number in kept:
            os.dup2(file, number)
        yield
    finally:
        for number, before in kept.items():
            os.dup2(before, number)
            os.close(before)


class _Live(HTMLParser):
    """Finds in a page what would act in a reader's browser or terminal."""

    def __init__(self) -> None:
        super().__init__()
        self.alive: list[str] = []

    @classmethod
    def found(cls, page: str) -> list[str]:
        """Return what is alive in a page."""
        parser = cls()
        parser.feed(page)
        return [*parser.alive, *(["control characters in the feedback"] if _CONTROL.search(page) else [])]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "iframe", "object", "embed", "base", "form"):
            self.alive.append(f"<{tag}> in the feedback")
        for name, value in attrs:
            loads = name in ("src", "href") and re.match(r"\s*(javascript|https?|file|//)", value or "", re.IGNORECASE)
            if name.startswith("on") or (loads and (tag != "a" or not str(value).startswith("http"))):
                self.alive.append(f"{name}= in the feedback")
