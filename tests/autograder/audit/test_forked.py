"""Jobs in processes of their own: results, time, and what a job does to itself."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from autograder.audit.forked import Lost, forked


def _sleeps() -> int:
    time.sleep(60)
    return 1


def _computes() -> int:
    while True:
        pass


def _ends() -> int:
    os._exit(3)


def _hogs() -> int:
    return len(bytearray(2**40))


def run(jobs: list[Callable[[], Any]], seconds: float = 30.0, at_once: int = 2) -> dict[int, Any]:
    return dict(forked(jobs, seconds, at_once, lambda: True))


def test_each_result_comes_with_its_number() -> None:
    assert run([lambda one=number: one**2 for number in range(5)]) == {number: number**2 for number in range(5)}


def test_what_a_job_changes_is_gone_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_TEST", "before")
    run([lambda: os.environ.__setitem__("AUDIT_TEST", "after")])
    assert os.environ["AUDIT_TEST"] == "before"


@pytest.mark.parametrize(("job", "clock"), [(_sleeps, 1.0), (_computes, 1_000.0)])
def test_one_that_takes_too_long_is_lost_and_the_others_are_not(
    job: Callable[[], Any], clock: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("autograder.audit.forked._CLOCK", clock)
    assert run([job, lambda: 2], seconds=1.5, at_once=1) == {0: Lost("time"), 1: 2}


def test_one_that_waits_for_the_processor_is_not_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine that has much else to do."""
    monkeypatch.setattr("autograder.audit.forked._CLOCK", 1_000.0)
    assert run([lambda: time.sleep(2) or 1], seconds=1.0) == {0: 1}


@pytest.mark.parametrize("job", [_ends, _hogs])
def test_one_whose_process_ends_is_lost(job: Callable[[], Any]) -> None:
    assert run([job, lambda: 2]) == {0: Lost("process"), 1: 2}


def test_one_that_raises_is_our_own_fault() -> None:
    assert run([lambda: 1 // 0, lambda: 2]) == {
        0: Lost("error", "ZeroDivisionError: integer division or modulo by zero"),
        1: 2,
    }


def test_none_is_begun_when_time_is_up() -> None:
    assert dict(forked([lambda: 1], 10.0, 1, lambda: False)) == {}


def test_who_stops_listening_leaves_no_process() -> None:
    found = forked([lambda: os.getpid(), _sleeps], 60.0, 2, lambda: True)
    _, first = next(found)
    children = {one.pid for one in multiprocessing.active_children()}
    found.close()  # type: ignore[attr-defined]
    assert children and not children & {one.pid for one in multiprocessing.active_children()}
    assert not any(Path(f"/proc/{pid}").exists() for pid in (first, *children))
