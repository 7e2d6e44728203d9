"""nbgrader's side: a stock course where the same checks stand in the notebook as hidden tests."""

from __future__ import annotations

import copy
import json
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook

from benchmarks.checkout import Scores, answer_cells, answered, environment
from benchmarks.measured_chapter import CHECK_IMPORTS, EXERCISES, NAME, body
from benchmarks.meter import Measurement, measure
from benchmarks.submissions import answers, students

_KEPT = "gradebook.released.db"
_CONFIG = "c = get_config()\n"  # everything as nbgrader has it


@dataclass(frozen=True)
class StockCourse:
    """An nbgrader course directory with one released assignment and nothing of ours in its configuration."""

    root: Path

    def hand_in(self, count: int) -> list[Path]:
        """Have the same students hand in the same answers as on our side; return the notebooks."""
        shutil.rmtree(self.root / "submitted", ignore_errors=True)
        released, reference = self._notebook("release"), answer_cells(self._notebook("source"))
        paths = []
        for student, kind in students(count).items():
            folder = self.root / "submitted" / student / NAME
            folder.mkdir(parents=True)
            paths.append(folder / f"{NAME}.ipynb")
            given = answered(released, answers(student, kind, reference))
            paths[-1].write_text(json.dumps(given), encoding="utf-8")
        return paths

    def forget(self) -> None:
        """Remove every grade."""
        shutil.rmtree(self.root / "autograded", ignore_errors=True)
        shutil.copy(self.root / _KEPT, self.root / "gradebook.db")

    def grade(self, *options: str, hertz: float = 0) -> tuple[Measurement, Scores]:
        """Run ``nbgrader autograde`` on what has been handed in; return what it took and its scores."""
        done = self._run("autograde", NAME, *options, hertz=hertz)
        return done, dict(self._scores())

    def source(self) -> Path:
        """Return the instructor's notebook, hidden tests included."""
        return self.root / "source" / NAME / f"{NAME}.ipynb"

    def _scores(self) -> Iterator[tuple[str, dict[str, float | None]]]:
        with Gradebook(f"sqlite:///{self.root / 'gradebook.db'}") as book:
            for submission in book.assignment_submissions(NAME):
                (notebook,) = submission.notebooks
                found = {grade.name: grade.auto_score for grade in notebook.grades}
                yield (
                    submission.student.id,
                    {one.id: sum(found[f"{one.cell}-{name}"] for name in one.checks) for one in EXERCISES},
                )

    def _run(self, *command: str, hertz: float = 0) -> Measurement:
        return measure([sys.executable, "-m", "nbgrader", *command], self.root, environment(self.root), hertz=hertz)

    def _notebook(self, kind: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.root / kind / NAME / f"{NAME}.ipynb").read_text(encoding="utf-8"))
        return found


def make_stock_course(folder: Path, ours: dict[str, Any]) -> StockCourse:
    """Write a stock course into `folder` and generate its assignment.

    Parameters
    ----------
    ours : the instructor's notebook of our chapter, whose cells the stock one shares.
    """
    made = StockCourse(folder)
    (folder / "home").mkdir(parents=True)
    (folder / "nbgrader_config.py").write_text(_CONFIG, encoding="utf-8")
    made.source().parent.mkdir(parents=True)
    made.source().write_text(json.dumps(_with_hidden_tests(ours)), encoding="utf-8")
    made._run("generate_assignment", NAME)
    shutil.copy(folder / "gradebook.db", folder / _KEPT)
    return made


def _with_hidden_tests(ours: dict[str, Any]) -> dict[str, Any]:
    by_cell = {exercise.cell: exercise for exercise in EXERCISES}
    cells: list[dict[str, Any]] = []
    for cell in copy.deepcopy(ours["cells"]):
        mark = cell["metadata"].pop("nbgrader", {})
        cell["metadata"] = {}
        if exercise := by_cell.get(cell["id"]):
            cells.append(_marked(cell, cell["id"], solution=True))
            cells += [_test_cell(f"{exercise.cell}-{name}", name) for name in exercise.checks]
        elif not mark.get("grade"):
            cells.append(cell)
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _test_cell(name: str, check: str) -> dict[str, Any]:
    test = body(check).replace("student.", "")
    # Imported again, because in nbgrader a test stands in the student's notebook, where the names may be gone.
    hidden = f"### BEGIN HIDDEN TESTS\n{CHECK_IMPORTS}rng = np.random.default_rng(7)\n{test}\n### END HIDDEN TESTS"
    cell: dict[str, Any] = {
        "cell_type": "code",
        "id": name,
        "metadata": {},
        "source": hidden,
        "outputs": [],
        "execution_count": None,
    }
    return _marked(cell, name, grade=True)


def _marked(cell: dict[str, Any], name: str, *, solution: bool = False, grade: bool = False) -> dict[str, Any]:
    mark: dict[str, Any] = {"grade": grade, "grade_id": name, "locked": grade, "schema_version": 3, "task": False}
    points = {"points": 1} if grade else {}
    cell["metadata"]["nbgrader"] = {**mark, **points, "solution": solution}
    return cell
