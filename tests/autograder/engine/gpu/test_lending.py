"""Which GPUs there are, and who is lent one."""

from __future__ import annotations

import json
import multiprocessing
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.gpu import nvml
from autograder.engine.gpu.lending import chosen, lend
from autograder.engine.gpu.nvml import Fallen, Gpu, gpus
from course.errors import OperatorError
from course.syllabus import Limits

CARDS = [
    {"uuid": "GPU-1", "name": "NVIDIA H200", "minor": 0, "mb": 10_000},
    {"uuid": "GPU-2", "name": "NVIDIA T4", "minor": 3, "mb": 3_000, "busy": 37},
]
IF_ANY = Limits(gpu="if there is one", gpu_memory_mb=4_000)


def machine(path: Path, monkeypatch: pytest.MonkeyPatch, cards: list[dict[str, Any]], driver: str = "580.1") -> Path:
    state = path / "machine.json"
    state.write_text(json.dumps({"driver": driver, "cards": cards}))
    monkeypatch.setenv(nvml.MODULE, f"tests.support.fake_nvml:{state}")
    return state


def test_cards_are_found_by_the_drivers_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, monkeypatch, CARDS)
    first, second = gpus()
    assert (first.uuid, first.name, first.memory_mb) == ("GPU-1", "NVIDIA H200", 10_000)
    assert second.files == ("/dev/nvidia3", "/dev/nvidiactl", "/dev/nvidia-uvm")
    assert nvml.driver() == "580.1" and nvml.busy_percent("GPU-2") == 37 and nvml.used_mb("GPU-1") == 0


def test_slices_stand_in_the_place_of_a_divided_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    slices = [{"uuid": f"MIG-{n}", "profile": "1g.10gb", "mb": 9_000} for n in (1, 2)]
    machine(tmp_path, monkeypatch, [{**CARDS[0], "slices": slices}, CARDS[1]])
    minors = tmp_path / "mig-minors"
    minors.write_text("config 1\ngpu0/gi7/access 66\ngpu0/gi7/ci0/access 67\ngpu0/gi8/access 75\n")
    monkeypatch.setattr(nvml, "_MINORS", minors)
    first, second, third = gpus()
    assert [one.uuid for one in (first, second, third)] == ["MIG-1", "MIG-2", "GPU-2"]
    assert (first.profile, first.memory_mb) == ("1g.10gb", 9_000)
    assert first.files[3:] == ("/dev/nvidia-caps/nvidia-cap66", "/dev/nvidia-caps/nvidia-cap67")
    assert second.files[3:] == ("/dev/nvidia-caps/nvidia-cap75",)


@pytest.mark.parametrize("driver", ["", "580.1"])
def test_without_a_driver_or_a_card_that_answers_there_are_none(
    driver: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine(tmp_path, monkeypatch, [{**CARDS[0], "fallen": True}], driver)
    assert gpus() == ()
    with pytest.raises(Fallen):
        nvml.used_mb("GPU-1")


def test_without_the_module_there_are_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(nvml.MODULE, "no_such_module")
    assert gpus() == () and nvml.driver() == ""


def test_an_operator_may_list_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    machine(tmp_path, monkeypatch, CARDS)
    assert [one.uuid for one in chosen("auto")] == ["GPU-1", "GPU-2"]
    assert [one.uuid for one in chosen(["GPU-2"])] == ["GPU-2"]
    assert chosen([]) == ()
    with pytest.raises(OperatorError, match=r"lacks: GPU-9\. It has GPU-1, GPU-2"):
        chosen(["GPU-9", "GPU-1"])


def cards(*sizes: int) -> tuple[Gpu, ...]:
    return tuple(Gpu(f"GPU-{n}", "a card", size, ("/dev/null",)) for n, size in enumerate(sizes))


def test_as_many_at_once_as_fit(tmp_path: Path) -> None:
    here = cards(10_000, 4_000, 3_000)
    lent = [lend(IF_ANY, here, 4, tmp_path) for _ in range(3)]
    assert [one.gpu.uuid for one in lent if one] == ["GPU-0", "GPU-1", "GPU-0"]  # the third card is too small
    waiting: list[Any] = []
    thread = threading.Thread(target=lambda: waiting.append(lend(IF_ANY, here, 4, tmp_path)))
    thread.start()
    time.sleep(0.5)
    assert not waiting
    assert lent[1] is not None
    lent[1].give_back()
    thread.join(10)
    assert waiting[0].gpu.uuid == "GPU-1" and waiting[0].memory_mb == 4_000


def test_an_operator_may_allow_fewer(tmp_path: Path) -> None:
    here = cards(100_000)
    assert lend(IF_ANY, here, 1, tmp_path) is not None
    assert not list(tmp_path.glob("*.1"))


def _hold(folder: Path, ready: Any) -> None:
    lent = lend(IF_ANY, cards(4_000), 1, folder)
    ready.set()
    time.sleep(60)
    assert lent


def test_the_place_of_a_grader_that_is_killed_is_free_again(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=_hold, args=(tmp_path, ready))
    other.start()
    assert ready.wait(60)
    other.kill()
    other.join()
    assert lend(IF_ANY, cards(4_000), 1, tmp_path) is not None


def test_without_a_gpu_a_chapter_is_graded_on_the_cpu_unless_it_needs_one(tmp_path: Path) -> None:
    assert lend(IF_ANY, (), 4, tmp_path) is None
    assert lend(Limits(), cards(9_000), 4, tmp_path) is None
    needing = Limits(gpu="required", gpu_memory_mb=4_000)
    with pytest.raises(OperatorError, match="with 4000 MB, and of those that this machine may lend none"):
        lend(needing, (), 4, tmp_path)
    with pytest.raises(OperatorError, match="the largest has 3000 MB"):
        lend(needing, cards(3_000), 4, tmp_path)
