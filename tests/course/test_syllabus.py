"""The syllabus: minutes, and what they are worth."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.errors import AuthorError
from course.syllabus import Exercise, load_syllabus


@pytest.mark.parametrize(
    ("minutes", "points", "right"),
    [(20, 4, True), (20, 2, True), (20, 8, True), (20, 1, False), (20, 9, False), (5, 1, True), (180, 4, False)],
)
def test_a_point_is_five_minutes_within_a_factor_of_two(minutes: int, points: int, right: bool) -> None:
    assert Exercise(id="p.99.1", kind="code", title="Guess", minutes=minutes).is_worth(points) is right


def test_without_minutes_any_points_do() -> None:
    assert Exercise(id="p.99.1", kind="code", title="Guess").is_worth(50)


@pytest.mark.parametrize("minutes", ["0", "-5", "601", "2.5", '"ten"'])
def test_minutes_that_are_none_name_their_key(tmp_path: Path, minutes: str) -> None:
    path = tmp_path / "syllabus.toml"
    exercise = f'[[chapter.exercise]]\nid = "p.99.1"\nkind = "code"\ntitle = "Guess"\nminutes = {minutes}\n'
    path.write_text(f'[[chapter]]\nname = "ch99_mini"\ntitle = "Mini"\n\n{exercise}', encoding="utf-8")
    with pytest.raises(AuthorError, match="minutes"):
        load_syllabus(path)
