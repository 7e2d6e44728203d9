"""A chapter's pages for its author, made anew whenever one of its files is saved."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from course.project import Project


@dataclass
class Preview:
    """The pages of a chapter, made anew whenever one of its files is saved.

    Parameters
    ----------
    folder : where the pages are.
    exercises : see `pages.write_pages`.
    tell : is told what happens.

    Attributes
    ----------
    version : how often they have been made.
    first : the page that is shown first.
    """

    project: Project
    chapter: str
    folder: Path
    exercises: Sequence[str]
    tell: Callable[[str], None]
    version: int = 0
    first: str = "index.html"
    _seen: float = -1.0

    def files(self) -> list[Path]:
        """Return the files that the pages are made of."""
        one, project = self.chapter, self.project
        folders = [project.root / "solutions" / one, project.checks / one, project.mutants / one]
        found = [path for folder in folders for path in folder.glob("*") if path.suffix in (".py", ".toml")]
        return [*found, project.source / f"{one}.py", project.syllabus]

    def look(self) -> bool:
        """Make the pages if a file has been saved since the last time; return whether it was tried."""
        newest = max(path.stat().st_mtime for path in self.files() if path.is_file())
        if newest == self._seen:
            return False
        self._seen = newest
        command = [sys.executable, "-W", "ignore", "-m", "autograder.preview.pages", self.chapter, str(self.folder)]
        begun = time.monotonic()
        done = subprocess.run(
            [*command, *self.exercises], cwd=self.project.root, capture_output=True, text=True, check=False
        )
        if done.returncode:
            self.tell(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "It could not be made.")
            return True
        self.version += 1
        self.tell(f"Made in {time.monotonic() - begun:.0f} s.")
        return True
