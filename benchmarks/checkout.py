"""Our side: a checkout of its own with the measured chapter, and `course` commands run in it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import measured_chapter
from benchmarks.measured_chapter import EXERCISES, NAME
from benchmarks.meter import Measurement, measure
from benchmarks.submissions import answers, students
from course.errors import EngineError
from course.project import Project, commands_path
from course.resident import SWITCH

_ROOT = Path(__file__).resolve().parent.parent
_PLACES = ("COURSE_ROOT", "COURSE_BUILD", "COURSE_KEY", "PYTHONPATH")
_KEPT = "gradebook.released.db"  # the gradebook as `course release` leaves it

Scores = dict[str, dict[str, float | None]]  # by student and exercise


@dataclass(frozen=True)
class Checkout:
    """A checkout in a temporary folder with one chapter, released."""

    project: Project

    def hand_in(self, count: int) -> None:
        """Have the first `count` students of the mix hand in, and nobody else."""
        shutil.rmtree(self.project.build / "submitted", ignore_errors=True)
        released, reference = self._notebook("release"), answer_cells(self._notebook("source"))
        for student, kind in students(count).items():
            folder = self.project.build / "submitted" / student / NAME
            folder.mkdir(parents=True)
            given = answered(released, answers(student, kind, reference))
            (folder / f"{NAME}.ipynb").write_text(json.dumps(given), encoding="utf-8")

    def forget(self) -> None:
        """Remove every stored result and grade."""
        keep = {"source", "release", "submitted", _KEPT, "course.key"}
        for path in self.project.build.iterdir():
            if path.is_dir() and path.name not in keep:
                shutil.rmtree(path)
            elif path.name.startswith("gradebook") and path.name != _KEPT:
                path.unlink()
        shutil.copy(self.project.build / _KEPT, self.project.build / "gradebook.db")

    def grade(self, *options: str, hertz: float = 0, warm: bool = False) -> tuple[Measurement, Scores]:
        """Run ``course grade --json`` on what has been handed in; return what it took and its scores."""
        done = self.run("course", "grade", NAME, "--json", *options, hertz=hertz, warm=warm)
        rows = json.loads(done.output)
        return done, {row["student"]: _scores(row["exercises"]) for row in rows}

    def run(self, *command: str, hertz: float = 0, warm: bool = False) -> Measurement:
        """Run ``python -m command`` in the checkout, by the resident where it is to be `warm`; raises `EngineError`
        unless it succeeds."""
        variables = {**environment(self.project.root), SWITCH: str(int(warm))}
        return measure([sys.executable, "-m", *command], self.project.root, variables, hertz=hertz)

    @contextmanager
    def resident(self) -> Iterator[None]:
        """Have a resident for a while. It is started outside of what is measured, which would end it."""
        self._tell_resident("start=True")
        try:
            yield
        finally:
            self._tell_resident("stop=True")

    def _tell_resident(self, what: str) -> None:
        command = [sys.executable, "-c", f"from autograder.resident.commands import warm; warm({what})"]
        variables = {**environment(self.project.root), SWITCH: "1"}
        done = subprocess.run(
            command, cwd=self.project.root, env=variables, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise EngineError(f"No resident could be told {what}, so nothing was measured. It said:\n{done.stderr}")

    def change_check(self, step: int) -> None:
        """Loosen the tolerance of one check, to another value for each `step`."""
        path = measured_chapter.checks_file(self.project)
        text = path.read_text(encoding="utf-8")
        changed, times = re.subn(r"atol=\d+e-6", f"atol={step + 2}e-6", text)
        assert times == 1, "the check whose tolerance is changed is not where it was"
        path.write_text(changed, encoding="utf-8")

    def notebook(self, kind: str) -> dict[str, Any]:
        """Return the instructor's (``source``) or the students' (``release``) notebook."""
        return self._notebook(kind)

    def _notebook(self, kind: str) -> dict[str, Any]:
        path = self.project.build / kind / NAME / f"{NAME}.ipynb"
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        return found


def _scores(parts: list[dict[str, Any]]) -> dict[str, float | None]:
    found = {part["exercise"]: part["score"] for part in parts}
    assert len(found) == len(parts), "an exercise of this chapter has one part"
    return found


def make_checkout(folder: Path) -> Checkout:
    """Copy the platform without its chapters into `folder`, add the measured chapter, and release it."""
    chapters = [path.stem for path in (_ROOT / "source").glob("*.py")]
    skip = shutil.ignore_patterns("__pycache__", *chapters)
    for name in ("course", "autograder", "benchmarks"):
        shutil.copytree(_ROOT / name, folder / name, ignore=skip)
    for name in ("pyproject.toml", "nbgrader_config.py"):
        shutil.copy(_ROOT / name, folder)
    if (settings := _ROOT / "hub_config" / "grading.toml").exists():
        (folder / "hub_config").mkdir()
        shutil.copy(settings, folder / "hub_config")
    (folder / "home").mkdir()
    made = Checkout(Project(folder))
    measured_chapter.write_chapter(made.project)
    made.run("course", "release", NAME)
    shutil.copy(made.project.build / "gradebook.db", made.project.build / _KEPT)
    return made


def environment(root: Path) -> dict[str, str]:
    """Return the environment of a command run in `root`: a home folder of its own, this Python's tools on its path."""
    inherited = {key: value for key, value in os.environ.items() if key not in _PLACES}
    inherited.pop("XDG_RUNTIME_DIR", None)  # whose residents are not ours
    return {**inherited, "HOME": str(root / "home"), "PYTHONPATH": str(root), "PATH": commands_path()}


def answer_cells(notebook: dict[str, Any]) -> dict[str, str]:
    """Return the source of each cell an answer is written in, by its id."""
    ids = {exercise.cell for exercise in EXERCISES}
    found = {cell["id"]: "".join(cell["source"]) for cell in notebook["cells"] if cell["id"] in ids}
    assert found.keys() == ids, f"the builder has given other ids than {sorted(ids)}"
    return found


def answered(notebook: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    """Return `notebook` with the sources in `given`, by cell id."""
    cells = [{**cell, "source": given.get(cell["id"], cell["source"])} for cell in notebook["cells"]]
    return {**notebook, "cells": cells}
