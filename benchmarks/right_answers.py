"""A chapter's reference answers as one submission, graded as a student's is."""

from __future__ import annotations

import copy
import dataclasses
import os
import secrets
from unittest import mock

from nbformat import NotebookNode

from autograder.classroom.assignment import open_examiner
from autograder.engine.judging.grade import Assignment, grade
from autograder.engine.result import Result
from course.authoring.build import assemble
from course.devices import VARIABLE
from course.project import Project
from course.syllabus import Chapter, Limits

_STUB = "raise NotImplementedError()"


class RightAnswers:
    """The submission, and what grades it.

    Parameters
    ----------
    quick : grade its first exercise with code only.
    """

    def __init__(self, project: Project, chapter: Chapter, quick: bool = False) -> None:
        self._notebook = assemble(project, chapter).notebook
        release = _emptied(self._notebook)
        examiner = open_examiner(project, chapter)
        only = frozenset({next(one.id for one in chapter.exercise if one.kind == "code")} if quick else ())
        self._assignment = Assignment(chapter, release, examiner, secrets.token_hex(16), only)

    def graded(self, gpu: str) -> Result:
        """Grade them with the limit `gpu`. What the grader itself computes, it computes on the CPU each time."""
        chapter = self._assignment.chapter
        limits = Limits.model_validate({**chapter.limits.model_dump(), "gpu": gpu})
        changed = dataclasses.replace(self._assignment, chapter=chapter.model_copy(update={"limits": limits}))
        with mock.patch.dict(os.environ, {VARIABLE: "cpu"}):
            return grade(copy.deepcopy(self._notebook), "bench", changed).result


def _emptied(notebook: NotebookNode) -> NotebookNode:
    """The same without answers, as far as grading asks for a release."""
    release = copy.deepcopy(notebook)
    for cell in release.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution"):
            cell.source = _STUB if cell.cell_type == "code" else ""
    return release
