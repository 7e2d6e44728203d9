"""What a GPU does to a grade: whose fault is whose, and who is told. The GPU is the tests' own."""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.gpu.lending import Lent, chosen, lend
from autograder.engine.isolation.tiers import Tier
from autograder.engine.judging.grade import TRIES, Graded, grade
from autograder.engine.result import ExerciseStatus, Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.wire.proxy import Student
from autograder.redteam import target
from course.syllabus import Limits
from tests.support.gpu_machine import WithFiles, machine_with_files
from tests.support.inside import CELL

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")
TIER = Tier.T1 if hasattr(os, "geteuid") and os.geteuid() == 0 else Tier.T2
MAY_MB = target.GPU_LIMITS.gpu_memory_mb
TAKES = """
def taken(megabytes, seconds):
    import os, time
    kept = open("/dev/nvidia" + os.environ["CUDA_VISIBLE_DEVICES"][-1], "wb", buffering=0)
    kept.write(b"x" * (megabytes << 10))
    time.sleep(seconds)
"""


@pytest.fixture(scope="module")
def with_cards() -> Iterator[WithFiles]:
    with machine_with_files(8_000) as made:
        yield made


@pytest.fixture
def machine(with_cards: WithFiles) -> WithFiles:
    with_cards.say()
    return with_cards


def graded(*own: str) -> Graded:
    """Right answers to one exercise, and cells of the student's own."""
    assignment = target.assignment("key", TIER, ("p.98.1",), gpu=True)
    return grade(target.notebook({}, first=own), "ada", assignment)


needs_root = pytest.mark.skipif(TIER is Tier.T2, reason="who is root alone can see who uses a stand-in")


def test_the_result_names_the_gpu(machine: WithFiles) -> None:
    result = graded().result
    assert (result.status, result.score) == (Status.GRADED, target.POINTS)
    assert result.isolation.endswith("; Card 7")


@needs_root
def test_who_takes_too_much_of_its_memory_fails_by_itself(machine: WithFiles) -> None:
    """And is not run again as if the machine had been to blame."""
    start = f"{TAKES}\ntaken({3 * MAY_MB}, 20)"
    answer = f"{TAKES}\ndef span(values):\n    taken({3 * MAY_MB}, 20)"
    assignment = target.assignment("key", TIER, ("p.98.1",), gpu=True)
    result = grade(target.notebook({"span": answer}), "ada", assignment).result
    assert (result.status, result.score) == (Status.OUT_OF_MEMORY, 0)
    assert [one.status for one in result.exercises] == [ExerciseStatus.NONE]
    assert "The notebook asked for more of the GPU's memory than it may." in result.notes
    result = graded(start).result
    assert (result.status, result.score) == (Status.OUT_OF_MEMORY, target.POINTS)  # the cell's end, not the answers'
    assert "Cell 1 was ended: the notebook asked for more of the GPU's memory than it may" in result.notes[0]


def test_what_it_says_of_its_own_fault_is_not_believed(machine: WithFiles) -> None:
    answer = "def span(values):\n    raise RuntimeError('CUDA error: GPU is lost, KernelLost')"
    result = grade(
        target.notebook({"span": answer}), "ada", target.assignment("key", TIER, ("p.98.1",), gpu=True)
    ).result
    assert (result.status, result.score) == (Status.GRADED, 0)


class Falls:
    """A card that falls off the bus whenever a submission has run for a moment, the first few times."""

    def __init__(self, machine: WithFiles, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
        self.machine, self.times, self.starts = machine, times, 0
        start = NotebookSession.start

        def started(session: NotebookSession) -> None:
            self.starts += 1
            machine.say()
            if self.starts <= self.times:
                threading.Timer(2, lambda: machine.say(fallen=True)).start()
            start(session)

        monkeypatch.setattr(NotebookSession, "start", started)


def test_who_was_on_a_card_that_fell_is_run_again(machine: WithFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    falls = Falls(machine, monkeypatch, times=1)
    result = graded("import time\ntime.sleep(6)").result
    assert falls.starts == 2
    assert (result.status, result.score) == (Status.GRADED, target.POINTS)


def test_on_a_card_that_falls_each_time_it_is_not_judged(machine: WithFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    falls = Falls(machine, monkeypatch, times=TRIES)
    result = graded("import time\ntime.sleep(6)").result
    assert falls.starts == TRIES
    assert result.status is Status.NOT_JUDGED
    assert [one.score for one in result.exercises] == [None] * len(result.exercises)


def test_who_needs_a_gpu_is_not_judged_without_one_and_the_operator_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.engine.session.kernel_client.chosen", lambda setting: ())
    result = graded().result
    assert result.status is Status.NOT_JUDGED  # no zero: a student can't help it
    assert result.notes[0].startswith(f"This chapter is graded on a GPU with {MAY_MB} MB")
    assert "grade it elsewhere, or see `gpus` in hub_config/grading.toml and `course doctor`" in result.notes[0]


def test_as_many_are_run_at_once_as_fit_and_the_next_one_waits(machine: WithFiles) -> None:
    limits = Limits(memory_mb=600, gpu="required", gpu_memory_mb=MAY_MB)  # two on each card of 8,000 MB
    running: list[NotebookSession] = []

    def begin() -> None:
        notebook = new_notebook(cells=[new_code_cell(CELL)])
        session = NotebookSession(notebook, limits, 60, Settings(tier=TIER, minimum_tier=TIER))
        session.start()
        session.begin_check()
        running.append(session)

    for _ in range(4):
        begin()
    assert sorted(one.gpu for one in running) == ["Card 7", "Card 7", "Card 8", "Card 8"]
    assert all(Student(one).random_numbers() for one in running)
    first = running[2]._client
    assert first is not None and first._lent is not None
    freed: list[float] = []

    def give_back(place: Lent) -> None:
        freed.append(time.monotonic())
        place.give_back()

    threading.Timer(2, give_back, [first._lent]).start()
    try:
        begin()
        assert freed and running[4].gpu == running[2].gpu  # it has waited until there was a place
        assert all(Student(one).random_numbers() for one in running)
    finally:
        for session in running:
            session.kill()


def test_graders_of_one_user_share_the_cards(machine: WithFiles) -> None:
    """Two that know nothing of each other: the places are files, so one is lent what the other has left."""
    limits = Limits(gpu="required", gpu_memory_mb=8_000)
    others = lend(limits, chosen("auto"), 4)
    assert others is not None
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    with NotebookSession(notebook, limits, 60, Settings(tier=TIER, minimum_tier=TIER)) as session:
        session.start()
        assert (others.gpu.name, session.gpu) == ("Card 7", "Card 8")
    others.give_back()
