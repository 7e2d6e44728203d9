"""Control groups, on made-up trees."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from autograder.engine.isolation import cgroup

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="isolation needs Linux")


def test_control_groups_of_version_2_are_laid_out_as_the_kernel_wants(tmp_path: Path) -> None:
    """On a made-up tree, because no kernel offers both versions: a limit goes into the one folder there is."""
    (tmp_path / "cgroup.controllers").write_text("memory pids cpu\n")
    (tmp_path / "cgroup.subtree_control").write_text("memory pids\n")
    folder = tmp_path / "course-1-2"
    folder.mkdir()
    for name in ("memory.max", "pids.max", "cgroup.procs", "memory.swap.max", "memory.oom.group"):
        (folder / name).write_text("")
    (folder / "memory.events").write_text("low 0\noom 1\noom_kill 1\n")
    (folder / "cpu.stat").write_text("usage_usec 2500000\nuser_usec 1\n")
    group = cgroup.make("1-2", root=tmp_path)
    group.limit(100, 64)
    assert (folder / "memory.max").read_text() == str(100 << 20)
    assert (folder / "pids.max").read_text() == "64"
    assert group.cpu_seconds() == 2.5
    assert group.out_of_memory()


def test_no_control_groups_is_said(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no control groups"):
        cgroup.make("1-1", root=tmp_path)
