"""Keeps results: one folder per submission, so that a grade is computed once and no run is lost.

A result is stored under a key of all it depends on: what was handed in, the checks, thresholds, mutants and reference,
and the course's key. Whatever changes, the key does, and the submission is graded again.
"""

from __future__ import annotations

import functools
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

import nbformat
from pydantic import ValidationError

from autograder.engine.grade import Assignment, Graded
from autograder.engine.result import Result, Status
from course.errors import EngineError
from course.files import write_atomically
from course.project import Project
from course.syllabus import Chapter


@dataclass(frozen=True)
class Store:
    """The results of one chapter, in ``build/results/<chapter>/<student>/``."""

    folder: Path

    @classmethod
    def of(cls, project: Project, chapter: Chapter) -> Store:
        """Return the store of a chapter."""
        return cls(project.build / "results" / chapter.name)

    def save(self, key: str, graded: Graded) -> None:
        """Store a grade; a reader sees the old one or the new one, never a half.

        Raises
        ------
        EngineError : the disk is full, or the folder can't be written to.
        """
        folder = self.folder / graded.result.student
        try:
            write_atomically(folder / "notebook.ipynb", nbformat.writes(graded.notebook))
            content = {"key": key, "result": graded.result.model_dump(mode="json")}
            write_atomically(folder / "result.json", json.dumps(content, indent=1))
        except OSError as error:
            raise EngineError(f"The result of {graded.result.student} can't be stored: {error}.") from error

    def load(self, student: str, key: str | None = None, *, unjudged: bool = False) -> Graded | None:
        """Return the stored grade under `key` (default: any), or None.

        With a key, one that could not be judged is as good as none, so that it is tried again, unless `unjudged`.
        """
        folder = self.folder / student
        try:
            content = json.loads((folder / "result.json").read_text(encoding="utf-8"))
            result = Result.model_validate(content["result"])
            if key is not None and content["key"] != key:
                return None
            if key is not None and result.status is Status.NOT_JUDGED and not unjudged:
                return None
            return Graded(result, nbformat.read(folder / "notebook.ipynb", as_version=4))
        except (OSError, ValueError, KeyError, TypeError, ValidationError):
            return None  # absent or damaged: graded again


def key_of(assignment: Assignment, project: Project, student: str, attempt: str) -> str:
    """Return the key of one submission's result; `attempt` is the digest of what was handed in."""
    parts = [_digest_of_checks(project, assignment.chapter.name), assignment.key, student, attempt]
    parts += [assignment.chapter.model_dump_json(), *sorted(assignment.only)]
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


@functools.cache
def _digest_of_checks(project: Project, chapter: str) -> str:
    digest = hashlib.sha256()
    for folder, pattern in [
        (project.checks, f"*{chapter}*"),
        (project.mutants, f"{chapter}*.py"),
        (project.solutions, f"{chapter}.py"),
        (project.root / "autograder" / "engine", "*.py"),
        (project.build / "release" / chapter, "*.ipynb"),
    ]:
        for path in sorted(folder.glob(pattern)):
            if path.is_file():
                digest.update(path.name.encode() + b"\x1f" + path.read_bytes())
    return digest.hexdigest()
