"""The pod of every profile, made by the real KubeSpawner: valid for Kubernetes, and what the profile says."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from typing import Any

import kubernetes_validate
import pytest

from hub_config.kubernetes.network import GRADER as GRADER_LABEL
from hub_config.kubernetes.values import make_values
from hub_config.settings.profiles import load_profiles, memory_bytes
from tests.support.kubernetes_api import FakeCluster, containers, gpus, runs
from tests.support.pods import GRADER, HERE, STUDENT, USERS, ours, spawner, start, tell

SLUGS = ["cpu", "cpu-large", "gpu", "gpu-shared", "gpu-mig", "grading-ml"]
_QUANTITY = re.compile(r"[0-9]+(\.[0-9]+)?([KMGTPE]i|[numkMGTPE]|[eE]-?[0-9]+)?")


@pytest.fixture(scope="module")
def pods() -> dict[str, dict[str, Any]]:
    """Each profile's pod as it is sent to Kubernetes; ``ben`` has the profile cpu, too."""
    found: dict[str, dict[str, Any]] = {}

    async def story(cluster: FakeCluster) -> None:
        values = make_values(*ours())
        for name, slug in [*(("grace" if slug == "grading-ml" else "ada", slug) for slug in SLUGS), ("ben", "cpu")]:
            one = spawner(name, STUDENT, *([GRADER] if name == "grace" else []), values=values, profile=slug)
            await start(one)
            found["ben" if name == "ben" else slug] = cluster.created[-1]
            await one.stop()

    with pytest.MonkeyPatch.context() as patch:
        tell(patch, runs, story)
    return found


def quantities(pod: dict[str, Any]) -> Iterator[tuple[str, object]]:
    """Every quantity in a pod, with its place."""
    for container in containers(pod):
        for kind, amounts in container["resources"].items():
            yield from ((f"{kind}.{name}", amount) for name, amount in amounts.items())
    for volume in pod["spec"]["volumes"]:
        if limit := (volume.get("emptyDir") or {}).get("sizeLimit"):
            yield f"{volume['name']}.sizeLimit", limit


def wrong_quantities(pod: dict[str, Any]) -> list[str]:
    """What Kubernetes would refuse, and the schemas let through."""
    wrong = [f"{place}: {amount!r}" for place, amount in quantities(pod) if not _QUANTITY.fullmatch(str(amount))]
    for container in containers(pod):
        resources = container["resources"]
        devices = {name for kind in resources for name in resources[kind] if "/" in name}
        for name in devices:
            asked, limit = (resources.get(kind, {}).get(name) for kind in ("requests", "limits"))
            if asked != limit or not re.fullmatch("[1-9][0-9]*", str(limit)):
                wrong.append(f"{name}: {asked!r} of {limit!r}; a device is whole, and asked for as it is limited")
    return wrong


@pytest.mark.parametrize("version", ["1.32", "1.34", "1.37"])
@pytest.mark.parametrize("slug", SLUGS)
def test_a_pod_is_valid(pods: dict[str, Any], slug: str, version: str) -> None:
    kubernetes_validate.validate(pods[slug], version, strict=True)
    assert wrong_quantities(pods[slug]) == []


def test_what_is_not_valid_is_seen(pods: dict[str, Any]) -> None:
    def spoilt(**limits: object) -> dict[str, Any]:
        pod: dict[str, Any] = copy.deepcopy(pods["gpu"])
        pod["spec"]["containers"][0]["resources"]["limits"] |= limits
        return pod

    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(
            {**pods["cpu"], "spec": {**pods["cpu"]["spec"], "tolerations": {}}}, "1.34", strict=True
        )
    assert wrong_quantities(spoilt(memory="4 GB")) == ["limits.memory: '4 GB'"]
    assert "nvidia.com/gpu" in wrong_quantities(spoilt(**{"nvidia.com/gpu": "one"}))[0]
    assert "asked for as it is limited" in wrong_quantities(spoilt(**{"nvidia.com/gpu": "2"}))[0]


@pytest.mark.parametrize("slug", SLUGS)
def test_a_pod_has_what_its_profile_says(pods: dict[str, Any], slug: str) -> None:
    name = "grading" if slug == "grading-ml" else slug
    profile = next(one for one in load_profiles(HERE / "profiles.yaml") if one.slug == name)
    wanted, pod = profile.chosen({}), pods[slug]["spec"]
    resources = pod["containers"][0]["resources"]
    assert resources["limits"]["memory"] == memory_bytes(wanted.mem_limit or "")
    assert resources["requests"]["memory"] == memory_bytes(wanted.mem_guarantee or "")
    assert (resources["limits"]["cpu"], resources["requests"]["cpu"]) == (wanted.cpu_limit, wanted.cpu_guarantee)
    assert gpus(pods[slug]) == wanted.extra_resource_limits
    assert pod["activeDeadlineSeconds"] == profile.course.hours * 3600
    assert pod.get("runtimeClassName") == ("nvidia" if wanted.devices else None)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_pod_has_no_rights_that_a_restricted_namespace_refuses(pods: dict[str, Any], slug: str) -> None:
    """As the Pod Security Standard says: https://kubernetes.io/docs/concepts/security/pod-security-standards."""
    for container in containers(pods[slug]):
        rights = container["securityContext"]
        assert rights["runAsNonRoot"] is True
        assert rights["runAsUser"] == 1000
        assert rights["allowPrivilegeEscalation"] is False
        assert rights["capabilities"] == {"drop": ["ALL"]}
        assert rights["seccompProfile"] == {"type": "RuntimeDefault"}
    kinds = {kind for volume in pods[slug]["spec"]["volumes"] for kind in volume if kind != "name"}
    assert kinds <= {
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "persistentVolumeClaim",
        "projected",
        "secret",
    }
    assert pods[slug]["spec"]["securityContext"]["fsGroup"] == 100  # the home stays the person's


def test_graders_pods_and_no_others_have_the_label_of_their_course(pods: dict[str, Any]) -> None:
    labels = {slug: pod["metadata"]["labels"] for slug, pod in pods.items()}
    assert {slug: found[GRADER_LABEL] for slug, found in labels.items() if GRADER_LABEL in found} == {
        "grading-ml": "ml"
    }
    assert {found["hub.jupyter.org/network-access-hub"] for found in labels.values()} == {"true"}


def test_a_graders_pod_knows_the_course_and_its_rules(pods: dict[str, Any]) -> None:
    """As JSON, whose braces KubeSpawner would take for names to fill in."""
    environ = {one["name"]: one.get("value") for one in pods["grading-ml"]["spec"]["containers"][0]["env"]}
    (course,) = ours()[1].course
    assert {name: environ[name] for name in course.environ} == course.environ
    assert json.loads(environ["COURSE_FEEDBACK"])["tries_per_hour"] == course.feedback.tries_per_hour


@pytest.mark.parametrize("slug", SLUGS)
def test_a_pod_has_the_persons_home_and_may_run_where_people_do(pods: dict[str, Any], slug: str) -> None:
    """KubeSpawner itself would have a profile's volumes and tolerations replace the hub's."""
    pod = pods[slug]["spec"]
    mounts = {one["mountPath"]: one["name"] for one in pod["containers"][0]["volumeMounts"]}
    volumes = {one["name"]: one for one in pod["volumes"]}
    home = volumes[mounts["/home/jovyan"]]["persistentVolumeClaim"]["claimName"]
    assert home == ("claim-grace" if slug == "grading-ml" else "claim-ada")
    assert USERS in pod["tolerations"]
    if slug.startswith("gpu"):
        assert volumes[mounts["/dev/shm"]]["emptyDir"]["medium"] == "Memory"


def environment(pod: dict[str, Any]) -> dict[str, str]:
    return {one["name"]: one.get("value", "") for one in pod["spec"]["containers"][0]["env"]}


def test_every_pod_finds_the_exchange_and_knows_its_end(pods: dict[str, Any]) -> None:
    for pod in pods.values():
        env = environment(pod)
        assert env["COURSE_EXCHANGE_URL"] == "http://hub:8082/services/exchange"
        assert env["COURSE_SERVER_ENDS"].startswith("20")
        assert pod["metadata"]["labels"]["hub.jupyter.org/network-access-hub"] == "true"


def test_only_graders_pods_have_the_course(pods: dict[str, Any]) -> None:
    grading = pods["grading-ml"]
    assert grading["spec"]["containers"][0]["image"].endswith("/grader:1.0")
    assert {"name": "course", "persistentVolumeClaim": {"claimName": "course-ml"}} in grading["spec"]["volumes"]
    env = environment(grading)
    assert (env["COURSE_ID"], env["JUPYTER_CONFIG_PATH"]) == ("ml", "/etc/course/grader")
    mounts = {one["name"]: one["mountPath"] for one in grading["spec"]["containers"][0]["volumeMounts"]}
    assert env["COURSE_BUILD"] == mounts["course"]
    for slug in set(pods) - {"grading-ml"}:
        assert pods[slug]["spec"]["containers"][0]["image"].endswith("/student:1.0")
        assert "course" not in {one["name"] for one in pods[slug]["spec"]["volumes"]}
        assert environment(pods[slug])["JUPYTER_CONFIG_PATH"] == "/etc/course/student"
        assert "COURSE_ID" not in environment(pods[slug])


def test_only_what_asks_for_a_gpu_sees_any(pods: dict[str, Any]) -> None:
    """Where pods see GPUs by an environment variable, one set here would hide the device plugin's."""
    for slug in SLUGS:
        assert environment(pods[slug]).get("NVIDIA_VISIBLE_DEVICES") == (None if slug.startswith("gpu") else "void")


def test_two_students_share_neither_pod_nor_home(pods: dict[str, Any]) -> None:
    ada, ben = pods["cpu"], pods["ben"]
    assert ada["metadata"]["name"] != ben["metadata"]["name"]
    claims = [
        {one["persistentVolumeClaim"]["claimName"] for one in pod["spec"]["volumes"] if "persistentVolumeClaim" in one}
        for pod in (ada, ben)
    ]
    assert claims[0].isdisjoint(claims[1])


def test_no_pod_may_become_root_or_ask_kubernetes_for_anything(pods: dict[str, Any]) -> None:
    for pod in pods.values():
        assert pod["spec"]["automountServiceAccountToken"] is False
        (container,) = pod["spec"]["containers"]
        assert container["securityContext"]["runAsUser"] == 1000
        assert container["securityContext"]["allowPrivilegeEscalation"] is False
