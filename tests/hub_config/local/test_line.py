"""Who waits for a GPU: first come, first served, also over a restart of the hub; and what they read meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.spawner import LocalProcessSpawner

from course.project import Project
from hub_config.local import line, start, waiting
from hub_config.local.leases import Busy, Device, Leases, LineFull, Place, QuotaSpent
from hub_config.local.spawner import DemoProfileSpawner, machine
from hub_config.spawning import SpawnRefused
from tests.hub_config.local.test_leases import GPU, HOUR, MIG, Clock
from tests.hub_config.settings.test_hub import ROOT

ONE = {GPU: 1}


def test_who_came_first_is_first(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"))
    leases.acquire("ada/", "ada", ONE, HOUR)
    until = clock.now + HOUR
    assert [leases.wait(f"{name}/", name, ONE) for name in ("ben", "cleo")] == [Place(1, until), Place(2, until)]
    leases.release("ada/")
    assert leases.wait("cleo/", "cleo", ONE) == Place(2, None)
    with pytest.raises(Busy):  # nobody passes who waits
        leases.acquire("dan/", "dan", ONE, HOUR)
    assert leases.wait("ben/", "ben", ONE) is None
    assert leases.acquire("ben/", "ben", ONE, HOUR).devices == ("0",)
    assert [one.person for one in leases.waiting()] == ["cleo"]
    assert leases.wait("cleo/", "cleo", ONE) == Place(1, clock.now + HOUR)


def test_a_place_outlives_the_hub(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"))
    leases.acquire("ada/", "ada", ONE, HOUR)
    leases.wait("ben/", "ben", ONE)
    clock.now += 1
    leases.wait("cleo/", "cleo", ONE)
    clock.now += 120  # the hub is down
    again = lend(Device(id="0"))
    assert again.waiting() == []
    assert again.wait("cleo/", "cleo", ONE) == Place(1, clock.now - 121 + HOUR)
    assert again.wait("ben/", "ben", ONE) == Place(1, clock.now - 121 + HOUR)  # who came before
    assert [one.person for one in again.waiting()] == ["ben", "cleo"]
    clock.now += 16 * 60
    for name in ("cleo", "ben"):  # nobody has a place for longer than that
        again.wait(f"{name}/", name, ONE)
    assert [one.person for one in again.waiting()] == ["cleo", "ben"]


def test_who_has_gone_is_passed_over(lend: Callable[..., Leases], clock: Clock) -> None:
    leases = lend(Device(id="0"))
    leases.acquire("ada/", "ada", ONE, HOUR)
    leases.wait("ben/", "ben", ONE)
    leases.wait("cleo/", "cleo", ONE)
    leases.step_aside("ben/")
    leases.release("ada/")
    assert leases.wait("cleo/", "cleo", ONE) is None
    assert leases.wait("ben/", "ben", ONE) is None  # who is back before that is first again
    leases.leave("ben/")
    assert [one.person for one in leases.waiting()] == ["cleo"]


def test_a_server_without_a_gpu_gives_the_place_up(lend: Callable[..., Leases]) -> None:
    leases = lend(Device(id="0"))
    leases.acquire("ada/", "ada", ONE, HOUR)
    leases.wait("ben/", "ben", ONE)
    leases.acquire("ben/", "ben", {}, HOUR)
    assert leases.waiting() == []


def test_only_who_wants_the_same_comes_before(lend: Callable[..., Leases]) -> None:
    leases = lend(Device(id="0"), Device(id="MIG-1", resource=MIG))
    leases.acquire("ada/", "ada", ONE, HOUR)
    leases.wait("ben/", "ben", ONE)
    assert leases.wait("cleo/", "cleo", {MIG: 1}) is None
    assert leases.wait("dan/", "dan", {MIG: 1, GPU: 1}).number == 3  # type: ignore[union-attr]
    assert leases.wait("dan/", "dan", {MIG: 1}).number == 2  # type: ignore[union-attr]


def test_a_line_has_an_end(lend: Callable[..., Leases], clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LONGEST", 2)
    leases = lend(Device(id="0"), weekly_hours=0.5)
    leases.acquire("ada/", "ada", ONE, HOUR)
    for name in ("ben", "cleo", "ben"):
        leases.wait(f"{name}/", name, ONE)
    with pytest.raises(LineFull, match="2 people wait already"):
        leases.wait("dan/", "dan", ONE)
    clock.now += HOUR
    with pytest.raises(QuotaSpent):
        leases.wait("ada/", "ada", ONE)


def test_a_table_of_before_is_taken_over(tmp_path: Path, lend: Callable[..., Leases]) -> None:
    lend(Device(id="0"))
    with Leases(tmp_path / "leases.db", None)._file.writing() as db:
        db.execute("DROP TABLE line")
    assert lend(Device(id="0")).wait("ada/", "ada", ONE) is None


@pytest.fixture
def make(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Spawners of a hub with one GPU, whose servers start at once."""
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    with (place.folder / "hub.toml").open("a") as file:
        file.write('[[device]]\nid = "0"\n')
    machine.cache_clear()
    monkeypatch.setattr(waiting, "_LOOK", 0.02)

    async def started(self: Any) -> str:
        return "http://127.0.0.1:1"

    monkeypatch.setattr(LocalProcessSpawner, "start", started)

    def make(name: str) -> DemoProfileSpawner:
        spawner = DemoProfileSpawner(folder=str(place.folder), state_folder=str(place.state))
        spawner.user = SimpleNamespace(id=sum(name.encode()), name=name, settings={}, url=f"/user/{name}/", groups=())
        spawner.user_options = {"profile": "gpu"}
        return spawner

    return make


async def spawned(spawner: Any) -> None:
    """What the hub does."""
    await spawner.run_pre_spawn_hook()
    await spawner.start()


async def read(spawner: Any, said: list[str]) -> None:
    """What the page of a starting server does."""
    async for event in spawner.progress():
        said.append(event["message"])


async def until(what: Callable[[], Any]) -> None:
    async with asyncio.timeout(20):
        while not what():
            await asyncio.sleep(0.01)


def test_a_person_reads_their_place_and_the_server_starts_in_turn(make: Any) -> None:
    async def walk() -> None:
        ada, ben, cleo = map(make, ("ada", "ben", "cleo"))
        await spawned(ada)
        starts, said = [], []  # type: ignore[var-annotated]
        for one in (ben, cleo):
            starts.append(asyncio.create_task(spawned(one)))
            await until(lambda one=one: one._place)
        reading = asyncio.create_task(read(cleo, said))
        await until(lambda: said)
        page = await make("dan").options_form(make("dan"))
        assert "0 of 1 free, 2 wait, the next is back at" in page
        assert cleo.place_in_line() == said[0]
        ada._end()
        await starts[0]
        await until(lambda: "first in line. The next is back at" in said[-1])
        ben._end()
        await starts[1]
        await reading
        assert cleo.machine.leases.held().keys() == {"cleo/"}
        assert said[0].startswith("GPU: you are second in line. The next is back at ")
        assert said[-1] == "Spawning server..."
        for one in (ada, ben, cleo):
            one._end()

    asyncio.run(walk())


def test_who_gives_up_is_out_of_the_line(make: Any) -> None:
    async def walk() -> None:
        ada, ben = map(make, ("ada", "ben"))
        await spawned(ada)
        task = asyncio.create_task(spawned(ben))
        await until(lambda: ben._place)
        task.cancel()  # which the hub does
        with pytest.raises(asyncio.CancelledError):
            await task
        assert ben.machine.leases.waiting() == [] and ben._place is None
        ada._end()

    asyncio.run(walk())


@pytest.mark.parametrize(
    ("minutes", "away", "why"),
    [(0.001, 300, "nothing has become free for you in 0.001 minutes"), (60, 0.05, "nobody had its page open")],
)
def test_nobody_waits_for_ever(
    make: Any, monkeypatch: pytest.MonkeyPatch, minutes: float, away: float, why: str
) -> None:
    monkeypatch.setattr(waiting, "_AWAY", away)
    ada, ben = map(make, ("ada", "ben"))
    hub = ada.machine.hub.model_copy(update={"gpu_wait_minutes": minutes})
    object.__setattr__(ada.machine, "hub", hub)
    asyncio.run(spawned(ada))
    with pytest.raises(SpawnRefused) as refused:
        asyncio.run(spawned(ben))
    assert why in refused.value.jupyterhub_message
    assert ben.machine.leases.waiting() == []
    ada._end()


def test_where_nobody_waits_a_busy_gpu_is_told_at_once(make: Any) -> None:
    ada, ben = map(make, ("ada", "ben"))
    object.__setattr__(ada.machine, "hub", ada.machine.hub.model_copy(update={"gpu_wait_minutes": 0}))
    asyncio.run(spawned(ada))
    with pytest.raises(SpawnRefused, match="is in use by others, until"):
        asyncio.run(spawned(ben))
    ada._end()
