"""A course's own services on a cluster, which the hub itself starts on one machine: a Deployment for each. Pure.

Each has the graders' image, the course's volume, and what the course's grading profile names.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hub_config.exchange.identity import INSTANT_SERVICE, SCHEDULE_SERVICE
from hub_config.kubernetes.cluster import Cluster, slug
from hub_config.kubernetes.network import grader_label, names, reach_rules
from hub_config.kubernetes.pod import amounts
from hub_config.kubernetes.values import (
    EXCHANGE_URL,
    MOUNT,
    UNPRIVILEGED,
    graded_with,
    grader_environ,
    to_exchange,
    token,
    volume,
)
from hub_config.settings.hub import Course, Courses
from hub_config.settings.profiles import Override, Profiles
from hub_config.settings.roles import asking

Manifest = dict[str, Any]

_COMPONENT = {"component": "course-service"}
_AT_REST = amounts(0.1, "512M")
_USER, _GROUP = 1000, 100  # as the chart starts people's servers


@dataclass(frozen=True)
class _Service:
    """One of a course: what it is called before the course's id, and what it runs."""

    prefix: str
    module: str
    busy: bool  # whether it needs all that a grader does at any time

    def name(self, course: Course) -> str:
        """What its objects are called."""
        return self.prefix + slug(course)


_SERVICES = (
    _Service(SCHEDULE_SERVICE, "hub_config.schedule", busy=False),
    _Service(INSTANT_SERVICE, "hub_config.instant", busy=True),
)


def make_services(cluster: Cluster, courses: Courses, profiles: Profiles) -> list[Manifest]:
    """Return the objects, to be applied beside the chart: none where no course has such a service.

    Raises
    ------
    SetupError : a course's volume can't be named.
    """
    claims = cluster.claims(courses)
    return [
        one
        for course in courses.course
        for one in _of_course(cluster, course, claims[course.id], _base(profiles, course))
    ]


def _base(profiles: Profiles, course: Course) -> Override:
    """What the course's graders start their servers with; nothing where they have no profile of their own."""
    return next((one.kubespawner_override for one in profiles if graded_with(one, course)), Override())


def _of_course(cluster: Cluster, course: Course, claim: str, base: Override) -> Iterator[Manifest]:
    services = [one for one in _SERVICES if one.prefix + course.id in asking(course)]
    for service in services:
        name = service.name(course)
        labels = {**_COMPONENT, **grader_label(course), "service": name}
        # The chart's rule for the hub's pod lets in who has this label.
        labels_of_pod = {**labels, "hub.jupyter.org/network-access-hub": "true"}
        pod = _pod(service, cluster, course, claim, base)
        yield {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": name, "labels": labels},
            "spec": {
                "replicas": 1,
                "strategy": {"type": "Recreate"},  # never two at a time
                "selector": {"matchLabels": labels},
                "template": {"metadata": {"labels": labels_of_pod}, "spec": pod},
            },
        }
    if services:
        yield {
            "apiVersion": "networking.k8s.io/v1",
            "kind": "NetworkPolicy",
            "metadata": {"name": f"services-{slug(course)}"},
            "spec": {
                "podSelector": {"matchLabels": {**_COMPONENT, **grader_label(course)}},
                "policyTypes": ["Ingress", "Egress"],
                "egress": [{"ports": names()}, to_exchange(), *reach_rules(cluster, course)],
            },
        }


def _pod(service: _Service, cluster: Cluster, course: Course, claim: str, base: Override) -> Manifest:
    environ = {
        **{name: _plain(text) for name, text in (base.environment or {}).items()},
        **grader_environ(course),
        "COURSE_EXCHANGE_URL": EXCHANGE_URL,
    }
    container = {
        "name": "service",
        "image": base.image or cluster.grader_image,
        "command": ["python", "-m", service.module],
        "env": [*({"name": name, "value": text} for name, text in environ.items()), token(service.prefix + course.id)],
        "resources": {
            "limits": amounts(base.cpu_limit, base.mem_limit),
            "requests": amounts(base.cpu_guarantee, base.mem_guarantee) if service.busy else _AT_REST,
        },
        "securityContext": UNPRIVILEGED,
        "volumeMounts": [MOUNT, *(base.volume_mounts or ())],
    }
    return {
        **(base.extra_pod_config or {}),
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "shareProcessNamespace": True,  # else the command is process 1, which SIGTERM does not end
        **({"imagePullSecrets": [{"name": cluster.pull_secret}]} if cluster.pull_secret else {}),
        **({"nodeSelector": base.node_selector} if base.node_selector else {}),
        "tolerations": list(base.tolerations or ()),
        "securityContext": {"runAsUser": _USER, "runAsGroup": _GROUP, "fsGroup": _GROUP},
        "containers": [container],
        "volumes": [volume(claim), *(base.volumes or ())],
    }


def _plain(text: str) -> str:
    """A value of a profile's environment without what keeps KubeSpawner from filling in names in braces."""
    return text.replace("{{", "{").replace("}}", "}")
