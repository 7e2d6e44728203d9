"""Private folders: removed however deep they are, and when their maker was killed."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from autograder.engine import surroundings


def deep(folder: Path, depth: int = 3000) -> Path:
    """Nest folders by way of descriptors: no path is as long as that."""
    folder.mkdir()
    (folder / "beside").write_text("a file", encoding="utf-8")
    here = os.open(folder, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir("deep", dir_fd=here)
        below = os.open("deep", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.symlink("/etc", "link", dir_fd=here)
    os.close(here)
    return folder


def test_a_folder_three_thousand_deep_is_removed(tmp_path: Path) -> None:
    folder = deep(tmp_path / "folder")
    surroundings.remove(folder)
    assert not folder.exists()
    assert Path("/etc").exists()


def test_what_a_killed_grader_left_is_swept_however_deep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    nobody = 2**22 + 1  # more than Linux gives
    left, own = tmp_path / f"course-{nobody}-x", surroundings.private_folder()
    deep(left)
    surroundings.sweep()
    assert not left.exists()
    assert own.exists()


def test_a_folder_that_is_gone_is_no_trouble(tmp_path: Path) -> None:
    surroundings.remove(tmp_path / "nothing")
    shutil.rmtree(tmp_path)
