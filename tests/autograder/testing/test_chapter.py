"""Whose a file of a chapter is: where it lies says so, and a name that another one begins with is no trouble."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

from autograder.testing.chapter import load_chapter, load_headlines, not_installed
from course.authoring.leaks import _secrets
from course.authoring.lint import Quota, problems
from course.errors import AuthorError, SetupError
from course.project import Project
from course.syllabus import load_syllabus

# The first name begins others, one of them as if it were a theme of it.
NAMES = ("ch98_example", "ch98_examples_more", "ch98_example_moons", "ch98_exam")
CHECKS = {
    "ch98_example": ["test_moons.py", "test_part.py", "inputs.py", "inputs_part.py", "headline.py"],
    "ch98_examples_more": ["test_part.py", "inputs.py", "headline.py"],
    "ch98_example_moons": ["test_part.py", "test_two.py", "headline_two.py"],
    "ch98_exam": [],
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
    project.syllabus.parent.mkdir(parents=True)
    project.syllabus.write_text("\n".join(rows))
    project.source.mkdir()
    for number, (name, files) in enumerate(CHECKS.items()):
        for folder in (project.checks, project.mutants, project.solutions):
            (folder / name).mkdir(parents=True)
        (project.source / f"{name}.py").write_text("# %%\nimport numpy\n")
        for file in files:
            (project.checks / name / file).write_text(CHECK.format(number=number, name=file.removesuffix(".py")))
            if file.startswith("test_"):
                theme = file.removeprefix("test_")
                (project.mutants / name / theme).write_text(f"SECRET = 'of {name} only'\n")
                (project.solutions / name / theme).write_text(f'"""Answers of {name}."""\n')
    return project


@pytest.mark.parametrize("chapter", NAMES)
def test_a_file_belongs_to_the_chapter_whose_folder_it_is_in(project: Project, chapter: str) -> None:
    for prefix, files in (("test_", project.check_files), ("inputs", project.input_files)):
        mine = sorted(file for file in CHECKS[chapter] if file.startswith(prefix))
        assert [path.name for path in files(chapter)] == mine
    themes = sorted(file.removeprefix("test_") for file in CHECKS[chapter] if file.startswith("test_"))
    assert [path.name for path in project.mutant_files(chapter)] == themes
    assert [path.name for path in project.solution_files(chapter)] == themes


def of_this(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the checks of this project imported, and forgotten after the test."""
    package = importlib.import_module("autograder.checks")
    monkeypatch.setattr(package, "__path__", [str(project.checks)])
    for chapter, files in CHECKS.items():
        for name in (f"autograder.checks.{chapter}", *(f"autograder.checks.{chapter}.{file[:-3]}" for file in files)):
            monkeypatch.setitem(sys.modules, name, sys)  # so that it is put back after the test
            monkeypatch.delitem(sys.modules, name)


@pytest.mark.parametrize("chapter", NAMES[:3])
def test_only_a_chapters_own_checks_are_loaded(project: Project, chapter: str, monkeypatch: pytest.MonkeyPatch) -> None:
    of_this(project, monkeypatch)
    ids = {check.exercise for check in load_chapter(chapter).checks}
    assert ids == {f"p.98.{NAMES.index(chapter)}"}
    assert {one.exercise for one in load_headlines(chapter)} == ids


def test_what_is_kept_secret_and_what_is_linted_are_a_chapters_own(project: Project) -> None:
    chapter = load_syllabus(project.syllabus).find("ch98_example")
    secret = {row.path for row in _secrets(project, chapter)}
    assert {path.parent.name for path in secret} == {"ch98_example"}
    assert {"test_moons.py", "test_part.py", "inputs.py", "inputs_part.py", "moons.py"} <= {one.name for one in secret}
    told = problems(project, chapter, Quota(example_seconds=1))
    assert told
    others = [f"/{name}/" for name in NAMES if name != "ch98_example"]
    assert not [problem for problem in told if any(other in f"{problem.path}/" for other in others)]


def test_a_chapter_without_checks_does_not_get_its_neighbours(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_this(project, monkeypatch)
    with pytest.raises(AuthorError, match=r"ch98_exam: there is no test_<theme>\.py in it"):
        load_chapter("ch98_exam")


def test_a_short_name_of_several_chapters_is_refused_and_a_full_one_taken(project: Project) -> None:
    syllabus = load_syllabus(project.syllabus)
    with pytest.raises(SetupError, match=r"'ch98' is short for several chapters: write ch98_example or ch98_examples_"):
        syllabus.find("ch98")
    assert [syllabus.find(name).name for name in NAMES] == list(NAMES)


def test_a_module_that_is_not_there_is_the_authors_where_it_would_be_ours(project: Project) -> None:
    def said(module: str) -> str:
        return not_installed(ModuleNotFoundError(name=module), "ch98_exam", project.root)

    assert said("solutions.ch98_exam.moons") == said("") == ""
    assert said("no_such.part") == "ch98_exam needs no_such, which is not installed here: run `make setup`."
