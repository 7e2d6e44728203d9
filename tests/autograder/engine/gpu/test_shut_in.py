"""A submission with a GPU: it sees the one that it is lent and no other, uses as much of it as it may, and is not to
blame for what the machine does. The GPU is the tests' own."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation.tiers import Tier
from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.wire.proxy import SessionDied, Student
from course.errors import EngineError, KernelLost, OperatorError
from course.syllabus import Limits
from tests.support.gpu_machine import WithFiles, machine_with_files
from tests.support.inside import CELL

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")
LIMITS = Limits(cell_seconds=20, wall_seconds=60, memory_mb=600, gpu="if there is one", gpu_memory_mb=400)
MORE = """
def gpus():
    return sorted(name for name in os.listdir("/dev") if name.startswith("nvidia")), os.environ["CUDA_VISIBLE_DEVICES"]

def takes(path, megabytes):
    global kept
    kept = open(path, "wb", buffering=0)
    kept.write(b"x" * (megabytes << 10))
    return os.fstat(kept.fileno()).st_size >> 10

def waits(seconds):
    time.sleep(seconds)

def makes(name, minor):
    return attempt(os.mknod, f"/tmp/{name}", 0o20666, os.makedev(195, minor))
"""


@pytest.fixture(scope="module")
def with_cards() -> Iterator[WithFiles]:
    with machine_with_files(1_000) as made:
        yield made


@pytest.fixture
def machine(with_cards: WithFiles) -> WithFiles:
    with_cards.say()
    return with_cards


def opened(tier: Tier, limits: Limits = LIMITS, **settings: Any) -> NotebookSession:
    made = new_notebook(cells=[new_code_cell(CELL + MORE)])
    session = NotebookSession(made, limits, 60, Settings(tier=tier, minimum_tier=tier, **settings))
    try:
        session.start()
    except OperatorError as error:
        if type(error) is EngineError and "isolat" in str(error):
            pytest.skip(f"{tier} is not to be had here: {error}")
        raise
    session.begin_check()
    return session


@pytest.mark.parametrize("tier", [Tier.T1, Tier.T2])
def test_it_sees_the_one_that_it_is_lent(tier: Tier, machine: WithFiles) -> None:
    with opened(tier) as one, opened(tier) as other, opened(tier, Limits(memory_mb=600)) as without:
        shared = ["nvidia-uvm", "nvidiactl"]
        assert Student(one).gpus() == (sorted(["nvidia7", *shared]), "GPU-7")
        assert Student(other).gpus() == (sorted(["nvidia8", *shared]), "GPU-8")
        assert Student(without).gpus() == ([], "")
        assert (one.gpu, other.gpu, without.gpu) == ("Card 7", "Card 8", "")
        assert Student(one).reads("/dev/nvidia8") == "FileNotFoundError"
        assert Student(one).makes("nvidia8", 8) in ("PermissionError", "OSError")
        assert Student(one).takes("/dev/nvidia7", 1) == 1  # as a driver's file it is opened for writing


def test_where_the_folder_of_devices_is_everybodys_only_the_lent_one_can_be_opened(machine: WithFiles) -> None:
    with opened(Tier.T3) as session:
        student = Student(session)
        assert student.takes(str(machine.devices / "nvidia7"), 1) == 1
        assert student.reads(str(machine.devices / "nvidia8")) == "PermissionError"


def test_who_takes_more_of_its_memory_is_ended(machine: WithFiles) -> None:
    tier = Tier.T1 if os.geteuid() == 0 else Tier.T2
    with opened(tier) as session:
        student = Student(session)
        assert student.takes("/dev/nvidia7", 300) == 300
        student.waits(1)
        student.takes("/dev/nvidia7", 500)
        with pytest.raises(SessionDied):
            student.waits(5)
        assert session.run.status is Status.OUT_OF_MEMORY
        assert "The notebook asked for more of the GPU's memory than it may." in session.run.notes
    with opened(tier) as again:  # its place is free, and what it has left on the card is gone with it
        assert again.gpu == "Card 7"


def test_a_card_that_falls_off_is_nobodys_fault(machine: WithFiles) -> None:
    tier = Tier.T1 if os.geteuid() == 0 else Tier.T2
    with opened(tier) as session:
        student = Student(session)
        student.waits(0.1)
        machine.say(fallen=True)
        with pytest.raises(KernelLost):
            student.waits(5)


def test_where_the_driver_does_not_say_who_uses_a_card_nobody_is_blamed(machine: WithFiles) -> None:
    machine.say(untold=True)
    with opened(Tier.T1 if os.geteuid() == 0 else Tier.T2) as session:
        student = Student(session)
        student.takes("/dev/nvidia7", 900)
        student.waits(1)
        assert student.gpus()[1] == "GPU-7"


def test_who_needs_a_gpu_is_told_where_there_is_none(machine: WithFiles) -> None:
    with pytest.raises(OperatorError, match="grade it elsewhere"):
        opened(Tier.T1 if os.geteuid() == 0 else Tier.T2, Limits(gpu="required"))


def test_an_operator_may_lend_none(machine: WithFiles) -> None:
    with opened(Tier.T1 if os.geteuid() == 0 else Tier.T2, gpus=()) as session:
        assert Student(session).gpus() == ([], "") and session.gpu == ""
