"""The zygote that is forked from the parent of the workers: it serves, holds no secret, and ends with its owner."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import tomllib
from pathlib import Path

import pytest

from autograder.classroom.executors import local
from autograder.engine.warm import branch
from autograder.engine.warm.preload import MODULES, USUAL, named_in
from tests.support.checkout import ROOT, Checkout, make_checkout
from tests.support.deadlines import soon
from tests.support.minichapter import NAME

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="warm kernels need Linux")

SECRET = "not-for-students"
# Looks, without help of /proc, which is shut, at what the first process was started with, and through the heap.
SPY = """
import ctypes, os
libc = ctypes.CDLL(None)
libc.sbrk.restype = ctypes.c_void_p
out, into = os.pipe()

def peek(address, size):
    size = libc.write(into, ctypes.c_void_p(address), size)
    return os.read(out, size) if size > 0 else b""

address, started = ctypes.c_void_p.in_dll(libc, "program_invocation_name").value, b""
while part := peek(address + len(started), 1):
    started += part
address, heap = (libc.sbrk(0) >> 12 << 12) - 4096, []
while part := peek(address - 4096 * len(heap), 4096):
    heap.append(part)
word = b"not-for-" + b"students"
print("looked at much:", len(heap) > 1000, "found:", word in started or any(word in part for part in heap))
print("begun by a fork:", b"COURSE_KERNEL_IMPORTS" in started)

def halve(values):
    return values / 2
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    made = make_checkout(tmp_path_factory.mktemp("branch"))
    made.run("course", "release", NAME)
    return made


def test_kernels_are_warm_and_know_nothing_of_the_graders_environment(checkout: Checkout) -> None:
    checkout.hand_in("spy", checkout.answered(p_99_1_halve=SPY))
    (row,) = checkout.grade(COURSE_SECRET=SECRET).values()
    assert row["status"] == "graded"
    folder = checkout.project.build / "results" / NAME / "spy"
    assert "warm kernel" in (folder / "result.json").read_text(encoding="utf-8")
    written = (checkout.project.build / "autograded" / "spy" / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8")
    assert "looked at much: True found: False" in written
    assert "begun by a fork: True" in written


def test_workers_have_the_graders_environment(checkout: Checkout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_SECRET", SECRET)
    with local(checkout.project, NAME).make(1) as executor:
        assert executor.submit(os.getenv, "COURSE_SECRET").result() == SECRET
        assert executor.submit(os.getenv, "COURSE_PRELOAD").result() is None


def test_a_zygote_that_is_wanted_no_more_is_not_waited_for(tmp_path: Path) -> None:
    ends = [*socket.socketpair(), *socket.socketpair()]
    branch.hand_over(tmp_path / "parent", ends[0], ends[2], bytes(32), lambda process: False)
    until = soon()
    while ends[0].fileno() != -1:
        assert time.monotonic() < until
        time.sleep(0.02)
    with pytest.raises(OSError, match="refused"):
        branch.fork_zygote(str(tmp_path / "parent"))
    for end in ends:
        end.close()


def test_an_offshoot_is_waited_for_and_killed_like_a_child() -> None:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        offshoot = branch.Offshoot(process.pid)
        with pytest.raises(subprocess.TimeoutExpired):
            offshoot.wait(0.05)
        offshoot.kill()
        offshoot.wait(10)
        offshoot.kill()


def test_what_only_some_chapters_need_is_imported_for_these_alone() -> None:
    """A parent for any chapter is started often: by a learner, by the resident, by the kernel of a notebook."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    deep = {re.split(r"[<>=]", one)[0] for one in project["optional-dependencies"]["deep"]}
    packages = {name.partition(".")[0] for name in USUAL}
    assert "torch" in packages and "transformers" in deep
    assert not packages & deep
    assert "gymnasium" in named_in(["import gymnasium"]) and "optuna" not in named_in(["import gymnasium"])


def test_kernels_get_what_the_chapter_imports() -> None:
    found = named_in(
        ["import numpy as np\nfrom sklearn.svm import SVC\n", "def f():\n    import torch\n# import pandas"]
    )
    assert {name.partition(".")[0] for name in found} == {"numpy", "sklearn", "torch", "psutil", "threadpoolctl"}
    assert found == [name for name in MODULES if name in found]
    assert set(named_in([])) == {"psutil", "threadpoolctl"}
    assert set(named_in(["import torch\ntorch.optim.Adam"])) - set(found) == {"torch._dynamo"}
