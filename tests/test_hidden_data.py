"""A notebook that is graded needs none of the public data sets, so none is shown to it."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator

import pytest

from course.authoring.script import Findings, read_script
from course.datasets import info, names
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support.checkout import ROOT

PROJECT = Project(ROOT)
CHAPTERS = list(load_syllabus(PROJECT.syllabus))


def run_by(node: ast.AST) -> Iterator[ast.AST]:
    """The parts of a cell that are run with it: all but the bodies of its functions."""
    yield node
    inside = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
    for child in () if inside else ast.iter_child_nodes(node):
        yield from run_by(child)


def calls_load(source: str, loaders: Container[str] = ()) -> bool:
    """Whether a cell loads a data set when it is run, itself or by one of the functions `loaders`. A small model is
    none: it comes with the course, and a notebook that is graded sees it."""
    calls = [node for node in run_by(ast.parse(source)) if isinstance(node, ast.Call) and not of_a_model(node)]
    return any(ast.unparse(call.func).endswith("load") or ast.unparse(call.func) in loaders for call in calls)


def of_a_model(call: ast.Call) -> bool:
    """Whether a call's argument is the name of a small model."""
    first = call.args[0] if call.args else None
    return isinstance(first, ast.Constant) and first.value in names() and bool(info(first.value).recipe)


def loaders_of(sources: Iterable[str]) -> set[str]:
    """The functions, of some cells, that load a data set when they are called."""
    made = [node for source in sources for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef)]
    found: set[str] = set()
    while more := {one.name for one in made if any(calls_load(ast.unparse(part), found) for part in one.body)} - found:
        found |= more
    return found


def test_a_call_is_seen() -> None:
    assert calls_load("from course.datasets import load\nX = load('mnist').X_train")
    assert not calls_load("from course.datasets import load")
    assert not calls_load("MODEL = str(load('small_bert').folder)")
    helpers = "def rows():\n    return load('mnist').X_train\ndef some():\n    return rows()[:5]"
    assert not calls_load(helpers) and loaders_of([helpers]) == {"rows", "some"}
    assert calls_load("X = [some() for _ in range(2)]", {"some"}) and not calls_load("some", {"some"})


def answers_that_load(chapter: str) -> list[str]:
    """The data sets that a chapter's reference answers load; what stands in a docstring is run elsewhere."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PROJECT.solution_files(chapter)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "load"]
    assert trees
    return [ast.literal_eval(call.args[0]) for call in calls if not of_a_model(call)]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.short)
def test_what_runs_when_graded_loads_no_data_set_but_those_shown(chapter: Chapter) -> None:
    cells = read_script(PROJECT.source / f"{chapter.name}.py", Findings(chapter.name))
    run = [cell for cell in cells if cell.kind in ("code", "exercise")]
    assert run
    loaders = loaders_of(cell.source for cell in run)
    assert [cell.source for cell in run if calls_load(cell.source, loaders)] == []
    assert set(answers_that_load(chapter.name)) <= set(chapter.limits.datasets) <= set(chapter.datasets)
