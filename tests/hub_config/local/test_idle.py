"""A GPU that computes nothing is taken back: after a warning that the person reads, and as the ledger says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.engine.gpu.nvml import gpus
from course.project import Project
from hub_config.local import start
from hub_config.local import watch as watch_module
from hub_config.local.lease_file import lease_file
from hub_config.local.leases import IDLE, Leases, Use
from hub_config.local.notice import VARIABLE, Notice
from hub_config.local.spawner import DemoProfileSpawner, machine
from hub_config.local.watch import Watch
from hub_config.settings.device import Device
from tests.hub_config.local.test_leases import GPU, HOUR, Clock
from tests.hub_config.settings.test_hub import ROOT
from tests.support.gpu_machine import TWO, describe, gpu_machine
from tests.support.spawners import without_processes

LIMIT = 30 * 60.0


@pytest.fixture
def lend(tmp_path: Path) -> Callable[..., Leases]:
    clock = Clock()
    return lambda *devices: Leases(tmp_path / "leases.db", devices or (Device(id="0"),), clock=clock)


def seen(leases: Leases, percent: int | None, seconds: float, device: str = "0") -> list[tuple[str, float]]:
    """Whom a look warns, with what is left to them."""
    leases.note([Use("ada/", device, 5, percent)], seconds)
    return [(one.holder, one.left) for one in leases.idle(LIMIT)]


def test_who_computes_nothing_is_warned_and_then_over(lend: Callable[..., Leases]) -> None:
    leases = lend()
    leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
    assert seen(leases, 0, 24 * 60) == []
    assert seen(leases, 0, 60) == [("ada/", 300)]
    assert seen(leases, 0, 290) == [("ada/", 10)]
    assert seen(leases, 0, 10) == [("ada/", 0)]


def test_who_computes_again_begins_anew(lend: Callable[..., Leases]) -> None:
    leases = lend()
    leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
    assert seen(leases, 0, 29 * 60) != []
    assert seen(leases, 1, 10) == []
    assert seen(leases, 0, 24 * 60) == []


def test_what_the_driver_does_not_say_is_no_idleness(lend: Callable[..., Leases]) -> None:
    leases = lend()
    leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
    assert seen(leases, None, 9 * HOUR) == []
    assert leases.lent()[0].idle is None


def test_a_restart_takes_nobody_by_surprise(lend: Callable[..., Leases]) -> None:
    leases = lend()
    leases.acquire("ada/", "ada", {GPU: 1}, 99 * HOUR)
    assert seen(leases, 0, 20 * 60) == []
    leases._clock.now += 9 * HOUR  # type: ignore[attr-defined]  # the hub is down
    again = lend()
    assert seen(again, 0, 10) == []
    again.note([Use("ada/", "0", 5, 0)], 10 * 60)
    assert again.idle(5 * 60)[0].left == 150  # the limit has become less: half of it is left all the same
    assert seen(lend(), 0, 100) == [("ada/", 200)]


def test_of_two_gpus_both_have_to_be_idle(lend: Callable[..., Leases]) -> None:
    leases = lend(Device(id="0"), Device(id="1"))
    leases.acquire("ada/", "ada", {GPU: 2}, 9 * HOUR)
    assert seen(leases, 0, HOUR) == []
    assert seen(leases, 0, 10 * 60, device="1") == []
    assert seen(leases, 0, 20 * 60, device="1") == [("ada/", 300)]


def test_the_next_lease_begins_anew_and_the_ledger_says_why_one_ended(lend: Callable[..., Leases]) -> None:
    leases = lend()
    leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
    seen(leases, 0, HOUR)
    assert leases.taken_back("ada") is None
    leases.release("ada/", IDLE)
    assert leases.taken_back("ada") == leases._clock()
    leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
    assert seen(leases, 0, 10) == []
    assert leases.week()[0].taken_back == 1
    leases._clock.now += 1  # type: ignore[attr-defined]
    leases.release("ada/")
    assert (leases.taken_back("ada"), leases.week()[0].taken_back) == (None, 1)


@pytest.fixture
def card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A machine with a GPU; call it to say how busy that is."""
    file = gpu_machine(tmp_path, monkeypatch, [{**TWO[0], "busy": 0}])
    return lambda busy: describe(file, [{**TWO[0], "busy": busy}])


def sentence(path: Path) -> str:
    """What the person reads now."""
    return str(json.loads(path.read_text())["sentence"]) if path.exists() else ""


def test_the_notice_comes_and_goes(card: Callable[[int], None], tmp_path: Path) -> None:
    leases, notice = Leases(tmp_path / "leases.db", [Device(id="GPU-a1")]), Notice(tmp_path / "notices" / "ada")
    watch = Watch(leases, gpus(), idle_minutes=30)
    leases.acquire("ada/", "ada", {GPU: 1}, 9 * HOUR)
    watch._followed["ada/"] = None, notice
    watch.look(24 * 60)
    assert (sentence(notice.path), watch.is_over("ada/")) == ("", False)
    watch.look(120)
    assert "computed nothing for 26 minutes" in sentence(notice.path)
    assert (notice.path.stat().st_mode & 0o777, notice.path.parent.stat().st_mode & 0o777) == (0o600, 0o711)
    card(30)
    watch.look(10)
    assert (sentence(notice.path), watch.is_over("ada/")) == ("", False)
    card(0)
    watch.look(25 * 60)
    told = sentence(notice.path)
    watch.look(300)
    assert (sentence(notice.path), watch.is_over("ada/")) == (told, True)
    watch.forget("ada/")
    assert (sentence(notice.path), watch.is_over("ada/")) == ("", False)


@pytest.mark.parametrize(("minutes", "notice"), [(0, True), (30, False)])
def test_nobody_is_over_where_that_is_switched_off(
    card: Callable[[int], None], tmp_path: Path, minutes: float, notice: bool
) -> None:
    leases = Leases(tmp_path / "leases.db", [Device(id="GPU-a1")])
    watch = Watch(leases, gpus(), minutes)
    leases.acquire("ada/", "ada", {GPU: 1}, 99 * HOUR)
    watch._followed["ada/"] = None, Notice(tmp_path / "ada") if notice else None
    for _ in range(3):
        watch.look(HOUR)
    assert not watch.is_over("ada/") and not (tmp_path / "ada").exists()


@pytest.fixture
def spawner(tmp_path: Path, card: Callable[[int], None], monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes spawners of a hub with that GPU, whose servers start at once; its watch looks only when it is told to."""
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    with (place.folder / "hub.toml").open("a") as file:
        file.write("[[device]]\nauto = true\n")
    machine.cache_clear()

    without_processes(monkeypatch)
    monkeypatch.setattr(watch_module.Watch, "_run", lambda self: None)

    def make() -> DemoProfileSpawner:
        made = DemoProfileSpawner(folder=str(place.folder), state_folder=str(place.state))
        made.user = SimpleNamespace(id=3, name="ada", settings={}, url="/user/ada/", groups=())
        made.user_options = {"profile": "gpu", "choices": {}}
        return made

    return make


def test_a_server_with_an_idle_gpu_is_stopped(spawner: Any) -> None:
    async def walk() -> None:
        ada = spawner()
        await ada.start()
        path = Path(ada.get_env()[VARIABLE])
        ada.machine.watch.look(25 * 60)
        assert await ada.poll() is None and "Save your work" in sentence(path)
        before = ada.machine
        machine.cache_clear()  # the hub starts again, and goes on where it was
        again = spawner()
        again.load_state(ada.get_state())
        assert again.machine is not before
        again.machine.watch.look(200)
        assert await again.poll() is None and "Save your work" in sentence(path)
        again.machine.watch.look(100)
        assert await again.poll() == 0
        assert again.stopped_ and sentence(path) == ""
        assert again.machine.leases.free() == {GPU: (1, 1)}
        assert again.machine.leases.taken_back("ada") is not None
        assert "had computed nothing for too long" in await again.options_form(again)
        await again.start()  # and who asks for another has one
        await again.stop()
        assert again.machine.leases.taken_back("ada") is None
        assert "had computed nothing" not in await again.options_form(again)

    asyncio.run(walk())


def test_what_was_told_to_the_last_server_is_not_told_to_the_next(spawner: Any) -> None:
    async def walk() -> None:
        ada = spawner()
        ada._notice.tell("of a server that ended while the hub was away")
        await ada.start()
        assert sentence(ada._notice.path) == ""
        await ada.stop()

    asyncio.run(walk())


def test_a_server_that_computes_goes_on(spawner: Any, card: Callable[[int], None]) -> None:
    async def walk() -> None:
        ada = spawner()
        await ada.start()
        for busy in (0, 0, 1, 0):
            card(busy)
            ada.machine.watch.look(15 * 60 - 1)
            assert await ada.poll() is None
        await ada.stop()
        assert lease_file(Path(ada.state_folder)).exists()

    asyncio.run(walk())
