"""Files a graded hand-in in ``build/autograded/<student>/<chapter>/``, as ``nbgrader autograde`` does."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nbgrader.converters import Autograde
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files
from traitlets.config import Config

from course.errors import EngineError
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
    shutil.rmtree(folder / chapter, ignore_errors=True)
    try:
        yield
    finally:
        shutil.rmtree(folder / chapter, ignore_errors=True)
        if folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()


def file_autograded(project: Project, chapter: str, student: str, hand_in: Path, notebook: str, rules: Rules) -> None:
    """Put a graded notebook and what was handed in beside it where nbgrader looks for them.

    Each file is replaced as a whole, and what is not part of the hand-in any more is removed. Other notebooks are
    left out, and so are links, which may point to what is not the student's.

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
    files = {**_files(hand_in, rules.ignored), **_files(project.build / "source" / chapter, rules.ignored)}
    try:
        drafts.mkdir(parents=True, exist_ok=True)
        for name, path in files.items():
            with _replacing(target / name, drafts, rules.permissions) as draft:
                shutil.copyfile(path, draft)
        with _replacing(target / f"{chapter}.ipynb", drafts, rules.permissions) as draft:
            draft.write_text(notebook + "\n", encoding="utf-8", errors="surrogatepass", newline="\n")
        _remove_others(target, {*files, Path(f"{chapter}.ipynb")})
    except OSError as error:
        raise EngineError(
            f"{target} can't be written: {error}. Free some space, or mend the permissions, and run again."
        ) from error


def _files(folder: Path, ignored: tuple[str, ...]) -> dict[Path, Path]:
    found = map(Path, find_all_files(str(folder), [*ignored, "*.ipynb"]))
    return {path.relative_to(folder): path for path in found if path.is_file() and not path.is_symlink()}


@contextmanager
def _replacing(path: Path, drafts: Path, permissions: int) -> Iterator[Path]:
    """Yield where to write what is to replace `path`."""
    draft = drafts / f"{os.getpid()}-{path.name}"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield draft
        draft.chmod(permissions)
        os.replace(draft, path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def _remove_others(folder: Path, kept: set[Path]) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):  # what is in a folder before the folder
        if path.is_dir() and not path.is_symlink():
            if not any(path.iterdir()):
                path.rmdir()
        elif path.relative_to(folder) not in kept:
            path.unlink()
