"""Runs hidden checks against a session and says, for each, passed, failed or not judged.

The blame rule: a check that trips over a value (a `TypeError` on what the submission returned, say) is run again on
the reference with the same seed. If the reference passes, the value was wrong and the check has failed; if it trips
there too, the check itself is broken and nothing is judged.
"""

from __future__ import annotations

import hashlib
import math
import re
import time
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
import pytest

from autograder.engine.judging.checks import ChapterChecks, Check, Threshold
from autograder.engine.judging.hints import HintTime, misconception
from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome
from autograder.engine.submission.faults import ABSENCES, Words
from autograder.engine.submission.faults import NOT_BEGUN as NOT_BEGUN
from autograder.engine.submission.written import Written
from autograder.engine.wire.proxy import (
    Asked,
    BadReply,
    Call,
    CallTimeout,
    LocalSession,
    NoAnswer,
    Session,
    SessionDied,
    Student,
    SubmissionFault,
)
from course.authoring.bars import bar_as_text
from course.errors import CourseError, KernelLost, OperatorError
from course.syllabus import Exercise

# Not `str.format`: a sentence may hold other braces.
_THRESHOLD = re.compile(r"\{threshold(:(?P<format>[^{}]*))?\}")
UNUSABLE = "What your code returned could not be used: it has another type or shape than the exercise asks for."


@dataclass(frozen=True)
class Seed:
    """What the random inputs of a submission's checks depend on: the same values give the same inputs.

    Attributes
    ----------
    key : the course's secret, so that inputs can't be computed in advance.
    student, attempt : who, and which attempt (a digest of what was handed in).
    """

    key: str
    student: str
    attempt: str

    def rng(self, check: Check) -> np.random.Generator:
        """Return the generator of one check's inputs."""
        return np.random.default_rng(_number(self.key, check.exercise, check.name, self.student, self.attempt))

    def global_seed(self, check: Check) -> int:
        """Return what the submission's own random numbers are seeded with.

        The submission can read it, so neither the key nor the check's name is in it: it tells nothing of the inputs,
        and no guess at either can be tested with it.
        """
        return _number("global", check.exercise, self.student, self.attempt) % 2**32


def _number(*parts: str) -> int:
    return int.from_bytes(hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest(), "big")


class Memory(Protocol):
    """What is known of one submission from an earlier time. Who implements it: `autograder.classroom.memory`."""

    def recall(self, check: Check) -> CheckResult | None:
        """Called before a check is run; return its result if that is known to be the same."""
        ...

    def keep(self, check: Check, result: CheckResult, transcript: Sequence[Call], complete: bool) -> None:
        """Called after a check was run; `complete` means that each request was answered and is in `transcript`."""
        ...


@dataclass(frozen=True)
class Examiner:
    """What is needed to judge a chapter's submissions; holds nothing of any one submission but its `memory`.

    Attributes
    ----------
    checks : the chapter's checks, mutants and reference.
    thresholds : by (check name, data source).
    source_of : tells whether a data set is ``real`` or a ``stand-in`` here.
    reveal : show a submission's own error messages, which may repeat hidden inputs: for a learner's own machine.
    hint_seconds : how long a submission's failed checks may be compared with the known misconceptions.
    hints : what is left of that, while a submission is judged; None outside of one.
    memory : of one submission, if there is any; None judges every check.
    words : for its errors, where its session has none.
    written : what the text of one submission says of its answers, for what is told of those that are missing.
    late : the names whose calls did not end in time, while an exercise is judged.
    passed : the names of the checks that have passed so far, while a submission is judged; None outside of one.
    """

    checks: ChapterChecks
    thresholds: Mapping[tuple[str, str], Threshold]
    source_of: Callable[[str], str] = field(default=lambda name: "any")
    reveal: bool = False
    hint_seconds: float = 30.0
    hints: HintTime | None = None
    memory: Memory | None = None
    words: Words | None = None
    written: Written | None = None
    late: set[str] = field(default_factory=set, compare=False)
    passed: set[str] | None = field(default=None, compare=False)

    def of_submission(self, **known: Any) -> Examiner:
        """Return one for a submission, of which more is `known`: its checks share the time for hints, and note what has
        passed. One that is for a submission already stays so."""
        hints = self.hints or HintTime(self.hint_seconds)
        return replace(self, hints=hints, passed=set() if self.passed is None else self.passed, **known)

    def threshold(self, check: Check) -> float:
        """Return the bound of a check that returns a figure.

        Raises
        ------
        OperatorError : it has not been calibrated on this data.
        """
        source = self.source_of(check.data) if check.data else "any"
        found = self.thresholds.get((check.name, source))
        if found is None:
            raise OperatorError(
                f"{check.name} has no threshold for {source} data: run `course calibrate {self.checks.chapter}`."
            )
        return found.threshold

    def has_data_for(self, check: Check) -> bool:
        """Return whether a check can be run here: a target at full size is meant for the real data set."""
        return not (check.full_size and check.data) or self.source_of(check.data) != "stand-in"

    def sentence(self, check: Check) -> str:
        """Return the sentence a student reads, with the threshold filled in."""
        if check.bound is None:
            return check.sentence
        try:
            threshold = self.threshold(check)
        except OperatorError:
            return _THRESHOLD.sub("the threshold", check.sentence)
        at_least = check.bound == "at_least"
        return _THRESHOLD.sub(lambda found: bar_as_text(threshold, found["format"] or "", at_least), check.sentence)


class _Missed(Exception):
    """A figure is on the wrong side of its threshold."""


def judge_exercise(
    exercise: Exercise,
    points: float,
    examiner: Examiner,
    open_session: Callable[[], Session],
    seed: Seed,
    *,
    full_size: bool = False,
) -> ExerciseResult:
    """Judge the part of an exercise that has checks: those at full size, or the others.

    `open_session` returns the submission's session, a new one where the last has died; it raises `SubmissionFault`
    when the submission can't be started and `CourseError` when the grader is to blame.
    """
    examiner = examiner.of_submission(late=set())
    results = tuple(
        run_check(check, examiner, open_session, seed) for check in examiner.checks.of(exercise.id, full_size)
    )
    status, score = score_of(results, points)
    return ExerciseResult(
        exercise=exercise.id,
        grade_id=exercise.full_size_id if full_size else exercise.checks_id,
        title=exercise.title,
        status=status,
        score=score,
        max_score=points,
        checks=results,
    )


def score_of(results: Sequence[CheckResult], points: float) -> tuple[ExerciseStatus, float | None]:
    """Return the status and score of an exercise: the share of weight that passed, once a core check has passed."""
    if not results or any(result.outcome is Outcome.NOT_JUDGED for result in results):
        return ExerciseStatus.NOT_JUDGED, None
    passed = [result for result in results if result.outcome is Outcome.PASSED]
    if len(passed) == len(results):
        return ExerciseStatus.FULL, points
    has_core = any(result.core for result in results)
    if not any(result.core or not has_core for result in passed):
        begun = any(result.detail != NOT_BEGUN for result in results)
        return (ExerciseStatus.NONE if begun else ExerciseStatus.NOT_BEGUN), 0.0
    share = sum(result.weight for result in passed) / sum(result.weight for result in results)
    # Rounded, but full marks are for those who pass all.
    below = math.ceil(points * 100 - 1) / 100
    return ExerciseStatus.PARTIAL, max(0.0, min(round(points * share, 2), below))


def run_check(check: Check, examiner: Examiner, open_session: Callable[[], Session], seed: Seed) -> CheckResult:
    """Run one check and describe what became of it; never raises for trouble of either side."""
    known = examiner.memory.recall(check) if examiner.memory else None
    if known is not None:
        _note(examiner, known)
        return known
    start = time.monotonic()
    run = _run(check, examiner, open_session, seed)
    result = CheckResult(
        check=check.name,
        outcome=run.outcome,
        sentence=examiner.sentence(check),
        weight=check.weight,
        core=check.core,
        detail=run.detail,
        cause=run.cause,
        hint=run.hint,
        trouble=run.trouble,
        seconds=round(time.monotonic() - start, 3),
    )
    _note(examiner, result)
    if examiner.memory:
        examiner.memory.keep(check, result, run.transcript, run.complete)
    return result


def _note(examiner: Examiner, result: CheckResult) -> None:
    if examiner.passed is not None and result.outcome is Outcome.PASSED:
        examiner.passed.add(result.check)


@dataclass(frozen=True)
class _Run:
    outcome: Outcome
    detail: str = ""
    cause: str = ""
    hint: str = ""
    trouble: str = ""
    transcript: tuple[Call, ...] = ()
    complete: bool = False


class _Counted:
    """A session that counts what it is asked."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self.words: Words | None = getattr(session, "words", None)
        self.asked = 0

    def request(self, frame: bytes) -> bytes:
        self.asked += 1
        return self._session.request(frame)

    @property
    def alive(self) -> bool:
        return self._session.alive


def _run(check: Check, examiner: Examiner, open_session: Callable[[], Session], seed: Seed) -> _Run:
    try:
        session = _Counted(open_session())
    except SubmissionFault as fault:
        return _Run(Outcome.FAILED, fault.sentence, fault.cause)
    except KernelLost:
        raise
    except Exception as error:  # no answer has been asked for yet, so none is to blame
        return _Run(Outcome.NOT_JUDGED, trouble=f"The submission could not be started: {type(error).__name__}: {error}")
    student = Student(session, Asked(examiner.words, examiner.written, examiner.late, check.exercise))
    run = _judged(check, examiner, student, seed)
    transcript = student.transcript_
    return replace(run, transcript=transcript, complete=student.whole_ and session.asked == len(transcript))


def _judged(check: Check, examiner: Examiner, student: Student, seed: Seed) -> _Run:
    cause, hint = "", check.hint
    try:
        call(check, examiner, student, seed)
    except (AssertionError, _Missed):
        detail = ""
    except (NoAnswer, CallTimeout, SessionDied, BadReply) as fault:  # no reply that a hint could be about
        return _Run(Outcome.FAILED, fault.detail(examiner.reveal), fault.cause)
    except SubmissionFault as fault:
        detail, cause = fault.detail(examiner.reveal), fault.cause
        if getattr(fault, "type_name", "") in ABSENCES:  # what is not there can't be misunderstood
            return _Run(Outcome.FAILED, detail, cause)
        hint = "" if getattr(fault, "explained", False) else hint  # no guess where it is known what happened
    except KernelLost:
        raise
    except CourseError as error:
        return _Run(Outcome.NOT_JUDGED, trouble=str(error))
    except Exception as error:  # the blame rule, above
        if not _reference_passes(check, examiner, seed):
            return _Run(Outcome.NOT_JUDGED, trouble=f"{check.name} is broken: {type(error).__name__}: {error}")
        detail = UNUSABLE
    else:
        return _Run(Outcome.PASSED)
    hints = examiner.hints or HintTime(examiner.hint_seconds)
    known = misconception(check, examiner.checks, student.transcript_, hints, examiner.passed or ())
    return _Run(Outcome.FAILED, detail, cause, known or hint)


def call(check: Check, examiner: Examiner, student: Student, seed: Seed) -> float | None:
    """Call a check; return its figure if it has one.

    Raises
    ------
    AssertionError, SubmissionFault : the submission has failed it.
    OperatorError : it has no threshold.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            student.seed_(seed.global_seed(check))
            figure = check.function(student, seed.rng(check))
        except pytest.fail.Exception as failure:  # of `pytest.raises`; not an `Exception`
            raise AssertionError(str(failure)) from None
        except pytest.skip.Exception as skipped:
            raise OperatorError(f"{check.name} was skipped: {skipped}") from None
    if check.bound is None:
        return None
    if figure is None:
        raise OperatorError(f"{check.name} must return the figure to be bounded.")
    threshold = examiner.threshold(check)
    if not (figure >= threshold if check.bound == "at_least" else figure <= threshold):
        raise _Missed
    return float(figure)


def _reference_passes(check: Check, examiner: Examiner, seed: Seed) -> bool:
    try:
        call(check, examiner, Student(LocalSession(examiner.checks.namespace())), seed)
    except Exception:
        return False
    return True
