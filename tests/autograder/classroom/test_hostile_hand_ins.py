"""Hand-ins whose names and kinds are in the way: each is graded for what it holds, and stops nobody's grade."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import pytest

from autograder.classroom.filing import Rules, file_autograded, no_drafts
from autograder.classroom.hand_in import HandIn, _find_notebook, hand_ins
from course.files import replaced
from course.project import Project
from course.syllabus import load_syllabus
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME

GRADED = ("nested", "copies", "stamped", "long", "swapped", "plain")
MISSING = ("folder", "pipe", "empty", "zipped")
RULES = Rules((".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback"), 0o644)


def notebook(checkout: Checkout, folder: Path, name: str = f"{NAME}.ipynb") -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(checkout.notebook("source")), encoding="utf-8")


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Checkout, list[dict[str, dict[str, Any]]]]:
    """A class of hand-ins as nobody would make them, graded twice; in between files become folders and back."""
    made = make_checkout(tmp_path_factory.mktemp("hostile"))
    made.run("course", "release", NAME)
    submitted = made.project.build / "submitted"
    home = {
        name: submitted / name / NAME
        for name in (
            "nested",
            "copies",
            "stamped",
            "long",
            "swapped",
            "folder",
            "pipe",
            "empty",
            "zipped",
            "plain",
            "link",
        )
    }
    for folder in home.values():
        folder.mkdir(parents=True)
    for name in ("stamped", "long", "swapped", "plain"):
        notebook(made, home[name])
    notebook(made, home["nested"], f"my work/{NAME}.ipynb")
    (home["copies"] / f"{NAME} (1).ipynb").write_text(json.dumps(made.notebook("release")), encoding="utf-8")
    notebook(made, home["copies"], f"{NAME} (2).ipynb")
    (home["stamped"] / "timestamp.txt").mkdir()
    (home["stamped"] / "timestamp.txt" / "x").write_text("1")
    (home["long"] / ("x" * 253)).write_text("1")
    (home["swapped"] / "data").mkdir()
    (home["swapped"] / "data" / "x").write_text("1")
    (home["swapped"] / "file").write_text("1")
    (home["folder"] / f"{NAME}.ipynb").mkdir()
    (home["folder"] / f"{NAME}.ipynb" / "x").write_text("1")
    os.mkfifo(home["pipe"] / f"{NAME}.ipynb")
    (home["zipped"] / "all.zip").write_bytes(b"PK")
    (home["link"] / f"{NAME}.ipynb").symlink_to(made.project.build / "source" / NAME / f"{NAME}.ipynb")
    (submitted / ".DS_Store" / NAME).mkdir(parents=True)
    rows = [made.grade()]
    shutil.rmtree(home["swapped"] / "data")
    (home["swapped"] / "data").write_text("a file now")
    (home["swapped"] / "file").unlink()
    (home["swapped"] / "file").mkdir()
    (home["swapped"] / "file" / "x").write_text("1")
    rows.append(made.grade())
    return made, rows


def test_each_is_graded_for_what_it_holds_and_again(
    graded: tuple[Checkout, list[dict[str, dict[str, Any]]]],
) -> None:
    for rows in graded[1]:
        found = {student: (row["status"], row["score"]) for student, row in rows.items()}
        assert found == {
            **dict.fromkeys(GRADED, ("graded", 8.0)),
            **dict.fromkeys(MISSING, ("missing", 0.0)),
            "link": ("unreadable", 0.0),
        }


def test_what_lies_beside_is_filed_as_it_is_now(graded: tuple[Checkout, list[dict[str, dict[str, Any]]]]) -> None:
    filed = graded[0].project.build / "autograded"
    there = {
        student: sorted(
            path.relative_to(filed / student / NAME).as_posix()
            for path in (filed / student / NAME).rglob("*")
            if path.is_file()
        )
        for student in GRADED
    }
    own = f"{NAME}.ipynb"
    assert there == {
        "nested": [own],
        "copies": [own],
        "stamped": [own, "timestamp.txt/x"],
        "long": [own, "x" * 253],
        "swapped": [own, "data", "file/x"],
        "plain": [own],
    }
    assert not (graded[0].project.build / "autograded-drafts").exists()


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    project.syllabus.parent.mkdir()
    project.syllabus.write_text(f'[[chapter]]\nname = "{NAME}"\ntitle = "T"\n')
    return project


def test_what_is_filed_is_swapped_as_a_whole(project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    hand_in = tmp_path / "hand-in"
    hand_in.mkdir()
    (hand_in / "a.csv").write_text("1")
    target = project.build / "autograded" / "ada" / NAME
    with no_drafts(project, NAME):
        file_autograded(project, NAME, "ada", hand_in, "first", RULES)
        monkeypatch.setattr(shutil, "copyfile", lambda *paths: (_ for _ in ()).throw(OSError(28, "No space left")))
        with pytest.raises(Exception, match="No space left"):
            file_autograded(project, NAME, "ada", hand_in, "second", RULES)
    assert (target / f"{NAME}.ipynb").read_text() == "first\n" and (target / "a.csv").read_text() == "1"
    assert sorted(path.name for path in target.iterdir()) == ["a.csv", f"{NAME}.ipynb"]


@pytest.mark.parametrize("exchanging", [True, False])
@pytest.mark.parametrize("before", ["folder", "file", "link", "nothing"])
def test_a_folder_takes_the_place_of_whatever_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, before: str, exchanging: bool
) -> None:
    if not exchanging:
        monkeypatch.setattr("course.files._exchanged", lambda one, other: False)
    target = tmp_path / "here" / "target"
    target.parent.mkdir()
    if before == "folder":
        target.mkdir()
        (target / "old").write_text("1")
    elif before == "file":
        target.write_text("1")
    elif before == "link":
        target.symlink_to(tmp_path)
    with replaced(target) as folder:
        (folder / "new").write_text("2")
    assert [path.name for path in target.iterdir()] == ["new"] and not target.is_symlink()
    assert [path.name for path in target.parent.iterdir()] == ["target"]
    with pytest.raises(ArithmeticError), replaced(target) as folder:
        raise ArithmeticError
    assert [path.name for path in target.iterdir()] == ["new"]


def test_a_note_repeats_no_character_that_does_something(project: Project) -> None:
    folder = project.build / "submitted" / "ada" / NAME
    folder.mkdir(parents=True)
    (folder / "a\x1b[31m\n\u202e.ipynb").write_text("{}")
    (chapter,) = load_syllabus(project.syllabus)
    assert [one.student for one in hand_ins(project, chapter)] == ["ada"]
    _, (note,) = _find_notebook(project, HandIn("ada", folder), chapter)
    assert note.isprintable() and note.startswith("The notebook was handed in as a")


TRIPPING = f"""
from unittest import mock

from autograder.classroom.grading import Options, grade_class
from course.project import Project


def trips(project, chapter, student, *rest):
    if student == "nested":
        raise UnicodeEncodeError("utf-8", "\\udcff", 0, 1, "surrogates not allowed")


if __name__ == "__main__":
    project, options = Project.find().activate(), Options(students=frozenset({{"nested", "plain"}}))
    with mock.patch("autograder.classroom.grading.file_autograded", trips):
        for result in grade_class(project, {NAME!r}, options):
            print(result.student, result.status)
"""


def test_a_mistake_of_ours_while_filing_keeps_nobody_waiting(
    graded: tuple[Checkout, list[dict[str, dict[str, Any]]]],
) -> None:
    """All is known, so nothing is run."""
    (graded[0].root / "tripping.py").write_text(TRIPPING, encoding="utf-8")
    said = graded[0].run("tripping").stdout.splitlines()
    assert sorted(said) == ["nested not judged", "plain graded"]
