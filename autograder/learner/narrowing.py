"""Which files of checks ``-k`` can be about: the others need not be imported, most of the time of a short run."""

from __future__ import annotations

import re
from pathlib import Path

from course.project import Project
from course.syllabus import load_syllabus

_WORD = re.compile(r"[^\s()]+")


class Narrowing:
    """Says of a file of checks whether an expression of ``-k`` may choose one of them.

    pytest looks for each word in the names of a check, of its exercise and of what it is in: all of them stand in the
    path, in the file's text or in the syllabus. Without a ``not``, what contains none of the words is not chosen.
    """

    def __init__(self, project: Project, wanted: str) -> None:
        self._checks = project.checks
        self._words = [word.lower() for word in _WORD.findall(wanted) if word not in ("and", "or")]
        if "not" in self._words:
            self._words = []
        chapters = load_syllabus(project.syllabus).chapter if self._words else ()
        self._ids = {one.name: [exercise.id for exercise in one.exercise] for one in chapters}

    def chapter_of(self, path: Path) -> str:
        """Return the chapter that a file of checks is of; empty for other files."""
        return path.parent.name if path.suffix == ".py" and path.parent.parent == self._checks else ""

    def leaves_out(self, path: Path) -> bool:
        """Return whether no check of a file can be chosen; False for what is no file of checks, or can't be read."""
        if not self._words or path.suffix != ".py" or not path.is_relative_to(self._checks):
            return False
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, ValueError):
            return False  # pytest says what is wrong with it
        known = "\n".join([str(path), text, *self._ids.get(path.parent.name, ())]).lower()
        return not any(word in known for word in self._words)
