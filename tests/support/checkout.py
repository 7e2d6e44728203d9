"""A small checkout of its own for tests that run commands: the platform's code and one miniature chapter."""

from __future__ import annotations

import functools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from course.project import Project
from tests.support.command_server import CommandServer, fits
from tests.support.minichapter import NAME, make_project

ROOT = Path(__file__).resolve().parents[2]
LIMITS = "limits = { cell_seconds = 4, wall_seconds = 60, memory_mb = 1500, notebook_mb = 2 }\n"
SECONDS = 400  # that a command may take at most


@dataclass(frozen=True)
class Checkout:
    """A checkout in a temporary folder, and how to run commands in it."""

    project: Project

    @property
    def root(self) -> Path:
        return self.project.root

    def run(self, *command: str, ok: int = 0, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run ``python -m command``; fail unless it exits with `ok`."""
        home = str(self.root / "home")
        inherited = {key: value for key, value in os.environ.items() if key not in ("COURSE_ROOT", "COURSE_BUILD")}
        variables = {**inherited, "PYTHONPATH": str(self.root), "HOME": home, "COLUMNS": "200", **environment}
        done = _run(command, self.root, variables)
        assert done.returncode == ok, f"{command} exited with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done

    def grade(self, *options: str, ok: int = 0, **environment: str) -> dict[str, dict[str, Any]]:
        """Run ``course grade --json`` and return its rows by student."""
        done = self.run("course", "grade", NAME, "--json", *options, ok=ok, **environment)
        return {row["student"]: row for row in json.loads(done.stdout)}

    def notebook(self, kind: str) -> dict[str, Any]:
        """Return the instructor's (``source``) or the students' (``release``) notebook."""
        path = self.project.build / kind / NAME / f"{NAME}.ipynb"
        return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]

    def answered(self, **answers: str) -> dict[str, Any]:
        """Return the instructor's notebook with other sources for the cells named, ``_`` standing for ``-``."""
        notebook = self.notebook("source")
        cells = {cell["id"].replace("-", "_"): cell for cell in notebook["cells"]}
        for name, source in answers.items():
            cells[name]["source"] = source
        return notebook

    def hand_in_mixed_class(self, right: int) -> None:
        """Release the chapter; `right` students hand in the reference, and each: half, nothing, no notebook."""
        self.run("course", "release", NAME)
        for number in range(right):
            self.hand_in(f"right-{number}", self.notebook("source"))
        self.hand_in("half", self.answered(p_99_1_halve="def halve(values):\n    return None"))
        self.hand_in("untouched", self.notebook("release"))
        self.hand_in("unreadable", "{")

    def hand_in(self, student: str, notebook: dict[str, Any] | str | None, name: str = f"{NAME}.ipynb") -> Path:
        """Put a notebook, or any text, where ``collect`` would; None leaves the folder empty."""
        folder = self.project.build / "submitted" / student / NAME
        folder.mkdir(parents=True, exist_ok=True)
        if notebook is not None:
            text = notebook if isinstance(notebook, str) else json.dumps(notebook)
            (folder / name).write_text(text, encoding="utf-8")
        return folder


@functools.cache
def _server() -> CommandServer:
    return CommandServer()


def _run(command: Sequence[str], folder: Path, variables: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run ``python -m command``, without its imports where that makes no difference."""
    if sys.platform == "linux" and fits(variables) and _server().lock.acquire(blocking=False):
        try:
            return _server().run(command, folder, variables, SECONDS)
        finally:
            _server().lock.release()
    return subprocess.run(
        [sys.executable, "-m", *command], cwd=folder, env=variables, capture_output=True, text=True, timeout=SECONDS
    )


def make_checkout(folder: Path) -> Checkout:
    """Copy the platform without its chapters into `folder` and add the miniature chapter."""
    chapters = [path.stem for path in (ROOT / "source").glob("*.py")]
    skip = shutil.ignore_patterns("__pycache__", *chapters)
    for name in ("course", "autograder"):
        shutil.copytree(ROOT / name, folder / name, ignore=skip)
    for name in ("pyproject.toml", "nbgrader_config.py"):
        shutil.copy(ROOT / name, folder)
    (folder / "home").mkdir()
    project = make_project(folder)
    syllabus = project.syllabus.read_text(encoding="utf-8")
    title = 'title = "A miniature chapter"\n'
    project.syllabus.write_text(syllabus.replace(title, title + LIMITS), encoding="utf-8")
    return Checkout(project)
