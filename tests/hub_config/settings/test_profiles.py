"""`profiles.yaml`: what is in ours, and what is refused in anybody's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from course.errors import SetupError
from hub_config.settings.profiles import STICKY, Choice, Option, Override, Profiles, load_profiles, memory_bytes
from tests.support.checkout import ROOT

OURS = ROOT / "hub_config" / "profiles.yaml"
STUDENT, GRADER = ["nbgrader-ml"], ["formgrade-ml"]


@pytest.fixture
def rows() -> list[dict[str, Any]]:
    """Our own file, to be spoilt."""
    found: list[dict[str, Any]] = yaml.safe_load(OURS.read_text(encoding="utf-8"))
    return found


def load(tmp_path: Path, rows: object) -> Profiles:
    path = tmp_path / "profiles.yaml"
    path.write_text(rows if isinstance(rows, str) else yaml.safe_dump(rows), encoding="utf-8")
    return load_profiles(path)


def test_our_profiles_are_the_five_kinds_and_one_for_grading() -> None:
    profiles = load_profiles(OURS)
    assert [one.slug for one in profiles] == ["cpu", "cpu-large", "gpu", "gpu-shared", "gpu-mig", "grading"]
    assert [one.slug for one in profiles.visible_to(STUDENT)] == ["cpu", "cpu-large", "gpu", "gpu-shared", "gpu-mig"]
    assert [one.slug for one in profiles.visible_to(GRADER)][-1] == "grading"
    devices = {one.slug: one.chosen({}).devices for one in profiles}
    assert devices["cpu"] == {}
    assert devices["gpu"] == {"nvidia.com/gpu": 1}
    assert devices["gpu-mig"] == {"nvidia.com/mig-1g.10gb": 1}
    assert profiles.find("", STUDENT).slug == "cpu"
    with pytest.raises(ValueError, match="no profile 'grading' for you"):
        profiles.find("grading", STUDENT)


def test_a_profile_is_offered_where_its_devices_are() -> None:
    profiles = load_profiles(OURS)
    gpu, mig = (profiles.find(slug, STUDENT) for slug in ("gpu", "gpu-mig"))
    for devices, there in (({}, False), ({"nvidia.com/gpu": 1}, True), ({"nvidia.com/gpu.shared": 4}, False)):
        assert gpu.offered(devices).available is there
        assert not mig.offered(devices).available
        assert profiles.find("cpu", STUDENT).offered(devices).available


def test_a_form_begins_with_a_choice_that_can_be_made() -> None:
    base = load_profiles(OURS).find("gpu", STUDENT)
    none = Override(extra_resource_limits={}, extra_resource_guarantees={})
    choices = {"gpu": Choice(display_name="GPU"), "cpu": Choice(display_name="CPU", kubespawner_override=none)}
    profile = base.model_copy(update={"profile_options": {"kind": Option(display_name="Kind", choices=choices)}})
    offer = profile.offered({})
    assert (offer.available, offer.choices["kind"], offer.selected("kind")) == (True, {"cpu"}, "cpu")
    assert profile.offered({"nvidia.com/gpu": 1}).selected("kind") == "gpu"


def test_every_profile_says_what_it_is_for_and_for_how_long() -> None:
    for profile in load_profiles(OURS):
        assert len(profile.description.split()) >= 8
        if profile.chosen({}).devices:
            assert "at most" in profile.description
            assert profile.course.hours <= 2


def test_a_cpu_server_after_a_gpu_server_keeps_nothing_of_it() -> None:
    """Each of ours names everything; what KubeSpawner makes of that is in test_kubernetes_spawner."""
    profiles = load_profiles(OURS)
    spawner: dict[str, Any] = {}
    for slug in ("gpu", "cpu"):
        spawner.update(profiles.find(slug, STUDENT).kubespawner()["kubespawner_override"])
    assert spawner["extra_resource_limits"] == spawner["extra_resource_guarantees"] == {}
    assert spawner["tolerations"] == spawner["volumes"] == []
    assert spawner["extra_pod_config"] == {}


@pytest.mark.parametrize("name", STICKY)
def test_a_profile_that_leaves_a_resource_open_is_refused(tmp_path: Path, rows: list[Any], name: str) -> None:
    del rows[1]["kubespawner_override"][name]
    with pytest.raises(SetupError, match=rf"profile 2: kubespawner_override of cpu-large does not name {name}"):
        load(tmp_path, rows)


WRONG: list[tuple[list[str | int], object, str]] = [
    ([0, "kubespawner_override", "mem_limt"], "4G", "profile 1.kubespawner_override.mem_limt: there is no such key"),
    ([0, "kubespawner_override", "mem_limit"], "4 GB", "'4 GB' is no memory size"),
    ([0, "kubespawner_override", "mem_limit"], "4Gi", "'4Gi' is no memory size"),
    ([0, "kubespawner_override", "mem_guarantee"], "8G", "mem_guarantee 8G is more than mem_limit 4G"),
    ([0, "kubespawner_override", "cpu_limit"], "two", "valid number"),
    ([0, "kubespawner_override", "cpu_limit"], 0, "greater than 0"),
    ([0, "kubespawner_override", "cpu_guarantee"], 3, "cpu_guarantee 3 is more than cpu_limit 2"),
    ([2, "kubespawner_override", "extra_resource_limits"], {"nvidia.com/gpu": "one"}, "'one' is no number of devices"),
    ([2, "kubespawner_override", "extra_resource_limits"], {"nvidia.com/gpu": 0.5}, "0.5 is no number of devices"),
    ([2, "kubespawner_override", "extra_resource_limits"], {"nvidia.com/gpu": "2"}, "must be the same"),
    ([2, "slug"], "GPU 1", "pattern"),
    ([2, "slug"], "cpu", "two profiles have the slug cpu"),
    ([2, "default"], True, "exactly one profile"),
    ([0, "default"], False, "exactly one profile"),
    ([0, "course", "groups"], ["formgrade-*"], "the default profile must be there for everybody"),
    ([2, "course", "hours"], 0, "greater than 0"),
    ([2, "course", "hourly"], 1, "there is no such key"),
    ([2, "descriptoin"], "x", "profile 3.descriptoin: there is no such key"),
]


@pytest.mark.parametrize(("place", "value", "why"), WRONG)
def test_a_mistake_is_named_with_its_place(
    tmp_path: Path, rows: list[Any], place: list[str | int], value: object, why: str
) -> None:
    at: Any = rows
    for step in place[:-1]:
        at = at[step]
    at[place[-1]] = value
    with pytest.raises(SetupError) as error:
        load(tmp_path, rows)
    assert why in str(error.value)
    assert "profiles.yaml has mistakes" in str(error.value)


@pytest.mark.parametrize(
    ("text", "why"), [("a: [", "is not YAML"), ("[]", "mistakes"), ("", "mistakes"), ("3", "mistakes")]
)
def test_what_is_no_list_of_profiles_is_refused(tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(SetupError, match=why):
        load(tmp_path, text)
    with pytest.raises(SetupError, match="can't be read"):
        load_profiles(tmp_path / "missing.yaml")


def test_choices_change_what_they_name(tmp_path: Path, rows: list[Any]) -> None:
    rows[0]["profile_options"] = {
        "memory": {
            "display_name": "Memory",
            "choices": {
                "small": {"display_name": "2 GB", "kubespawner_override": {"mem_limit": "2G"}},
                "usual": {"display_name": "4 GB", "default": True},
            },
        }
    }
    cpu = load(tmp_path, rows).find("cpu", STUDENT)
    assert cpu.chosen({}).mem_limit == "4G"
    assert cpu.chosen({"memory": "small"}).mem_limit == "2G"
    assert cpu.chosen({"memory": "small"}).cpu_limit == 2
    for choices, why in (({"memory": "huge"}, "no choice 'huge'"), ({"disk": "big"}, "no option disk")):
        with pytest.raises(ValueError, match=why):
            cpu.chosen(choices)


@pytest.mark.parametrize(("text", "size"), [("1K", 1024), ("4G", 4 * 2**30), ("1.5G", 1610612736)])
def test_memory_is_counted_as_the_hub_counts_it(text: str, size: int) -> None:
    assert memory_bytes(text) == size


@pytest.mark.parametrize("text", ["", "1000", "G", "-4G", "-1", "nanG", "infG", "4 GB", "4Gi", "four", "True"])
def test_what_is_no_size_of_memory_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is no memory size: write a number and K, M, G or T, such as 4G"):
        memory_bytes(text)
