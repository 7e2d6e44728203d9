"""Where graders sit: the answers to each question across a class, what is known of them, and what is given for them."""

from __future__ import annotations

import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from traitlets.config import Config

from autograder.classroom.nbgrader_plugins import gradebook, stock_config
from autograder.classroom.store import Store
from autograder.feedback.page import ModelAnswer, view_exercise
from autograder.feedback.views import ExerciseView
from autograder.marking.answers import Answer, Answers
from autograder.marking.ledger import Given, Ledger, Stale, Target, Verdict
from autograder.marking.likeness import Near, core, nearly_equal
from autograder.marking.questions import Question, questions
from course.errors import SetupError, near
from course.nbgrader_plugins.gradebook import gradebook_url
from course.project import Project
from course.syllabus import Chapter, load_syllabus

LOOKED_AT = 120.0  # seconds for which an answer that somebody has opened is not handed to another
LONGEST_COMMENT = 10_000  # characters

State = Literal["waits", "changed", "graded", "empty"]


class Unknown(Exception):
    """There is no such chapter, question or answer; the text says so."""


class Unfit(Exception):
    """What is to be given can't be given; the text says why."""


class Conflict(Exception):
    """Somebody has graded some of the answers meanwhile, or they were handed in again: nothing was written.

    `sheets` are these answers as they are now.
    """

    def __init__(self, sheets: Sequence[Sheet]) -> None:
        super().__init__(sheets)
        self.sheets = tuple(sheets)


def state_of(given: Given) -> State:
    """Return how far an answer is, by what stands in the gradebook for it."""
    if given.score is not None:
        return "changed" if given.outdated else "graded"
    return "waits" if given.automatic is None else "empty"


@dataclass(frozen=True)
class Sheet:
    """One answer and what stands in the gradebook for it.

    Attributes
    ----------
    key : the student's pseudonym.
    version : of answer and grade: another one after each change of either.
    """

    key: str
    answer: Answer
    given: Given

    @property
    def version(self) -> str:
        return f"{self.given.version}.{self.answer.digest[:16]}"

    @property
    def state(self) -> State:
        """Whether somebody has to read it."""
        return state_of(self.given)

    @property
    def waits(self) -> bool:
        return self.state in ("waits", "changed")


@dataclass(frozen=True)
class Tally:
    """How far a question, or a chapter, is; `rewritten` are those of `waits` that had been graded before."""

    waits: int
    graded: int
    empty: int
    rewritten: int = 0

    @classmethod
    def of(cls, given: Iterable[Given]) -> Tally:
        states = Counter(map(state_of, given))
        rewritten = states["changed"]
        return cls(states["waits"] + rewritten, states["graded"], states["empty"], rewritten)


@dataclass(frozen=True)
class Opened:
    """One answer in front of a grader.

    Attributes
    ----------
    view : the exercise as the student's feedback has it, checks among them.
    equal : other answers that are equal.
    near : those that are nearly equal, with their difference, nearest first.
    place : its number among all, counted from 1; `count` of them.
    previous, next : the neighbours' pseudonyms; empty at the ends.
    others : who else has it open.
    """

    question: Question
    sheet: Sheet
    view: ExerciseView
    equal: tuple[Sheet, ...]
    near: tuple[tuple[Sheet, Near], ...]
    place: int
    count: int
    tally: Tally
    previous: str
    next: str
    others: tuple[str, ...]


class Pile:
    """The answers of one chapter."""

    def __init__(self, project: Project, chapter: Chapter, ledger: Ledger) -> None:
        self.chapter = chapter
        self.questions: Mapping[str, Question] = questions(project, chapter)
        self.answers = Answers(project, chapter, frozenset(one.grade_id for one in self.questions.values()))
        self.ledger = ledger

    def sheets(self, question: Question) -> Mapping[str, Sheet]:
        """Return what has been graded by the machine, and so can be by people, by pseudonym."""
        given = self.ledger.read(question.grade_id).get(question.grade_id, {})
        found = {key: mine.get(question.grade_id) for key, mine in self.answers.all().items()}
        return {
            key: Sheet(key, answer, given[answer.student])
            for key, answer in found.items()
            if answer is not None and answer.student in given
        }


@dataclass
class Desk:
    """All that a page for graders asks for; may be used by several threads.

    Parameters
    ----------
    clock : tells seconds.
    """

    project: Project
    clock: Callable[[], float] = time.monotonic
    _piles: dict[str, tuple[float, Pile]] = field(default_factory=dict)
    _open: dict[tuple[str, str, str], dict[str, float]] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _config: Config = field(init=False, repr=False)

    def __post_init__(self) -> None:
        with gradebook(self.project):  # made, if there is none
            pass
        self._config = stock_config(self.project)
        self._ledger("").prepare()

    def chapters(self) -> list[tuple[Chapter, Tally]]:
        """Return the chapters of which anything has been graded that has a text, and how far they are."""
        found = []
        for chapter in load_syllabus(self.project.syllabus):
            if any(one.kind == "text" for one in chapter.exercise) and self._is_graded(chapter):
                rows = [one for each in self._ledger(chapter.name).read().values() for one in each.values()]
                found.append((chapter, Tally.of(rows)))
        return found

    def pile(self, name: str) -> Pile:
        """Return a chapter's answers.

        Raises
        ------
        Unknown : there is no such chapter, or nothing of it has been graded.
        """
        try:
            chapter = load_syllabus(self.project.syllabus).find(name)
        except SetupError as error:
            raise Unknown(str(error)) from error
        if not self._is_graded(chapter):
            raise Unknown(f"Nothing of {chapter.name} has been graded: run `course grade {chapter.short}` first.")
        with self._lock:
            age, pile = self._age(chapter), self._piles.get(chapter.name)
            if pile is None or pile[0] != age:
                pile = self._piles[chapter.name] = age, Pile(self.project, chapter, self._ledger(chapter.name))
            return pile[1]

    def tallies(self, pile: Pile) -> list[tuple[Question, Tally]]:
        """Return a chapter's questions and how far they are."""
        return [(one, Tally.of(sheet.given for sheet in pile.sheets(one).values())) for one in pile.questions.values()]

    def next(self, pile: Pile, exercise: str, grader: str, after: str = "") -> str:
        """Return the pseudonym of the next answer that waits, round the end; empty where none does.

        One that somebody else has open comes last.
        """
        question = self._question(pile, exercise)
        sheets = pile.sheets(question)
        order = [key for key in sheets if key > after] + [key for key in sheets if key <= after]
        waiting = [key for key in order if sheets[key].waits and key != after]
        return min(waiting, key=lambda key: bool(self._others(pile, exercise, key, grader)), default="")

    def first(self, pile: Pile, exercise: str) -> str:
        """Return the first pseudonym of a question; empty where there is no answer."""
        return next(iter(pile.sheets(self._question(pile, exercise))), "")

    def open(self, pile: Pile, exercise: str, key: str, grader: str) -> Opened:
        """Return an answer with all that a grader has to see beside it.

        Raises
        ------
        Unknown : there is no such question or answer.
        """
        question = self._question(pile, exercise)
        sheets = pile.sheets(question)
        sheet = self._sheet(sheets, question, key)
        graded = pile.answers.store.load(sheet.answer.student)
        model = ModelAnswer(question.model) if question.model else None
        view = view_exercise(graded.result, graded.notebook, exercise, model) if graded else None
        if view is None:
            raise Unknown(f"This answer is being graded by the machine: run `course grade {pile.chapter.short}` again.")
        others = [one for one in sheets.values() if one.key != key and one.state != "empty"]
        mine = core(sheet.answer.text)
        equal = [
            one for one in others if core(one.answer.text) == mine and one.answer.pictures == sheet.answer.pictures
        ]
        near_ones = nearly_equal(sheet.answer.text, {one.key: one.answer.text for one in others})
        order = list(sheets)
        at = order.index(key)
        with self._lock:
            seen = self._others(pile, exercise, key, grader)
            self._open.setdefault((pile.chapter.name, exercise, key), {})[grader] = self.clock()
        return Opened(
            question=question,
            sheet=sheet,
            view=view,
            equal=tuple(equal) if sheet.state != "empty" else (),
            near=tuple((sheets[one.key], one) for one in near_ones),
            place=at + 1,
            count=len(order),
            tally=Tally.of(one.given for one in sheets.values()),
            previous=order[at - 1] if at else "",
            next=order[at + 1] if at + 1 < len(order) else "",
            others=seen,
        )

    def give(self, pile: Pile, exercise: str, versions: Mapping[str, str], verdict: Verdict) -> None:
        """Give one verdict on some answers, on all or on none; `versions` are those that the grader has seen, by
        pseudonym.

        Raises
        ------
        Unknown : there is no such question or answer.
        Unfit : no answer, or points or a comment that can't be given.
        Conflict : somebody has graded one meanwhile, or it was handed in again.
        EngineError : the gradebook can't be written to.
        """
        question = self._question(pile, exercise)
        _check(question, versions, verdict)
        sheets = pile.sheets(question)
        chosen = [self._sheet(sheets, question, key) for key in versions]
        if stale := [one for one in chosen if one.version != versions[one.key]]:
            raise Conflict(stale)
        targets = [Target(one.answer.student, one.answer.digest, one.given.version) for one in chosen]
        try:
            pile.ledger.give(question.grade_id, targets, verdict)
        except Stale as error:
            now = pile.sheets(question)
            raise Conflict([now.get(one.key, one) for one in chosen if one.answer.student in error.students]) from error

    def _ledger(self, chapter: str) -> Ledger:
        return Ledger(gradebook_url(self.project), chapter, self._config)

    def _is_graded(self, chapter: Chapter) -> bool:
        return any(Store.of(self.project, chapter).folder.glob("*/result.json"))

    def _age(self, chapter: Chapter) -> float:
        """When the chapter's text, answers or release were last saved."""
        files = [self.project.source / f"{chapter.name}.py", self.project.syllabus]
        files += (self.project.solutions / chapter.name).glob("*.py")
        files += (self.project.build / "release" / chapter.name).glob("*.ipynb")
        return max((path.stat().st_mtime for path in files if path.is_file()), default=0.0)

    def _question(self, pile: Pile, exercise: str) -> Question:
        if exercise not in pile.questions:
            guess = near(exercise, pile.questions)
            raise Unknown(f"{pile.chapter.name} has no question {exercise!r} that is answered in words.{guess}")
        return pile.questions[exercise]

    def _sheet(self, sheets: Mapping[str, Sheet], question: Question, key: str) -> Sheet:
        if key not in sheets:
            raise Unknown(f"Nobody of this class has the answer {key!r} to {question.exercise}.")
        return sheets[key]

    def _others(self, pile: Pile, exercise: str, key: str, grader: str) -> tuple[str, ...]:
        """Who else has opened an answer a moment ago."""
        with self._lock:
            seen, now = self._open.get((pile.chapter.name, exercise, key), {}), self.clock()
            return tuple(sorted(name for name, when in seen.items() if name != grader and now - when < LOOKED_AT))


def _check(question: Question, versions: Mapping[str, str], verdict: Verdict) -> None:
    score = verdict.score
    if not versions:
        raise Unfit("No answer was chosen.")
    if score is not None and not (math.isfinite(score) and 0 <= score <= question.points):
        raise Unfit(f"{question.exercise} is worth 0 to {question.points:g} points, not {score:g}.")
    if len(verdict.comment) > LONGEST_COMMENT:
        raise Unfit(f"The comment is longer than {LONGEST_COMMENT} characters: shorten it.")
    if unknown := set(verdict.earned) - {line.earned for line in question.rubric}:
        raise Unfit(f"The rubric of {question.exercise} has no line {min(unknown)!r}: load the page again.")
