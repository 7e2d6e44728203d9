"""The syllabus: what it says of an exercise, and what minutes are worth."""

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


def load(tmp_path: Path, line: str) -> Exercise:
    path = tmp_path / "syllabus.toml"
    exercise = f'[[chapter.exercise]]\nid = "p.99.1"\nkind = "code"\ntitle = "Guess"\n{line}\n'
    path.write_text(f'[[chapter]]\nname = "ch99_mini"\ntitle = "Mini"\n\n{exercise}', encoding="utf-8")
    return load_syllabus(path).chapter[0].exercise[0]


@pytest.mark.parametrize(
    ("line", "key", "said"),
    [
        ('difficulty = "hopeless"', "difficulty", "'easy', 'medium' or 'hard'"),
        ("difficulty = 3", "difficulty", "'easy'"),
        ('extra = "yes"', "extra", "valid boolean"),
        ("extra = 1", "extra", "valid boolean"),
        ('section = "Boosting *now*"', "section", "without '*'"),
        ('section = "[bold]"', "section", "without '['"),
        ('section = "A · B"', "section", "without '·'"),
        ('section = " Boosting"', "section", "without spaces around it"),
        ('section = "a\\nb"', "section", "has to be one line"),
        (f'section = "{"long " * 13}"', "section", "at most 60 characters"),
        ('sections = "Boosting"', "sections", "no such key"),
    ],
)
def test_what_is_no_field_names_its_key(tmp_path: Path, line: str, key: str, said: str) -> None:
    with pytest.raises(AuthorError, match=key) as caught:
        load(tmp_path, line)
    assert said in str(caught.value)


def test_what_is_said_of_an_exercise_is_said_in_one_order(tmp_path: Path) -> None:
    told = load(tmp_path, 'extra = true\nsection = "The k in k-NN?"\ndifficulty = "hard"\nminutes = 20')
    assert told.facts == ("about 20 min", "hard", "extra", "§ The k in k-NN?")
    assert told.part == "extra"
    silent = load(tmp_path, "")
    assert (silent.facts, silent.part) == ((), "core")
