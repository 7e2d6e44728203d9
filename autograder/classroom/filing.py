"""Files a graded hand-in in ``build/autograded/<student>/<chapter>/``, as ``nbgrader autograde`` does."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from course.errors import EngineError
from course.files import NAME_TROUBLE, remove, replaced
from course.hand_in_files import files_of
from course.project import Project

DRAFTS = "autograded-drafts"  # beside the folder, which formgrader lists


@dataclass(frozen=True)
class Rules:
    """What nbgrader's configuration says of files.

    Attributes
    ----------
    ignored : patterns of names that are left out.
    permissions : of the files that are written.
    """

    ignored: tuple[str, ...]
    permissions: int

    @classmethod
    def of(cls, config: Config) -> Rules:
        """Read them from nbgrader's configuration."""
        coursedir = CourseDirectory(config=config)
        converter = Autograde(coursedir=coursedir, config=config)
        return cls(tuple(coursedir.ignore), int(str(converter.permissions), 8))


@contextmanager
def no_drafts(project: Project, chapter: str) -> Iterator[None]:
    """Clear the unfinished files of a chapter, before and after; those before are of a run that was killed."""
    folder = project.build / DRAFTS
    remove(folder / chapter)
    try:
        yield
    finally:
        remove(folder / chapter)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def file_autograded(project: Project, chapter: str, student: str, hand_in: Path, notebook: str, rules: Rules) -> None:
    """Put a graded notebook and what was handed in beside it where nbgrader looks for them.

    The folder is made whole and takes the place of the one that is there, so that nothing of an earlier hand-in is
    in the way. Other notebooks are left out, and so is all that `files_of` leaves out: a student has named it.

    Parameters
    ----------
    hand_in : the submitted folder.
    notebook : as `feedback.show` leaves it, as text.
    rules : nbgrader's, for permissions and what to leave out.

    Raises
    ------
    EngineError : the disk is full, or a folder can't be read or written to.
    """
    target, drafts = project.build / "autograded" / student / chapter, project.build / DRAFTS / chapter
    try:
        with replaced(target, drafts) as folder:
            path = folder / f"{chapter}.ipynb"
            path.write_text(notebook + "\n", encoding="utf-8", errors="surrogatepass", newline="\n")
            path.chmod(rules.permissions)
            for source in (project.build / "source" / chapter, hand_in):  # ours first: a student's can't replace it
                for taken in files_of(source, (*rules.ignored, "*.ipynb")).taken if source.is_dir() else ():
                    _copy(taken.path, folder / taken.name, rules.permissions)
    except OSError as error:
        raise EngineError(
            f"{target} can't be written: {error}. Free some space, or mend the permissions, and run again."
        ) from error


def _copy(source: Path, target: Path, permissions: int) -> None:
    """Copy a file, unless there is one, or its name or place is one that this disk can't keep."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(source, target)
            target.chmod(permissions)
    except OSError as error:
        if error.errno not in NAME_TROUBLE:
            raise
