"""A job's notebook in the engine's own sandbox: the device files of its GPU alone, and an end to what it may use."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.gpu import nvml
from autograder.engine.gpu.nvml import Gpu, gpus
from autograder.engine.warm import launcher
from course.errors import CourseError
from hub_config.gpu_jobs.running import Run, limits_of
from hub_config.settings.hub import GpuJobs
from tests.support.folders import open_folder
from tests.support.gpu_jobs import notebook
from tests.support.gpu_machine import TWO, gpu_machine

pytestmark = pytest.mark.skipif("sys.platform != 'linux'", reason="nobody else's work is run elsewhere")
SEES = 'import os; print(os.environ["CUDA_VISIBLE_DEVICES"], sorted(n for n in os.listdir("/dev") if "nvidia" in n))'


@pytest.fixture(scope="module")
def card() -> Iterator[Gpu]:
    """A GPU whose device files are ordinary files of the test's; for NVML's stub, who opens the first uses 700 MB."""
    with open_folder() as folder, pytest.MonkeyPatch.context() as patch:
        (folder / "dev").mkdir()
        for name in ("nvidia0", "nvidia3", "nvidiactl", "nvidia-uvm"):
            (folder / "dev" / name).write_bytes(bytes(700 << 10))
            (folder / "dev" / name).chmod(0o666)
        patch.setattr(nvml, "DEVICES", folder / "dev")
        gpu_machine(folder, patch, [{**TWO[0], "file": str(folder / "dev" / "nvidia0"), "leaks": True}, TWO[1]])
        zygote = launcher.start()
        patch.setattr(launcher._ours, "_zygote", zygote)
        yield gpus()[0]
        zygote.close()


def made(folder: Path, gpu: Gpu, *sources: str, **terms: Any) -> Run:
    """A run of these cells."""
    (folder / "sent.ipynb").write_text(notebook(*sources))
    return Run(folder / "sent.ipynb", folder / "result.ipynb", gpu, GpuJobs(**{"minutes": 2, **terms}))


def outputs(folder: Path) -> list[list[str]]:
    """The text of each cell's outputs."""
    cells = json.loads((folder / "result.ipynb").read_text())["cells"]
    return [["".join(one.get("text", one.get("ename", ""))) for one in cell["outputs"]] for cell in cells]


def test_cells_run_in_turn_and_see_their_gpu_and_no_other(card: Gpu, tmp_path: Path) -> None:
    run = made(tmp_path, card, "x = 20", SEES, "print(x + 1)", "", "import socket; print(socket.gethostname())")
    assert run.go() == ""
    assert (run.done, run.cells) == (4, 4)
    _, (seen,), (sum_,), *_ = outputs(tmp_path)
    assert seen.strip() == "GPU-a1 ['nvidia-uvm', 'nvidia0', 'nvidiactl']"
    assert sum_ == "21\n"


def test_the_first_cell_that_fails_is_the_last(card: Gpu, tmp_path: Path) -> None:
    assert made(tmp_path, card, "print(1)", "1 / 0", "print(2)").go() == (
        "Cell 2 of 3 failed (ZeroDivisionError): those after it were not run."
    )
    assert outputs(tmp_path) == [["1\n"], ["ZeroDivisionError"], []]


@pytest.mark.parametrize(
    ("source", "terms", "told"),
    [
        (
            "print('before'); import time; time.sleep(100)",
            {"minutes": 0.1},
            "It ran for 0.1 minutes, as long as it may.",
        ),
        ("import os; os._exit(3)", {}, "process ended by itself"),
        (
            "f = open('/dev/nvidia0'); import time; time.sleep(60)",
            {"gpu_memory_mb": 256},
            "GPU's memory than it may (256 MB)",
        ),
    ],
)
def test_what_ends_a_job_is_told(card: Gpu, tmp_path: Path, source: str, terms: dict[str, Any], told: str) -> None:
    why = made(tmp_path, card, source, **terms).go()
    assert told in why, why


def test_a_job_can_be_ended_and_keeps_what_it_has_put_out(card: Gpu, tmp_path: Path) -> None:
    run = made(tmp_path, card, "print('first')", "while True: pass")
    thread = threading.Thread(target=lambda: said.append(run.go()))
    said: list[str] = []
    thread.start()
    until = time.monotonic() + 100
    while run.done < 1 and time.monotonic() < until:
        time.sleep(0.05)
    run.end("It was interrupted.")
    run.end("Something else.")
    thread.join(60)
    assert said == ["It was interrupted."]
    assert outputs(tmp_path)[0] == ["first\n"]


def test_one_that_is_ended_before_it_begins_starts_no_kernel(card: Gpu, tmp_path: Path) -> None:
    run = made(tmp_path, card, "print(1)")
    run.end("It was interrupted.")
    assert run.go() == "It was interrupted."
    assert outputs(tmp_path) == [[]]


def test_a_flood_of_output_is_cut_off(card: Gpu, tmp_path: Path) -> None:
    assert made(tmp_path, card, "print('x' * 50_000)", "print('y')", output_kb=10).go() == ""
    (flood,), (after,) = outputs(tmp_path)
    assert len(flood) <= 10_100 and "the rest was dropped" in flood and after == "y\n"


@pytest.mark.parametrize("text", ["", "{", '{"cells": 3}', "[]"])
def test_what_is_no_notebook_is_refused(card: Gpu, tmp_path: Path, text: str) -> None:
    run = made(tmp_path, card)
    run.source.write_text(text)
    with pytest.raises(CourseError, match=r"notebook|read"):
        run.go()


def test_a_job_may_load_every_data_set_of_the_course() -> None:
    limits = limits_of(GpuJobs(minutes=0.001))
    assert "mnist" in limits.datasets and limits.cell_seconds == 1 and limits.gpu == "required"
