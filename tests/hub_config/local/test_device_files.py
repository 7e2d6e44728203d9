"""A server opens the GPU it has been lent and no other; tried with other devices in their place."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest

from autograder.engine.gpu.nvml import gpus
from autograder.engine.isolation import cgroup
from autograder.engine.isolation.cgroup import Group
from hub_config.local import device_files
from hub_config.local.device_files import confine, majors, numbers, with_devices
from hub_config.local.leases import Leases
from hub_config.local.spawner import LocalProfileSpawner, Machine
from hub_config.settings.device import Device
from hub_config.settings.hub import Hub
from hub_config.settings.profiles import Override, load_profiles
from hub_config.spawning import SpawnRefused
from tests.hub_config.local.test_hub import can_limit
from tests.support.checkout import ROOT
from tests.support.gpu_machine import TWO, gpu_machine

PROFILES = ROOT / "hub_config" / "profiles.yaml"
MEMORY = 1  # the major of /dev/zero and its like, which stand for GPUs
NAME = f"tst{os.getpid()}-devices"
# Opens each file that is named, from within the control groups that come first.
OPEN = """
import os, sys
for folder in sys.argv[1].split(","):
    open(folder + "/cgroup.procs", "w").write(str(os.getpid()))
os.setgid(65534)
os.setuid(65534)
for file in sys.argv[2:]:
    try:
        os.close(os.open(file, os.O_RDWR))
        print("opened", end=" ")
    except OSError as error:
        print(error.strerror, end=" ")
"""


def opened(folder: Path, *files: Path | str) -> str:
    command = [sys.executable, "-c", OPEN, str(folder), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="control groups are Linux's")


@pytest.fixture(params=["version 1", "version 2"])
def group(request: pytest.FixtureRequest) -> Iterator[Group]:
    """A new control group of each version that this machine has: it may have both."""
    if request.param == "version 1":
        root, version = cgroup.ROOT / "devices", 1
        there = root / "devices.allow"
    else:
        mounts = (line.split()[:3] for line in Path("/proc/mounts").read_text().splitlines())
        root, version = Path(next((place for _, place, kind in mounts if kind == "cgroup2"), "/nonexistent")), 2
        there = root / "cgroup.procs"
    if os.geteuid() != 0 or (not there.exists() and not (root / "devices.deny").exists()):
        pytest.skip(f"no control groups of {request.param} for device files here")
    try:
        (root / NAME).mkdir()
    except OSError as error:
        pytest.skip(f"no control group can be made here: {error}")
    group = with_devices(Group({"memory": root / NAME}, version))
    yield group
    group.remove()


@pytest.fixture
def devices() -> tuple[Path, ...]:
    """Three devices that anybody may open: they stand for two GPUs and for `nvidiactl`."""
    return tuple(Path("/dev") / name for name in ("zero", "full", "random"))


def test_what_is_lent_can_be_opened_and_nothing_else(group: Group, devices: tuple[Path, ...]) -> None:
    mine, anothers, shared = devices
    assert opened(group.folders["devices"], *devices) == "opened opened opened"
    confine(group, [MEMORY], numbers([str(mine), str(shared)]))
    assert opened(group.folders["devices"], mine, anothers, shared, "/dev/ptmx") == (
        "opened Operation not permitted opened opened"
    )


def test_without_a_lease_none_can(group: Group, devices: tuple[Path, ...]) -> None:
    confine(group, [MEMORY], ())
    assert opened(group.folders["devices"], *devices) == " ".join(["Operation not permitted"] * 3)


def test_the_drivers_majors_are_found_by_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listed = tmp_path / "devices"
    listed.write_text(
        "Character devices:\n  1 mem\n195 nvidia\n195 nvidiactl\n239 nvidia-caps\n508 nvidia-uvm\n\n"
        "Block devices:\n  9 nvidia-disk\n"
    )
    monkeypatch.setattr(device_files, "_DEVICES", listed)
    assert majors() == {195, 239, 508}
    assert numbers([str(tmp_path / "nvidia-uvm"), str(tmp_path / "nvidia7")]) == {(508, 0)}
    monkeypatch.setattr(device_files, "_DEVICES", tmp_path / "none")
    assert majors() == frozenset()


def test_a_machine_that_knows_no_such_rule_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(device_files.platform, "machine", lambda: "pdp11")
    with pytest.raises(OSError, match="no rule for device files is known for pdp11"):
        confine(Group({"memory": tmp_path, "devices": tmp_path}, 2), [195], ())
    with pytest.raises(OSError):  # noqa: PT011  # version 1 without its controller
        with_devices(Group({"memory": tmp_path}, 1), tmp_path / "nowhere")


@pytest.fixture
def spawner(
    tmp_path: Path, devices: tuple[Path, ...], monkeypatch: pytest.MonkeyPatch
) -> Iterator[LocalProfileSpawner]:
    """A spawner of a machine with two GPUs, of which its server has been lent the second."""
    gpu_machine(tmp_path, monkeypatch, TWO)
    files = zip(gpus(), devices[:2], strict=True)
    here = [replace(one, files=(str(file), str(devices[2]))) for one, file in files]
    leases = Leases(tmp_path / "leases.db", [Device(id="GPU-b2")])
    found = LocalProfileSpawner(state_folder=str(tmp_path))
    found.user = SimpleNamespace(id=os.getpid(), name="ada")
    monkeypatch.setattr(device_files, "majors", lambda: frozenset({MEMORY}))
    monkeypatch.setattr(LocalProfileSpawner, "machine", Machine(Hub(), load_profiles(PROFILES), leases, here))
    yield found
    found._end()


@pytest.mark.skipif(not can_limit(), reason="control groups can't be made here")
def test_a_server_opens_the_lent_gpu_alone(spawner: LocalProfileSpawner, devices: tuple[Path, ...]) -> None:
    refused = "Operation not permitted"
    spawner.machine.leases.acquire(spawner.holder, "ada", {"nvidia.com/gpu": 1}, 60)
    spawner._group = spawner._limited(Override())
    folders = ",".join(map(str, set(spawner._group.folders.values())))
    assert opened(folders, *devices) == f"{refused} opened opened"
    spawner.machine.leases.release(spawner.holder)
    spawner._group = spawner._limited(Override())  # the next server of that person, without a GPU
    assert opened(folders, *devices) == " ".join([refused] * 3)


@pytest.mark.skipif(not can_limit(), reason="control groups can't be made here")
@pytest.mark.parametrize("limits", ["required", "if possible"])
def test_what_can_not_be_closed_is_not_started_unless_the_operator_allows(
    spawner: LocalProfileSpawner, limits: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*of: object) -> None:
        raise PermissionError("bpf: Operation not permitted")

    monkeypatch.setattr(device_files, "confine", refused)
    hub = Hub.model_validate({"limits": limits})
    monkeypatch.setattr(LocalProfileSpawner, "machine", replace(spawner.machine, hub=hub))
    if limits == "required":
        with pytest.raises(SpawnRefused, match="can't be set on this machine"):
            spawner._limited(Override())
        spawner._group = spawner._made_group()
    else:
        spawner._group = spawner._limited(Override())
        assert spawner._group is not None


def test_a_gpu_that_does_not_answer_is_not_lent_blindly(
    spawner: LocalProfileSpawner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spawner.machine.leases.acquire(spawner.holder, "ada", {"nvidia.com/gpu": 1}, 60)
    monkeypatch.setattr(LocalProfileSpawner, "machine", replace(spawner.machine, gpus=()))
    with pytest.raises(SpawnRefused, match="GPU GPU-b2 does not answer"):
        spawner._confined(Group({"memory": tmp_path}, 1))
