"""Files that people write, read as models: what is wrong is said with its place, to whoever must act."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field

from course.datasets import registry
from course.errors import AuthorError, DataError, Problem, SetupError
from course.parsing import read_toml
from course.syllabus import load_syllabus


class Row(BaseModel):
    model_config = ConfigDict(extra="forbid")

    size: int = Field(gt=0)


class Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    row: tuple[Row, ...]


WRONG = b"[[row]]\nsize = 1\n[[row]]\nsize = 0\nsise = 2\n"
MISTAKES = ["row.2.size: Input should be greater than 0", "row.2.sise: there is no such key; is it misspelt?"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "it.toml"


def test_what_is_right_is_read(path: Path) -> None:
    path.write_text("[[row]]\nsize = 3\n")
    assert [row.size for row in read_toml(path, Table, SetupError).row] == [3]


def test_an_author_is_told_each_mistake_as_a_problem(path: Path) -> None:
    path.write_bytes(WRONG)
    with pytest.raises(AuthorError) as caught:
        read_toml(path, Table, AuthorError, "ch99")
    assert caught.value.problems == tuple(Problem(path, 0, mistake, "ch99") for mistake in MISTAKES)


def test_an_operator_is_told_all_in_one(path: Path) -> None:
    path.write_bytes(WRONG)
    with pytest.raises(DataError) as caught:
        read_toml(path, Table, DataError)
    assert str(caught.value) == f"{path} has mistakes:\n  {MISTAKES[0]}\n  {MISTAKES[1]}"


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"size = =", r"is not TOML: .*line 1"), (b"\xff", "is not TOML: .*utf-8"), (None, "can't be read: No such file")],
)
def test_what_is_no_such_file_is_refused(path: Path, content: bytes | None, why: str) -> None:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(SetupError, match=f"^{path} {why}"):
        read_toml(path, Table, SetupError)
    with pytest.raises(AuthorError, match=f"^{path}: the file {why}"):
        read_toml(path, Table, AuthorError)


def test_the_syllabus_is_the_authors_and_the_registry_the_operators(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path.write_text('[[chapter]]\nname = "ch03_x"\ntitle = "X"\nlimts = 1\n')
    with pytest.raises(AuthorError, match=r"chapter\.1\.limts: there is no such key"):
        load_syllabus(path)
    (path.parent / "registry.toml").write_text('[mnist]\ntitle = "MNIST"\n')
    monkeypatch.setattr("importlib.resources.files", lambda package: path.parent)
    with pytest.raises(DataError, match=r"registry\.toml has mistakes:\n  mnist\.about: "):
        registry.registry.__wrapped__()
