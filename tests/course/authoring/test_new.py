"""A new chapter's files: laid out once, with nothing overwritten."""

from __future__ import annotations

from pathlib import Path

import pytest

from course.authoring.lint import problems
from course.authoring.new import new
from course.errors import SetupError
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return minichapter.make_project(tmp_path)


def test_the_files_are_where_a_chapters_files_are(project: Project) -> None:
    written = new(project, "ch98_example", "An example", "columns")
    assert all(path.is_file() for path in written)
    chapter = load_syllabus(project.syllabus).find("ch98")
    assert (chapter.title, [one.id for one in chapter.exercise]) == ("An example", ["p.98.1"])
    assert [path.stem for path in project.solution_files("ch98_example")] == ["columns"]
    assert [path.stem for path in project.check_files("ch98_example")] == ["test_columns"]
    assert [path.stem for path in project.mutant_files("ch98_example")] == ["columns"]
    assert load_syllabus(project.syllabus).find("ch99").name == minichapter.NAME, "the others are as they were"


def test_what_is_still_to_be_written_is_named(project: Project) -> None:
    new(project, "ch98_example", "An example", "columns")
    told = "\n".join(map(str, problems(project, load_syllabus(project.syllabus).find("ch98"))))
    assert "columns.py in solutions/ch98_example does not define answer" in told
    assert "exercise p.98.1 has 0 of 1 @checks" in told
    assert "exercise p.98.1 has 0 of 6 @mutants" in told


def test_nothing_is_overwritten(project: Project) -> None:
    before = {path: path.read_bytes() for path in project.root.rglob("*") if path.is_file()}
    with pytest.raises(SetupError, match=r"ch99_mini is there already, in source/ch99_mini\.py"):
        new(project, minichapter.NAME, "Again", minichapter.THEME)
    (project.source / "ch98_example.py").write_text("# mine\n")
    with pytest.raises(SetupError, match=r"ch98_example is there already, in source/ch98_example\.py: nothing was"):
        new(project, "ch98_example", "An example", "columns")
    assert {path: path.read_bytes() for path in before} == before
    assert not (project.solutions / "ch98_example").exists()


@pytest.mark.parametrize(
    ("name", "theme", "message"),
    [
        ("ch98", "columns", "'ch98' is no name for a chapter"),
        ("Ch98_example", "columns", "is no name for a chapter"),
        ("ch98_../x", "columns", "is no name for a chapter"),
        ("ch98_example", "two words", "'two words' is no name for a theme"),
        ("ch99_other", "columns", "p.99.1 is another chapter's exercise already"),
    ],
)
def test_a_name_that_is_none_is_refused(project: Project, name: str, theme: str, message: str) -> None:
    with pytest.raises(SetupError, match=message):
        new(project, name, "An example", theme)
    assert sorted(path.name for path in project.source.iterdir()) == [f"{minichapter.NAME}.py"]
