"""What a student reads at the moment of handing in: for each exercise how it went, and what stopped it first.

Less than the feedback page, on purpose: who may try again reads no hint and no second sentence, so that a hand-in tells
little of the hidden inputs. That code has raised an error, and where, is told: such a sentence holds nothing of them
(`autograder.engine.submission.faults`), and the promise that was not kept would send its reader the wrong way.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.page import page_environment
from autograder.feedback.safe_html import plain_text, storable
from autograder.feedback.words import (
    STATUS_SENTENCES,
    Points,
    lead,
    mark_of,
    mark_together,
    part_name,
    points_of,
    together,
)
from course.exchange.verdict import ExerciseVerdict, Verdict

LATER = (
    "This could not be graded now, through a fault of the grading machine. Your hand-in is safe, and will be graded: "
    "there is nothing for you to do. If it takes long, tell your instructor."
)
_NOT_NOW = (ExerciseStatus.MANUAL, ExerciseStatus.NOT_RUN)
_LONGEST, _MOST = 2000, 50  # characters of a sentence, sentences


def verdict_of(result: Result, submission: str, *, points: bool = True, before: Sequence[str] = ()) -> Verdict:
    """Return what a student may know at once of a graded submission.

    Parameters
    ----------
    submission : the exchange's id.
    points : tell them, too.
    before : sentences put first.
    """
    judged = result.status is not Status.NOT_JUDGED
    # The notes of a result that is not judged are for the operator.
    said = (STATUS_SENTENCES[result.status], *result.notes) if judged else (LATER,)
    return Verdict(
        submission=submission,
        chapter=result.chapter,
        complete=judged,
        score=result.score if points else None,
        max_score=sum(part.max_score for part in result.exercises if part.status not in _NOT_NOW),
        sentences=tuple(_plain(text) for text in (*before, *said) if text)[:_MOST],
        exercises=tuple(_exercise(parts, points) for parts in result.by_exercise),
    )


def postponed(submission: str, chapter: str) -> Verdict:
    """Return what a student reads of a hand-in that can't be graded now."""
    return Verdict(submission=submission, chapter=chapter, complete=False, sentences=(LATER,))


def render_verdict(verdict: Verdict, *, student: str, chapter_title: str) -> str:
    """Return a verdict as a self-contained HTML document that needs no script and no network."""
    template = page_environment().get_template("instant.html.j2")
    return storable(template.render(verdict=verdict, student=student, chapter=chapter_title))


def _exercise(parts: Sequence[ExerciseResult], shown: bool) -> ExerciseVerdict:
    each = [points_of(part)[0] for part in parts]
    points = together(each)
    marks = [mark_of(part, one, by_hand=False) for part, one in zip(parts, each, strict=True)]
    mark = mark_together(marks, points)
    known = [part.score for part in parts if part.score is not None]
    return ExerciseVerdict(
        exercise=parts[0].exercise,
        title=parts[0].title,
        word=mark.word,
        symbol=mark.symbol,
        score=sum(known) if shown and known and points.pending != "machine" else None,
        max_score=points.max_score,
        sentence=_sentence(parts, each),
    )


def _sentence(parts: Sequence[ExerciseResult], points: Sequence[Points]) -> str:
    """What went wrong with the promise that is not kept first, or that promise.

    A core one, before which nothing counts, goes before the others.
    """
    failed = [
        check
        for part in parts
        if part.status in (ExerciseStatus.PARTIAL, ExerciseStatus.NONE)
        for check in part.checks
        if check.outcome is Outcome.FAILED
    ]
    if failed:
        first: CheckResult = min(failed, key=lambda check: not check.core)
        return _plain(first.detail if first.cause else first.sentence)
    said = {lead(part, one, by_hand=False): part for part, one in zip(parts, points, strict=True)}
    if len(said) == 1:
        return next(iter(said))
    return " ".join(f"{part_name(part)}: {sentence}" for sentence, part in said.items())


def _plain(text: str) -> str:
    return plain_text(text)[:_LONGEST]
