"""Chapters whose names begin alike: each has its own files, and a short name that several share is refused."""

from __future__ import annotations

import importlib
import shutil
import sys
from pathlib import Path

import pytest

from autograder.testing.chapter import load_chapter, load_headlines
from course.authoring.leaks import _secrets
from course.authoring.lint import Quota, problems
from course.errors import AuthorError, SetupError
from course.project import Project
from course.syllabus import load_syllabus

NAMES = ("ch98_example", "ch98_examples_more", "ch98_example_moons", "ch98_exam")
FILES = {  # in autograder/checks: whose each is
    "test_ch98_example.py": "ch98_example",
    "test_ch98_example_part.py": "ch98_example",
    "test_ch98_examples_more.py": "ch98_examples_more",
    "test_ch98_example_moons.py": "ch98_example_moons",
    "test_ch98_example_moons_two.py": "ch98_example_moons",
    "test_ch98_example copy.py": "",
    "inputs_ch98_example.py": "ch98_example",
    "inputs_ch98_examples_more.py": "ch98_examples_more",
    "headline_ch98_example.py": "ch98_example",
    "headline_ch98_example_moons.py": "ch98_example_moons",
    "headline_ch98_examples_more.py": "ch98_examples_more",
}
CHECK = """\
from autograder.testing import check, headline


@check("p.98.{number}", core=True)
def test_{name}(student, rng):
    \"\"\"A promise.\"\"\"


@headline("p.98.{number}", "accuracy", book="97%", data="mnist", holds=lambda value: value > 0)
def figure_{name}():
    return 1.0
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path)
    rows = [
        f'[[chapter]]\nname = "{name}"\ntitle = "T"\n[[chapter.exercise]]\nid = "p.98.{number}"\nkind = "code"\n'
        'title = "E"\n'
        for number, name in enumerate(NAMES)
    ]
    for folder in (project.syllabus.parent, project.source, project.solutions, project.checks, project.mutants):
        folder.mkdir(parents=True)
    project.syllabus.write_text("\n".join(rows))
    for number, (file, owner) in enumerate(FILES.items()):
        name = Path(file).stem.replace(" ", "_")
        (project.checks / file).write_text(CHECK.format(number=NAMES.index(owner or NAMES[0]), name=f"{name}{number}"))
        if file.startswith("test_"):
            (project.mutants / file.removeprefix("test_")).write_text(f"SECRET = 'of {file} only'\n")
    for name in NAMES:
        (project.source / f"{name}.py").write_text("# %%\nimport numpy\n")
        (project.solutions / f"{name}.py").write_text(f'"""Answers of {name}."""\n')
    return project


@pytest.mark.parametrize("chapter", NAMES)
def test_a_file_belongs_to_one_chapter(project: Project, chapter: str) -> None:
    for prefix in ("test_", "inputs_", "headline_"):
        mine = sorted(file for file, owner in FILES.items() if owner == chapter and file.startswith(prefix))
        assert [path.name for path in project.chapter_files(project.checks, chapter, prefix)] == mine
    checks = sorted(file for file, owner in FILES.items() if owner == chapter and file.startswith("test_"))
    assert [path.name for path in project.check_files(chapter)] == (checks or [f"test_{chapter}.py"])
    mutants = [path.name for path in project.mutant_files(chapter)]
    assert mutants == ([file.removeprefix("test_") for file in checks] or [f"{chapter}.py"])


@pytest.mark.parametrize("chapter", NAMES[:3])
def test_only_a_chapters_own_checks_are_loaded(project: Project, chapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    package = importlib.import_module("autograder.checks")
    monkeypatch.setattr(package, "__path__", [str(project.checks)])
    for file in FILES:
        name = f"autograder.checks.{Path(file).stem}"
        monkeypatch.setitem(sys.modules, name, sys)  # so that it is put back after the test
        monkeypatch.delitem(sys.modules, name)
    ids = {check.exercise for check in load_chapter(chapter).checks}
    assert ids == {f"p.98.{NAMES.index(chapter)}"}
    assert {one.exercise for one in load_headlines(chapter)} == ids


def test_what_is_kept_secret_and_what_is_linted_are_a_chapters_own(project: Project) -> None:
    chapter = load_syllabus(project.syllabus).find("ch98_example")
    secret = {row.path.name for row in _secrets(project, chapter)}
    others = {file for file, owner in FILES.items() if owner != "ch98_example"}
    assert {"test_ch98_example_part.py", "inputs_ch98_example.py"} <= secret
    assert not secret & (others | {file.removeprefix("test_") for file in others})
    told = problems(project, chapter, Quota(example_seconds=1))
    assert not [problem for problem in told if problem.path.name in others]


def test_a_chapter_without_checks_does_not_get_its_neighbours(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importlib.import_module("autograder.checks"), "__path__", [str(project.checks)])
    with pytest.raises(AuthorError, match=r"test_ch98_exam\.py: the file is missing"):
        load_chapter("ch98_exam")


def test_a_short_name_of_several_chapters_is_refused_and_a_full_one_taken(project: Project) -> None:
    syllabus = load_syllabus(project.syllabus)
    with pytest.raises(SetupError, match=r"'ch98' is short for several chapters: write ch98_example or ch98_examples_"):
        syllabus.find("ch98")
    assert [syllabus.find(name).name for name in NAMES] == list(NAMES)


def test_the_owner_is_known_again_when_the_syllabus_changes(project: Project) -> None:
    assert project.chapter_of("ch98_example_part") == "ch98_example"
    text = project.syllabus.read_text()
    project.syllabus.write_text(text + '\n[[chapter]]\nname = "ch98_example_part"\ntitle = "New"\n')
    assert project.chapter_of("ch98_example_part") == "ch98_example_part"
    shutil.rmtree(project.syllabus.parent)
    assert project.chapter_of("ch98_example_part") == ""
