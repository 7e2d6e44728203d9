"""Spawners as the chart configures them from our values, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from kubernetes_asyncio.client import Configuration
from kubespawner import KubeSpawner
from traitlets.config import Config

from hub_config.kubernetes.cluster import Cluster, load_cluster
from hub_config.kubernetes.spawner import PodProfileSpawner
from hub_config.kubernetes.values import Values, make_values
from hub_config.settings.hub import Courses, load_courses
from hub_config.settings.profiles import Profiles, load_profiles
from tests.support.checkout import ROOT
from tests.support.kubernetes_api import NAMESPACE, FakeCluster, Kubelet

HERE = ROOT / "hub_config"
STUDENT, GRADER = "nbgrader-ml", "formgrade-ml"
USERS = {"key": "hub.jupyter.org/dedicated", "operator": "Equal", "value": "user", "effect": "NoSchedule"}
Make = Callable[..., Any]
# A file of two courses.
TWO = """
[[course]]
id = "ml"
title = "ML"
graders = ["grace"]
[[course]]
id = "Deep_L"
title = "DL"
graders = ["alan"]
"""


def ours() -> tuple[Cluster, Courses, Profiles]:
    """Our own three files."""
    return (
        load_cluster(HERE / "kubernetes" / "cluster.toml"),
        load_courses(HERE / "courses.toml"),
        load_profiles(HERE / "profiles.yaml"),
    )


def scheduled(**entry: str) -> tuple[Cluster, Courses, Profiles]:
    """Our own three files, with a schedule for chapter 3."""
    cluster, courses, profiles = ours()
    rows = courses.model_dump(mode="json")
    rows["course"][0]["schedule"] = [{"chapter": "ch03", **entry}]
    return cluster, Courses.model_validate(rows), profiles


def changed(**fields: object) -> Cluster:
    """Our cluster, with other fields."""
    return Cluster.model_validate({**ours()[0].model_dump(), **fields})


def chart_config(values: Values) -> Config:
    """What the chart's own jupyterhub_config.py makes of the values, as far as pods go, with its defaults."""
    given, c = values["singleuser"], Config(values["hub"]["config"])
    del c.JupyterHub, c.InviteAuthenticator
    c.KubeSpawner.namespace = NAMESPACE
    c.KubeSpawner.image = f"{given['image']['name']}:{given['image']['tag']}"
    c.KubeSpawner.profile_list = given["profileList"]
    c.KubeSpawner.environment = dict(given["extraEnv"])
    c.KubeSpawner.extra_labels = {"hub.jupyter.org/network-access-hub": "true"}
    c.KubeSpawner.tolerations = [USERS]
    c.KubeSpawner.uid, c.KubeSpawner.fs_gid = 1000, 100
    c.KubeSpawner.storage_pvc_ensure, c.KubeSpawner.storage_capacity = True, given["storage"]["capacity"]
    c.KubeSpawner.storage_access_modes = ["ReadWriteOnce"]
    # Since 4.3 the chart gives names to the entries of both lists.
    c.KubeSpawner.volumes = {
        "home": {"name": "volume-{user_server}", "persistentVolumeClaim": {"claimName": "{pvc_name}"}}
    }
    c.KubeSpawner.volume_mounts = {"home": {"name": "volume-{user_server}", "mountPath": "/home/jovyan"}}
    c.KubeSpawner.cmd, c.KubeSpawner.default_url = ["jupyterhub-singleuser"], given["defaultUrl"]
    return c


def spawner(
    name: str, *groups: str, values: Values | None = None, kind: type = PodProfileSpawner, **options: Any
) -> Any:
    """A spawner of a person who has chosen `options`, that looks often; `tell` has the clock that it looks at."""
    c = chart_config(values or make_values(*ours()))
    user = SimpleNamespace(
        name=name, id=len(name), url=f"/user/{name}/", settings={}, groups=[SimpleNamespace(name=one) for one in groups]
    )
    hub = SimpleNamespace(public_host="", url="http://hub:8081", base_url="/hub/", api_url="http://hub:8081/hub/api")
    made = kind(_mock=True, user=user, hub=hub, config=c, api_token="token", oauth_client_id="id")
    made.user_options = options
    if kind is PodProfileSpawner:
        made.look_seconds = 0.005
    return made


def tell(monkeypatch: pytest.MonkeyPatch, kubelet: Kubelet, story: Callable[[FakeCluster], Awaitable[None]]) -> None:
    """Run `story` with an API server that every spawner finds."""
    monkeypatch.setattr("kubespawner.spawner.load_config", lambda **options: None)

    async def told() -> None:
        async with FakeCluster(kubelet).serving() as cluster:
            monkeypatch.setattr(PodProfileSpawner, "clock", staticmethod(_clock(cluster)))
            where = Configuration()
            where.host = cluster.url
            Configuration.set_default(where)
            try:
                await asyncio.wait_for(story(cluster), 60)
            finally:
                for kind in (PodProfileSpawner, KubeSpawner):
                    await kind._stop_all_reflectors()

    asyncio.run(told())


async def start(one: Any) -> str:
    """Start it as the hub does."""
    await one.run_pre_spawn_hook()
    found = await asyncio.wait_for(asyncio.ensure_future(one.start()), one.start_timeout)
    return str(found)


def _clock(cluster: FakeCluster) -> Callable[[], float]:
    """Each look at it is four seconds later where a pod does not get on, and hardly later elsewhere."""
    now = 0.0

    def clock() -> float:
        nonlocal now
        stuck = any(pod["status"]["phase"] != "Running" for pod in cluster.stored["pods"].values())
        now += 4.0 if stuck else 0.01
        return now

    return clock
