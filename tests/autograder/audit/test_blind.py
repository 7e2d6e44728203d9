"""Answers that were written blind are judged as what they were meant to be, unless a person has ruled otherwise."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from autograder.audit.blind import load_blind
from autograder.calibration.asked import answer_names
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

PROJECT = Project(Path(__file__).parents[3])
CHAPTERS = list(load_syllabus(PROJECT.syllabus))
WRITTEN = """# %% right
# Intent: halves are sums of tenths.
class Half:
    def __call__(self, value):
        import pickle
        return pickle.loads(pickle.dumps(self)).of(value)

    def of(self, value):
        return value / 2


def halve(values):
    return np.array([Half()(value) for value in values])


def double(values):
    return values + values


# %% wrong: double
# Misconception: Thinks that doubling is adding two.
def double(values):
    return values + 2


# %% wrong: halve
# Misconception: None, really.
def halve(values):
    return np.asarray(values) / 2
"""
RULED = '[[blind]]\nexercise = "p.99.1"\nanswer = "a, wrong: halve"\ncounts_as = "right"\nreason = "It is right."\n'


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    made = make_checkout(tmp_path)
    folder = made.project.mutants / NAME / "blind"
    folder.mkdir()
    (folder / "p.99.1-a.py").write_text(WRITTEN, encoding="utf-8")
    return made


def audited(checkout: Checkout, ok: int) -> dict[str, Any]:
    command = (
        "course",
        "audit",
        NAME,
        "--exercise",
        "p.99.1",
        "--seconds",
        "1",
        "--workers",
        "2",
        "--resume",
        "--json",
    )
    (row,) = json.loads(checkout.run(*command, ok=ok).stdout)
    found: dict[str, Any] = row
    return found


def test_right_ones_pass_and_wrong_ones_are_caught_where_they_are_wrong(checkout: Checkout) -> None:
    row = audited(checkout, ok=1)
    assert (row["blind_right"], row["blind_right_passed"], row["blind_lost"]) == (1, 1, [])
    assert (row["blind_wrong"], row["blind_wrong_caught"], row["blind_kept"]) == (2, 1, ["a, wrong: halve"])
    assert not row["holds"]
    (checkout.project.mutants / NAME / "equivalent.toml").write_text(RULED, encoding="utf-8")
    ruled = audited(checkout, ok=0)  # it is tried anew, as a right one
    assert (ruled["blind_right"], ruled["blind_right_passed"]) == (2, 2)
    assert (ruled["blind_wrong"], ruled["blind_wrong_caught"], ruled["blind_kept"]) == (1, 1, [])


def test_one_that_cannot_be_run_is_told_and_not_counted(checkout: Checkout) -> None:
    path = checkout.project.mutants / NAME / "blind" / "p.99.1-a.py"
    right, _, _ = WRITTEN.partition("# %% wrong")
    path.write_text(f"{right}# %% wrong: double\n# Misconception: None.\ndouble = 1 // 0\n", encoding="utf-8")
    row = audited(checkout, ok=1)
    assert row["troubles"] == ["a, wrong: double: ZeroDivisionError"]
    assert (row["blind_wrong"], row["blind_wrong_caught"], row["blind_kept"]) == (0, 0, [])


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("p.99.8-a.py", WRITTEN, "name it <exercise>-<writer>.py"),
        ("p.99.1-b.py", WRITTEN.replace("# %% right", "# %% correct"), "a cell is `# %% right`"),
        ("p.99.1-b.py", WRITTEN.replace("wrong: double", "wrong: treble"), "a cell is `# %% right`"),
        ("p.99.1-b.py", WRITTEN.replace("def double", "def triple"), "double is not defined"),
        ("p.99.1-b.py", WRITTEN.replace("def halve(values):", "def halve(values)"), "not valid Python"),
    ],
)
def test_what_is_no_blind_answer_is_the_authors_to_mend(checkout: Checkout, name: str, text: str, said: str) -> None:
    (checkout.project.mutants / NAME / "blind" / name).write_text(text, encoding="utf-8")
    done = checkout.run("course", "audit", NAME, ok=1)
    assert said in " ".join((done.stdout + done.stderr).split())


def test_three_writers_have_answered_each_exercise_with_code() -> None:
    for chapter in CHAPTERS:
        answers = load_blind(PROJECT, chapter)
        for exercise in {one.exercise for one in answers}:
            mine = [one for one in answers if one.exercise == exercise]
            assert len({one.writer for one in mine if not one.mistaken}) >= 3, exercise
            assert len([one for one in mine if one.mistaken]) >= 3, exercise
        asked = {one.id for one in chapter.exercise if answer_names(PROJECT, chapter, one)}
        assert asked == {one.exercise for one in answers}
