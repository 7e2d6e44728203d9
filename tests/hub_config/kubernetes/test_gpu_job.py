"""A GPU job of a cluster: objects that Kubernetes takes, with a profile's resources, and what runs a notebook.

No cluster is here: the objects are held against Kubernetes' own schemas, and the command is run on this machine.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from course.errors import SetupError, StudentError
from hub_config.kubernetes.gpu_job import LABEL, command, main, make_objects
from hub_config.settings.hub import GpuJobs
from tests.support.gpu_jobs import notebook
from tests.support.pods import changed, ours

NOTEBOOK = notebook("print(6 * 7)", "1 / 0", "print('after')").encode()


def made(slug: str = "gpu", **cluster: Any) -> list[dict[str, Any]]:
    profile = next(one for one in ours()[2] if one.slug == slug)
    return make_objects(NOTEBOOK, profile, changed(**cluster), GpuJobs(minutes=7))


@pytest.mark.parametrize("slug", ["gpu", "gpu-shared", "gpu-mig"])
@pytest.mark.parametrize("version", ["1.32", "1.37"])
def test_the_objects_are_what_kubernetes_takes(slug: str, version: str) -> None:
    for one in made(slug):
        kubernetes_validate.validate(json.loads(json.dumps(one)), version, strict=True)


@pytest.mark.parametrize(
    ("slug", "resource"),
    [("gpu", "nvidia.com/gpu"), ("gpu-shared", "nvidia.com/gpu.shared"), ("gpu-mig", "nvidia.com/mig-1g.10gb")],
)
def test_a_job_has_the_profiles_resources_and_an_end(slug: str, resource: str) -> None:
    _, job, _ = made(slug)
    pod, spec = job["spec"]["template"]["spec"], job["spec"]
    resources = pod["containers"][0]["resources"]
    assert resources["limits"] == {"cpu": "4.0", "memory": "16Gi", resource: "1"}
    assert resources["requests"] == {"cpu": "2.0", "memory": "8Gi", resource: "1"}
    assert (pod["runtimeClassName"], pod["tolerations"][0]["key"]) == ("nvidia", "nvidia.com/gpu")
    assert {"name": "shm", "mountPath": "/dev/shm"} in pod["containers"][0]["volumeMounts"]
    assert (spec["backoffLimit"], spec["activeDeadlineSeconds"], spec["ttlSecondsAfterFinished"]) == (0, 1080, 600)
    assert "--ExecutePreprocessor.timeout=420" in pod["containers"][0]["command"]


def test_a_job_has_no_rights_and_no_way_out() -> None:
    secret, job, policy = made(pull_secret="registry")
    pod = job["spec"]["template"]["spec"]
    context = pod["containers"][0]["securityContext"]
    assert pod["automountServiceAccountToken"] is False and pod["restartPolicy"] == "Never"
    assert context["runAsNonRoot"] and context["capabilities"] == {"drop": ["ALL"]}
    assert not context["allowPrivilegeEscalation"] and context["readOnlyRootFilesystem"]
    assert pod["imagePullSecrets"] == [{"name": "registry"}]
    assert pod["containers"][0]["image"] == ours()[0].student_image  # and not the graders'
    labels = job["spec"]["template"]["metadata"]["labels"]
    assert policy["spec"] == {"podSelector": {"matchLabels": labels}, "policyTypes": ["Ingress", "Egress"]}
    assert labels == {LABEL: secret["metadata"]["name"]}
    assert base64.b64decode(secret["data"]["notebook.ipynb"]) == NOTEBOOK


def test_the_command_runs_a_notebook_and_prints_it(tmp_path: Path) -> None:
    (tmp_path / "notebook.ipynb").write_bytes(NOTEBOOK)
    jupyter, *rest = command(str(tmp_path), GpuJobs())
    places = {"HOME": str(tmp_path), "PATH": os.pathsep.join([os.path.dirname(sys.executable), os.defpath])}
    done = subprocess.run(
        [jupyter, *rest], env=places, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=True
    )  # fmt: skip
    first, second, third = json.loads(done.stdout)["cells"]
    assert first["outputs"][0]["text"] == ["42\n"]
    assert second["outputs"][0]["ename"] == "ZeroDivisionError"
    assert third["outputs"][0]["text"] == ["after\n"]
    assert json.loads((tmp_path / "notebook.ipynb").read_text()) == json.loads(NOTEBOOK)


def test_yaml_of_our_own_files_is_printed(tmp_path: Path) -> None:
    (tmp_path / "mine.ipynb").write_bytes(NOTEBOOK)
    kinds = [one["kind"] for one in yaml.safe_load_all(main([str(tmp_path / "mine.ipynb"), "--minutes", "3"]))]
    assert kinds == ["Secret", "Job", "NetworkPolicy"]
    with pytest.raises(SetupError, match=r"There is no profile 'gpus' in profiles\.yaml: cpu, "):
        main([str(tmp_path / "mine.ipynb"), "--profile", "gpus"])


def test_what_can_not_be_sent_is_explained(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="The profile cpu has no GPU"):
        made("cpu")
    profile = next(one for one in ours()[2] if one.slug == "gpu")
    with pytest.raises(StudentError, match=r"1\.0 MB, and 0\.7 MB travel"):
        make_objects(b" " * 10**6, profile, ours()[0], GpuJobs())
