"""The real KubeSpawner with our profiles, against a small API server: starts, ends, and everything that goes wrong."""

from __future__ import annotations

import asyncio
import copy
import time
from typing import Any

import pytest
from kubespawner import KubeSpawner

from course.errors import SetupError
from hub_config.kubernetes.values import make_values
from hub_config.spawning import SpawnRefused
from tests.support.kubernetes_api import FakeCluster, ended, gpus, runs, unschedulable, waiting, waits_for_gpus
from tests.support.pods import GRADER, STUDENT, ours, spawner, start, tell


def refused(one: Any) -> Any:
    """Start it, and return what the person reads instead of a server."""

    async def refusal() -> str:
        with pytest.raises(SpawnRefused) as error:
            await start(one)
        return str(error.value.jupyterhub_message)

    return refusal()


def test_a_server_starts_is_seen_and_stops(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="cpu")
        assert await start(ada) == "http://10.0.0.7:8888"
        assert await ada.poll() is None
        assert list(cluster.pods) == [ada.pod_name]
        assert list(cluster.stored["persistentvolumeclaims"]) == ["claim-ada"]
        await ada.stop()
        assert cluster.pods == {}
        assert await ada.poll() == 1
        assert list(cluster.stored["persistentvolumeclaims"]) == ["claim-ada"]  # the home stays

    tell(monkeypatch, runs, story)


def test_where_no_gpu_is_free_a_person_is_told_so_and_their_next_server_asks_for_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hub uses the spawner of a failed start again, and KubeSpawner merges dicts into what is there."""

    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="gpu")
        told = await refused(ada)
        assert "GPU: no place was free within 600 seconds. Choose a smaller profile" in told
        assert ada.start_timeout > 600  # the hub itself gives up later
        assert await ada.poll() is None
        await ada.stop()  # as the hub does after each failure
        ada.user_options = {"profile": "cpu"}
        await start(ada)
        pod = cluster.created[-1]["spec"]
        assert gpus(cluster.created[0]) == {"nvidia.com/gpu": "1"}
        assert gpus(cluster.created[-1]) == {}
        assert "runtimeClassName" not in pod
        assert [one["key"] for one in pod["tolerations"]] == ["hub.jupyter.org/dedicated"]
        assert [one["name"] for one in pod["volumes"]] == ["volume-ada"]
        assert ada.start_timeout < 600

    tell(monkeypatch, waits_for_gpus, story)


def test_kubespawner_alone_would_keep_the_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Why there is a spawner of ours; when this fails, KubeSpawner has learnt it."""

    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, kind=KubeSpawner)
        ada.profile_list = [{name: row[name] for name in row if name != "course"} for row in ada.profile_list]
        for slug in ("gpu", "cpu"):
            ada.user_options = {"profile": slug}
            await ada.load_user_options()
        assert ada.extra_resource_limits == {"nvidia.com/gpu": "1"}
        assert ada.volume_mounts == []  # and the home is gone

    tell(monkeypatch, runs, story)


@pytest.mark.parametrize(
    ("status", "sentence"),
    [
        (waiting("ImagePullBackOff", "no such tag"), "the image of your server can't be fetched"),
        (waiting("InvalidImageName"), "the image of your server can't be fetched"),
        (waiting("CreateContainerConfigError", "no such secret"), "your server can't be set up"),
        (waiting("ContainerCreating"), "was not ready within 120 seconds. Its image may still be on the way"),
        (waiting("CrashLoopBackOff"), "has ended while it was starting"),
        (ended(137, "OOMKilled"), "has ended while it was starting"),
        ({"phase": "Failed", "reason": "Evicted", "message": "disk pressure"}, "has ended while it was starting"),
        (unschedulable("pod has unbound immediate PersistentVolumeClaims"), "a volume that your server needs"),
        (unschedulable("0/3 nodes are available: 3 Insufficient cpu."), "no place was free within 120 seconds"),
        ({"phase": "Pending"}, "was not ready within 120 seconds"),
    ],
)
def test_what_keeps_a_pod_from_starting_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, status: dict[str, Any], sentence: str
) -> None:
    async def story(cluster: FakeCluster) -> None:
        told = await refused(spawner("ada", STUDENT, profile="cpu"))
        assert told.startswith("CPU: ")
        assert sentence in told
        assert "Traceback" not in told

    tell(monkeypatch, lambda pod: copy.deepcopy(status), story)


def test_an_image_that_comes_at_the_second_try_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="gpu")
        ada.image_seconds = 10_000
        await ada.run_pre_spawn_hook()
        starting = ada.start()
        while not cluster.pods:
            await asyncio.sleep(0)
        cluster.update(ada.pod_name, **runs({}))
        assert await starting == "http://10.0.0.7:8888"

    tell(monkeypatch, lambda pod: waiting("ErrImagePull", "timeout"), story)


def test_a_pod_that_the_cluster_does_not_take_is_told_in_words(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        cluster.refuse = (403, 'pod rejected: RuntimeClass "nvidia" not found')
        assert "The cluster has not taken your server" in await refused(spawner("ada", STUDENT, profile="gpu"))

    tell(monkeypatch, runs, story)


def test_a_hub_that_gives_up_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="cpu")
        await ada.run_pre_spawn_hook()
        before = asyncio.all_tasks()
        starting = ada.start()
        while not cluster.pods:
            await asyncio.sleep(0)
        starting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await starting
        assert ada._start_future.done()  # so that the page's progress ends
        left = asyncio.all_tasks() - before
        assert not {task for task in left if "_reason" in repr(task) or "_watched" in repr(task)}

    tell(monkeypatch, lambda pod: unschedulable("none"), story)


def test_the_last_servers_pod_which_has_failed_is_not_taken_for_the_new_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="cpu")
        await start(ada)
        cluster.update(ada.pod_name, phase="Failed", reason="DeadlineExceeded", containerStatuses=None)
        while await ada.poll() is None:
            await asyncio.sleep(0)
        ada.clear_state()  # the hub takes it for ended; the pod is still there
        assert list(cluster.pods) == [ada.pod_name]
        ada.look_seconds, ada.clock = 0.0, time.monotonic
        assert await start(ada) == "http://10.0.0.7:8888"
        assert len(cluster.created) == 2

    tell(monkeypatch, runs, story)


def test_a_server_ends_with_its_time_also_after_a_restart_of_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="gpu")
        await start(ada)
        assert ada.until == pytest.approx(time.time() + 3600, abs=60)
        assert cluster.created[0]["spec"]["activeDeadlineSeconds"] == 3600  # when the hub is away
        again = spawner("ada", STUDENT)
        again.load_state(ada.get_state())
        assert await again.poll() is None
        again.until = time.time() - 1
        assert await again.poll() == 0
        assert cluster.pods == {}
        again.clear_state()
        assert again.until == 0.0

    tell(monkeypatch, runs, story)


def test_a_server_that_was_killed_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="cpu")
        await start(ada)
        cluster.update(ada.pod_name, **ended(137, "OOMKilled"))
        while await ada.poll() is None:
            await asyncio.sleep(0)
        assert cluster.pods == {}

    tell(monkeypatch, runs, story)


def test_the_hub_waits_as_long_as_the_profile_says_and_calls_the_operators_hook(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def story(cluster: FakeCluster) -> None:
        called = []
        ada = spawner("ada", STUDENT, profile="gpu")
        ada.pre_spawn_hook = called.append
        await ada.run_pre_spawn_hook()
        assert ada.start_timeout == 630
        assert called == [ada]

    tell(monkeypatch, runs, story)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"profile": "grading-ml"}, "there is no profile 'grading-ml' for you"),
        ({"profile": "nothing"}, "there is no profile 'nothing' for you"),
        ({"profile": ["cpu"]}, "for you"),
        ({"profile": "cpu", "memory": "huge"}, "huge"),
        ({"profile": "cpu", "memory": ["small"]}, "unhashable"),
    ],
)
def test_what_is_not_for_a_student_is_refused(
    monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], why: str
) -> None:
    values = make_values(*ours())
    small = {"small": {"display_name": "2 GB", "kubespawner_override": {"mem_limit": "2G"}}}
    values["singleuser"]["profileList"][0]["profile_options"] = {"memory": {"display_name": "Memory", "choices": small}}

    async def story(cluster: FakeCluster) -> None:
        told = await refused(spawner("ada", STUDENT, values=values, **options))
        assert "This server can't be started" in told
        assert why in told
        assert cluster.created == []
        ada = spawner("ada", STUDENT, values=values, profile="cpu", memory="small")
        await start(ada)
        assert ada.mem_limit == 2 * 2**30

    tell(monkeypatch, runs, story)


def test_the_form_offers_what_the_person_may_start(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        for groups, seen in (((STUDENT,), False), ((STUDENT, GRADER), True), ((), False)):
            one = spawner("grace", *groups)
            form = await one.options_form(one)
            assert ("Grading: Hands-on machine learning" in form) is seen
            assert "GPU, slice" in form
        assert one.options_from_form({"profile": ["gpu"]}) == {"profile": "gpu"}

    tell(monkeypatch, runs, story)


def test_a_full_cluster_is_told_while_one_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        ada = spawner("ada", STUDENT, profile="gpu")
        await ada.run_pre_spawn_hook()
        starting = ada.start()
        while not cluster.pods:
            await asyncio.sleep(0)
        cluster.happen(ada.pod_name, "FailedScheduling", "0/3 nodes are available: 3 Insufficient nvidia.com/gpu.")
        with pytest.raises(SpawnRefused):
            await starting
        shown = [event["message"] async for event in ada.progress()]
        assert shown == ["Waiting for a place for GPU, 600 s at most."]

    tell(monkeypatch, waits_for_gpus, story)


def test_a_list_of_profiles_that_is_not_ours_is_refused_with_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(cluster: FakeCluster) -> None:
        values = make_values(*ours())
        values["singleuser"]["profileList"] = []
        with pytest.raises(SetupError, match="profileList is not what `course hub --values` writes"):
            spawner("ada", STUDENT, values=values)

    tell(monkeypatch, runs, story)
