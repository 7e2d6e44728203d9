"""Which GPUs a hub lends: what its file names, and what the driver does."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.spawner import LocalProcessSpawner
from traitlets.config import Config

from autograder.engine.gpu.nvml import gpus
from course.errors import SetupError
from course.project import Project
from hub_config.local import assembly, start
from hub_config.local.gpus import known, lendable, remarks
from hub_config.local.spawner import DemoProfileSpawner, machine
from hub_config.settings.device import Device
from hub_config.settings.hub import load_hub
from tests.hub_config.settings.test_hub import ROOT
from tests.support.gpu_machine import TWO, divided, gpu_machine

AUTO = Device(auto=True)


def lent(*rows: Device) -> list[tuple[str, str, int]]:
    return [(one.id, one.resource, one.people) for one in lendable(rows, gpus())]


def test_all_that_the_driver_names_is_lent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu_machine(tmp_path, monkeypatch, [divided(TWO[0], "1g.10gb", "1g.10gb+me"), TWO[1]])
    assert lent(AUTO) == [
        ("MIG-1", "nvidia.com/mig-1g.10gb", 1), ("MIG-2", "nvidia.com/mig-1g.10gb.me", 1),
        ("GPU-b2", "nvidia.com/gpu", 1),
    ]  # fmt: skip
    shared = Device(auto=True, people=4, resource="nvidia.com/gpu.shared")
    assert lent(shared)[2] == ("GPU-b2", "nvidia.com/gpu.shared", 4)


@pytest.mark.parametrize("id", ["GPU-b2", "1"])
def test_a_row_of_its_own_wins(id: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu_machine(tmp_path, monkeypatch, TWO)
    row = Device(id=id, resource="nvidia.com/gpu.shared", people=4)
    assert lent(AUTO, row) == [(id, "nvidia.com/gpu.shared", 4), ("GPU-a1", "nvidia.com/gpu", 1)]
    assert remarks((AUTO, row), gpus()) == ["GPUs to lend: 1 of nvidia.com/gpu, 1 of nvidia.com/gpu.shared."]


def test_the_number_of_a_divided_card_is_no_gpu(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu_machine(tmp_path, monkeypatch, [divided(TWO[0], "1g.10gb")])
    assert known("0", gpus()) is None
    (sentence,) = remarks((Device(id="0"),), gpus())
    assert sentence == "hub.toml lends GPU 0, which this machine's driver does not name: compare `nvidia-smi -L`."


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[[device]]\npeople = 2", 'device.1: a [[device]] has either id = "…" or auto = true'),
        ('[[device]]\nid = "0"\nauto = true', 'either id = "…" or auto = true'),
        ("[[device]]\nauto = true\n[[device]]\nauto = true\npeople = 2", "two rows of [[device]] say auto = true"),
    ],
)
def test_a_mistake_is_named(text: str, why: str, tmp_path: Path) -> None:
    (tmp_path / "hub.toml").write_text(text)
    with pytest.raises(SetupError) as error:
        load_hub(tmp_path / "hub.toml")
    assert why in str(error.value)


@pytest.fixture
def place(tmp_path: Path) -> assembly.Place:
    place = start.demo_place(Project(ROOT, tmp_path / "build"), port=9000)
    with (place.folder / "hub.toml").open("a") as file:
        file.write("[[device]]\nauto = true\n")
    machine.cache_clear()
    return place


class Account:
    id, name, settings, url, groups = 1, "ada", {}, "/user/ada/", ()


def spawner(place: assembly.Place, monkeypatch: pytest.MonkeyPatch) -> DemoProfileSpawner:
    async def started(self: Any) -> str:
        return "http://127.0.0.1:1"

    monkeypatch.setattr(LocalProcessSpawner, "start", started)
    monkeypatch.setattr(LocalProcessSpawner, "get_env", lambda self: dict(self.environment))
    found = DemoProfileSpawner(folder=str(place.folder), state_folder=str(place.state))
    found.user = Account()
    found.user_options = {"profile": "gpu"}
    return found


def test_without_a_gpu_the_hub_starts_and_says_so(
    place: assembly.Place, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("COURSE_NVML", "no_such_module")
    with caplog.at_level("WARNING", logger="traitlets"):
        assembly.configure(Config(), place)
    assert "this machine has none that its driver names: profiles that ask for one can't be chosen" in caplog.text
    ada = spawner(place, monkeypatch)
    page = asyncio.run(ada.options_form(ada))
    lacking = re.findall(r'name="profile" value="([a-z-]+)"[^>]* disabled', page)
    assert lacking == ["gpu", "gpu-shared", "gpu-mig"]


def test_a_server_gets_the_uuid(place: assembly.Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    gpu_machine(tmp_path, monkeypatch, TWO)
    ada = spawner(place, monkeypatch)
    asyncio.run(ada.start())
    assert ada.get_env()["CUDA_VISIBLE_DEVICES"] == "GPU-a1"
    assert ada.machine.watch is not None and ada.machine.watch._followed.keys() == {"ada/"}
    ada._end()
    assert not ada.machine.watch._followed


def test_a_number_becomes_a_uuid_too(place: assembly.Place, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    hub = place.folder / "hub.toml"
    hub.write_text(hub.read_text().replace("auto = true", 'id = "1"'))
    gpu_machine(tmp_path, monkeypatch, TWO)
    ada = spawner(place, monkeypatch)
    asyncio.run(ada.start())
    assert ada.machine.leases.held()["ada/"].devices == ("1",)
    assert ada.get_env()["CUDA_VISIBLE_DEVICES"] == "GPU-b2"
    ada._end()
