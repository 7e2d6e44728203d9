"""Values for the chart Zero-to-JupyterHub, made of ``cluster.toml``, ``courses.toml`` and ``profiles.yaml``.

Nothing is written, and of the checkout, which the images are made of, only the syllabus is read.

The exchange runs beside the hub, as a second container of its pod. A service that the hub itself starts would do
too, but there the hub ends where it does not reach the service by the pod's own address, and a secret's keys can't be
a service's environment.
"""

from __future__ import annotations

import fnmatch
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from course.errors import SetupError
from hub_config.exchange.callers import GRADERS
from hub_config.kubernetes.cluster import STATE, Cluster, slug
from hub_config.kubernetes.network import grader_label, public_only
from hub_config.settings.hub import Course, Courses
from hub_config.settings.profiles import Profile, Profiles
from hub_config.settings.roles import EXCHANGE, START, asking, service_roles, shared_roles
from hub_config.settings.told import exchange_environ

Values = dict[str, Any]

# What all three images agree on.
ROOT = "/srv/course"  # the checkout, in the hub's and the graders' image
CONFIG = "/etc/course"  # holds `student` or `grader`, for JUPYTER_CONFIG_PATH (`python -m hub_config.local.servers`)
BUILD = "/srv/build"  # where a course's volume is mounted for its graders
INVITATIONS = f"{STATE}/invitations.db"

PORT = 8082  # the exchange's, in the hub's pod
_PREFIX = f"/services/{EXCHANGE}"
EXCHANGE_URL = f"http://hub:{PORT}{_PREFIX}"
MOUNT = {"name": "course", "mountPath": BUILD}
_HUB = {"app": "jupyterhub", "component": "hub"}  # the chart's labels of the hub's pod
_PORTS = [{"port": PORT, "protocol": "TCP"}]
_CHECKOUT = Path(__file__).resolve().parents[2]
# What the Pod Security Standard "restricted" asks of a container, and nothing here lacks.
UNPRIVILEGED = {
    "runAsNonRoot": True,
    "allowPrivilegeEscalation": False,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def make_values(cluster: Cluster, courses: Courses, profiles: Profiles) -> Values:
    """Return the values; plain data, to be written as YAML.

    Raises
    ------
    SetupError : the three do not fit together.
    """
    try:
        offered = Profiles(profiles=tuple(_offered(cluster, courses, profiles)))
    except ValidationError as error:
        raise SetupError(
            "The profiles for graders of two courses would have the same name: give the courses other titles and ids, "
            "and shorter ones."
        ) from error
    return {
        "hub": _hub(cluster, courses),
        "proxy": _proxy(cluster),
        "singleuser": _singleuser(cluster, offered),
        "prePuller": {"extraTolerations": _tolerations(offered)},
        "cull": {"enabled": True, "timeout": cluster.idle_minutes * 60, "every": 300},
        **({"imagePullSecrets": [cluster.pull_secret]} if cluster.pull_secret else {}),
    }


def _hub(cluster: Cluster, courses: Courses) -> Values:
    return {
        "image": _image(cluster.hub_image),
        "config": {
            "JupyterHub": {
                "authenticator_class": "hub_config.login.invites.InviteAuthenticator",
                "spawner_class": "hub_config.kubernetes.spawner.PodProfileSpawner",
                "load_groups": {name: {"users": people} for name, people in courses.groups.items()},
                "default_url": START,
                "admin_access": False,  # the chart's True lets an administrator act as anybody on their server
            },
            "KubeSpawner": {"container_security_context": UNPRIVILEGED},
            "InviteAuthenticator": {
                "path": INVITATIONS,
                "allowed_users": list(courses.people),
                # With Let's Encrypt, the chart has a second proxy before the first.
                "proxies": 2 if cluster.letsencrypt else 1,
            },
        },
        "extraEnv": {"PYTHONPATH": ROOT, "COURSE_PEOPLE": " ".join(courses.people)},
        # The chart's 5 would end the hub when five people in a row have found no GPU free.
        "consecutiveFailureLimit": 0,
        "resources": {"requests": {"cpu": "200m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
        "templatePaths": [f"{ROOT}/hub_config/templates"],
        "services": {
            EXCHANGE: {"url": f"http://hub:{PORT}", "display": False, "oauth_no_confirm": True},
            **{name: {"display": False} for course in courses.course for name in asking(course)},
        },
        "loadRoles": {role["name"]: role for role in [*shared_roles(), *service_roles(courses.course)]},
        "db": {"pvc": {"storage": cluster.hub_size, **_class(cluster, "storageClassName")}},
        "extraContainers": [_exchange(cluster, courses)],
        "service": {"extraPorts": [{"name": EXCHANGE, "port": PORT, "targetPort": PORT}]},
        "networkPolicy": {
            # From people's servers and the proxy, and from the hub itself, which looks whether the exchange is there.
            "ingress": [
                {"ports": _PORTS, "from": [_pods({"hub.jupyter.org/network-access-hub": "true"}), _pods(_HUB)]}
            ],
            "egress": [to_exchange()],
        },
    }


def _exchange(cluster: Cluster, courses: Courses) -> Values:
    """The container of the exchange: what the hub tells a service that it starts, it is told here."""
    named = {
        "PYTHONPATH": ROOT,
        "JUPYTERHUB_SERVICE_NAME": EXCHANGE,
        "JUPYTERHUB_SERVICE_PREFIX": f"{_PREFIX}/",
        "JUPYTERHUB_CLIENT_ID": f"service-{EXCHANGE}",  # of the start page's login
        "JUPYTERHUB_SERVICE_URL": f"http://0.0.0.0:{PORT}",
        "JUPYTERHUB_API_URL": "http://127.0.0.1:8081/hub/api",
        "COURSE_EXCHANGE_DB": cluster.exchange_db,
        "COURSE_EXCHANGE_STORAGE": cluster.exchange_storage,
        "COURSE_EXCHANGE_STORAGE_OPTIONS": json.dumps(cluster.exchange_options),
        **exchange_environ(courses, lambda course: _CHECKOUT),
    }
    return {
        "name": EXCHANGE,
        "image": cluster.hub_image,
        "command": ["python3", "-m", "hub_config.exchange"],
        "env": [
            *({"name": name, "value": value} for name, value in named.items()),
            token(EXCHANGE),
        ],
        **({"envFrom": [{"secretRef": {"name": cluster.exchange_secret}}]} if cluster.exchange_secret else {}),
        "ports": [{"name": EXCHANGE, "containerPort": PORT}],
        "livenessProbe": {"httpGet": {"path": f"{_PREFIX}/health", "port": PORT}, "initialDelaySeconds": 30},
        "resources": {"requests": {"cpu": "100m", "memory": "256Mi"}, "limits": {"memory": "1Gi"}},
        "securityContext": {"runAsUser": 1000, "runAsGroup": 1000, **UNPRIVILEGED},
        "volumeMounts": [{"name": "pvc", "mountPath": STATE}],  # the chart's name of the hub's volume
    }


def token(service: str) -> Values:
    """Return the variable with a service's token, which the chart makes and keeps in a secret."""
    found = {"secretKeyRef": {"name": "hub", "key": f"hub.services.{service}.apiToken"}}
    return {"name": "JUPYTERHUB_API_TOKEN", "valueFrom": found}


def _proxy(cluster: Cluster) -> Values:
    https: Values = {"enabled": True, "hosts": [cluster.host]}
    if cluster.tls_secret:
        https |= {"type": "secret", "secret": {"name": cluster.tls_secret}}
    else:
        https |= {"type": "letsencrypt", "letsencrypt": {"contactEmail": cluster.letsencrypt}}
    return {"https": https, "chp": {"networkPolicy": {"egress": [to_exchange()]}}}


def _singleuser(cluster: Cluster, offered: Profiles) -> Values:
    return {
        "image": _image(cluster.student_image),
        "defaultUrl": "/lab",
        "extraEnv": {
            "COURSE_EXCHANGE_URL": EXCHANGE_URL,
            "JUPYTER_CONFIG_PATH": f"{CONFIG}/student",
        },
        "storage": {"capacity": cluster.home_size, "dynamic": _class(cluster, "storageClass")},
        "networkPolicy": {
            "egressAllowRules": {"nonPrivateIPs": False},
            "egress": [to_exchange(), *public_only()],
        },
        # By a privileged container in each pod, also where the cluster does not heed network policies.
        "cloudMetadata": {"blockWithIptables": not cluster.restricted},
        "profileList": [profile.model_dump(mode="json", exclude_none=True) for profile in offered],
    }


def _offered(cluster: Cluster, courses: Courses, profiles: Profiles) -> Iterator[Profile]:
    """Every profile; one that only graders see becomes one for each course that they grade, with what that needs."""
    claims = cluster.claims(courses)
    for profile in profiles:
        if not _for_graders_only(profile):
            yield profile
            continue
        graded = [one for one in courses.course if graded_with(profile, one)]
        if not graded:
            patterns = ", ".join(profile.course.groups)
            raise SetupError(
                f"profiles.yaml: {profile.slug} is for graders of {patterns}, and courses.toml has no such "
                f"course. Its courses: {', '.join(one.id for one in courses.course)}."
            )
        for course in graded:
            yield _for_graders(profile, course, claims[course.id], cluster)


def _for_graders(profile: Profile, course: Course, claim: str, cluster: Cluster) -> Profile:
    """The profile to grade one course: our image, the course's volume, and nbgrader's settings for it."""
    base = profile.kubespawner_override
    shown = {
        "slug": f"{profile.slug}-{slug(course)}"[:40].strip("-"),
        "display_name": f"{profile.display_name}: {course.title}",
        "course": {**profile.course.model_dump(), "groups": [GRADERS + course.id]},
    }
    override = {
        **base.named,
        "image": base.image or cluster.grader_image,
        "extra_labels": {**(base.extra_labels or {}), **grader_label(course)},
        "environment": {
            **(base.environment or {}),
            **{name: _literal(text) for name, text in grader_environ(course).items()},
            "COURSE_HUB_ORIGIN": f"https://{cluster.host}",
        },
        "volumes": [*(base.volumes or ()), volume(claim)],
        "volume_mounts": [*(base.volume_mounts or ()), MOUNT],
    }
    return Profile.model_validate({**profile.model_dump(exclude_none=True), **shown, "kubespawner_override": override})


def grader_environ(course: Course) -> dict[str, str]:
    """Return what all that grades a course finds in its environment."""
    places = {"COURSE_ROOT": ROOT, "COURSE_BUILD": BUILD, "PYTHONPATH": ROOT}
    return {**course.environ, **places, "JUPYTER_CONFIG_PATH": f"{CONFIG}/grader"}


def _literal(text: str) -> str:
    """A value that KubeSpawner, which fills in names in braces, gives on as it is."""
    return text.replace("{", "{{").replace("}", "}}")


def volume(claim: str) -> Values:
    """Return a course's volume, which `MOUNT` mounts."""
    return {"name": MOUNT["name"], "persistentVolumeClaim": {"claimName": claim}}


def graded_with(profile: Profile, course: Course) -> bool:
    """Whether a profile is for graders alone, and for those of the course."""
    patterns = profile.course.groups
    return _for_graders_only(profile) and any(fnmatch.fnmatchcase(GRADERS + course.id, one) for one in patterns)


def _for_graders_only(profile: Profile) -> bool:
    patterns = profile.course.groups
    return bool(patterns) and all(pattern.startswith(GRADERS) for pattern in patterns)


def _tolerations(offered: Profiles) -> list[dict[str, Any]]:
    """Of all profiles, each once, so that images are there before people on the nodes with GPUs, too."""
    found: list[dict[str, Any]] = []
    for profile in offered:
        found += [one for one in profile.kubespawner_override.tolerations or () if one not in found]
    return found


def _image(image: str) -> Values:
    name, _, tag = image.rpartition(":")
    return {"name": name, "tag": tag}


def _class(cluster: Cluster, name: str) -> Values:
    return {name: cluster.storage_class} if cluster.storage_class else {}


def _pods(labels: dict[str, str]) -> Values:
    return {"podSelector": {"matchLabels": labels}}


def to_exchange() -> Values:
    """Return the rule that lets a pod reach the exchange."""
    return {"ports": _PORTS, "to": [_pods(_HUB)]}
