"""What a student reads at the moment of handing in: for each exercise how it went, and what stopped it first.

Less than the feedback page, on purpose: who may try again reads no hint and no second sentence, so that a hand-in tells
little of the hidden inputs. That code has raised an error, and where, is told: such a sentence holds nothing of them
(`autograder.engine.faults`), and the promise that was not kept would send its reader the wrong way.
"""

from __future__ import annotations

from collections.abc import Sequence

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback import page_environment
from autograder.safe_html import plain_text, storable
from autograder.verdict import STATUS_SENTENCES, Pending, Points, lead, mark_of
from course.exchange.verdict import ExerciseVerdict, Verdict

LATER = (
    "This could not be graded now, through a fault of the grading machine. Your hand-in is safe, and will be graded: "
    "there is nothing for you to do. If it takes long, tell your instructor."
)
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
        max_score=sum(one.max_score for one in result.exercises if one.status is not ExerciseStatus.MANUAL),
        sentences=tuple(_plain(text) for text in (*before, *said) if text)[:_MOST],
        exercises=tuple(_exercise(one, points) for one in result.exercises),
    )


def postponed(submission: str, chapter: str) -> Verdict:
    """Return what a student reads of a hand-in that can't be graded now."""
    return Verdict(submission=submission, chapter=chapter, complete=False, sentences=(LATER,))


def render_verdict(verdict: Verdict, *, student: str, chapter_title: str) -> str:
    """Return a verdict as a self-contained HTML document that needs no script and no network."""
    template = page_environment().get_template("at_once.html.j2")
    return storable(template.render(verdict=verdict, student=student, chapter=chapter_title))


def _exercise(exercise: ExerciseResult, shown: bool) -> ExerciseVerdict:
    manual = exercise.status is ExerciseStatus.MANUAL
    pending: Pending = "hand" if manual else "machine" if exercise.score is None else ""
    points = Points(exercise.score or 0.0, exercise.max_score, pending)
    mark = mark_of(exercise, points, by_hand=False)
    return ExerciseVerdict(
        exercise=exercise.exercise,
        title=exercise.title,
        word=mark.word,
        symbol=mark.symbol,
        score=exercise.score if shown else None,
        max_score=exercise.max_score,
        sentence=_sentence(exercise, points),
    )


def _sentence(exercise: ExerciseResult, points: Points) -> str:
    """What went wrong with the promise that is not kept first, or that promise.

    A core one, before which nothing counts, goes before the others.
    """
    failed = [check for check in exercise.checks if check.outcome is Outcome.FAILED]
    if exercise.status in (ExerciseStatus.PARTIAL, ExerciseStatus.NONE) and failed:
        first: CheckResult = min(failed, key=lambda check: not check.core)
        return _plain(first.detail if first.cause else first.sentence)
    return lead(exercise, points, by_hand=False)


def _plain(text: str) -> str:
    return plain_text(text)[:_LONGEST]
