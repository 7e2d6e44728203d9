"""Where nothing can be installed, packages are a folder on PYTHONPATH: kernels have them, and no more than them."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from autograder.engine.isolation import seccomp
from autograder.engine.isolation.tiers import Tier
from autograder.engine.session.kernel import NotebookSession
from autograder.engine.settings import Settings
from autograder.engine.surroundings import environment, package_folders
from autograder.engine.warm import launcher
from autograder.engine.wire.proxy import Student
from course.errors import EngineError
from course.syllabus import Limits
from tests.support.checkout import ROOT
from tests.support.folders import open_folder

CELL = """
import os, subprocess, sys

def carried():
    import carried
    return carried.VALUE

def by_a_shell():
    code = "import carried; print(carried.VALUE)"
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout.strip()

def reads(path):
    try:
        return open(path).read()
    except OSError as error:
        return type(error).__name__
"""


@pytest.fixture
def site() -> Iterator[Path]:
    """A folder of packages, beside which a secret lies."""
    with open_folder() as open_to_all:
        folder = open_to_all / "site"
        (folder / "carried-1.dist-info").mkdir(parents=True)
        (folder / "carried.py").write_text("VALUE = 41\n")
        (open_to_all / "secret").write_text("of the grader")
        yield folder


def test_only_folders_of_packages_are_passed_on(site: Path, tmp_path: Path) -> None:
    """A checkout on the path holds solutions and checks."""
    given = {"PYTHONPATH": f"{site}:{ROOT}:{tmp_path}::{tmp_path / 'nothing'}"}
    assert package_folders(given) == [str(site)]
    assert environment(given)["PYTHONPATH"] == str(site)
    assert "PYTHONPATH" not in environment({"PYTHONPATH": str(ROOT)})
    assert package_folders({}) == []


@pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")
@pytest.mark.parametrize("tier", [Tier.T1, Tier.T3])
def test_a_kernel_has_them(tier: Tier, site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", f"{site}:{ROOT}")
    parent = launcher.start()
    monkeypatch.setattr(launcher._ours, "_zygote", parent)
    notebook, limits = new_notebook(cells=[new_code_cell(CELL)]), Limits(memory_mb=600)
    try:
        with NotebookSession(notebook, limits, 60, Settings(tier=tier, minimum_tier=tier)) as session:
            try:
                session.start()
            except EngineError as error:
                pytest.skip(f"{tier} is not to be had here: {error}")
            session.begin_check()
            student = Student(session)
            assert student.carried() == 41 and student.by_a_shell() == "41"
            assert student.reads(str(site.parent / "secret")) in ("FileNotFoundError", "PermissionError")
            assert student.reads(f"{ROOT}/solutions/__init__.py") in ("FileNotFoundError", "PermissionError")
    finally:
        parent.close()


@pytest.mark.skipif(not seccomp.available(), reason="libseccomp is missing")
def test_the_library_for_filters_may_travel_with_them(site: Path) -> None:
    code = (
        "import ctypes.util, os, shutil, sys\n"
        "from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "if len(sys.argv) > 2:\n"
        "    from tests.support.wheels import _library\n"
        "    shutil.copy(_library(), sys.argv[1] + '/libseccomp.so.2')\n"
        "installed = ctypes.util.find_library\n"
        "ctypes.util.find_library = lambda name: None if name == 'seccomp' else installed(name)\n"
        "from autograder.engine.isolation import seccomp\n"
        "print(seccomp.available())\n"
    )

    def available(*words: str) -> str:
        command = [sys.executable, "-c", code, str(site), *words]
        return subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT).stdout.strip()

    assert available() == "False"
    assert available("packed") == "True"
