"""Our engine inside nbgrader: with these preprocessors ``nbgrader autograde`` and formgrader give our grades.

`RestoreCells` stands for nbgrader's sanitizing ones, `Judge` for ``Execute``, `SaveGrades` for ``SaveAutoGrades``.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader import utils
from nbgrader.api import Gradebook
from nbgrader.auth import JupyterHubAuthPlugin
from nbgrader.converters.base import NbGraderException
from nbgrader.preprocessors import (
    AssignLatePenalties,
    CheckCellMetadata,
    NbGraderPreprocessor,
    OverwriteKernelspec,
    SaveAutoGrades,
)
from traitlets.config import Config
from traitlets.config.loader import PyFileConfigLoader

from autograder.classroom import legacy
from autograder.classroom.assignment import opened
from autograder.classroom.hand_grades import asks, noted
from autograder.classroom.regrade import grade_stored
from autograder.classroom.store import Store
from autograder.classroom.written import written
from autograder.engine.submission.reading import refuse_too_many
from autograder.engine.submission.restore import WrongNotebook, restore
from autograder.feedback.page import show
from course.errors import CourseError
from course.nbgrader_plugins.config import configure as configure_course
from course.nbgrader_plugins.gradebook import alembic_in_process, gradebook_url
from course.project import Project


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]  # nbgrader has no types
    """Puts the submitted notebook back into the released shape."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Called by nbgrader once per submitted notebook, before anything is run."""
        try:
            if legacy.is_legacy(Project.find(), resources):
                return legacy.restore_cells(self, nb, resources)
            assignment = opened(Project.find().activate(), resources["nbgrader"]["assignment"]).assignment
            refuse_too_many(f"{assignment.chapter.name}.ipynb", len(nb.cells))
            return restore(nb, assignment.release).notebook, resources
        except (WrongNotebook, CourseError) as error:
            raise NbGraderException(str(error)) from error


class Judge(NbGraderPreprocessor):  # type: ignore[misc]
    """Runs the notebook in its own process, judges it from here, and puts scores into the test cells' outputs.

    What is stored from the last time and still holds is not judged again.
    """

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Called by nbgrader once per restored notebook; `SaveGrades` reads what it leaves."""
        project, student = Project.find(), resources["nbgrader"]["student"]
        try:
            if legacy.is_legacy(project, resources):
                return legacy.execute(self, nb, resources)
            found = opened(project.activate(), resources["nbgrader"]["assignment"])
            stores = (Store.of(project, found.assignment.chapter), Store.instant(project, found.assignment.chapter))
            graded = grade_stored(nb, student, found, stores[0], instant=stores[1])
        except CourseError as error:
            raise NbGraderException(str(error)) from error
        self.log.info("%s: %s", student, graded.result.status)
        return show(graded), resources


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's ``SaveAutoGrades``, but what we have not judged gets no score and asks for a person, and a grade that
    a person has given to the same answer does not."""

    def preprocess(self, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
        """Called by nbgrader once per judged notebook."""
        self._answers = {} if legacy.is_legacy(Project.find(), resources) else written(nb.cells)
        saved: tuple[NotebookNode, Any] = super().preprocess(nb, resources)
        return saved

    def _add_score(self, cell: NotebookNode, resources: Any) -> None:
        grade_id = cell.metadata["nbgrader"]["grade_id"]
        if grade_id not in self._answers:
            super()._add_score(cell, resources)
            return
        entry = self.gradebook.find_grade(grade_id, self.notebook_id, self.assignment_id, self.student_id)
        judged = cell.metadata.get("course", {}).get("judged", True)
        entry.auto_score = utils.determine_grade(cell, self.log)[0] if judged else None
        connection = self.gradebook.db.connection()
        entry.needs_manual_grade = asks(
            connection, entry.id, noted(connection, entry.notebook.id).get(entry.id), self._answers[grade_id],
            by_hand=entry.manual_score is not None, flagged=entry.needs_manual_grade,
            judged=entry.auto_score is not None,
        )  # fmt: skip
        self.gradebook.db.commit()


def configure(c: Config, project: Project) -> Config:
    """Set in `c` all that nbgrader needs to release and grade `project`'s chapters, and return it."""
    configure_course(c, project)
    c.Autograde.sanitize_preprocessors = [RestoreCells, OverwriteKernelspec, CheckCellMetadata]
    c.Autograde.autograde_preprocessors = [Judge, SaveGrades, AssignLatePenalties, CheckCellMetadata]
    return c


def configure_grader(c: Config, root: str, course: str = "") -> Config:
    """Set in `c` what nbgrader needs in a hub's server that works on the checkout in `root`, and return it.

    Parameters
    ----------
    course : its id, for the server that all of its graders share, which may ask the hub who they are; without one it is
        a grader's own, and ``COURSE_ID`` in the environment names the course.
    """
    configure(c, Project.find(Path(root)).activate())
    c.CourseDirectory.course_id = course or os.environ["COURSE_ID"]
    if course:
        c.Authenticator.plugin_class = JupyterHubAuthPlugin
    return c


def stock_config(project: Project) -> Config:
    """Return nbgrader's configuration as its own commands find it in the checkout: late penalties, permissions, …

    Where the course is and which gradebook it has are ours to say (`configure`).
    """
    config = Config()
    if (project.root / "nbgrader_config.py").is_file():
        config.merge(PyFileConfigLoader("nbgrader_config.py", path=str(project.root)).load_config())
    return configure(config, project)


def gradebook(project: Project) -> Any:
    """Return nbgrader's gradebook of this checkout, made if there is none, to be used as a context manager."""
    project.build.mkdir(parents=True, exist_ok=True)
    with alembic_in_process():
        return Gradebook(gradebook_url(project))
