"""What people's servers reach on a cluster, which rights they have, and what graders' servers reach besides."""

from __future__ import annotations

import re
import shutil
from ipaddress import ip_address, ip_network
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from typer.testing import CliRunner

from course.cli import app
from course.errors import SetupError
from hub_config.kubernetes.cluster import load_cluster
from hub_config.kubernetes.network import policies
from hub_config.kubernetes.values import Values, make_values
from tests.support.pods import HERE, TWO, changed, ours


@pytest.fixture(scope="module")
def values() -> Values:
    return make_values(*ours())


def reached(values: Values, address: str, port: int) -> bool:
    """Whether a student's server reaches an address outside of pods, by our rules for it."""
    policy = values["singleuser"]["networkPolicy"]
    assert policy["egressAllowRules"] == {"nonPrivateIPs": False}  # else the chart's rule opens more
    for rule in policy["egress"]:
        for block in [one["ipBlock"] for one in rule["to"] if "ipBlock" in one]:
            inside = ip_address(address) in ip_network(block["cidr"])
            kept = any(ip_address(address) in ip_network(one) for one in block.get("except", []))
            if inside and not kept and port in [one["port"] for one in rule.get("ports", [{"port": port}])]:
                return True
    return False


@pytest.mark.parametrize(
    ("address", "port", "open_"),
    [
        ("93.184.216.34", 443, True),
        ("169.254.169.254", 80, False),
        ("169.254.170.2", 80, False),
        ("169.254.170.23", 80, False),
        ("168.63.129.16", 80, False),
        ("168.63.129.16", 53, False),
        ("100.100.100.200", 80, False),
        ("192.0.0.192", 80, False),
        ("100.64.0.1", 80, False),
        ("10.96.0.1", 443, False),
        ("172.31.0.1", 443, False),
        ("192.168.1.1", 443, False),
        ("169.254.20.10", 53, True),
        ("169.254.20.10", 80, False),
    ],
)
def test_a_server_reaches_the_internet_and_no_metadata_of_any_cloud(
    values: Values, address: str, port: int, open_: bool
) -> None:
    assert reached(values, address, port) == open_


def test_a_restricted_namespace_gets_no_privileged_container() -> None:
    assert make_values(*ours())["singleuser"]["cloudMetadata"] == {"blockWithIptables": True}
    values = make_values(changed(restricted=True), *ours()[1:])
    assert values["singleuser"]["cloudMetadata"] == {"blockWithIptables": False}
    (exchange,) = values["hub"]["extraContainers"]
    assert exchange["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}


def test_the_hub_has_bounds_and_nobody_acts_as_another(values: Values) -> None:
    assert values["hub"]["resources"]["limits"] == {"memory": "2Gi"}
    assert values["hub"]["config"]["JupyterHub"]["admin_access"] is False


REACH = """
[[graders_reach]]
course = "Deep_L"
pods = { app = "postgresql" }
namespace = "databases"
ports = [5432]
[[graders_reach]]
cidr = "10.1.2.3/32"
ports = [8786, 8787]
"""


def test_graders_of_a_course_reach_what_it_needs(tmp_path: Path) -> None:
    (tmp_path / "courses.toml").write_text(TWO, encoding="utf-8")
    shutil.copy(HERE / "profiles.yaml", tmp_path)
    text = (HERE / "kubernetes" / "cluster.toml").read_text(encoding="utf-8")
    (tmp_path / "cluster.toml").write_text(text + REACH, encoding="utf-8")
    target = tmp_path / "values.yaml"
    done = CliRunner().invoke(app, ["hub", "--values", str(target), "--state", str(tmp_path)])
    network = tmp_path / "values-network.yaml"
    assert f"kubectl apply --namespace course --filename {network}" in done.output
    found = list(yaml.safe_load_all(network.read_text(encoding="utf-8")))
    for policy in found:
        kubernetes_validate.validate(policy, "1.34", strict=True)
    dask = {"to": [{"ipBlock": {"cidr": "10.1.2.3/32"}}], "ports": [tcp(8786), tcp(8787)]}
    database = {
        "podSelector": {"matchLabels": {"app": "postgresql"}},
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "databases"}},
    }
    assert [one["spec"]["egress"] for one in found] == [[dask], [{"to": [database], "ports": [tcp(5432)]}, dask]]
    rows = yaml.safe_load(target.read_text(encoding="utf-8"))["singleuser"]["profileList"]
    labels = [row["kubespawner_override"]["extra_labels"] for row in rows if row["slug"].startswith("grading")]
    chosen = [one["spec"]["podSelector"]["matchLabels"] for one in found]
    assert chosen == [{"component": "singleuser-server", **label} for label in labels]
    assert not any("extra_labels" in row["kubespawner_override"] for row in rows if not row["slug"].startswith("grad"))


def tcp(port: int) -> dict[str, object]:
    return {"port": port, "protocol": "TCP"}


@pytest.mark.parametrize(
    ("reach", "why"),
    [
        ("ports = [1]", "name either pods, by their labels"),
        ('cidr = "10.1.2.3/32"\npods = { app = "x" }\nports = [1]', "name either pods, by their labels"),
        ('cidr = "10.1.2.3/8"\nports = [1]', "is no network, such as 10.1.2.3/32"),
        ('cidr = "10.1.2.3/32"\nnamespace = "x"\nports = [1]', "leave namespace out"),
        ('cidr = "10.1.2.3/32"\nports = []', "at least 1 item"),
        ('cidr = "10.1.2.3/32"\nports = [99999]', "less than or equal to 65535"),
        ('cidr = "10.1.2.3/32"', "ports"),
    ],
)
def test_a_mistake_in_what_graders_reach_is_named(tmp_path: Path, reach: str, why: str) -> None:
    text = (HERE / "kubernetes" / "cluster.toml").read_text(encoding="utf-8")
    (tmp_path / "cluster.toml").write_text(f"{text}\n[[graders_reach]]\n{reach}\n", encoding="utf-8")
    with pytest.raises(SetupError, match=re.escape(why)):
        load_cluster(tmp_path / "cluster.toml")


def test_graders_of_a_course_that_is_not_there_are_named() -> None:
    cluster = changed(graders_reach=({"course": "mll", "cidr": "10.1.2.3/32", "ports": (1,)},))
    with pytest.raises(SetupError, match="graders_reach names mll"):
        policies(cluster, ours()[1])
