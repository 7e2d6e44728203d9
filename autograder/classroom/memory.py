"""What is known of a submission from the last time: results that still hold, and replies that can be given again.

A check whose text has changed mostly asks for the same things, because its random inputs depend on its name and not on
its text. As long as its requests are, byte for byte and in order, those of the last time, the recorded replies are what
the submission would say, and no process is needed. One limit: a reply that depends on what *other* checks did before is
given as it was then.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from autograder.classroom.fingerprints import Fingerprints
from autograder.engine.judging.checks import Check
from autograder.engine.judging.grade import Assignment, Graded, judge_part, to_be_run
from autograder.engine.judging.judge import Examiner, Seed, run_check
from autograder.engine.result import CheckResult, ExerciseStatus, Outcome, Status
from autograder.engine.submission.faults import Words
from autograder.engine.wire.proxy import Call

RAW_BYTES = 8 << 20  # of one check's requests and replies; more are not kept
KEPT_BYTES = 2 << 20  # of one check's, compressed
TOTAL_BYTES = 8 << 20  # of one submission's
_HEAD = struct.Struct("<HII")


class ReplayMiss(BaseException):
    """A check asks for something that was not recorded. Not an `Exception`: no check may take it for an answer."""


class ReplaySession:
    """A session (`proxy.Session`) that gives the recorded replies, in order, and raises `ReplayMiss` when it can't."""

    alive = True

    def __init__(self, transcript: Sequence[Call]) -> None:
        self._left = list(reversed(transcript))
        self.missed = False

    def request(self, frame: bytes) -> bytes:
        if self.missed or not self._left or self._left[-1].request != frame:
            self.missed = True
            raise ReplayMiss
        return self._left.pop().reply


@dataclass(frozen=True)
class Kept:
    """What is kept of one check.

    Attributes
    ----------
    key : what `result` is good for.
    complete : whether each request was answered; if not, the submission as a whole had a trouble that belongs to it.
    transcript : packed; empty where it was too large or not complete.
    """

    key: str
    result: CheckResult
    complete: bool
    transcript: str = field(default="", repr=False)


@dataclass
class SubmissionMemory:
    """The memory of one submission: filled from the store, asked and added to while it is judged.

    Attributes
    ----------
    kept : by check name.
    whole : whether results of checks that met a trouble may be recalled too: only when the submission is not run.
    """

    fingerprints: Fingerprints
    kept: dict[str, Kept] = field(default_factory=dict)
    whole: bool = False

    def recall(self, check: Check) -> CheckResult | None:
        """Return the result of a check that nothing has changed for."""
        found = self.kept.get(check.name)
        if (
            found is None
            or found.result.outcome is Outcome.NOT_JUDGED
            or self.fingerprints.of(found.result) != found.key
        ):
            return None
        return found.result if found.complete or self.whole else None

    def keep(self, check: Check, result: CheckResult, transcript: Sequence[Call], complete: bool) -> None:
        """Remember the result of a check and, if it is small enough, what was asked and replied."""
        packed = pack(transcript) if complete else ""
        self.kept[check.name] = Kept(self.fingerprints.of(result), result, complete, packed)

    def knows(self, check: Check, examiner: Examiner, seed: Seed) -> bool:
        """Judge a check by its last result where nothing has changed for it, else by the recorded replies; return
        whether they were enough."""
        if self.recall(check) is None:
            return self.replay(check, examiner, seed)
        run_check(check, replace(examiner, memory=self), _no_session, seed)  # which notes what has passed
        return True

    def replay(self, check: Check, examiner: Examiner, seed: Seed) -> bool:
        """Judge a check by the recorded replies; return whether they were enough."""
        before = self.kept.get(check.name)
        transcript = unpack(before.transcript) if before else None
        if before is None or transcript is None:
            return False
        session = ReplaySession(transcript)
        with contextlib.suppress(ReplayMiss):
            run_check(check, replace(examiner, memory=self), lambda: session, seed)
        if session.missed:
            self.kept[check.name] = before
        return not session.missed


def from_memory(last: Graded, memory: SubmissionMemory, assignment: Assignment, seed: Seed) -> Graded | None:
    """Grade a submission again from what is known of it.

    Parameters
    ----------
    last : its grade of the last time, under the same `Fingerprints.run`.
    memory : whose results and transcripts are used; what is judged by replay is added.

    Returns
    -------
    The grade, or None where something has to be asked of the submission itself; then `memory` is ready for that.
    """
    examiner = assignment.examiner.of_submission(memory=memory, words=Words(last.notebook))
    remembering = replace(assignment, examiner=examiner)
    memory.whole = True
    try:
        if last.result.status is Status.NOT_JUDGED or not _all_known(memory, examiner, assignment, seed):
            return None
        rows = {row.grade_id: row for row in last.result.exercises}
        exercises = tuple(
            rows[part.grade_id] if part.by_hand else judge_part(part, remembering, _no_session, seed)
            for part in assignment.parts
            if part.grade_id in rows
        )
    finally:
        memory.whole = False
    if any(row.status is ExerciseStatus.NOT_JUDGED for row in exercises):
        return None
    return Graded(last.result.model_copy(update={"exercises": exercises}), last.notebook)


def _all_known(memory: SubmissionMemory, examiner: Examiner, assignment: Assignment, seed: Seed) -> bool:
    """Replay what can be; return whether a result of each check is known then."""
    lacking = [
        check
        for part in assignment.parts
        if not part.by_hand and (not assignment.only or part.exercise.id in assignment.only)
        if to_be_run(part, assignment)
        for check in assignment.examiner.checks.of(part.exercise.id, part.full_size)
        if not memory.knows(check, examiner, seed)
    ]
    return not lacking


def _no_session(seconds: float | None = None) -> ReplaySession:
    return ReplaySession(())


def pack(transcript: Sequence[Call]) -> str:
    """Return a transcript as text, or an empty one where it is too large to keep."""
    if sum(len(one.request) + len(one.reply) for one in transcript) > RAW_BYTES:
        return ""
    parts = []
    for one in transcript:
        do = one.do.encode()
        parts += [_HEAD.pack(len(do), len(one.request), len(one.reply)), do, one.request, one.reply]
    packed = zlib.compress(b"".join(parts), 1)
    return base64.b64encode(packed).decode() if len(packed) <= KEPT_BYTES else ""


def unpack(text: str) -> tuple[Call, ...] | None:
    """Return the transcript that `pack` made a text of, or None where there is none, or a damaged one."""
    if not text:
        return None
    try:
        inflate = zlib.decompressobj()
        raw = inflate.decompress(base64.b64decode(text), RAW_BYTES + (1 << 20))
        if not inflate.eof:
            return None
        return tuple(_calls(raw))
    except (zlib.error, ValueError, binascii.Error, struct.error):
        return None


def _calls(raw: bytes) -> list[Call]:
    found, at = [], 0
    while at < len(raw):
        sizes = _HEAD.unpack_from(raw, at)
        at += _HEAD.size
        pieces = []
        for size in sizes:
            if at + size > len(raw):
                raise ValueError("a transcript that ends too early")
            pieces.append(raw[at : at + size])
            at += size
        found.append(Call(pieces[0].decode(), pieces[1], pieces[2]))
    return found


def bounded(kept: Mapping[str, Kept]) -> dict[str, Kept]:
    """Return what may be stored: beyond `TOTAL_BYTES`, results without their transcripts."""
    total, made = 0, {}
    for name, one in kept.items():
        total += len(one.transcript)
        made[name] = one if total <= TOTAL_BYTES else replace(one, transcript="")
    return made
