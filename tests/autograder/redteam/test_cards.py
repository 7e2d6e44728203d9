"""The red team's rows for GPUs, against a stand-in for one: what they find when a promise is broken, too."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator

import pytest

from autograder.engine.gpu import lending
from autograder.engine.isolation.tiers import Tier
from autograder.redteam.card import cards
from autograder.redteam.runner import TechniqueRow, run
from autograder.redteam.technique import techniques
from tests.support.gpu_machine import WithFiles, machine_with_files

pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or os.geteuid() != 0, reason="on Linux, who is root alone can see who uses a stand-in"
)
FOR_GPUS = tuple(one.name for one in techniques() if one.gpu)


@pytest.fixture(scope="module")
def with_cards() -> Iterator[WithFiles]:
    with machine_with_files(8_000) as made:
        yield made


@pytest.fixture
def machine(with_cards: WithFiles) -> WithFiles:
    with_cards.say()
    return with_cards


def tried(*names: str) -> list[TechniqueRow]:
    return list(run(only=frozenset(names)))[1:-1]


def test_there_is_a_row_for_each_way() -> None:
    assert len(FOR_GPUS) == 6


def test_they_hold_beside_a_stand_in_and_say_so(machine: WithFiles) -> None:
    rows = tried(*FOR_GPUS)
    assert len(rows) == len(FOR_GPUS)
    assert [f"{row.technique}: {row.got}" for row in rows if not row.holds] == []
    assert all(row.got.endswith("(on a stand-in for a GPU)") for row in rows)


def test_without_a_gpu_they_are_not_tried_and_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("autograder.redteam.card.chosen", lambda setting: ())
    rows = tried(*FOR_GPUS)
    assert [row.holds for row in rows] == [None] * len(FOR_GPUS)
    assert all(row.got.startswith("not tried: no GPU with 4000 MB that may be lent is here") for row in rows)


def test_where_nobody_can_see_who_uses_a_stand_in_nothing_is_tried(machine: WithFiles) -> None:
    said = cards(Tier.T2)
    assert isinstance(said, str) and "another user namespace" in said


def test_beside_a_torch_without_cuda_a_real_one_is_of_no_use(
    machine: WithFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = lending.chosen("auto")
    monkeypatch.setattr("autograder.redteam.card.chosen", lambda setting: found)
    monkeypatch.delenv("COURSE_NVML")
    monkeypatch.setattr("torch.version.cuda", None)
    assert cards(Tier.T1) == "there is a GPU, and a torch here that was built without CUDA"


def test_memory_that_is_not_wiped_is_found(machine: WithFiles) -> None:
    machine.say(leaks=True)
    (row,) = tried("x66_gpu_memory_of_another")
    assert row.holds is False
    assert row.got.startswith("LEAK: read what another submission had on the GPU")


def test_a_card_that_is_in_use_still_is_found(machine: WithFiles) -> None:
    found = cards(Tier.T1)
    assert not isinstance(found, str)
    before = found.used_mb()
    with open(machine.devices / "nvidia8", "wb") as file:
        file.write(b"x" * (500 << 10))
        file.flush()
        assert found.kept(before) == ["500 MB of a GPU are still taken"]
    assert found.kept(before) == []


def test_a_hog_that_nobody_ends_is_found(machine: WithFiles) -> None:
    machine.say(file="/nonexistent")  # as where the driver does not know a container's processes
    (row,) = tried("x63_gpu_hog")
    assert row.holds is False
    assert row.got.startswith("LEAK: more of the GPU's memory was kept than it may")
