"""Where a checkout of the course keeps its folders."""

from __future__ import annotations

import contextlib
import functools
import os
import stat
import sys
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from course.errors import SetupError


def data_cache() -> Path:
    """Return the folder downloaded data sets are kept in: ``COURSE_DATA_CACHE``, else the user's cache folder."""
    named = os.environ.get("COURSE_DATA_CACHE")
    return Path(named).expanduser() if named else platformdirs.user_cache_path("handson-course")


def commands_path(others: str | None = None) -> str:
    """Return a PATH on which the commands of our own environment come first, whether or not it has been activated.

    Parameters
    ----------
    others : what follows; this process's own PATH by default.
    """
    return os.pathsep.join([str(Path(sys.executable).parent), others or os.environ.get("PATH", os.defpath)])


@dataclass(frozen=True)
class Project:
    """The folders of one checkout.

    Attributes
    ----------
    root : the folder that holds ``source``, ``solutions`` and ``autograder``.
    built : where generated files go; ``build`` in the root by default.
    """

    root: Path
    built: Path | None = None

    @classmethod
    def find(cls, start: Path | None = None) -> Project:
        """Return the checkout named by ``COURSE_ROOT``, else the one around `start` (default: the working
        directory), else the one this package was installed from in editable mode. ``COURSE_BUILD`` names another
        folder for generated files, relative to the root.

        Raises
        ------
        SetupError : none of them is a checkout.
        """
        named = os.environ.get("COURSE_ROOT")
        start = (start or Path.cwd()).resolve()
        package_home = Path(__file__).resolve().parent.parent
        for folder in [Path(named).resolve()] if named else [start, *start.parents, package_home]:
            if (folder / "source").is_dir() and (folder / "autograder").is_dir():
                built = os.environ.get("COURSE_BUILD")
                return cls(folder, (folder / built).resolve() if built else None)
        where = f"COURSE_ROOT={named}" if named else str(start)
        raise SetupError(
            f"{where} is not a checkout of the course: run the command in the folder "
            "that holds source/ and autograder/, or set COURSE_ROOT to it."
        )

    def importable(self) -> Project:
        """Make ``solutions`` and ``autograder`` importable from this checkout."""
        if str(self.root) not in sys.path:
            sys.path.insert(0, str(self.root))
        return self

    def activate(self) -> Project:
        """Make the checkout importable, and keep what is made in it private: for commands, whose process is ours.

        What this process makes from now on is for its user alone, whatever the umask was: in the build folder are
        solutions, hidden inputs, the gradebook and everybody's work. A build folder that others can enter is closed;
        to its group it stays open where it was made so with the set-group-id bit, as nbgrader's ``groupshared`` wants.
        """
        self.importable()
        os.umask(0o077)
        with contextlib.suppress(OSError):  # another's, who has to close it; a hub looks (hub_config/local/fitness.py)
            mode = self.build.stat().st_mode
            shared = mode & 0o070 if mode & stat.S_ISGID else 0
            if mode & 0o077 != shared:
                self.build.chmod((mode & 0o7700) | shared)
        return self

    def check_owner(self) -> None:
        """Raise `SetupError` where root works in a build folder of another's, who could not change what it leaves."""
        if os.name != "posix" or os.geteuid() != 0 or not self.build.exists() or self.build.stat().st_uid == 0:
            return
        try:
            owner = self.build.owner()
        except KeyError:
            owner = str(self.build.stat().st_uid)
        raise SetupError(
            f"{self.build} belongs to {owner}, who could not change what root leaves in it. Run the command in a "
            f"terminal of the course's server, or as that account: runuser -u {owner} -- course …"
        )

    @property
    def syllabus(self) -> Path:
        return self.root / "course" / "syllabus.toml"

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def solutions(self) -> Path:
        return self.root / "solutions"

    @property
    def checks(self) -> Path:
        return self.root / "autograder" / "checks"

    @property
    def mutants(self) -> Path:
        return self.root / "autograder" / "mutants"

    @property
    def chapters(self) -> tuple[str, ...]:
        """The names of the syllabus's chapters; none where there is no syllabus."""
        return _chapters(self.syllabus, _version(self.syllabus))

    def solution_files(self, chapter: str) -> list[Path]:
        """Return a chapter's files of answers, one for each theme: ``solutions/<chapter>/<theme>.py``."""
        return _themes(self.solutions / chapter)

    def check_files(self, chapter: str) -> list[Path]:
        """Return a chapter's files of checks: ``checks/<chapter>/test_<theme>.py``."""
        return sorted((self.checks / chapter).glob("test_*.py"))

    def input_files(self, chapter: str) -> list[Path]:
        """Return what a chapter's checks share: ``checks/<chapter>/inputs.py`` or ``inputs_<what>.py``."""
        return sorted((self.checks / chapter).glob("inputs*.py"))

    def headline_files(self, chapter: str) -> list[Path]:
        """Return a chapter's files of full-size figures: ``checks/<chapter>/headline.py`` or ``headline_<what>.py``."""
        return sorted((self.checks / chapter).glob("headline*.py"))

    def mutant_files(self, chapter: str) -> list[Path]:
        """Return a chapter's files of other answers: ``mutants/<chapter>/<theme>.py``, and ``by_heart.py``."""
        return _themes(self.mutants / chapter)

    @property
    def build(self) -> Path:
        """The nbgrader course directory: generated, ignored by git, deletable."""
        return self.built or self.root / "build"

    @property
    def work(self) -> Path:
        """Where a self-learner's own notebooks are."""
        return self.root / "work"


def _themes(folder: Path) -> list[Path]:
    return sorted(path for path in folder.glob("*.py") if path.name != "__init__.py")


def _version(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return 0, -1
    return found.st_mtime_ns, found.st_size


@functools.lru_cache(maxsize=16)
def _chapters(syllabus: Path, version: tuple[int, int]) -> tuple[str, ...]:
    """The names of all chapters; `version` tells whether the file is still the one that was read before."""
    from course.syllabus import load_syllabus  # not for who only asks where data is kept, as each kernel does

    return tuple(chapter.name for chapter in load_syllabus(syllabus)) if version[1] >= 0 else ()
