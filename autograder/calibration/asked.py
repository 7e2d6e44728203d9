"""Which names an exercise asks for, and which of them a check does.

Only who replaces one of those that a check asks for can do otherwise with it than the reference.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from autograder.engine.wire import codec
from autograder.engine.wire.proxy import LocalSession
from course.authoring.script import Findings, imports, read_script
from course.project import Project
from course.syllabus import Chapter, Exercise


class Listening(LocalSession):
    """A session that notes which of its names are asked for."""

    def __init__(self, namespace: Mapping[str, Any]) -> None:
        super().__init__(dict(namespace))
        self.names: set[str] = set()

    def request(self, frame: bytes) -> bytes:
        """Called by `Student` for each request."""
        message = codec.decode(frame, lambda number, _: _Number(number))
        if message["do"] == "get" and message["on"] == _Number(0):
            self.names.add(message["name"])
        return super().request(frame)


@dataclass(frozen=True)
class _Number:
    """Stands for the object behind a handle; 0 is the submission as a whole."""

    number: int


def answer_names(project: Project, chapter: Chapter, exercise: Exercise) -> set[str]:
    """Return the names that an exercise's cells ask for; words for a person to read are not among them."""
    path, module = project.source / f"{chapter.name}.py", f"solutions.{chapter.name}"
    findings = Findings(chapter.name)
    words = {exercise.text_name, f"{exercise.text_name}_RUBRIC"} if exercise.kind == "text" else set()
    return {
        one.name
        for cell in read_script(path, findings)
        if cell.exercise == exercise.id
        for one in imports(cell, module, path, findings)
        if not one.name.startswith("_") and one.name not in words
    }
