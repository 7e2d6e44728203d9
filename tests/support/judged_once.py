"""What need not be judged twice with one seed: the reference, and the answers that a failed check is compared with.

It rests on one thing: with one seed a check puts the same requests, as long as it is given the same replies.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from autograder.calibration.asked import Listening
from autograder.engine.judging import hints, judge, replay
from autograder.engine.judging.checks import Check
from autograder.engine.judging.judge import Examiner, Seed, run_check
from autograder.engine.result import CheckResult, Outcome
from autograder.engine.wire import codec
from autograder.engine.wire.proxy import Call, Handle, LocalSession, Student
from course.syllabus import Chapter
from tests.support.chapters import checks_of, examiner_of
from tests.support.single_rows import single_rows

SEED = Seed("contract", "test", "1")


@dataclass(frozen=True)
class Fared:
    """How the reference fares with a check, the names that were asked for, and its networks' `single_rows`."""

    result: CheckResult
    names: frozenset[str]
    single_rows: tuple[str, ...]


def reference_with(chapter: Chapter, check: Check) -> Fared:
    """Return how the reference fares with a check under `SEED`; it is judged once in a process."""
    return _fared(chapter, check.exercise, check.name)


@functools.cache
def _fared(chapter: Chapter, exercise: str, name: str) -> Fared:
    (check,) = (check for check in checks_of(chapter).checks if (check.exercise, check.name) == (exercise, name))
    session = Listening(checks_of(chapter).namespace())
    with single_rows() as asked:
        result = run_check(check, examiner_of(chapter), lambda: session, SEED)
    return Fared(result, frozenset(session.names), tuple(asked))


class LikeTheReference:
    """Knows the results of those checks that ask for nothing of what an answer of ours replaces.

    An answer's names are looked up in a session's namespace and nowhere else: the reference's functions call each other
    by their modules' names. So such a check is given the same replies, from the first to the last.
    """

    def __init__(self, chapter: Chapter, replaced: Iterable[str]) -> None:
        self._chapter, self._replaced = chapter, frozenset(replaced)

    def recall(self, check: Check) -> CheckResult | None:
        """Return the reference's result where the answer's is the same."""
        fared = reference_with(self._chapter, check)
        return None if fared.names & self._replaced else fared.result

    def keep(self, check: Check, result: CheckResult, transcript: Sequence[Call], complete: bool) -> None:
        """Nothing has to be known another time."""


class Transcripts:
    """What the answers to one check have replied to it, kept until another exercise's check is judged."""

    def __init__(self) -> None:
        self._exercise = ""
        self._of: dict[tuple[str, Answer], tuple[Call, ...]] = {}
        self.answer: Answer = frozenset()

    def recall(self, check: Check) -> CheckResult | None:
        """Nothing is known without being judged."""
        return None

    def keep(self, check: Check, result: CheckResult, transcript: Sequence[Call], complete: bool) -> None:
        """Remember what `answer` has replied."""
        if check.exercise != self._exercise:
            self._exercise = check.exercise
            self._of.clear()
        self._of[check.name, self.answer] = tuple(transcript)

    def differ(self, answer: Answer, transcript: Sequence[Call]) -> bool:
        """Return whether an answer is known to have replied otherwise to the requests in `transcript`."""
        return any(one == answer and _differ(kept, transcript) for (_, one), kept in self._of.items())


# Which names an answer replaces, and with which objects.
Answer = frozenset[tuple[str, int]]


def answer_of(namespace: Mapping[str, Any], reference: Mapping[str, Any]) -> Answer:
    """Return what tells an answer of ours from the others."""
    return frozenset((name, id(value)) for name, value in namespace.items() if reference.get(name) is not value)


def _differ(known: Sequence[Call], transcript: Sequence[Call]) -> bool:
    """Return whether the first replies that are not the same are replies to the same requests."""
    for one, other in zip(known, transcript, strict=False):
        if one.request != other.request:
            return False
        if one.reply != other.reply and not _same(one.reply, other.reply):
            return True
    return False


def _same(one: bytes, other: bytes) -> bool:
    """Compare two replies as `replay` does."""
    link = Student(LocalSession({}))._link
    left, right = (codec.decode(reply, lambda number, name: Handle(link, number, name)) for reply in (one, other))
    if "error" in left or "error" in right:
        return bool(replay._errors(left, right, any_words=True))
    return bool(replay._same(left["value"], right["value"], {}))


@contextmanager
def judged_once(chapter: Chapter, transcripts: Transcripts) -> Iterator[list[Answer]]:
    """Let the judge take what is known of the reference and of the answers that were judged before.

    Yields the answers that were not tried again.
    """
    behaves_like, reference = hints.behaves_like, checks_of(chapter).reference
    spared: list[Answer] = []

    def reference_passes(check: Check, examiner: Examiner, seed: Seed) -> bool:
        assert seed == SEED
        return reference_with(chapter, check).result.outcome is Outcome.PASSED

    def compared(
        namespace: Mapping[str, Any], transcript: Sequence[Call], expected: frozenset[int] | None = None
    ) -> replay.Likeness:
        answer = answer_of(namespace, reference)
        if transcripts.differ(answer, transcript):
            spared.append(answer)
            return replay.Likeness.NONE
        return behaves_like(namespace, transcript, expected)

    with (
        mock.patch.object(judge, "_reference_passes", reference_passes),
        mock.patch.object(hints, "behaves_like", compared),
    ):
        yield spared
