"""The tree itself: how long a file and a function may be."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from tests.support.checkout import ROOT

FILE_LINES, FUNCTION_LINES = 400, 60
# A chapter of `source` is one notebook, most of it prose, which its reader wants in one piece. The others are made or
# filled in by whoever works here. Tables of data (*.toml) are no text to be read through.
LEFT_OUT = {"source", "build", "work"}


def scripts() -> Iterator[Path]:
    for folder in ROOT.iterdir():
        if folder.is_dir() and folder.name not in LEFT_OUT and not folder.name.startswith("."):
            yield from folder.rglob("*.py")
    yield from ROOT.glob("*.py")


def functions(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines of each function, decorators apart, and where it stands."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            yield node.end_lineno - node.lineno + 1, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"


def test_no_file_is_too_long_to_be_read() -> None:
    texts = [*scripts(), *(ROOT / "tests").rglob("*.txt")]
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in texts}
    assert len(lines) > 400
    longest = max(lines, key=lines.__getitem__)
    too_long = sorted(name for name, count in lines.items() if count > FILE_LINES)
    assert not too_long, f"the longest is {longest} of {lines[longest]} lines; divide by topic: {too_long}"


def test_no_function_is_too_long_to_be_understood() -> None:
    found = [one for path in scripts() for one in functions(path)]
    assert len(found) > 4000
    lines, where = max(found)
    too_long = sorted(place for count, place in found if count > FUNCTION_LINES)
    assert not too_long, f"the longest is {where} of {lines} lines; name its steps: {too_long}"
