"""Make the students' version of a chapter by nbgrader, and prove that it gives nothing away (`leaks`)."""

from __future__ import annotations

import contextlib
import dataclasses
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from course.authoring.build import build
from course.authoring.leaks import leaks
from course.errors import AuthorError, Problem
from course.files import remove, replaced
from course.project import Project
from course.syllabus import Chapter

_DRAFT, _GIVEN_UP = ".release-draft-", 24 * 3600.0  # seconds after which nobody is at work on one


def release(project: Project, chapter: Chapter, full_size: bool = False) -> Path:
    """Build `chapter`, generate the students' version and prove it clean.

    All is made in a folder of its own and on a copy of the gradebook, and proven there. Only then the gradebook, the
    instructor's version and the release are replaced, each at once: whatever goes wrong, and whenever the process is
    killed, an earlier release is there as it was. After the latter, release again.

    Parameters
    ----------
    project, chapter : what to release; an earlier release of the chapter is replaced.
    full_size : with points for the targets on all the data.

    Returns
    -------
    The folder ``build/release/<chapter>``, which holds the notebook and nothing else.

    Raises
    ------
    AuthorError : the chapter is broken, or the release would give something away.
    OperatorError : nbgrader refused, for instance because submissions to other questions are in the gradebook.
    """
    # Imported here: nbgrader takes a second to import, and only instructors have it.
    from course.authoring import release_gradebook
    from course.nbgrader_plugins.gradebook import gradebook_url

    project.build.mkdir(parents=True, exist_ok=True)
    url = gradebook_url(project)
    book = release_gradebook.file_of(url)
    source, folder = (project.build / kind / chapter.name for kind in ("source", "release"))
    with _draft(project) as draft:
        if source.is_dir():  # what an author has put beside the notebook
            shutil.copytree(source, draft.build / "source" / chapter.name)
        build(draft, chapter, full_size)
        copied = draft.build / "gradebook.db"
        if book is not None:
            release_gradebook.copy(book, copied, chapter.name)
        _generate(draft, chapter, f"sqlite:///{copied}")
        if problems := leaks(draft, chapter):
            raise AuthorError([_in_place(problem, draft, project) for problem in problems])
        if book is None:  # a database elsewhere: nbgrader itself writes to it, now that nothing is wrong
            _generate(draft, chapter, url)
        else:
            release_gradebook.take_over(copied, book, chapter.name)
        for made in (source, folder):
            with replaced(made) as new:
                shutil.copytree(draft.build / made.parent.name / chapter.name, new, dirs_exist_ok=True)
    return folder


@contextlib.contextmanager
def _draft(project: Project) -> Iterator[Project]:
    """Yield the project with an empty build folder, beside the files that it is to replace."""
    with tempfile.TemporaryDirectory(dir=project.build, prefix=_DRAFT, ignore_cleanup_errors=True) as name:
        for left in project.build.glob(f"{_DRAFT}*"):  # by a process that was killed
            if left.name != Path(name).name and left.stat().st_mtime < time.time() - _GIVEN_UP:
                remove(left)
        yield Project(project.root, Path(name))


def _in_place(problem: Problem, draft: Project, project: Project) -> Problem:
    """Say of a file of the draft where it would be."""
    if not problem.path.is_relative_to(draft.build):
        return problem
    return dataclasses.replace(problem, path=project.build / problem.path.relative_to(draft.build))


def _generate(project: Project, chapter: Chapter, db_url: str) -> None:
    """Run nbgrader's own converter on the built notebook; it also enters the questions into the gradebook."""
    from nbgrader.converters import GenerateAssignment

    from course.nbgrader_plugins.converter import run_converter

    run_converter(GenerateAssignment, project, chapter.name, "release", db_url)
