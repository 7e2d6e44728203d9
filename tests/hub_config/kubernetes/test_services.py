"""What a course's own services are on a cluster: whose image, volume, settings and token, and what they reach."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from course.cli import app
from hub_config.kubernetes.services import make_services
from hub_config.kubernetes.values import PORT, Values, make_values
from hub_config.schedule.__main__ import told
from hub_config.settings.hub import Courses
from tests.support.pods import HERE, changed, ours, scheduled

DUE, LATE = "2199-01-08 08:00", "2199-01-10 08:00"
SCHEDULE = {"due": DUE, "late_until": LATE}


@pytest.fixture(scope="module")
def made() -> dict[str, dict[str, Any]]:
    return by_name(make_services(*scheduled(**SCHEDULE)))


def by_name(objects: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    for one in objects:
        kubernetes_validate.validate(one, "1.34", strict=True)
    return {f"{one['kind']} {one['metadata']['name']}": one for one in objects}


def container_of(deployment: dict[str, Any]) -> dict[str, Any]:
    (found,) = deployment["spec"]["template"]["spec"]["containers"]
    return dict(found)


def exchange_environ(values: Values) -> dict[str, Any]:
    (container,) = values["hub"]["extraContainers"]
    return {one["name"]: one.get("value") for one in container["env"]}


def test_each_service_of_a_course_is_a_deployment_of_its_graders_image(made: dict[str, dict[str, Any]]) -> None:
    assert list(made) == ["Deployment schedule-ml", "Deployment instant-ml", "NetworkPolicy services-ml"]
    for kind, requests in (
        ("schedule", {"cpu": "0.1", "memory": "512Mi"}),
        ("instant", {"cpu": "2.0", "memory": "4Gi"}),
    ):
        deployment = made[f"Deployment {kind}-ml"]
        container, pod = container_of(deployment), deployment["spec"]["template"]["spec"]
        assert container["image"] == "registry.example.org/course/grader:1.0"
        assert container["command"] == ["python", "-m", f"hub_config.{kind}"]
        assert container["resources"] == {"limits": {"cpu": "4.0", "memory": "16Gi"}, "requests": requests}
        assert pod["volumes"] == [{"name": "course", "persistentVolumeClaim": {"claimName": "course-ml"}}]
        assert container["volumeMounts"] == [{"name": "course", "mountPath": "/srv/build"}]
        assert deployment["spec"]["strategy"] == {"type": "Recreate"}
        secret = {"secretKeyRef": {"name": "hub", "key": f"hub.services.{kind}-ml.apiToken"}}
        assert {"name": "JUPYTERHUB_API_TOKEN", "valueFrom": secret} in container["env"]


def test_the_schedule_finds_what_it_needs_in_its_environment(
    made: dict[str, dict[str, Any]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in container_of(made["Deployment schedule-ml"])["env"]:
        monkeypatch.setenv(one["name"], one.get("value", "secret"))
    found = told()
    assert found.id == "ml"
    assert [one.chapter for one in found.schedule] == ["ch03"]


def test_a_service_reaches_names_the_exchange_and_what_graders_reach(made: dict[str, dict[str, Any]]) -> None:
    policy = made["NetworkPolicy services-ml"]["spec"]
    labels = made["Deployment schedule-ml"]["spec"]["template"]["metadata"]["labels"]
    assert policy["podSelector"]["matchLabels"].items() <= labels.items()
    assert policy["policyTypes"] == ["Ingress", "Egress"] and "ingress" not in policy
    assert [one["port"] for rule in policy["egress"] for one in rule["ports"]] == [53, 53, PORT]
    assert labels["hub.jupyter.org/network-access-hub"] == "true"  # the chart's rule for the hub's pod lets it in
    cluster = changed(graders_reach=({"cidr": "10.1.2.3/32", "ports": (5432,)},))
    wider = by_name(make_services(cluster, *scheduled(**SCHEDULE)[1:]))["NetworkPolicy services-ml"]["spec"]
    assert wider["egress"][-1]["to"] == [{"ipBlock": {"cidr": "10.1.2.3/32"}}]


def test_what_the_grading_profile_names_is_theirs_too() -> None:
    cluster, courses, profiles = scheduled(**SCHEDULE)
    rows = profiles.model_dump(exclude_none=True)
    override = rows["profiles"][-1]["kubespawner_override"]
    override |= {"image": "course/big:2", "environment": {"COURSE_DB_URL": "postgresql://db/{{ml}}"}}
    override |= {"volumes": ({"name": "data", "emptyDir": {}},)}
    override |= {"volume_mounts": ({"name": "data", "mountPath": "/srv/data"},)}
    made = by_name(make_services(cluster, courses, type(profiles).model_validate(rows)))
    container = container_of(made["Deployment schedule-ml"])
    assert container["image"] == "course/big:2"
    assert {"name": "COURSE_DB_URL", "value": "postgresql://db/{ml}"} in container["env"]
    assert {"name": "data", "mountPath": "/srv/data"} in container["volumeMounts"]


def test_the_hub_knows_the_services_and_its_exchange_what_closes_and_by_which_rules() -> None:
    values = make_values(*scheduled(**SCHEDULE))
    assert set(values["hub"]["services"]) == {"exchange", "schedule-ml", "instant-ml"}
    assert values["hub"]["loadRoles"]["schedule-ml"]["scopes"] == ["access:services!service=exchange"]
    found = exchange_environ(values)
    closing = {"ch03_classification": {"at": "2199-01-10T08:00:00", "zone": "UTC"}}
    assert json.loads(found["COURSE_EXCHANGE_CLOSINGS"]) == {"ml": closing}
    assert json.loads(found["COURSE_EXCHANGE_TRIES"]) == {"ml": 6}
    rules = json.loads(found["COURSE_EXCHANGE_RULES"])["ml"]
    assert rules["title"] == "Hands-on machine learning" and rules["feedback"]["instant"]
    assert rules["assignments"]["ch03_classification"]["title"]


def test_a_course_without_any_has_none_and_the_command_writes_what_there_is(tmp_path: Path) -> None:
    cluster, courses, profiles = ours()
    rows = courses.model_dump(mode="json")
    rows["course"][0]["feedback"] = {}
    assert make_services(cluster, Courses.model_validate(rows), profiles) == []
    for name in ("courses.toml", "profiles.yaml", "kubernetes/cluster.toml"):
        shutil.copy(HERE / name, tmp_path)
    entry = f'[[course.schedule]]\nchapter = "ch03"\ndue = "{DUE}"\n'
    planned = tmp_path / "courses.toml"
    text = planned.read_text(encoding="utf-8")
    planned.write_text(text + entry, encoding="utf-8")
    target = tmp_path / "values.yaml"
    done = CliRunner().invoke(app, ["hub", "--values", str(target), "--state", str(tmp_path)])
    services = tmp_path / "values-services.yaml"
    assert f"kubectl apply --namespace course --filename {services}" in done.output
    written = services.read_text(encoding="utf-8")
    assert "*id" not in written and len(list(yaml.safe_load_all(written))) == 3
    planned.write_text(text + entry + entry, encoding="utf-8")
    done = CliRunner().invoke(app, ["hub", "--values", str(target), "--state", str(tmp_path)])
    assert "ch03_classification has an entry already" in str(done.exception)
