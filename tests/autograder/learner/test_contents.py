"""What `course start` says of a chapter: each exercise with its points, minutes, difficulty and section."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from autograder.learner.contents import contents
from course.authoring.build import build
from course.syllabus import load_syllabus
from tests.support import minichapter


def test_each_exercise_is_told_with_what_it_takes(tmp_path: Path) -> None:
    project = minichapter.make_project(tmp_path)
    chapter = load_syllabus(project.syllabus).find("ch99")
    console = Console(file=io.StringIO(), width=120)
    console.print(contents(chapter, build(project, chapter)), highlight=False)
    assert isinstance(console.file, io.StringIO)
    text = console.file.getvalue()
    assert "A miniature chapter: about 60 minutes in all" in text
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in text.split("\n")]
    assert ["p.99.1", "Twice as much", "4", "20", "easy", "core", "Numbers"] in rows
    assert ["p.99.3", "How many corners?", "1", "5", "easy", "extra", "Numbers"] in rows
    assert ["p.99.4", "Why scale?", "2", "20", "hard", "core", "Scaling"] in rows
