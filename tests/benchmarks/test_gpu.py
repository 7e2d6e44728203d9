"""Seconds on a GPU beside the CPU's. The GPU is the tests' own; what the figures are is not asserted."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import EntryPoint
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

import benchmarks.gpu
from autograder.calibration.full_size import HeadlineRow
from autograder.engine.gpu import nvml
from benchmarks.gpu import GpuRow, run_on_gpu
from course.errors import SetupError
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support.checkout import ROOT
from tests.support.gpu_machine import TWO, WithFiles, gpu_machine, machine_with_files

PROJECT = Project(ROOT)
SYLLABUS = load_syllabus(PROJECT.syllabus)
HEADLINE = HeadlineRow(
    exercise="p.13.9", figure="MAE", book="", ours=3.5, size="all", data="none", holds=True, device="cuda", seconds=2.0,
    cpu_seconds=9.0,
)  # fmt: skip


def on_gpu(name: str) -> Chapter:
    """A chapter, as if its submissions used a GPU."""
    chapter = SYLLABUS.find(name)
    limits = chapter.limits.model_copy(update={"gpu": "if there is one", "gpu_memory_mb": 400})
    return chapter.model_copy(update={"limits": limits})


@pytest.fixture
def cuda(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("torch.cuda.is_available", lambda: True)


def test_without_a_gpu_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(nvml.MODULE, "no_such_module")
    app = typer.Typer()
    app.command()(EntryPoint("bench", "benchmarks.commands:bench", "course.commands").load())
    done = CliRunner().invoke(app, ["--gpu"])
    assert isinstance(done.exception, SetupError)
    assert "no GPU that may be lent, so there is nothing to measure: run it where there is one" in str(done.exception)


def test_a_torch_that_cannot_use_it_is_named(tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu_machine(tmp_path, monkeypatch, TWO)
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    with pytest.raises(SetupError, match=r"the GPU NVIDIA H200, and torch .* can't use it: install a torch with CUDA"):
        run_on_gpu(PROJECT, SYLLABUS)


def test_an_unknown_benchmark_is_named() -> None:
    with pytest.raises(SetupError, match=r"no benchmark for GPUs 'figure'.*'figures'"):
        run_on_gpu(PROJECT, SYLLABUS, frozenset({"figure"}))


def test_full_size_figures_stand_beside_the_cpus_seconds(
    tmp_path: Any, cuda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpu_machine(tmp_path, monkeypatch, TWO)
    asked: list[Any] = []

    def measured(*asks: Any) -> list[HeadlineRow]:
        asked.append(asks)
        return [HEADLINE, HEADLINE.model_copy(update={"holds": False})]

    monkeypatch.setattr(benchmarks.gpu, "headline_rows_beside_cpu", measured)
    chapters = [SYLLABUS.find("ch05"), SYLLABUS.find("ch13")]
    one, two = run_on_gpu(PROJECT, chapters, frozenset({"figures"}))
    assert asked == [("ch13_sequences", frozenset(), "cuda")]  # the chapters that use none are not asked
    assert (one.benchmark, one.gpu, one.cpu, one.ratio) == ("figures: p.13.9 MAE", 2.0, 9.0, 4.5)
    assert one.holds and not two.holds and one.card == "NVIDIA H200"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WithFiles]:
    if sys.platform != "linux":
        pytest.skip("isolation needs Linux")
    with machine_with_files(tmp_path_factory.mktemp("machine"), 1_000) as made:
        yield made


def graded() -> GpuRow:
    (row,) = run_on_gpu(PROJECT, [on_gpu("ch05_trees")], frozenset({"grading"}), quick=True)
    return row


def test_right_answers_get_the_same_grades_on_both(machine: WithFiles, cuda: None) -> None:
    row = graded()
    assert row.holds, row.detail
    assert (row.benchmark, row.card) == ("grading: ch05, right answers", "Card 7")
    assert row.gpu > 0 and row.cpu > 0
    assert row.detail.startswith("the same grades of 1 exercises, ")
    json.loads(row.model_dump_json())


def test_what_was_not_graded_on_the_gpu_does_not_hold(
    machine: WithFiles, cuda: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.engine.session.kernel_client.chosen", lambda setting: ())
    row = graded()
    assert not row.holds
    assert row.detail.startswith("not graded on the GPU: ") and "grade it elsewhere" in row.detail
