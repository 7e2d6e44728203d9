"""cuDNN's libraries are loaded by the parent of kernels, which never makes a context. They are the tests' own here."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import markupsafe._speedups
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.warm import launcher
from autograder.engine.warm.cudnn import AUTO, NONE, libraries
from autograder.engine.wire.proxy import Student
from course.syllabus import Limits
from tests.support.checkout import ROOT
from tests.support.gpu_machine import WithFiles, machine_with_files

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")
COMPILER = shutil.which("gcc") or shutil.which("cc")
MAPPED = """
def mapped():
    return sorted({line.split("/")[-1].strip() for line in open("/proc/self/maps") if "cudnn" in line})
"""
# Says which libraries were loaded beforehand, which of them this process has in its memory, and which devices are open.
SCRIPT = """
import json, os, sys
from pathlib import Path
from autograder.engine.gpu import nvml
from autograder.engine.warm import cudnn
nvml.DEVICES, cudnn._SECONDS = Path(sys.argv[2]), 3
loaded = cudnn.beforehand(sys.argv[1])
print(json.dumps([loaded, "cudnn" in open("/proc/self/maps").read(), cudnn._devices()]))
"""
HARMFUL = {
    "opens a device": 'open("{device}", O_RDWR);',
    "ends the process": "abort();",
    "hangs": "for (;;) pause();",
    "starts a thread": "static pthread_t one; pthread_create(&one, 0, (void *(*)(void *))pause, 0);",
}


def some_library(path: Path) -> None:
    """Any library will do."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(str(markupsafe._speedups.__file__), path)


def compiled(path: Path, body: str) -> None:
    if COMPILER is None:
        pytest.skip("there is no C compiler")
    source = "#include <fcntl.h>\n#include <pthread.h>\n#include <stdlib.h>\n#include <unistd.h>\n"
    source += f"__attribute__((constructor)) static void begin(void) {{ {body} }}\n"
    command = [COMPILER, "-shared", "-fPIC", "-w", "-x", "c", "-", "-o", str(path)]
    subprocess.run(command, input=source, text=True, check=True)


def loaded_from(folder: Path, devices: Path) -> tuple[list[str], bool, list[str]]:
    command = [sys.executable, "-c", SCRIPT, str(folder), str(devices)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT, timeout=60)
    names, mapped, opened = json.loads(done.stdout)
    return names, mapped, opened


def test_they_are_found_beside_torch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("torch/lib/libcudnn.so.9", "nvidia/cudnn/lib/libcudnn_ops.so.9", "nvidia/cudnn/lib/libcudnn_ops.so",
                 "nvidia/cublas/lib/libcublas.so.13", "nvidia/cu13/lib/libcudnn_adv.so.9"):  # fmt: skip
        some_library(tmp_path / name)
    (tmp_path / "torch" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "torch", raising=False)
    found = [str(path.relative_to(tmp_path)) for path in libraries(AUTO)]
    wanted = ["torch/lib/libcudnn.so.9", "nvidia/cu13/lib/libcudnn_adv.so.9", "nvidia/cudnn/lib/libcudnn_ops.so.9"]
    assert found == wanted
    assert libraries(NONE) == ()


def test_what_can_not_be_loaded_is_left_out(tmp_path: Path) -> None:
    some_library(tmp_path / "libcudnn_ops.so.9")
    (tmp_path / "libcudnn.so.9").write_text("no library")
    assert loaded_from(tmp_path, tmp_path) == (["libcudnn_ops.so.9"], True, [])


@pytest.mark.parametrize("harm", HARMFUL)
def test_where_one_does_harm_the_parent_loads_none(harm: str, tmp_path: Path) -> None:
    """Were a device open there, its children could not use theirs."""
    device = tmp_path / "nvidia0"
    device.touch()
    some_library(tmp_path / "libcudnn_ops.so.9")
    compiled(tmp_path / "libcudnn_graph.so.9", HARMFUL[harm].format(device=device))
    assert loaded_from(tmp_path, tmp_path) == ([], False, [])


@pytest.fixture(scope="module")
def machine() -> Iterator[WithFiles]:
    with machine_with_files(1_000) as made:
        yield made


def mapped_in_kernel(**limits: object) -> list[str]:
    notebook = new_notebook(cells=[new_code_cell(MAPPED)])
    settings = Settings()
    with NotebookSession(notebook, Limits.model_validate({"memory_mb": 600, **limits}), 60, settings) as session:
        session.start()
        session.begin_check()
        found: list[str] = Student(session).mapped()
        return found


def test_kernels_with_a_gpu_share_them_and_the_parent_asks_nothing_of_cuda(
    machine: WithFiles, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some_library(tmp_path / "libcudnn_ops.so.9")
    zygote = launcher.zygote()
    assert zygote.owned is not None
    of_parent = Path(f"/proc/{zygote.owned.pid}")
    gpu = {"gpu": "if there is one", "gpu_memory_mb": 400}
    monkeypatch.setenv("COURSE_GPU_LIBRARIES", "none")
    assert mapped_in_kernel(**gpu) == []
    monkeypatch.setenv("COURSE_GPU_LIBRARIES", str(tmp_path))
    assert mapped_in_kernel() == []  # it is lent no GPU: nothing is loaded for it
    assert "cudnn" not in (of_parent / "maps").read_text()
    assert mapped_in_kernel(**gpu) == ["libcudnn_ops.so.9"]
    maps = (of_parent / "maps").read_text()
    assert "libcudnn_ops.so.9" in maps and "libcuda" not in maps
    opened = [str(path.readlink()) for path in (of_parent / "fd").iterdir()]
    assert opened and not [one for one in opened if one.startswith(str(machine.devices)) or "/dev/nvidia" in one]
