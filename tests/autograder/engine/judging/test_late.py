"""What does not end, and what comes in heaps: an exercise waits once, and the grader holds a bounded share of it."""

from __future__ import annotations

import tracemalloc
import types
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.classroom.fingerprints import Fingerprints
from autograder.classroom.memory import SubmissionMemory
from autograder.engine.judging.checks import Answers, ChapterChecks, Check
from autograder.engine.judging.judge import Examiner, Seed, judge_exercise
from autograder.engine.result import ExerciseResult, Outcome
from autograder.engine.submission.faults import Words
from autograder.engine.wire import proxy
from autograder.engine.wire.proxy import BadReply, CallTimeout, LocalSession, Student
from autograder.feedback.words import check_views
from autograder.testing.marks import check, check_of
from course.syllabus import Exercise

TEXT = """
def shift(x):
    while True:
        pass

def augment(x):
    return shift(x)

def apart(x):
    return x

class Model:
    def fit(self):
        return shift(1)
"""


class Endless:
    """A submission whose `shift` never ends; it counts the time-outs."""

    alive = True

    def __init__(self) -> None:
        self.words = Words(new_notebook(cells=[new_code_cell(TEXT)]))
        self.timeouts = 0
        made: dict[str, Any] = {}
        exec(TEXT.replace("while True:\n        pass", "raise KeyboardInterrupt"), made)  # noqa: S102  # ours
        self._inner = LocalSession(made)

    def request(self, frame: bytes) -> bytes:
        reply = self._inner.request(frame)
        if b"KeyboardInterrupt" in reply:
            self.timeouts += 1
            raise CallTimeout("Your code took longer than 60 s and was interrupted.")
        return reply


def asking(name: str, method: str = "") -> Check:
    """A check of one call, which has a hint."""

    def test(student: Any, rng: Any) -> None:
        """It gives back what it gets."""
        if method:
            getattr(getattr(student, name)(), method)()
        else:
            assert getattr(student, name)(3) == 3

    found = check_of(check("p.99.1", core=True)(test))
    assert found is not None
    return Check(found.exercise, f"test_{name}", found.sentence, found.function, core=True, hint="Look.")


def judged(session: Any, *checks: Check, memory: SubmissionMemory | None = None) -> ExerciseResult:
    module = types.ModuleType("reference")
    vars(module).update(dict.fromkeys(("shift", "augment", "apart", "Model"), lambda x=3: x))
    examiner = Examiner(ChapterChecks("ch99_mini", checks, lambda: Answers(vars(module), ())), {}, memory=memory)
    exercise = Exercise(id="p.99.1", kind="code", title="Endless")
    return judge_exercise(exercise, 4.0, examiner, lambda: session, Seed("key", "ada", "1"))


def test_an_endless_function_is_waited_for_once() -> None:
    session = Endless()
    row = judged(session, asking("shift"), asking("shift"), asking("augment"), asking("Model", "fit"), asking("apart"))
    assert session.timeouts == 1
    assert [one.outcome for one in row.checks] == [Outcome.FAILED] * 4 + [Outcome.PASSED]
    details = [one.detail for one in row.checks]
    assert details[0] == "Your code took longer than 60 s and was interrupted."
    assert set(details[1:4]) == {"Not tried again: `shift` did not end in time before."}
    assert [one.hint for one in row.checks] == [""] * 5


def test_what_only_turned_out_to_need_it_is_waited_for_too() -> None:
    session = Endless()
    row = judged(session, asking("Model", "fit"), asking("Model", "fit"), asking("augment"))
    assert session.timeouts == 2 and {one.outcome for one in row.checks} == {Outcome.FAILED}


def test_another_exercise_is_tried_again() -> None:
    session = Endless()
    judged(session, asking("shift"))
    judged(session, asking("shift"))
    assert session.timeouts == 2


def test_what_was_not_tried_is_not_kept_as_known() -> None:
    """It is no matter of its own requests: judged alone, it may have another end."""
    checks = (asking("shift"), asking("augment"), asking("apart"))
    memory = SubmissionMemory(Fingerprints("run", {one.name: "text" for one in checks}, "hints"))
    judged(Endless(), *checks, memory=memory)
    assert {name: one.complete for name, one in memory.kept.items()} == {
        "test_shift": False, "test_augment": False, "test_apart": True,
    }  # fmt: skip


def test_one_cause_is_told_once_on_a_page() -> None:
    row = judged(Endless(), asking("shift"), asking("augment"), asking("Model", "fit"))
    told: dict[str, str] = {}
    first = [view.detail for view in check_views(row, False, told)]
    assert first == ["Your code took longer than 60 s and was interrupted.", *["For the same reason as above."] * 2]
    second = [view.detail for view in check_views(row.model_copy(update={"exercise": "p.99.2"}), False, told)]
    assert second[:2] == ["For the same reason as in p.99.1."] * 2


class Heavy(LocalSession):
    """Returns `megabytes` of zeros to every call."""

    def __init__(self, value: Callable[[], Any]) -> None:
        super().__init__({"heap": value})


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """The bounds, a hundredth of them: what is tested is the sum."""
    monkeypatch.setattr(proxy, "TAKEN_BYTES", 10 << 20)
    monkeypatch.setattr(proxy, "KEPT_BYTES", 1 << 20)


HEAPS: dict[str, Callable[[], Any]] = {
    "arrays": lambda: np.zeros(1 << 18),
    "texts": lambda: "x" * (1 << 20),
    "numbers": lambda: [1.5] * 20_000,  # a small frame, a large list
    "small arrays": lambda: [np.zeros(1)] * 2000,
}


@pytest.mark.parametrize("kind", HEAPS)
def test_replies_are_bounded_in_their_sum(small: None, kind: str) -> None:
    student, held = Student(Heavy(HEAPS[kind])), list[object]()
    tracemalloc.start()
    try:
        with pytest.raises(BadReply, match="MB in all"):
            held += (student.heap() for _ in range(10_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert 1 < len(held) < 1000
    assert peak < 60 << 20
    assert sum(len(one.request) + len(one.reply) for one in student.transcript_) <= proxy.KEPT_BYTES


def test_a_fair_share_is_kept_whole() -> None:
    student = Student(Heavy(HEAPS["arrays"]))
    for _ in range(20):
        student.heap()
    assert len(student.transcript_) == 40 and student.whole_  # a name is looked up for each call


def test_heavy_replies_fail_the_check_and_nothing_else(small: None) -> None:
    def test(student: Any, rng: Any) -> None:
        """A number comes back."""
        assert all(student.heap() is not None for _ in range(100))

    found = check_of(check("p.99.1", core=True)(test))
    assert found is not None
    row = judged(Heavy(HEAPS["arrays"]), found, asking("heap"))
    assert row.checks[0].outcome is Outcome.FAILED and "MB in all" in row.checks[0].detail
