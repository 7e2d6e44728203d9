"""Isolation as an ordinary user gets it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import pytest

from autograder.engine.isolation.tiers import Tier
from tests.support.checkout import ROOT

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")


USER = 31_337  # of nobody
AS_ANOTHER = """
import os, sys
sys.path.insert(0, sys.argv[1])
from tests.support.inside import LIMITS, opened
from autograder.engine.isolation.tiers import Tier
from autograder.engine.wire.proxy import SessionDied, Student

with opened(Tier(sys.argv[2])) as session:
    session.begin_check()
    student = Student(session)
    ours = os.path.join(sys.argv[1], "autograder", "testing", "chapter.py")
    assert os.path.exists(ours)
    assert student.reads(ours) in ("FileNotFoundError", "PermissionError")
    assert student.signals(os.getpid()) in ("ProcessLookupError", "PermissionError")
    assert student.uses_workers() == 28
    uid, _, _, _ = student.whoami()
    assert uid == os.getuid() != 0
    if session.tier is Tier.T2:
        count, error = student.many_processes()
        assert count <= LIMITS.processes and error == "BlockingIOError", (count, error)
    else:  # the watchdog needs a moment
        try:
            raise AssertionError(student.keeps_processes())
        except SessionDied:
            assert "more processes" in session.run.notes[0], session.run
    print(session.tier, session.kind)
"""


@pytest.mark.parametrize("tier", [Tier.T2, Tier.T3])
def test_a_grader_that_is_not_root(tier: Tier) -> None:
    """Most of these tests run as root with rights given up; this is what an ordinary user gets."""
    if os.getuid() != 0:
        pytest.skip("the other tests are run by an ordinary user already")
    home = Path(tempfile.mkdtemp(prefix="not-root-"))
    os.chown(home, USER, USER)
    environment = {"HOME": str(home), "PATH": os.environ["PATH"], "PYTHONDONTWRITEBYTECODE": "1", "TMPDIR": str(home)}
    as_user: dict[str, Any] = {"user": USER, "group": USER, "extra_groups": [], "cwd": home, "env": environment}
    try:
        reachable = (
            subprocess.run([sys.executable, "-c", f"open({__file__!r})"], check=False, **as_user).returncode == 0
        )
    except PermissionError:
        reachable = False
    if not reachable:
        pytest.skip("this Python, or the checkout, is in a folder that only root can enter")
    command = [sys.executable, "-c", AS_ANOTHER, str(ROOT), str(tier)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, **as_user)
    shutil.rmtree(home, ignore_errors=True)
    if "NotIsolated" in done.stderr:
        pytest.skip(f"{tier} is not to be had here by an ordinary user: {done.stderr.splitlines()[-1]}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == [str(tier), "warm"]
