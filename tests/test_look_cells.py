"""Cells to look at: each works alone, from the imports and the answers it names; unanswered it says so in one line."""

from __future__ import annotations

import functools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from course.authoring.build import build
from course.authoring.release import release
from course.project import Project
from course.syllabus import Chapter
from tests.support.chapters import itself, skip_unless_due, spread
from tests.support.checkout import ROOT

Found = dict[str, dict[str, dict[str, Any]]]  # of each notebook, by cell: see `tests.support.look_cells`


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    spread(metafunc, {"chapter": itself})


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("build")


def tried(cache: Path, real: bool = False, **notebooks: Path) -> Found:
    """Run the cells in a process of their own."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg", "COURSE_DATA_OFFLINE": "1"}
    if not real:
        environment.pop("COURSE_DATA_MIRROR", None)
        environment["COURSE_DATA_CACHE"] = str(cache)
    environment["IPYTHONDIR"] = str(cache / "ipython")
    asked = [f"{how}={path}" for how, path in notebooks.items()]
    command = [sys.executable, "-W", "ignore", "-m", "tests.support.look_cells", *asked]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=3_000)
    assert done.returncode == 0, done.stderr[-3_000:]
    found: Found = json.loads(done.stdout.splitlines()[-1])
    return found


@functools.cache
def shown(chapter: Chapter, folder: Path) -> Found:
    """The cells of the released notebook, and of the one with our answers, on stand-in data."""
    project = Project(ROOT, folder / chapter.name)
    released = release(project, chapter) / f"{chapter.name}.ipynb"
    return tried(folder, unanswered=released, answered=build(project, chapter))


@pytest.fixture
def due(chapter: Chapter, pytestconfig: pytest.Config) -> None:
    """Goes on for a third of the chapters on any day, since many cells train."""
    skip_unless_due(pytestconfig, chapter.name)


def failures(found: dict[str, dict[str, Any]]) -> dict[str, list[str]]:
    return {f"{name}: {one['source'][:80]}": one["lines"][-8:] for name, one in found.items() if one["lines"]}


@pytest.mark.usefixtures("due")
def test_unanswered_it_says_so_in_one_line(chapter: Chapter, folder: Path) -> None:
    """The checks' cells say "not begun" once; a cell to look at names the answers it needs, or works without any."""
    for one in shown(chapter, folder)["unanswered"].values():
        first = one["source"].partition("\n")[0]
        if one["check"] or first.startswith("needs("):
            (line,) = one["lines"]
            said, _, rest = line.partition(": not begun yet; ")
            assert rest, line
            names = said.split(", ")
            assert one["check"] or {name.partition(".")[0] for name in names} <= set(re.findall(r'"(\w+)"', first))
        else:
            assert one["lines"] == []


@pytest.mark.usefixtures("due")
def test_answered_each_works_alone(chapter: Chapter, folder: Path) -> None:
    """On stand-in data; on real data in the full run."""
    assert failures(shown(chapter, folder)["answered"]) == {}


@pytest.mark.full
@pytest.mark.skipif("COURSE_DATA_MIRROR" not in os.environ, reason="there are no real data beside this checkout")
def test_answered_each_works_alone_on_real_data(chapter: Chapter, tmp_path: Path) -> None:
    built = build(Project(ROOT, tmp_path), chapter)
    assert failures(tried(tmp_path, real=True, answered=built)["answered"]) == {}
