"""What is promised of GPUs, on a real one: `make test-gpu`. Without a card, or without CUDA in torch, it is skipped."""

from __future__ import annotations

import os
import platform
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook

import course
from autograder.calibration.full_size import headline_rows_beside_cpu
from autograder.engine.gpu.nvml import driver, gpus
from autograder.engine.isolation.tiers import Tier
from autograder.engine.result import Status
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.warm import launcher
from autograder.engine.warm.cudnn import AUTO, NONE, libraries
from autograder.engine.wire.proxy import SessionDied, Student
from autograder.redteam.runner import run
from autograder.redteam.technique import techniques
from course.errors import EngineError
from course.syllabus import Limits
from tests.course.test_devices import LINES, SCALE, TONES, fit_chorales, fit_sketches, fit_words, forecaster

HERE = gpus()
pytestmark = pytest.mark.skipif(
    not HERE or not torch.version.cuda, reason="no GPU that its driver names, or a torch without CUDA"
)
CELL = """
import os, time, torch
from torch import nn

def looks():
    names = sorted(name for name in os.listdir("/dev") if name.startswith("nvidia") and name[6:].isdigit())
    return names, torch.cuda.device_count(), torch.cuda.get_device_name(0)

def computes():
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.LazyLinear(2)).cuda()
    start = time.monotonic()
    out = net(torch.randn(8, 1, 8, 8, device="cuda"))
    out.sum().backward()
    torch.cuda.synchronize()
    return out, time.monotonic() - start

def takes(megabytes):
    global kept
    kept = torch.ones(megabytes << 18, device="cuda")
    torch.cuda.synchronize()

def waits(seconds):
    time.sleep(seconds)

def faults():
    index = torch.tensor([10**6], device="cuda")
    torch.zeros(4, device="cuda")[index] = 1.0
    torch.cuda.synchronize()
"""
# How long what a chapter of networks begins with takes the first time, in seconds.
STEPS = """
import time, torch
from torch import nn

def steps(cudnn):
    torch.backends.cudnn.enabled = cudnn
    images, found = None, {}

    def timed(name, function):
        start = time.monotonic()
        value = function()
        torch.cuda.synchronize()
        found[name] = round(time.monotonic() - start, 2)
        return value

    timed("context", lambda: torch.ones(8, device="cuda"))
    images = torch.randn(64, 1, 28, 28, device="cuda")
    conv, gru = nn.Conv2d(1, 16, 3).cuda(), nn.GRU(8, 32, batch_first=True).cuda()
    timed("product", lambda: images[0, 0] @ images[1, 0])
    out = timed("convolution", lambda: conv(images))
    timed("its gradient", lambda: out.sum().backward())
    timed("another", lambda: conv(images))
    out = timed("GRU", lambda: gru(torch.randn(4, 20, 8, device="cuda"))[0])
    timed("GRU's gradient", lambda: out.sum().backward())
    timed("AdamW", lambda: torch.optim.AdamW(gru.parameters()).step())
    return found

def mapped():
    return sorted({line.split("/")[-1].strip() for line in open("/proc/self/maps") if "libcudnn" in line})
"""
LIMITS = Limits(cell_seconds=60, wall_seconds=120, gpu="required", gpu_memory_mb=2_500)


@pytest.fixture(scope="module", autouse=True)
def machine() -> None:
    """Says what the figures below belong to."""
    card, torch_, cores = HERE[0], torch.__version__, os.cpu_count()
    print(
        f"\n{card.name} ({card.memory_mb} MB), driver {driver()}, torch {torch_}, {cores} cores, {platform.platform()}"
    )


@pytest.fixture(params=[Tier.T1, Tier.T2, Tier.T3])
def student(request: pytest.FixtureRequest) -> Iterator[tuple[Student, NotebookSession]]:
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    settings = Settings(tier=request.param, minimum_tier=request.param)
    with NotebookSession(notebook, LIMITS, 120, settings) as session:
        try:
            session.start()
        except EngineError as error:
            pytest.skip(f"{request.param} is not to be had here: {error}")
        session.begin_check()
        yield Student(session), session


def test_a_submission_computes_on_the_card_that_it_is_lent(student: tuple[Student, NotebookSession]) -> None:
    names, count, name = student[0].looks()
    assert count == 1 and student[1].gpu == name
    assert student[1].tier is Tier.T3 or len(names) == 1
    out, seconds = student[0].computes()
    assert out.shape == (8, 2) and out.device.type == "cpu"
    print(f"{student[1].tier}: the first convolution took {seconds:.1f} s")


def test_who_takes_more_of_its_memory_is_ended(student: tuple[Student, NotebookSession]) -> None:
    student[0].takes(200)
    student[0].waits(2)
    student[0].takes(4_000)
    with pytest.raises(SessionDied):
        student[0].waits(10)
    assert student[1].run.status is Status.OUT_OF_MEMORY


def test_a_fault_is_its_own(student: tuple[Student, NotebookSession]) -> None:
    notebook = new_notebook(cells=[new_code_cell(CELL)])
    tier = student[1].tier
    with NotebookSession(notebook, LIMITS, 120, Settings(tier=tier, minimum_tier=tier)) as other:
        other.start()
        other.begin_check()
        with pytest.raises(Exception, match="CUDA"):
            Student(other).faults()
        assert student[0].computes()[0].shape == (8, 2)  # on the same card, where there is one


def begun(where: str, monkeypatch: pytest.MonkeyPatch, cudnn: bool = True) -> tuple[dict[str, float], list[str], float]:
    """The steps in the first kernel of a fresh parent, what of cuDNN it has had from that, and when it was ready."""
    monkeypatch.setenv("COURSE_GPU_LIBRARIES", where)
    parent = launcher.start()
    try:
        assert parent.state() is launcher.State.WARM
        monkeypatch.setattr(launcher._ours, "_zygote", parent)
        with NotebookSession(new_notebook(cells=[new_code_cell(STEPS)]), LIMITS, 120, Settings()) as session:
            start = time.monotonic()
            session.start()
            ready = time.monotonic() - start
            session.begin_check()
            had = Student(session).mapped()
            return Student(session).steps(cudnn), had, ready
    finally:
        monkeypatch.undo()
        parent.close()


def test_what_it_gains_to_load_cudnn_beforehand(monkeypatch: pytest.MonkeyPatch) -> None:
    """Says what docs/gpu.md wants to know, and holds what must be so: a child can use the GPU all the same."""
    print(f"\ncuDNN beside torch: {', '.join(path.name for path in libraries(AUTO)) or 'none'}")
    at_first: dict[str, set[str]] = {NONE: set(), AUTO: set()}
    for where in (NONE, AUTO, NONE, AUTO):
        found, had, ready = begun(where, monkeypatch)
        at_first[where].update(had)
        print(f"loaded beforehand: {where}; ready in {ready:.2f} s with {len(had)} of them mapped; {found}")
    print(f"without cuDNN: {begun(NONE, monkeypatch, cudnn=False)[0]}")
    if not libraries(AUTO):
        pytest.skip("torch has brought no cuDNN of its own: name its folder in COURSE_GPU_LIBRARIES")
    assert at_first[AUTO] > at_first[NONE], "the parent refused to load them, or torch had loaded all of them itself"


def test_the_red_teams_techniques_hold_on_a_card() -> None:
    rows = list(run(only=frozenset(one.name for one in techniques() if one.gpu)))
    for row in rows:
        print(f"{row.tier} {row.technique}: {row.got}")
    assert [f"{row.technique}: {row.got}" for row in rows if row.holds is not True] == []


@pytest.mark.parametrize(
    "train",
    [
        lambda: fit_chorales(SCALE, length=4, hidden=8, n_steps=3),
        lambda: fit_sketches(LINES, [0, 1], n_classes=2, hidden=8, n_steps=3),
        lambda: fit_words(TONES, [0, 1] * 4, rate=8000),
        forecaster,
    ],
    ids=["chorales", "sketches", "words", "ridership"],
)
def test_networks_learn_the_same(train: Callable[[], Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert course.device().type == "cuda"
    found = train()
    monkeypatch.setenv("COURSE_DEVICE", "cpu")
    wanted = train()
    for one, other in zip(found.state_dict().values(), wanted.state_dict().values(), strict=True):
        assert one.device.type == "cpu"
        torch.testing.assert_close(one, other, rtol=0.02, atol=0.02)


def test_full_size_figures_hold_on_the_card() -> None:
    rows = headline_rows_beside_cpu("ch13_sequences", frozenset({"p.13.9"}), "cuda")
    for row in rows:
        print(f"{row.exercise} {row.figure}: {row.ours:.4g}, {row.seconds:.0f} s, CPU {row.cpu_seconds:.0f} s")
    assert rows and all(row.holds and row.device == "cuda" for row in rows)
