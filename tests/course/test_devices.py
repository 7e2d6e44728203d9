"""Where networks compute: `course.device`, and answers of ours that use it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

import course
from autograder.engine.wire.proxy import LocalSession, Student
from course import devices
from course.errors import SetupError
from solutions.ch13_sequences.chorales import fit_chorales
from solutions.ch13_sequences.ridership import Seq2SeqBoth
from solutions.ch13_sequences.ridership_training import fit_forecaster
from solutions.ch13_sequences.sketches_training import fit_sketches
from solutions.ch13_sequences.speech import fit_words
from tests.support.fake_gpu import GPU, OnGPU, fake_gpu

SCALE = [[[pitch, 64, 55, 48] for pitch in (72, 74, 76, 77, 79, 77, 76, 74)]]
LINES = [[[[0, 0], [0, 9]]], [[[0, 0], [9, 0]]]]
TONES = [np.sin(np.arange(4000)), np.sin(np.arange(4000) / 9)] * 4
DAYS = np.tile(np.eye(7, 5, dtype=np.float32), (10, 1))


def forecaster() -> nn.Module:
    torch.manual_seed(1)
    model = Seq2SeqBoth(4)
    fit_forecaster(model, DAYS, 40, 30, window=14, n_epochs=2)
    return model


@pytest.mark.parametrize(
    ("there", "wanted"),
    [({"cuda": 2, "mps": 1}, "cuda"), ({"cuda": 0, "mps": 1}, "mps"), ({"cuda": 0, "mps": 0}, "cpu")],
)
def test_the_fastest_that_is_there(there: dict[str, int], wanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(devices.VARIABLE, raising=False)
    monkeypatch.setattr(devices, "_count", lambda kind: {**there, "cpu": 1}[kind])
    assert course.device() == torch.device(wanted)


def test_a_variable_overrides_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_count", lambda kind: {"cuda": 2, "cpu": 1}.get(kind, 0))
    for wanted in ("cuda", "cuda:1", "cpu"):
        monkeypatch.setenv(devices.VARIABLE, wanted)
        assert course.device() == torch.device(wanted)


@pytest.mark.parametrize(("wanted", "said"), [("gpu", "no device is called so"), ("cuda:7", "no such device")])
def test_one_that_is_not_there_is_refused(wanted: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(devices.VARIABLE, wanted)
    with pytest.raises(SetupError, match=f"COURSE_DEVICE is '{wanted}'.*{said}"):
        course.device()


def test_the_course_needs_no_torch_until_it_is_asked() -> None:
    code = "import sys, course; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


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
def test_a_network_is_trained_on_the_gpu_and_handed_back(train: Callable[[], Any]) -> None:
    with fake_gpu() as gpu:
        found = train()
    assert gpu.operations > 100
    wanted = train()
    assert all(one.device.type == "cpu" and not isinstance(one.data, OnGPU) for one in found.state_dict().values())
    for one, other in zip(found.state_dict().values(), wanted.state_dict().values(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-4, atol=1e-5)


class Left(nn.Module):
    """A model whose student has left it on the GPU."""

    def __init__(self) -> None:
        super().__init__()
        self.out = nn.Linear(3, 2)

    def forward(self, X: torch.Tensor, *, shift: float = 0.0) -> torch.Tensor:
        """What it says of rows (n, 3)."""
        return self.out(X) + shift

    def twice(self, X: torch.Tensor) -> dict[str, list[torch.Tensor]]:
        """The same in a container, as another method."""
        return {"out": [self(X), self(X)]}


def apply(model, inputs):  # type: ignore[no-untyped-def]  # its text is sent
    return [model(one) for one in inputs["rows"]]


def test_a_model_may_be_left_on_the_gpu() -> None:
    rows = torch.arange(6.0).reshape(2, 3)
    with fake_gpu() as gpu:
        model = Left()
        wanted = model(rows).detach()
        student = Student(LocalSession({"make": lambda: model.to(GPU), "double": lambda X: X * 2}))
        handle = student.make()
        before = gpu.operations
        torch.testing.assert_close(handle(rows), wanted)
        torch.testing.assert_close(handle(X=rows, shift=1.0), wanted + 1)
        torch.testing.assert_close(handle.twice(rows)["out"][1], wanted)
        torch.testing.assert_close(student.probe_(apply)(handle, {"rows": [rows]})[0], wanted)
        assert gpu.operations > before
        torch.testing.assert_close(student.double(rows), rows * 2)  # what is no model's stays where it is
