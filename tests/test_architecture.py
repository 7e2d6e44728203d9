"""docs/architecture.md names files and functions: they are where it says."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from tests.support.checkout import ROOT

TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
NAMED = sorted(set(re.findall(r"`([\w/<>…-]+/[\w.<>…-]*)(?::(\w+))?`", TEXT)))
WALKS = re.findall(r"^\*\*([A-Z].+?)\.\*\*", TEXT, re.MULTILINE)


@cache
def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}


def test_there_are_four_walks_with_many_stations() -> None:
    assert len(WALKS) == 4
    assert len([name for _, name in NAMED if name]) > 30


@pytest.mark.parametrize(("path", "name"), NAMED, ids=lambda value: value or "-")
def test_what_is_named_is_there(path: str, name: str) -> None:
    if "<" in path or "…" in path or path.split("/")[0] in ("build", "solutions"):  # a form, or made by commands
        return
    rooms = [ROOT, ROOT / "hub_config", ROOT / "autograder" / "classroom", ROOT / "autograder" / "engine"]
    found = [room / path for room in rooms if (room / path).exists()]
    assert found, f"docs/architecture.md names {path}, which is not there"
    if name:
        assert name in defined(found[0]), f"docs/architecture.md looks for {name} in {path}"
