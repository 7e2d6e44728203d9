"""The folder of wheels for a machine where nothing can be installed: what is in it, and that it is enough."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
import zipfile
from importlib.metadata import distribution
from pathlib import Path
from typing import Any

import pytest

from tests.support import wheels
from tests.support.checkout import ROOT
from tests.support.wheels import LIBRARY, LIST, main, plain, unpack, wanted


def test_what_grading_needs_is_packed_in_the_versions_that_are_tested() -> None:
    packed = wanted("3.12", "x86_64")
    here = (
        "nbclient ipykernel pyzmq pydantic nvidia-ml-py pyseccomp pytest pytest-xdist execnet numpy nbgrader sqlalchemy"
    )
    assert set(here.split()) <= packed.keys()
    pins = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    assert all(version for version in packed.values())
    assert f"nbclient=={packed['nbclient']}" in pins


def test_what_is_there_already_or_grades_nothing_is_not() -> None:
    packed = wanted("3.12", "x86_64", has=["NumPy", "scikit_learn"])
    assert not packed.keys() & {
        "numpy",
        "scikit-learn",
        "torch",
        "sympy",
        "networkx",
        "jupyterlab",
        "notebook",
        "debugpy",
    }
    assert "scipy" in packed


def test_a_distribution_is_asked_for_by_the_machine_it_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    needs = {"one": ["new; python_version >= '3.12'", "arm; platform_machine == 'aarch64'", "more; extra == 'all'"]}
    monkeypatch.setattr(wheels, "_needs", lambda name: needs.get(name, []))
    place = {"python_version": "3.12", "platform_machine": "x86_64"}
    assert wheels._closure(["one"], place, frozenset()) == {"one", "new"}
    assert wheels._closure(["one[all]"], {**place, "python_version": "3.11"}, frozenset()) == {"one", "more"}


def test_where_pip_gets_nothing_it_says_what_is_wanted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []

    def refused(command: list[str], check: bool) -> Any:
        asked.append(command)
        return subprocess.CompletedProcess(command, 1)

    monkeypatch.setattr(subprocess, "run", refused)
    with pytest.raises(
        SystemExit, match=rf"pip could not get the wheels(.|\n)*{LIST}; where there is an index, run python"
    ):
        main(["pack", str(tmp_path / "wheels"), "--python", "3.13", "--has", "scipy"])
    (command,) = asked
    assert {
        "--no-deps",
        "--python-version=3.13",
        "--platform=manylinux_2_28_x86_64",
        "--platform=manylinux2014_x86_64",
    } <= {*command}
    lines = (tmp_path / "wheels" / LIST).read_text(encoding="utf-8").splitlines()
    assert f"nbclient=={distribution('nbclient').version}" in lines
    assert not [line for line in lines if line.startswith("scipy")]


def test_wheels_are_unpacked_with_the_library_beside_them(tmp_path: Path) -> None:
    folder, site = tmp_path / "wheels", tmp_path / "site"
    folder.mkdir()
    with zipfile.ZipFile(folder / "one-1-py3-none-any.whl", "w") as wheel:
        wheel.writestr("one/__init__.py", "VALUE = 1\n")
        wheel.writestr("one-1.data/purelib/two.py", "VALUE = 2\n")
        wheel.writestr("one-1.data/scripts/one", "#!python\n")
        wheel.writestr("one-1.dist-info/METADATA", "Name: one\n")
    (folder / LIBRARY).write_text("a library")
    (site / "of_before").mkdir(parents=True)
    main(["unpack", str(folder), str(site)])
    assert sorted(path.name for path in site.iterdir()) == [LIBRARY, "one", "one-1.dist-info", "two.py"]


def test_a_folder_without_wheels_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match=r"no wheels in .*: run `make wheels` where pip has an index"):
        unpack(tmp_path, tmp_path / "site")


def bare_python(folder: Path) -> Path:
    """A Python that has torch, and what torch needs, and nothing else."""
    venv.create(folder, with_pip=False)
    there = next(folder.glob("lib/python*/site-packages"))
    of_torch = wheels._closure(["torch"], {"python_version": "3.11", "sys_platform": "linux"}, frozenset())
    wheels.link(of_torch, there)
    return folder / "bin" / "python"


@pytest.mark.full
@pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")
def test_it_is_enough_for_a_python_that_has_torch_alone(tmp_path: Path) -> None:
    """The tests of `make test-gpu`, where nothing is installed; it downloads some 150 MB."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder, site = tmp_path / "wheels", tmp_path / "site"
    main(["pack", str(folder), "--python", version])
    python = bare_python(tmp_path / "bare")
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG", "OMP_NUM_THREADS")}
    subprocess.run([python, "tests/support/wheels.py", "unpack", folder, site], check=True, cwd=ROOT, env=clean)
    tests = ["tests/autograder/engine/gpu", "tests/course/test_devices.py"]
    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "default", *tests],
        env={**clean, "PYTHONPATH": f"{site}{os.pathsep}{ROOT}"}, cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]
    assert " passed" in done.stdout


def test_names_are_compared_as_indexes_write_them() -> None:
    assert plain("Jupyter_Client") == plain("jupyter.client") == "jupyter-client"
