"""One notebook on a GPU of a cluster: the objects of a Kubernetes Job, with a profile's resources.

    python -m hub_config.kubernetes.gpu_job NOTEBOOK --profile gpu --state class > job.yaml

The notebook goes in by a secret, is run in the students' image (without a token, a way out, or rights), and comes back
as what the pod prints. The cluster queues it, bounds it, and removes it afterwards. Nothing of the hub starts it: it is
for whoever may make objects there.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import sys
from pathlib import Path
from typing import Any

import yaml

from course.errors import SetupError, StudentError
from hub_config import kubernetes
from hub_config.kubernetes.cluster import Cluster, load_cluster
from hub_config.kubernetes.pod import amounts
from hub_config.settings.hub import GpuJobs
from hub_config.settings.profiles import Profile, load_profiles

Manifest = dict[str, Any]
LABEL = "course-gpu-job"
_LARGEST = 700_000  # bytes of a notebook: a secret may have a megabyte, in base64
_FOLDER, _NAME = "/job", "notebook.ipynb"
_GRACE = 60  # seconds for the image and the kernel beside the notebook's own
_KEPT = 600  # seconds that a job which has ended can be read
_WORK = "/tmp"
_UNPRIVILEGED: Manifest = {
    "runAsNonRoot": True,
    "runAsUser": 1000,
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
    "seccompProfile": {"type": "RuntimeDefault"},
}


def command(folder: str, terms: GpuJobs) -> list[str]:
    """Return what runs the notebook that is in `folder` and prints it with its outputs, also where a cell fails."""
    return [
        "jupyter", "nbconvert", "--to", "notebook", "--execute", "--allow-errors", "--stdout", "--log-level=WARN",
        f"--ExecutePreprocessor.timeout={_seconds(terms)}", f"{folder}/{_NAME}",
    ]  # fmt: skip


def make_objects(notebook: bytes, profile: Profile, cluster: Cluster, terms: GpuJobs) -> list[Manifest]:
    """Return a secret with the notebook, and the job that runs it with the profile's resources.

    Raises
    ------
    StudentError : the notebook is too large for a secret.
    SetupError : the profile has no GPU.
    """
    override = profile.kubespawner_override
    if not override.devices:
        raise SetupError(f"The profile {profile.slug} has no GPU: name one that asks for {terms.resource} or the like.")
    if len(notebook) > _LARGEST:
        raise StudentError(
            f"The notebook has {len(notebook) / 1e6:.1f} MB, and {_LARGEST / 1e6:g} MB travel to a cluster: clear its "
            "outputs, and load its data in a cell."
        )
    name = f"gpu-job-{hashlib.sha256(notebook).hexdigest()[:12]}"
    head = {"name": name, "labels": {LABEL: name}}
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": head,
        "immutable": True,
        "data": {_NAME: base64.b64encode(notebook).decode()},
    }
    job = {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": head,
        "spec": {
            "backoffLimit": 0,
            "activeDeadlineSeconds": _seconds(terms) + _GRACE + (override.start_timeout or 0),
            "ttlSecondsAfterFinished": _KEPT,
            "template": {"metadata": {"labels": {LABEL: name}}, "spec": _pod(name, profile, cluster, terms)},
        },
    }
    return [secret, job, _closed(name)]


def _pod(name: str, profile: Profile, cluster: Cluster, terms: GpuJobs) -> Manifest:
    override = profile.kubespawner_override
    limits = amounts(override.cpu_limit, override.mem_limit)
    requests = amounts(override.cpu_guarantee, override.mem_guarantee)
    places = {"HOME": _WORK, "JUPYTER_RUNTIME_DIR": f"{_WORK}/runtime", "IPYTHONDIR": f"{_WORK}/ipython"}
    environment = {**places, **(override.environment or {})}
    return {
        **(override.extra_pod_config or {}),
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        **({"imagePullSecrets": [{"name": cluster.pull_secret}]} if cluster.pull_secret else {}),
        **({"nodeSelector": override.node_selector} if override.node_selector else {}),
        "tolerations": list(override.tolerations or ()),
        "containers": [
            {
                "name": "notebook",
                "image": override.image or cluster.student_image,
                "command": command(_FOLDER, terms),
                "workingDir": _WORK,
                "env": [{"name": name, "value": value} for name, value in environment.items()],
                "resources": {
                    "limits": {**limits, **(override.extra_resource_limits or {})},
                    "requests": {**requests, **(override.extra_resource_guarantees or {})},
                },
                "securityContext": _UNPRIVILEGED,
                "volumeMounts": [
                    {"name": "sent", "mountPath": _FOLDER, "readOnly": True},
                    {"name": "work", "mountPath": _WORK},
                    *(override.volume_mounts or ()),
                ],
            }
        ],
        "volumes": [
            {"name": "sent", "secret": {"secretName": name}},
            {"name": "work", "emptyDir": {"sizeLimit": "2Gi"}},
            *(override.volumes or ()),
        ],
    }


def _closed(name: str) -> Manifest:
    """No way in, and none out: as elsewhere, what a job needs is in the notebook."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "labels": {LABEL: name}},
        "spec": {"podSelector": {"matchLabels": {LABEL: name}}, "policyTypes": ["Ingress", "Egress"]},
    }


def _seconds(terms: GpuJobs) -> int:
    return max(1, round(terms.minutes * 60))


def main(arguments: list[str] | None = None) -> str:
    """Return the objects as YAML."""
    words = argparse.ArgumentParser(prog="python -m hub_config.kubernetes.gpu_job")
    words.add_argument("notebook", type=Path)
    words.add_argument("--profile", default="gpu", help="of profiles.yaml, by its slug")
    words.add_argument("--minutes", type=float, default=GpuJobs().minutes)
    words.add_argument("--state", type=Path, help="where cluster.toml and profiles.yaml are; default: ours")
    asked = words.parse_args(arguments)
    home = Path(kubernetes.__file__).parent
    profiles = load_profiles((asked.state or home.parent) / "profiles.yaml")
    profile = next((one for one in profiles if one.slug == asked.profile), None)
    if profile is None:
        known = ", ".join(one.slug for one in profiles)
        raise SetupError(f"There is no profile {asked.profile!r} in profiles.yaml: {known}.")
    cluster = load_cluster((asked.state or home) / "cluster.toml")
    objects = make_objects(asked.notebook.read_bytes(), profile, cluster, GpuJobs(minutes=asked.minutes))
    return yaml.safe_dump_all(objects, sort_keys=False)


if __name__ == "__main__":
    sys.stdout.write(main())
