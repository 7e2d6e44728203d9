"""The script reader: what it reads is what jupytext reads, and each author's mistake has its line."""

from pathlib import Path

import jupytext
import pytest

from course.authoring.script import Findings, imports, read_script
from tests.support import minichapter


def read(tmp_path: Path, text: str) -> tuple[tuple, list[tuple[int, str]]]:
    path = tmp_path / "chapter.py"
    path.write_text(text, encoding="utf-8")
    findings = Findings("ch99_mini")
    cells = read_script(path, findings)
    return cells, [(problem.line, problem.message) for problem in findings.problems]


def test_reads_what_jupytext_reads(tmp_path):
    cells, problems = read(tmp_path, minichapter.SOURCE)
    theirs = jupytext.reads(minichapter.SOURCE, fmt="py:percent").cells
    assert not problems
    assert [cell.source for cell in cells] == [cell.source for cell in theirs]
    assert [cell.kind == "markdown" for cell in cells] == [cell.cell_type == "markdown" for cell in theirs]
    assert [cell.exercise for cell in cells] == [cell.metadata.get("exercise", "") for cell in theirs]
    assert [cell.points for cell in cells] == [cell.metadata.get("points") for cell in theirs]


def test_every_cell_knows_its_lines(tmp_path):
    cells, _ = read(tmp_path, minichapter.SOURCE)
    lines = minichapter.SOURCE.split("\n")
    for cell in cells:
        assert lines[cell.line - 1].startswith("# %%")
        assert lines[cell.first - 1].removeprefix("# ") == cell.source.split("\n")[0]


def test_demo_cells_are_known(tmp_path):
    cells, _ = read(tmp_path, "# %% demo\nprint(1)\n\n# %%\nprint(2)\n")
    assert [cell.kind for cell in cells] == ["demo", "code"]


def test_an_introduction_above_the_first_marker_is_for_readers_of_the_script(tmp_path):
    cells, problems = read(tmp_path, '# a comment\n"""What this is."""\n# %%\nx = 1\n')
    assert [cell.source for cell in cells] == ["x = 1"]
    assert not problems


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ('# %% exercise="p.99.1" point=4\n', 1, "unknown word 'point=4'"),
        ("# %%\nx = 1\n# %% dmo\ny = 1\n", 3, "Did you mean 'demo'?"),
        ("# %% points=4\nx = 1\n", 1, "points belongs to an exercise"),
        ('# %% exercise="p.99.1" points=4.5\n', 1, "points=4.5 is not a whole number above 0"),
        ('# %% exercise="p.99.1" points=0\n', 1, "points=0 is not a whole number above 0"),
        ('# %% exercise="p.99.1" points="many"\n', 1, "points=many is not a whole number above 0"),
        ('# %% exercise="p.99.1" points=1 points=2\n', 1, "'points' is in this marker twice"),
        ('# %% demo exercise="p.99.1"\n', 1, "a cell is one of"),
        ("# %% [markdown]\n# fine\nx = 1\n", 3, "a line of prose has to begin with '# '"),
        ("x = 1\n# %%\ny = 2\n", 1, "code before the first '# %%'"),
        ("# %%\n### BEGIN SOLUTION\nx = 1\n", 2, "'BEGIN SOLUTION' is the builder's own marker"),
        ("# %%\n### AUTOTEST x\n", 2, "the builder's own marker"),
    ],
)
def test_a_mistake_in_a_script_has_its_line(tmp_path, text, line, message):
    _, problems = read(tmp_path, text)
    assert [(line, message in found) for line, found in problems] == [(line, True)]


def test_a_script_that_is_not_utf8_is_a_message(tmp_path):
    path = tmp_path / "chapter.py"
    path.write_bytes(b"# %%\nx = '\xff'\n")
    findings = Findings("ch99_mini")
    assert read_script(path, findings) == ()
    assert "Save it as UTF-8" in findings.problems[0].message


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import numpy as np", "holds nothing but"),
        ("from solutions.ch98_other import double", "not from solutions.ch98_other"),
        ("from solutions.ch99_mini.numbers import *", "has to name each answer"),
        ("from solutions.ch99_mini.numbers import double as twice", "may not be renamed"),
        ("from .ch99_mini import double", "not from .ch99_mini"),
        ("from solutions.ch99_mini.numbers import (", "not valid Python"),
        ("", "the exercise cell is empty"),
    ],
)
def test_an_exercise_cell_holds_one_kind_of_import(tmp_path, code, message):
    cells, _ = read(tmp_path, f'# %% exercise="p.99.1" points=1\n{code}\n')
    findings = Findings("ch99_mini")
    imports(cells[0], "solutions.ch99_mini", tmp_path / "chapter.py", findings)
    assert [message in problem.message for problem in findings.problems] == [True]


def test_imports_over_several_lines_keep_their_lines(tmp_path):
    text = '# %% exercise="p.99.1" points=1\nfrom solutions.ch99_mini.numbers import (\n    double,\n    halve,\n)\n'
    cells, _ = read(tmp_path, text)
    findings = Findings("ch99_mini")
    found = imports(cells[0], "solutions.ch99_mini", tmp_path / "chapter.py", findings)
    assert [(one.name, one.line) for one in found] == [("double", 3), ("halve", 4)]
    assert not findings.problems
