"""The spawner by itself: what is left of one server for the next, and the end of its time."""

from __future__ import annotations

import asyncio
import re
import subprocess
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from jupyterhub.spawner import LocalProcessSpawner

from course.project import Project
from hub_config.local import spawner as module
from hub_config.local import start
from hub_config.local.spawner import DemoProfileSpawner, machine
from hub_config.settings.profiles import Choice, Option, Override
from hub_config.spawning import SpawnRefused
from tests.hub_config.settings.test_hub import ROOT
from tests.support.spawners import without_processes

GPUS = """
weekly_gpu_hours = 1
[[device]]
id = "GPU-0a"
"""
TWO = Override(extra_resource_limits={"nvidia.com/gpu": "2"}, extra_resource_guarantees={"nvidia.com/gpu": "2"})


@pytest.fixture
def state(tmp_path: Path) -> Path:
    place = start.demo_place(Project(ROOT, tmp_path), port=9000)
    hub = place.folder / "hub.toml"
    hub.write_text(hub.read_text() + GPUS)
    machine.cache_clear()
    return place.state


class Account:
    """What the spawner asks of a person of the hub."""

    def __init__(self, name: str, *groups: str) -> None:
        self.id, self.name, self.settings, self.url = len(name), name, {}, f"/user/{name}/"
        self.groups = [SimpleNamespace(name=group) for group in groups]


@pytest.fixture
def stop_for_real(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Call it, and servers are looked at and stopped as JupyterHub does."""
    real = {name: getattr(LocalProcessSpawner, name) for name in ("poll", "stop")}
    return lambda: [monkeypatch.setattr(LocalProcessSpawner, name, one) for name, one in real.items()]


@pytest.fixture
def make(state: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    without_processes(monkeypatch)

    def make(name: str, profile: str, *groups: str) -> DemoProfileSpawner:
        spawner = DemoProfileSpawner(folder=str(state), state_folder=str(state))
        spawner.user = Account(name, *groups)
        spawner.user_options = {"profile": profile, "choices": {}}
        return spawner

    return make


def run(coroutine: Any) -> Any:
    return asyncio.run(coroutine)


def test_a_gpu_server_sees_its_gpu_and_the_next_cpu_server_none(make: Any) -> None:
    ada = make("ada", "gpu")
    run(ada.start())
    assert ada.get_env()["CUDA_VISIBLE_DEVICES"] == "GPU-0a"
    assert ada.mem_limit == 16 * 2**30
    assert ada.start_timeout == ada.http_timeout == 600
    run(ada.stop())
    ada.user_options = {"profile": "cpu"}
    run(ada.start())
    assert ada.start_timeout == ada.http_timeout == 120
    assert ada.get_env()["CUDA_VISIBLE_DEVICES"] == ""
    assert (ada.mem_limit, ada.cpu_limit) == (4 * 2**30, 2)
    run(ada.stop())


def test_a_server_ends_with_its_time_and_gives_its_gpu_back(make: Any) -> None:
    ada = make("ada", "gpu")
    run(ada.start())
    assert ada.until == pytest.approx(time.time() + 3600, abs=5)
    assert run(ada.poll()) is None
    assert ada.machine.leases.free() == {"nvidia.com/gpu": (0, 1)}
    ada.until = time.time() - 1
    assert run(ada.poll()) == 0
    assert ada.stopped_
    assert ada.machine.leases.free() == {"nvidia.com/gpu": (1, 1)}


@pytest.mark.parametrize("why", ["hours", "idle"])
def test_a_real_server_whose_time_is_over_is_stopped(
    stop_for_real: Any, make: Any, monkeypatch: pytest.MonkeyPatch, why: str
) -> None:
    async def started(self: Any) -> str:
        self.proc = subprocess.Popen(["sleep", "100"])
        self.pid = self.proc.pid
        return "http://127.0.0.1:1"

    async def walk() -> int | None:
        await ada.start()
        assert await ada.poll() is None
        if why == "hours":
            ada.until = time.time() - 1
        else:
            ada.machine.watch._over.add(ada.holder)
        return await ada.poll()  # type: ignore[no-any-return]

    stop_for_real()
    monkeypatch.setattr(LocalProcessSpawner, "start", started)
    ada = make("ada", "gpu")
    try:
        assert run(walk()) == 0
        assert ada.proc.poll() is not None
    finally:
        ada.proc.kill()
        ada.proc.wait()
    assert ada.machine.leases.free() == {"nvidia.com/gpu": (1, 1)}
    assert (ada.machine.leases.taken_back("ada") is not None) == (why == "idle")


def test_a_start_that_fails_gives_everything_back(make: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    async def failing(self: Any) -> str:
        raise RuntimeError("no such command")

    monkeypatch.setattr(LocalProcessSpawner, "start", failing)
    ada = make("ada", "gpu")
    with pytest.raises(RuntimeError):
        run(ada.start())
    assert ada.machine.leases.free() == {"nvidia.com/gpu": (1, 1)}
    assert ada._group is None


def test_a_hub_that_comes_back_knows_who_has_what(make: Any, state: Path) -> None:
    ada = make("ada", "gpu")
    run(ada.start())
    kept = ada.get_state()
    machine.cache_clear()  # as in a new process
    again = make("ada", "gpu")
    again.load_state(kept)
    assert again.until == ada.until
    assert again.get_env()["CUDA_VISIBLE_DEVICES"] == "GPU-0a"
    with pytest.raises(SpawnRefused, match="in use by others"):
        run(make("ben", "gpu").start())
    run(again.stop())
    run(make("ben", "gpu").start())


@pytest.mark.parametrize(
    ("profile", "groups", "why"),
    [
        ("grading", (), "no profile 'grading' for you"),
        ("nonsense", (), "no profile 'nonsense' for you"),
        ("gpu-mig", (), "this machine has 0 of nvidia.com/mig-1g.10gb"),
    ],
)
def test_what_can_not_be_started_is_explained(make: Any, profile: str, groups: tuple[str, ...], why: str) -> None:
    with pytest.raises(SpawnRefused) as error:
        run(make("ada", profile, *groups).start())
    assert why in error.value.jupyterhub_message


def test_what_a_machine_lacks_is_shown_and_can_not_be_chosen(make: Any) -> None:
    ada = make("ada", "cpu")
    page = run(ada.options_form(ada))
    radios = dict(re.findall(r'type="radio" name="profile" value="([a-z-]+)"(.*?)>', page))
    assert {slug for slug, rest in radios.items() if "disabled" in rest} == {"gpu-shared", "gpu-mig"}
    assert [slug for slug, rest in radios.items() if "checked" in rest] == ["cpu"]
    assert page.count("not on this machine") == 2
    assert ada.options_from_form({"profile": ["gpu"]}) == {"profile": "gpu", "choices": {}}
    with pytest.raises(SpawnRefused, match=r"GPU, slice: this machine has 0 of nvidia\.com/mig-1g\.10gb, not 1"):
        ada.options_from_form({"profile": ["gpu-mig"]})
    with pytest.raises(SpawnRefused, match="no profile 'grading' for you"):
        ada.options_from_form({"profile": ["grading"]})


@pytest.mark.parametrize("start", ["form", "api"])
def test_a_choice_that_a_machine_lacks_is_refused_too(make: Any, monkeypatch: pytest.MonkeyPatch, start: str) -> None:
    """Of an option, by the form or past it; one GPU of two people is still one."""
    ada, options = make("ada", "gpu"), {"profile": "gpu", "choices": {"count": "two"}}
    counts = {"one": Choice(display_name="One"), "two": Choice(display_name="Two", kubespawner_override=TWO)}
    offered = [
        one.model_copy(update={"profile_options": {"count": Option(display_name="GPUs", choices=counts)}})
        if one.slug == "gpu"
        else one
        for one in ada.machine.profiles
    ]
    profiles = ada.machine.profiles.model_copy(update={"profiles": tuple(offered)})
    changed = module.Machine(ada.machine.hub, profiles, ada.machine.leases)
    monkeypatch.setattr(DemoProfileSpawner, "machine", changed)
    page = run(ada.options_form(ada))
    assert re.findall(r'<option value="(\w+)"([^>]*)>([^<]*)', page) == [
        ("one", " selected", "One"), ("two", " disabled", "Two (not on this machine)"),
    ]  # fmt: skip
    ada.user_options, form = options, {"profile": ["gpu"], "profile-option-gpu--count": ["two"]}
    asked = {"form": lambda: ada.options_from_form(form), "api": lambda: run(ada.start())}
    with pytest.raises(SpawnRefused, match=r"this machine has 1 of nvidia\.com/gpu, not 2"):
        asked[start]()
    assert ada.machine.leases.free() == {"nvidia.com/gpu": (1, 1)}


def test_a_grader_may_start_the_graders_server(make: Any) -> None:
    grace = make("grace", "grading", "formgrade-ml")
    run(grace.start())
    assert grace.mem_limit == 16 * 2**30
    run(grace.stop())


def test_a_spent_quota_is_told_with_its_end(make: Any) -> None:
    ada = make("ada", "gpu")
    run(ada.start())
    ada.machine.leases._clock = lambda: time.time() + 3700
    run(ada.stop())
    with pytest.raises(SpawnRefused, match="renewed on Monday"):
        run(ada.start())


@pytest.mark.parametrize("limits", ["required", "if possible"])
def test_without_control_groups_a_hub_that_demands_limits_starts_nothing(
    make: Any, monkeypatch: pytest.MonkeyPatch, limits: str
) -> None:
    def refused(*args: object, **options: object) -> None:
        raise OSError("read-only file system")

    monkeypatch.setattr(module.cgroup, "make", refused)
    ada = make("ada", "cpu")
    hub = ada.machine.hub.model_copy(update={"limits": limits})
    monkeypatch.setattr(DemoProfileSpawner, "machine", module.Machine(hub, ada.machine.profiles, ada.machine.leases))
    if limits == "required":
        with pytest.raises(SpawnRefused, match="Tell whoever runs the hub"):
            run(ada.start())
    else:
        run(ada.start())
        assert ada._group is None


def test_two_hubs_of_one_machine_have_groups_of_their_own(make: Any, tmp_path: Path) -> None:
    """A server's end kills all of its group; the first person of each hub has the same id."""
    ada, other = make("ada", "cpu"), make("ada", "cpu")
    other.state_folder = str(tmp_path / "other")
    assert ada._group_name == make("ada", "cpu")._group_name != other._group_name
