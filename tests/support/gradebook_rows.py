"""Rows of nbgrader's gradebook, as a release leaves them, without one."""

from __future__ import annotations

from nbformat import NotebookNode
from nbgrader.api import Gradebook

from course.nbgrader_plugins.gradebook import alembic_in_process


def add_assignment(database: str, name: str, release: NotebookNode) -> None:
    """Make a gradebook know an assignment of one notebook, with the cells that are graded and those to be answered."""
    with alembic_in_process(), Gradebook(database) as book:
        book.add_assignment(name)
        book.add_notebook(name, name)
        for cell in release.cells:
            if mark := cell.metadata.get("nbgrader"):
                if mark["grade"]:
                    kind, most = cell.cell_type, mark["points"]
                    book.add_grade_cell(mark["grade_id"], name, name, max_score=most, cell_type=kind)
                if mark["solution"]:
                    book.add_solution_cell(mark["grade_id"], name, name)
