"""Small models come with the course, and their recipes make them again."""

from __future__ import annotations

import hashlib
import json
import types
from pathlib import Path

import pytest
from typer.testing import CliRunner

from course.cli import app
from course.datasets import api, fetch, load, places, recipes, registry, shapes, status
from course.datasets.registry import DataFile, Edition, RegisteredSet
from course.errors import DataError

FILES = ("config.json", "model.safetensors")


def make(folder: Path, mark: float = 1.0) -> None:
    """Write a model of six numbers, as safetensors writes one."""
    (folder / "config.json").write_text(json.dumps({"mark": mark}))
    tensors = {"__metadata__": {"format": "pt"}}
    tensors |= {name: {"dtype": "F16", "shape": shape, "data_offsets": [0, 0]} for name, shape in SHAPES.items()}
    header = json.dumps(tensors).encode()
    (folder / "model.safetensors").write_bytes(len(header).to_bytes(8, "little") + header)


SHAPES = {"weight": [2, 2], "bias": [2]}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """One small model in the registry, ``small_test``; its folder."""
    folder = tmp_path / "weights" / "small_test"
    folder.mkdir(parents=True)
    make(folder)
    entry = RegisteredSet(
        title="A small test",
        about="six numbers",
        shape="one layer",
        chapters=(15,),
        licence="free",
        page="http://127.0.0.1/",
        recipe="a_recipe",
        upstream=Edition(
            files=tuple(
                DataFile(name=name, sha256=hashlib.sha256((folder / name).read_bytes()).hexdigest()) for name in FILES
            ),
            facts={"parameters": 6},
        ),
    )
    monkeypatch.setattr(places, "WEIGHTS", folder.parent)
    monkeypatch.setattr(registry, "registry", lambda: {"small_test": entry})
    monkeypatch.setattr(recipes.importlib, "import_module", lambda name: RECIPES[name])
    RECIPES["a_recipe"] = types.SimpleNamespace(make=make)
    return folder


RECIPES: dict[str, types.SimpleNamespace] = {}


@pytest.mark.parametrize("source", ["auto", "real", "stand-in"])
def test_it_is_there_whatever_is_asked_for(small: Path, source: api.Request, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_ONLY", "titanic")  # as in a notebook that is graded
    model = load("small_test", source=source)
    assert isinstance(model, shapes.SmallModel)
    assert (model.folder, model.source, model.origin) == (small, "real", "course")
    assert model.facts() == {"parameters": 6}
    assert fetch("small_test") == [small / name for name in FILES]
    assert [row.where for row in status()] == ["course"]


@pytest.mark.parametrize("damage", [lambda file: file.unlink(), lambda file: file.write_bytes(b"\2" + b"0" * 9)])
def test_one_that_is_damaged_is_not_used(small: Path, damage: object) -> None:
    damage(small / "model.safetensors")  # type: ignore[operator]
    with pytest.raises(DataError, match=r"install (it|the course) again"):
        load("small_test")


def test_a_recipe_makes_the_same_files_again(small: Path) -> None:
    result = CliRunner().invoke(app, ["data", "small_test", "--make"])
    assert result.exit_code == 0, result.output
    assert "same checksums" in " ".join(result.output.split())
    assert len(list(recipes.make_again())) == 1


def test_what_has_come_out_otherwise_is_kept_and_said(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = (small / "config.json").read_bytes()
    monkeypatch.setitem(RECIPES, "a_recipe", types.SimpleNamespace(make=lambda folder: make(folder, mark=2.0)))
    with pytest.raises(DataError, match=r"config\.json is altered.*put these files into") as raised:
        list(recipes.make_again(["small_test"]))
    made = Path(str(raised.value).partition("(")[2].partition(",")[0])
    assert json.loads(made.read_text())["mark"] == 2.0
    assert (small / "config.json").read_bytes() == before


def test_what_was_not_made_here_is_not_made_again() -> None:
    with pytest.raises(DataError, match="`course data titanic` fetches it"):
        list(recipes.make_again(["titanic"]))


@pytest.mark.parametrize("both", [{}, {"stand_in": "made up", "recipe": "a_recipe"}])
def test_an_entry_has_a_stand_in_or_a_recipe(both: dict[str, str]) -> None:
    edition = Edition(files=(DataFile(name="x", md5="0" * 32),), facts={"rows": 1})
    with pytest.raises(ValueError, match="not both"):
        RegisteredSet(title="", about="", shape="", chapters=(1,), licence="", page="", upstream=edition, **both)  # type: ignore[arg-type]
