"""A short run of the decoder's fuzzer, and that it sees what it is there to see. The long one is a command."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.engine.wire.decoder import Decoder
from tests.support import fuzz_decoder
from tests.support.fuzz_inputs import Maker


def failures_of(inputs: int) -> list[str]:
    found: list[str] = []
    report = fuzz_decoder.run(inputs, seed=3, out=found.append)
    assert report.inputs == inputs and report.values + report.refused.total() + len(report.failures) == inputs
    assert len(report.failures) == len(found)
    return report.failures


def test_only_values_and_refusals_come_out() -> None:
    found: list[str] = []
    report = fuzz_decoder.run(6000, seed=2, out=found.append)
    assert not report.failures, found
    assert report.values > 500 and report.refused.total() > 500


def test_the_same_seed_makes_the_same_inputs() -> None:
    one, two, other = Maker(1), Maker(1), Maker(2)
    frames = [one.frame() for _ in range(200)]
    assert frames == [two.frame() for _ in range(200)] != [other.frame() for _ in range(200)]


def too_much(*_: object) -> Any:
    return np.zeros(2 * fuzz_decoder.MEMORY, np.uint8)


def strange(*_: object) -> Any:
    return type("Sly", (int,), {})(3)


def stuck(*_: object) -> Any:
    time.sleep(60)


@pytest.mark.parametrize(
    ("bug", "problem"),
    [
        pytest.param(too_much, "MemoryError", marks=pytest.mark.skipif(sys.platform != "linux", reason="no limit")),
        (strange, "a value of type"),
        pytest.param(stuck, "TooSlow", marks=pytest.mark.skipif(sys.platform == "win32", reason="no alarm")),
    ],
)
def test_a_bug_is_found(bug: Callable[..., Any], problem: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fuzz_decoder, "SECONDS", 0.2)
    monkeypatch.setattr(Decoder, "read_multiindex", bug)
    found = failures_of(300 if bug is stuck else 2000)
    assert found and all(problem in failure for failure in found)
