"""Brings hand-ins to ``build/submitted/<student>/<chapter>/``, where they are graded."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from course.errors import OperatorError, SetupError
from course.project import Project
from course.syllabus import Chapter

_STUDENT = re.compile(r"^[\w][\w.@-]*$")  # what may be a folder's name and a gradebook's key


def is_student(name: str) -> bool:
    """Whether `name` can be a student's id: a folder's name, and a gradebook's key."""
    return _STUDENT.match(name) is not None


def collect_folder(project: Project, chapter: Chapter, source: Path) -> list[str]:
    """Copy ``<student>.ipynb`` files, or the notebooks in ``<student>/`` folders, and return the students.

    Raises
    ------
    SetupError : `source` is no folder.
    OperatorError : a name can't be a student's id, a file can't be copied, or is a link, which could lead to any file
        that the grader may read; what is none of these has been collected then.
    """
    if not source.is_dir():
        raise SetupError(f"{source} is not a folder: name the one that holds the hand-ins.")
    students, links = [], []
    for path in sorted(source.iterdir()):
        if path.suffix != ".ipynb" and not path.is_dir():
            continue
        if path.is_symlink():
            links.append(path)
            continue
        student = path.stem if path.is_file() else path.name
        if not is_student(student):
            raise OperatorError(f"{path} can't be collected: {student!r} is not a student's id. Rename it.")
        target = project.build / "submitted" / student / chapter.name
        target.mkdir(parents=True, exist_ok=True)
        for notebook in [path] if path.is_file() else sorted(path.glob("*.ipynb")):
            name = f"{chapter.name}.ipynb" if path.is_file() else notebook.name
            if notebook.is_symlink():
                links.append(notebook)
                continue
            try:
                shutil.copyfile(notebook, target / name)
            except OSError as error:
                raise OperatorError(f"{notebook} can't be copied: {error.strerror}.") from error
        students.append(student)
    if links:
        named = ", ".join(map(str, links))
        raise OperatorError(f"Not collected, because a link may lead anywhere: {named}. Ask for the notebook itself.")
    return students


def collect_exchange(project: Project, chapter: Chapter) -> list[str]:
    """Collect from nbgrader's exchange, as ``nbgrader collect`` does, and return the students.

    Raises
    ------
    OperatorError : nbgrader could not.
    """
    from nbgrader.apps.api import NbGraderAPI
    from nbgrader.coursedir import CourseDirectory
    from traitlets.config import Config

    from course.nbgrader_plugins import configure

    config = configure(Config(), project)
    outcome = NbGraderAPI(CourseDirectory(config=config), config=config).collect(chapter.name, update=True)
    if not outcome["success"]:
        reason = str(outcome.get("error") or outcome.get("log") or "").strip().split("\n")[-1]
        raise OperatorError(f"nbgrader could not collect {chapter.name}: {reason}")
    return sorted(folder.parent.name for folder in (project.build / "submitted").glob(f"*/{chapter.name}"))
