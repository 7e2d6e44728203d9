"""What a student reads at the moment of handing in: for each exercise how it went, and what stopped it first.

Less than the feedback page, on purpose: who may try again reads no hint and no second sentence, so that a hand-in tells
little of the hidden inputs. That code has raised an error, and where, is told: such a sentence holds nothing of them
(`autograder.engine.submission.faults`), and the promise that was not kept would send its reader the wrong way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from autograder.engine.result import CheckResult, ExerciseResult, ExerciseStatus, Outcome, Result, Status
from autograder.feedback.changes import Change, in_all, promise
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


def verdict_of(
    result: Result,
    submission: str,
    *,
    points: bool = True,
    before: Sequence[str] = (),
    last: Verdict | None = None,
) -> Verdict:
    """Return what a student may know at once of a graded submission.

    Parameters
    ----------
    submission : the exchange's id.
    points : tell them, too.
    before : sentences put first.
    last : the verdict on what the same student had handed in before, to compare with.
    """
    judged = result.status is not Status.NOT_JUDGED
    changed = _changes(result, last, points) if judged and last is not None and last.complete else {}
    # The notes of a result that is not judged are for the operator.
    said = (STATUS_SENTENCES[result.status], *result.notes) if judged else (LATER,)
    return Verdict(
        submission=submission,
        chapter=result.chapter,
        complete=judged,
        score=result.score if points else None,
        max_score=sum(part.max_score for part in result.exercises if part.status not in _NOT_NOW),
        sentences=tuple(_plain(text) for text in (*before, *said) if text)[:_MOST],
        exercises=tuple(
            _exercise(parts, points, changed.get(parts[0].exercise, Change())) for parts in result.by_exercise
        ),
        change=in_all(changed),
    )


def postponed(submission: str, chapter: str) -> Verdict:
    """Return what a student reads of a hand-in that can't be graded now."""
    return Verdict(submission=submission, chapter=chapter, complete=False, sentences=(LATER,))


def render_verdict(verdict: Verdict, *, student: str, chapter_title: str) -> str:
    """Return a verdict as a self-contained HTML document that needs no script and no network."""
    template = page_environment().get_template("instant.html.j2")
    return storable(template.render(verdict=verdict, student=student, chapter=chapter_title))


def _changes(result: Result, last: Verdict, points: bool) -> Mapping[str, Change]:
    """Return what has changed of each exercise, as far as what was told then and is told now says so.

    A promise is named if the last verdict has named it and it is kept now, or if the last one had full marks and this
    is what is told first: nothing of the hidden checks is learnt that these two verdicts do not tell.
    """
    earlier = {one.exercise: one for one in last.exercises}
    found = {}
    for parts in result.by_exercise:
        if (old := earlier.get(parts[0].exercise)) is not None:
            new = _exercise(parts, points, Change())
            checks = [check for part in parts for check in part.checks]
            kept = [one for one in checks if one.outcome is Outcome.PASSED and _plain(one.sentence) == old.sentence]
            first = [one for one in checks if one.outcome is Outcome.FAILED and _plain(one.sentence) == new.sentence]
            lost = first[:1] if old.word == ExerciseStatus.FULL else []
            both = old.score is not None and new.score is not None and old.max_score == new.max_score
            gained = (new.score or 0.0) - (old.score or 0.0) if both else None
            if both or kept or lost:
                found[new.exercise] = Change(gained, tuple(map(promise, kept)), tuple(map(promise, lost)))
    return found


def _exercise(parts: Sequence[ExerciseResult], shown: bool, change: Change) -> ExerciseVerdict:
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
        change=str(change),
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
