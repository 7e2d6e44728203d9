"""What a release does to a gradebook in which there is something already."""

from __future__ import annotations

from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from course.authoring.release_gradebook import copy, take_over
from course.nbgrader_plugins.gradebook import alembic_in_process


@pytest.mark.parametrize("course", ["default_course", "ml"])
def test_its_course_is_there_already(course: str, tmp_path: Path) -> None:
    """By another chapter, or by a list of students."""
    book, draft = tmp_path / "book.db", tmp_path / "draft.db"
    with alembic_in_process(), Gradebook(f"sqlite:///{book}", course) as before:
        before.add_assignment("ch01", course_id=course)
    copy(book, draft, "ch02")
    with Gradebook(f"sqlite:///{draft}", course) as made:
        made.add_assignment("ch02", course_id=course)
    take_over(draft, book, "ch02")
    with Gradebook(f"sqlite:///{book}", course) as after:
        assert {(one.name, one.course_id) for one in after.assignments} == {("ch01", course), ("ch02", course)}
