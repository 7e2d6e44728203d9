"""Assignments of the course that are not chapters of ours: their tests stand in the notebook, as nbgrader has them.

Our preprocessors hand them to nbgrader's own, so that both kinds live in one course and each gets its scores. What
nbgrader's way can't give stays away: a submission to such an assignment runs in the same process as its tests, though
that process is kept from everything else.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from nbconvert.preprocessors import ClearMetadataPreprocessor
from nbformat import NotebookNode
from nbgrader.preprocessors import (
    ClearOutput,
    DeduplicateIds,
    Execute,
    IgnorePattern,
    LimitOutput,
    NbGraderPreprocessor,
    OverwriteCells,
)

from autograder.engine.isolation.tiers import Tier
from autograder.engine.session.kernel_client import WARM
from autograder.engine.settings import load_settings
from course.errors import SetupError
from course.project import Project
from course.syllabus import load_syllabus


def is_legacy(project: Project, resources: Any) -> bool:
    """Return whether a notebook belongs to an assignment that is no chapter of ours.

    Parameters
    ----------
    resources : nbgrader's, with the names of assignment and notebook.

    Raises
    ------
    SetupError : it was built by us, but its chapter is not in the syllabus. Its checks are not in the notebook, so
        that nbgrader would give points for the public examples alone.
    """
    name, notebook = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
    if name in {chapter.name for chapter in load_syllabus(project.syllabus)}:
        return False
    source = project.build / "source" / name / f"{notebook}.ipynb"
    if source.exists() and any("course" in cell["metadata"] for cell in json.loads(source.read_text("utf-8"))["cells"]):
        raise SetupError(f"{name} was built from a chapter that is no longer in the syllabus: put it back, then grade.")
    return True


def restore_cells(parent: NbGraderPreprocessor, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Do what nbgrader's own sanitizing preprocessors do."""
    return _apply((ClearOutput, DeduplicateIds, OverwriteCells), parent, nb, resources)


def execute(parent: NbGraderPreprocessor, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    """Run the notebook, tests included, in the kernel that ``c.Execute.kernel_name`` names; else, if it is one of
    Python's, in a warm and isolated one where it is installed; else in its own."""
    chosen = {} if parent.config.Execute.get("kernel_name") or not _isolable(nb) else {"kernel_name": WARM}
    nb, resources = Execute(parent=parent, **chosen)(nb, resources)
    return _apply((IgnorePattern, ClearMetadataPreprocessor, LimitOutput), parent, nb, resources)


def _isolable(nb: NotebookNode) -> bool:
    language = nb.metadata.get("kernelspec", {}).get("language", "python")
    wanted = sys.platform == "linux" and load_settings().tier is not Tier.T4
    return wanted and language == "python" and WARM in KernelSpecManager().find_kernel_specs()


def _apply(kinds: tuple[Any, ...], parent: Any, nb: NotebookNode, resources: Any) -> tuple[NotebookNode, Any]:
    for kind in kinds:
        nb, resources = kind(parent=parent)(nb, resources)
    return nb, resources
