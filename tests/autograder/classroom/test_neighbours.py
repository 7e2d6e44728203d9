"""Assignments of nbgrader's own kind come out of our course as they come out of nbgrader's: same bytes, same words."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import nbgrader
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from course.project import commands_path
from tests.support.checkout import make_checkout

SAMPLES = Path(nbgrader.__file__).parent / "tests"
FILES = SAMPLES / "apps" / "files"
# Assignment -> notebook -> (its source, what is handed in), among nbgrader's own samples; "" is our own below.
SOURCES = {
    "ps1": {
        "plain": ("submitted-unchanged", "submitted-changed"),
        "other": ("submitted-unchanged", "submitted-unchanged"),
        "simple": ("autotest-simple", "autotest-simple-changed"),
        "hashed": ("autotest-hashed", "autotest-hashed-unchanged"),
        "hidden": ("test-hidden-tests", "test-hidden-tests"),
        "task": ("task", "task") if (FILES / "task.ipynb").exists() else ("submitted-changed", "submitted-changed"),
        "regions": ("", ""),
    }
}
COMMANDS = ("generate_assignment", "autograde", "generate_feedback")
_SAME = (
    (re.compile(r"/\S*?ipykernel_\d+/\d+\.py"), "CELL"),  # a kernel's process and what it calls a cell's text
    (re.compile(r"ipykernel_\d+"), "KERNEL"),
    (re.compile(r"\d\d\d\d-\d\d-\d\d[T ][\d:.]+( UTC|Z|\+00:00)?"), "TIME"),
)


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The course folders: of nbgrader alone, and of ours; in both the same assignment was released and graded."""
    alone, checkout = tmp_path_factory.mktemp("alone"), make_checkout(tmp_path_factory.mktemp("ours"))
    ours = checkout.project.build
    for folder in (alone, ours):
        shutil.copytree(_course(tmp_path_factory.mktemp("course")), folder, dirs_exist_ok=True)
    for command in COMMANDS:
        _nbgrader(alone, command, "ps1")
        checkout.run("nbgrader", command, "ps1", PATH=commands_path())
    return alone, ours


def test_they_are_released_with_the_same_bytes(folders: tuple[Path, Path]) -> None:
    alone, ours = (folder / "release" / "ps1" for folder in folders)
    assert _names(alone) == _names(ours) != []
    for name in _names(alone):
        assert (ours / name).read_bytes() == (alone / name).read_bytes(), name


@pytest.mark.parametrize("step", ["autograded", "feedback"])
def test_they_are_graded_with_the_same_bytes(folders: tuple[Path, Path], step: str) -> None:
    """Outputs included, but for the number of a process and the time."""
    alone, ours = (folder / step / "foo" / "ps1" for folder in folders)
    assert _names(alone) == _names(ours) != []
    for name in _names(alone):
        assert _text(ours / name) == _text(alone / name), name


def test_an_empty_answer_at_top_level_is_told_by_validate(folders: tuple[Path, Path], tmp_path: Path) -> None:
    """A stub that raises is nbgrader's way; a comment in its place would pass."""
    said = []
    for folder in folders:
        where = tmp_path / str(len(said))
        shutil.copytree(folder / "release" / "ps1", where)
        said.append(_nbgrader(where, "validate", "regions.ipynb").stdout)
    assert "NotImplementedError" in said[0]
    assert said[1] == said[0]


def test_what_a_student_writes_into_our_metadata_is_nbgraders_matter(tmp_path: Path) -> None:
    """Only what we have judged may be marked as not judged."""
    checkout = make_checkout(tmp_path)
    course = _course(tmp_path / "course")
    handed = course / "submitted" / "foo" / "ps1" / "plain.ipynb"
    notebook = nbformat.read(handed, as_version=4)
    for cell in notebook.cells:
        cell.metadata["course"] = {"judged": False}
    nbformat.write(notebook, handed)
    shutil.copytree(course, checkout.project.build, dirs_exist_ok=True)
    for command in COMMANDS[:2]:
        checkout.run("nbgrader", command, "ps1", "--notebook=plain", PATH=commands_path())
    scores = checkout.run("nbgrader", "export", PATH=commands_path())
    assert scores.returncode == 0
    rows = (checkout.root / "grades.csv").read_text(encoding="utf-8").splitlines()
    header, row = rows[0].split(","), rows[1].split(",")
    assert float(row[header.index("score")]) == 2


def _course(folder: Path) -> Path:
    for name, rows in SOURCES.items():
        for step in ("source/" + name, f"submitted/foo/{name}"):
            (folder / step).mkdir(parents=True)
        for notebook, (source, handed_in) in rows.items():
            for step, sample in (("source", source), ("submitted/foo", handed_in)):
                target = folder / step / name / f"{notebook}.ipynb"
                if sample:
                    shutil.copy(FILES / f"{sample}.ipynb", target)
                else:
                    nbformat.write(_regions(), target)
    shutil.copy(FILES / "autotests.yml", folder)
    return folder


def _regions() -> nbformat.NotebookNode:
    """Solutions at top level, in a class and in a function, and a test of them."""
    grading = {"schema_version": 3, "task": False, "locked": False, "grade": False, "solution": True}
    texts = {
        "constant": "### BEGIN SOLUTION\nANSWER = 42\n### END SOLUTION",
        "private": "### BEGIN SOLUTION\n_helper = 1\n### END SOLUTION",
        "class": "class A:\n    ### BEGIN SOLUTION\n    x = 1\n    ### END SOLUTION",
        "function": "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
    }
    cells = [
        new_code_cell(text, id=name, metadata={"nbgrader": {**grading, "grade_id": name}})
        for name, text in texts.items()
    ]
    test = {**grading, "grade_id": "test", "locked": True, "grade": True, "solution": False, "points": 1}
    cells.append(new_code_cell("assert f() == 1", id="test", metadata={"nbgrader": test}))
    kernel = {"name": "python3", "language": "python", "display_name": "Python 3"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


def _nbgrader(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments],
        cwd=folder, capture_output=True, text=True, env={**os.environ, "PATH": commands_path()}, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done


def _names(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def _text(path: Path) -> str:
    text = path.read_text(encoding="utf-8")
    for pattern, instead in _SAME:
        text = pattern.sub(instead, text)
    return text
