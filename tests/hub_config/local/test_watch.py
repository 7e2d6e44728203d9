"""How GPUs that are lent are used is written down, for each lease and each person's week."""

from __future__ import annotations

import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.gpu.nvml import gpus
from hub_config.local import watch as module
from hub_config.local.leases import Leases, Use
from hub_config.local.watch import Watch
from hub_config.settings.device import Device
from tests.hub_config.local.test_leases import GPU, HOUR, Clock
from tests.support.gpu_machine import TWO, describe, divided, gpu_machine


class Members:
    """A control group, as far as it is looked at."""

    def __init__(self, *processes: int) -> None:
        self.processes = list(processes)

    def members(self) -> list[int]:
        return self.processes


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """A card, used as `describe` says."""
    card = {**TWO[0], "busy": 40, "file": str(tmp_path / "nvidia0")}
    (tmp_path / "nvidia0").write_bytes(bytes(700 << 10))  # for the stub: 700 MB for each process that has it open
    gpu_machine(tmp_path, monkeypatch, [card])
    return card


@pytest.fixture
def process(card: dict[str, Any]) -> Iterator[subprocess.Popen[bytes]]:
    """One that uses the card."""
    with open(card["file"], "rb") as file, subprocess.Popen(["sleep", "100"], stdin=file) as process:
        yield process
        process.kill()


def test_the_most_memory_and_the_mean_use_are_kept(
    card: dict[str, Any], process: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    clock = Clock()
    leases = Leases(tmp_path / "leases.db", [Device(id="GPU-a1")], clock=clock)
    watch = Watch(leases, gpus())
    leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
    watch._followed["ada/"] = Members(process.pid), None  # type: ignore[assignment]
    watch.look()
    process.kill()
    process.wait()
    describe(tmp_path / "machine.json", [{**card, "busy": 10}])
    watch.look()
    (lent,) = leases.lent()
    assert (lent.peak_mb, lent.percent) == (700, 25)
    describe(tmp_path / "machine.json", [{**card, "fallen": True}])
    watch.look()  # nothing is known, and nothing is made up
    assert leases.lent() == [lent]
    clock.now += HOUR
    leases.release("ada/")
    (week,) = leases.week()
    assert (week.person, week.hours, week.peak_mb, week.percent) == ("ada", pytest.approx(1), 700, pytest.approx(25))
    leases.acquire("ben/", "ben", {GPU: 1}, HOUR)
    (lent,) = leases.lent()
    assert (lent.peak_mb, lent.percent) == (None, None)


def test_what_others_do_on_a_gpu_is_not_ones_own(
    card: dict[str, Any], process: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    leases = Leases(tmp_path / "leases.db", [Device(id="GPU-a1", people=2)])
    watch = Watch(leases, gpus())
    for name, group in (("ada/", Members(process.pid)), ("ben/", Members())):
        leases.acquire(name, name, {GPU: 1}, HOUR)
        watch._followed[name] = group, None  # type: ignore[assignment]
    watch.look()
    assert {one.holder: one.peak_mb for one in leases.lent()} == {"ada/": 700, "ben/": 0}


def test_weeks_are_weighed_by_hours(tmp_path: Path) -> None:
    clock = Clock()
    leases = Leases(tmp_path / "leases.db", [Device(id="GPU-a1")], clock=clock)
    for percent, mb, hours in ((90, 100, 1), (10, 300, 3), (None, None, 4)):
        leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
        leases.note([Use("ada/", "GPU-a1", mb, percent), Use("ada/", "GPU-gone", 1, 1), Use("ben/", "GPU-a1", 1, 1)])
        clock.now += hours * HOUR
        leases.release("ada/")
    (week,) = leases.week()
    assert (week.hours, week.peak_mb, week.percent) == (pytest.approx(8), 300, pytest.approx(30))


def test_a_slice_has_memory_and_may_tell_no_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def untold(uuid: str) -> int:
        raise module.nvml.Fallen("Not Supported")

    gpu_machine(tmp_path, monkeypatch, [divided(TWO[0], "1g.10gb")])
    monkeypatch.setattr(module.nvml, "busy_percent", untold)
    leases = Leases(tmp_path / "leases.db", [Device(id="MIG-1")])
    watch = Watch(leases, gpus())
    leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
    watch._followed["ada/"] = None, None
    watch.look()
    (lent,) = leases.lent()
    assert (lent.peak_mb, lent.percent) == (0, None)


def test_it_runs_while_somebody_has_a_gpu(
    card: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SECONDS", 0.02)
    leases = Leases(tmp_path / "leases.db", [Device(id="GPU-a1")])
    watch = Watch(leases, gpus())
    for _ in range(2):  # it starts again, too
        leases.acquire("ada/", "ada", {GPU: 1}, HOUR)
        watch.follow("ada/", None)
        until = time.monotonic() + 20
        while leases.lent()[0].percent != 40:
            assert time.monotonic() < until
            time.sleep(0.02)
        watch.forget("ada/")
        leases.release("ada/")
        while watch._runs:
            assert time.monotonic() < until
            time.sleep(0.02)


def test_a_file_of_before_gets_what_it_lacks(tmp_path: Path) -> None:
    path = tmp_path / "leases.db"
    with sqlite3.connect(path) as db:
        db.execute(
            "CREATE TABLE slots (device TEXT NOT NULL, resource TEXT NOT NULL, number INTEGER NOT NULL, holder TEXT, "
            "person TEXT, since REAL, until REAL, share REAL, PRIMARY KEY (device, resource, number))"
        )
        db.execute("CREATE TABLE uses (person TEXT NOT NULL, since REAL NOT NULL, until REAL NOT NULL, hours REAL)")
        db.execute(f"INSERT INTO slots VALUES ('0', '{GPU}', 0, 'ada/', 'ada', 1000, 4600, 1)")
    db.close()
    leases = Leases(path, [Device(id="0")])
    leases.note([Use("ada/", "0", 5, 50)])
    leases.release("ada/")
    with sqlite3.connect(path) as db:
        assert db.execute("SELECT person, device, peak_mb, percent FROM uses").fetchall() == [("ada", "0", 5, 50.0)]
    db.close()
