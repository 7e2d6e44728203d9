"""What people's servers may reach on a cluster: values for the chart's rule, and rules of ours for graders. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from course.errors import SetupError
from hub_config.kubernetes.cluster import Cluster, Reach, slug
from hub_config.settings.hub import Course, Courses

Manifest = dict[str, Any]

GRADER = "course-grader"  # the label of a graders' pod; its value is the course's
# The cluster's own networks, and where clouds tell a machine who it is, with credentials: 169.254.169.254 nearly
# everywhere, 169.254.170.2 and .23 (pods of Amazon's), 100.100.100.200 (Alibaba), 168.63.129.16 (Azure),
# 192.0.0.192 (Oracle).
CLOSED = (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "169.254.0.0/16", "168.63.129.16/32",
    "192.0.0.0/24",
)  # fmt: skip
_NAMES = "169.254.20.10/32"  # NodeLocal DNSCache, whose address lies among the closed ones


def public_only() -> list[Manifest]:
    """Return the rules that let a server reach the public internet (IPv4), and nothing of the cluster or its cloud.

    They take the place of the chart's `nonPrivateIPs`, which leaves all but one of these addresses open.
    """
    return [
        {"to": [{"ipBlock": {"cidr": "0.0.0.0/0", "except": list(CLOSED)}}]},
        {"to": [{"ipBlock": {"cidr": _NAMES}}], "ports": names()},
    ]


def grader_label(course: Course) -> dict[str, str]:
    """Return the label of the pods of a course's graders."""
    return {GRADER: slug(course)[:63].strip("-")}


def policies(cluster: Cluster, courses: Courses) -> list[Manifest]:
    """Return a network policy for each course whose graders' servers may reach more than students'.

    Rules of Kubernetes add up: these open what the chart's leaves closed, for these pods alone.

    Raises
    ------
    SetupError : ``graders_reach`` names a course that there is not.
    """
    known = {course.id for course in courses.course}
    if unknown := {one.course for one in cluster.graders_reach} - known - {""}:
        raise SetupError(f"cluster.toml: graders_reach names {', '.join(sorted(unknown))}, not in courses.toml.")
    return list(_policies(cluster, courses))


def reach_rules(cluster: Cluster, course: Course) -> list[Manifest]:
    """Return the rules for what a course's graders reach besides."""
    return [_rule(one) for one in cluster.graders_reach if one.course in ("", course.id)]


def names() -> list[Manifest]:
    """Return the ports that names are asked for at."""
    return [{"port": 53, "protocol": protocol} for protocol in ("UDP", "TCP")]


def _policies(cluster: Cluster, courses: Courses) -> Iterator[Manifest]:
    for course in courses.course:
        rules = reach_rules(cluster, course)
        if rules:
            (label,) = grader_label(course).values()
            yield {
                "apiVersion": "networking.k8s.io/v1",
                "kind": "NetworkPolicy",
                "metadata": {"name": f"graders-{label}"},
                "spec": {
                    "podSelector": {"matchLabels": {"component": "singleuser-server", GRADER: label}},
                    "policyTypes": ["Egress"],
                    "egress": rules,
                },
            }


def _rule(one: Reach) -> Manifest:
    to: Manifest = {"ipBlock": {"cidr": one.cidr}} if one.cidr else {"podSelector": {"matchLabels": one.pods}}
    if one.namespace:
        to["namespaceSelector"] = {"matchLabels": {"kubernetes.io/metadata.name": one.namespace}}
    return {"to": [to], "ports": [{"port": port, "protocol": "TCP"} for port in one.ports]}
