"""`cluster.toml`, and the values made of it: what is in them, what is refused, and whether the chart takes them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from jupyterhub.services.auth import HubAuth
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader
from typer.testing import CliRunner

from course.cli import app
from course.errors import SetupError
from hub_config.kubernetes import invite
from hub_config.kubernetes.cluster import load_cluster
from hub_config.kubernetes.values import PORT, Values, make_values
from hub_config.local.servers import write_config
from hub_config.login.invites import InviteAuthenticator
from hub_config.settings.hub import Courses, load_courses
from hub_config.settings.roles import service_roles, shared_roles
from tests.support.pods import HERE, TWO, changed, ours

CHART = os.environ.get("COURSE_Z2JH_CHART", "")


@pytest.fixture(scope="module")
def values() -> Values:
    return make_values(*ours())


def courses(tmp_path: Path, text: str) -> Courses:
    path = tmp_path / "courses.toml"
    path.write_text(text, encoding="utf-8")
    return load_courses(path)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('hots = "x"', "hots: there is no such key"),
        ('host = "hub"', "host: 'hub' is no host name, such as hub.example.org"),
        ('host = "https://hub.example.org"', "is no host name"),
        ('letsencrypt = ""', "name either letsencrypt, an e-mail address, or tls_secret"),
        ('tls_secret = "tls"', "name either letsencrypt, an e-mail address, or tls_secret"),
        ('letsencrypt = "me"', "letsencrypt: 'me' is no e-mail address"),
        ('hub_image = "course/hub"', "hub_image: 'course/hub' is no image with a tag"),
        ('hub_image = "registry.example.org:5000/hub"', "is no image with a tag"),
        ('student_image = "course/student:latest"', "student_image: `latest` is another image tomorrow"),
        ('pull_secret = "My Secret"', "pull_secret: 'My Secret' is no name of a Kubernetes object"),
        ('home_size = "10G"', "home_size: '10G' is no size of a volume, such as 10Gi"),
        ("idle_minutes = 1", "idle_minutes: Input should be greater than or equal to 5"),
        ('chart = "4.3.5"', "chart 4.3.5 has a JupyterHub older than 5.5"),
        ('chart = "latest"', "chart: String should match pattern"),
        ('exchange_db = "exchange.db"', "exchange_db: 'exchange.db' is no database"),
        ('exchange_db = "sqlite:////tmp/exchange.db"', "is gone with the next start of the hub"),
        ('exchange_db = "postgresql+psycopg://me:secret@db/exchange"', "put it into exchange_secret as PGPASSWORD"),
        ('exchange_storage = "/tmp/exchange"', "exchange_storage: name a folder below /srv/jupyterhub"),
        ('exchange_storage = "/srv/jupyterhub/../x"', "exchange_storage: name a folder below /srv/jupyterhub"),
        ("exchange_options = 3", "exchange_options: Input should be a valid dictionary"),
        ("host = ", "is not TOML"),
    ],
)
def test_a_mistake_in_cluster_toml_is_named_with_its_place(tmp_path: Path, line: str, why: str) -> None:
    path, key = tmp_path / "cluster.toml", line.split(" = ")[0]
    lines = (HERE / "kubernetes" / "cluster.toml").read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join([line, *(one for one in lines if not one.startswith(f"{key} ="))]), encoding="utf-8")
    with pytest.raises(SetupError) as error:
        load_cluster(path)
    assert why in str(error.value)
    assert str(path) in str(error.value)


def test_the_smallest_cluster_toml_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "cluster.toml"
    images = "".join(f'{kind}_image = "course/{kind}:1"\n' for kind in ("hub", "student", "grader"))
    path.write_text(f'host = "hub.uni.example"\ntls_secret = "hub-tls"\n{images}', encoding="utf-8")
    cluster = load_cluster(path)
    assert (cluster.home_size, cluster.exchange_storage) == ("10Gi", "/srv/jupyterhub/exchange")
    https = make_values(cluster, *ours()[1:])["proxy"]["https"]
    assert https == {"enabled": True, "hosts": ["hub.uni.example"], "type": "secret", "secret": {"name": "hub-tls"}}
    with pytest.raises(SetupError, match="can't be read"):
        load_cluster(tmp_path / "missing.toml")


def test_what_the_chart_is_told_of_the_cluster() -> None:
    cluster = changed(storage_class="fast", pull_secret="registry", idle_minutes=30)
    values = make_values(cluster, *ours()[1:])
    assert values["imagePullSecrets"] == ["registry"]
    assert values["hub"]["consecutiveFailureLimit"] == 0  # a class that waits for GPUs is no reason to end the hub
    assert values["cull"]["timeout"] == 1800
    assert values["hub"]["db"]["pvc"] == {"storage": "20Gi", "storageClassName": "fast"}
    assert values["singleuser"]["storage"] == {"capacity": "10Gi", "dynamic": {"storageClass": "fast"}}
    assert values["hub"]["image"] == {"name": "registry.example.org/course/hub", "tag": "1.0"}
    assert values["proxy"]["https"]["letsencrypt"] == {"contactEmail": "you@example.org"}
    assert values["prePuller"]["extraTolerations"] == [
        {"key": "nvidia.com/gpu", "operator": "Exists", "effect": "NoSchedule"}
    ]


def test_values_are_plain_data(values: Values) -> None:
    assert yaml.safe_load(yaml.safe_dump(values)) == json.loads(json.dumps(values)) == values


def test_people_groups_and_roles_are_those_of_one_machine(values: Values, tmp_path: Path) -> None:
    hub = values["hub"]
    assert hub["config"]["JupyterHub"]["load_groups"] == {
        "nbgrader-ml": {"users": ["ada", "ben"]},
        "formgrade-ml": {"users": ["grace"]},
    }
    assert list(hub["loadRoles"].values()) == [*shared_roles(), *service_roles(ours()[1].course)]
    assert not any("admin" in scope for role in hub["loadRoles"].values() for scope in role["scopes"])
    config = Config(hub["config"])
    config.InviteAuthenticator.path = str(tmp_path / "invitations.db")
    made = InviteAuthenticator(config=config)
    assert made.allowed_users == {"ada", "ben", "grace"}
    assert made.proxies == 2  # traefik, with our example's Let's Encrypt, and the hub's own


def exchange(values: Values) -> dict[str, Any]:
    (found,) = values["hub"]["extraContainers"]
    return dict(found)


def test_the_exchange_is_told_what_the_hub_tells_its_own_services(
    values: Values, monkeypatch: pytest.MonkeyPatch
) -> None:
    for one in exchange(values)["env"]:
        monkeypatch.setenv(one["name"], one.get("value", "secret"))
    auth = HubAuth()
    assert auth.access_scopes == {"access:services!service=exchange"}
    assert (auth.api_url, auth.api_token) == ("http://127.0.0.1:8081/hub/api", "secret")
    assert values["hub"]["services"]["exchange"]["url"] == f"http://hub:{PORT}"
    assert os.environ["JUPYTERHUB_SERVICE_URL"].endswith(f":{PORT}")
    assert json.loads(os.environ["COURSE_EXCHANGE_STORAGE_OPTIONS"]) == {}


def test_the_exchanges_credentials_are_in_a_secret_only() -> None:
    cluster = changed(
        exchange_db="postgresql+psycopg://course@db/exchange",
        exchange_storage="s3://bucket/exchange",
        exchange_options={"endpoint_url": "https://s3.example.org"},
        exchange_secret="exchange-credentials",
    )
    container = exchange(make_values(cluster, *ours()[1:]))
    assert container["envFrom"] == [{"secretRef": {"name": "exchange-credentials"}}]
    env = {one["name"]: one.get("value") for one in container["env"]}
    assert env["COURSE_EXCHANGE_STORAGE"] == "s3://bucket/exchange"
    assert json.loads(env["COURSE_EXCHANGE_STORAGE_OPTIONS"] or "") == {"endpoint_url": "https://s3.example.org"}
    assert "envFrom" not in exchange(make_values(*ours()))


def test_the_exchange_is_reached_by_servers_the_proxy_and_the_hub_and_by_nobody_else(values: Values) -> None:
    to = {"ports": [{"port": PORT, "protocol": "TCP"}], "to": [{"podSelector": {"matchLabels": HUB}}]}
    assert values["hub"]["service"]["extraPorts"] == [{"name": "exchange", "port": PORT, "targetPort": PORT}]
    assert values["singleuser"]["networkPolicy"]["egress"][0] == to
    assert values["proxy"]["chp"]["networkPolicy"]["egress"] == [to]
    assert values["hub"]["networkPolicy"]["egress"] == [to]
    (rule,) = values["hub"]["networkPolicy"]["ingress"]
    labels = [one["podSelector"]["matchLabels"] for one in rule["from"]]
    assert labels == [{"hub.jupyter.org/network-access-hub": "true"}, HUB]  # the hub's own pod lacks the first
    assert rule["ports"] == to["ports"]


HUB = {"app": "jupyterhub", "component": "hub"}


def test_each_course_has_a_grading_profile_and_a_volume_of_its_own(tmp_path: Path) -> None:
    cluster, _, profiles = ours()
    rows = make_values(cluster, courses(tmp_path, TWO), profiles)["singleuser"]["profileList"]
    grading = {row["slug"]: row for row in rows if row["slug"].startswith("grading")}
    assert list(grading) == ["grading-ml", "grading-deep-l"]
    one = grading["grading-deep-l"]
    assert one["course"]["groups"] == ["formgrade-Deep_L"]
    assert one["display_name"] == "Grading: DL"
    told = one["kubespawner_override"]["environment"]
    assert (told["COURSE_ID"], told["COURSE_HUB_ORIGIN"]) == ("Deep_L", f"https://{cluster.host}")
    assert one["kubespawner_override"]["volumes"] == [
        {"name": "course", "persistentVolumeClaim": {"claimName": "course-deep-l"}}
    ]


def test_what_does_not_fit_together_is_refused(tmp_path: Path) -> None:
    cluster, _, profiles = ours()
    same = TWO.replace('id = "Deep_L"', 'id = "ML"')
    titles = TWO.replace('title = "DL"', 'title = "ML"')
    for text, change, why in (
        (same, {}, "course_claim gives two courses one volume"),
        (TWO, {"course_claim": "shared"}, r"write \{course\} into it"),
        (TWO, {"course_claim": "My {course}"}, "'My ml', for ml, can't name a claim"),
        (titles, {}, "would have the same name: give the courses other titles"),
    ):
        with pytest.raises(SetupError, match=why):
            make_values(changed(**change), courses(tmp_path, text), profiles)
    rows = profiles.model_dump(exclude_none=True)
    rows["profiles"][-1]["course"]["groups"] = ("formgrade-other",)
    with pytest.raises(SetupError, match=r"is for graders of formgrade-other, and courses\.toml has no such course"):
        make_values(cluster, ours()[1], type(profiles).model_validate(rows))


def test_a_grading_profile_may_name_an_image_of_its_own() -> None:
    cluster, given, profiles = ours()
    rows = profiles.model_dump(exclude_none=True)
    rows["profiles"][-1]["kubespawner_override"]["image"] = "course/big:2"
    found = make_values(cluster, given, type(profiles).model_validate(rows))["singleuser"]["profileList"][-1]
    assert found["kubespawner_override"]["image"] == "course/big:2"


def test_the_command_writes_values_and_says_how_to_go_on(tmp_path: Path, values: Values) -> None:
    target = tmp_path / "values.yaml"
    done = CliRunner().invoke(app, ["hub", "--values", str(target)])
    assert done.exit_code == 0, done.output
    assert f"helm upgrade --install hub jupyterhub/jupyterhub --version 4.4.0 --values {target}" in done.output
    text = target.read_text(encoding="utf-8")
    assert yaml.safe_load(text) == values
    assert "*id" not in text
    printed = CliRunner().invoke(app, ["hub", "--values", "-"])
    assert printed.output == text


def test_the_command_takes_the_operators_own_files(tmp_path: Path) -> None:
    for name in ("courses.toml", "profiles.yaml", "kubernetes/cluster.toml"):
        shutil.copy(HERE / name, tmp_path)
    cluster = tmp_path / "cluster.toml"
    cluster.write_text(cluster.read_text().replace("hub.example.org", "hub.uni.example"), encoding="utf-8")
    done = CliRunner().invoke(app, ["hub", "--values", "-", "--state", str(tmp_path)])
    assert yaml.safe_load(done.output)["proxy"]["https"]["hosts"] == ["hub.uni.example"]
    cluster.unlink()  # the example is not taken instead
    with pytest.raises(SetupError, match=r"cluster\.toml can't be read"):
        CliRunner().invoke(app, ["hub", "--values", "-", "--state", str(tmp_path)], catch_exceptions=False)


def test_invitations_are_made_in_the_hubs_pod(values: Values, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_PEOPLE", values["hub"]["extraEnv"]["COURSE_PEOPLE"])
    path = tmp_path / "invitations.db"
    assert [line.split("\t")[0] for line in invite.invite([], path)] == ["grace", "ada", "ben"]
    assert invite.invite([], path) == []
    (again,) = invite.invite(["ada"], path)
    assert again.startswith("ada\t")
    with pytest.raises(SystemExit, match=r"Not in courses.toml: zoe"):
        invite.invite(["zoe"], path)


def test_a_graders_own_server_is_told_its_course_by_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = write_config(tmp_path / "grader", "grader", root=HERE.parent)
    monkeypatch.setenv("COURSE_ID", "ml")
    monkeypatch.setenv("COURSE_BUILD", str(tmp_path / "build"))
    monkeypatch.setenv("COURSE_EXCHANGE_URL", f"http://hub:{PORT}/services/exchange")
    c = PyFileConfigLoader("nbgrader_config.py", path=str(config)).load_config()
    assert (c.CourseDirectory.course_id, c.CourseDirectory.root) == ("ml", str(tmp_path / "build"))
    assert c.ExchangeFactory.submit.__name__ == "HubSubmit"
    assert "Authenticator" not in c  # the course's shared server asks the hub; this one is its grader's own


def test_images_get_the_configuration_by_a_command(tmp_path: Path) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "hub_config.local.servers", *words]
        return subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, timeout=60)

    assert run("student", str(tmp_path / "student")).returncode == 0
    assert run("grader", str(tmp_path / "grader"), "/srv/course").returncode == 0
    assert "autograder" not in (tmp_path / "student" / "nbgrader_config.py").read_text()
    assert "'/srv/course'" in (tmp_path / "grader" / "nbgrader_config.py").read_text()
    for wrong in ((), ("teacher", "x"), ("grader", "x"), ("student", "x", "y")):
        assert "usage: python -m hub_config.local.servers" in run(*wrong).stderr


def test_the_recipe_fits_our_files(values: Values) -> None:
    text = (HERE.parent / "docs" / "hub.md").read_text(encoding="utf-8").split("## Kubernetes")[1].split("\n## ")[0]
    manifests = [yaml.safe_load(block) for block in re.findall(r"<<END\n(.*?)    END\n", text, re.DOTALL)]
    for manifest in manifests:
        kubernetes_validate.validate(manifest, "1.34", strict=True)
    slicing, claim = manifests
    (data,) = (yaml.safe_load(one) for one in slicing["data"].values())
    (shared,) = data["sharing"]["timeSlicing"]["resources"]
    asked = {name for row in values["singleuser"]["profileList"] for name in row["kubespawner_override"][LIMITS]}
    assert {shared["name"], f"{shared['name']}.shared", "nvidia.com/mig-1g.10gb"} == asked
    assert claim["metadata"]["name"] == ours()[0].claim(ours()[1].course[0])
    assert f"--version {ours()[0].chart} " in text
    assert set(re.findall(r"python3 -m ([\w.]+)", text)) == {invite.__name__}


LIMITS = "extra_resource_limits"


def documents_of(rendered: Mapping[str, str]) -> list[dict[str, Any]]:
    """The objects of a rendered chart; its notes are words to whoever installs it."""
    texts = [text for name, text in rendered.items() if not name.endswith("NOTES.txt")]
    return [one for text in texts for one in yaml.safe_load_all(text) if one]


def test_a_charts_notes_are_no_objects() -> None:
    rendered = {"hub/templates/a.yaml": "kind: A\n---\nkind: B\n", "hub/templates/NOTES.txt": ". You {have: [a hub\n"}
    assert documents_of(rendered) == [{"kind": "A"}, {"kind": "B"}]


@pytest.mark.skipif(not CHART, reason="COURSE_Z2JH_CHART names no folder of the chart Zero-to-JupyterHub")
@pytest.mark.parametrize("storage_class", ["", "fast"])
def test_the_chart_takes_our_values(storage_class: str) -> None:
    """With ``pip install '.[chart]'``: the chart's own schema, and what it renders is valid for Kubernetes."""
    import helm_python

    values = make_values(changed(storage_class=storage_class, pull_secret="registry"), *ours()[1:])
    with helm_python.Chart.load(CHART) as chart:
        chart.validate_schema(values)
        jsonschema.validate(chart.merge_values(values), chart.schema or {})
        with pytest.raises(helm_python.HelmError):
            chart.validate_schema({"hub": {"extraContianers": []}})
        rendered = chart.render(values, name="hub", namespace="course")
    documents = documents_of(rendered)
    for document in documents:
        kubernetes_validate.validate(document, "1.34", strict=True)
    by_name = {(one["kind"], one["metadata"]["name"]): one for one in documents}
    pod = by_name["Deployment", "hub"]["spec"]["template"]["spec"]
    beside = next(one for one in pod["containers"] if one["name"] == "exchange")
    assert {one["name"] for one in beside["volumeMounts"]} <= {one["name"] for one in pod["volumes"]}
    assert PORT in [one["port"] for one in by_name["Service", "hub"]["spec"]["ports"]]
