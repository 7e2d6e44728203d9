"""A notebook that is graded needs none of the public data sets, so none is shown to it."""

from __future__ import annotations

import ast

import pytest

from course.authoring.script import Findings, read_script
from course.project import Project
from course.syllabus import Chapter, load_syllabus
from tests.support.checkout import ROOT

PROJECT = Project(ROOT)
CHAPTERS = list(load_syllabus(PROJECT.syllabus))


def calls_load(source: str) -> bool:
    nodes = ast.walk(ast.parse(source))
    return any(isinstance(node, ast.Call) and ast.unparse(node.func).endswith("load") for node in nodes)


def test_a_call_is_seen() -> None:
    assert calls_load("from course.datasets import load\nX = load('mnist').X_train")
    assert not calls_load("from course.datasets import load")


def answers_that_load(chapter: str) -> list[str]:
    """The data sets that a chapter's reference answers load; what stands in a docstring is run elsewhere."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in PROJECT.solution_files(chapter)]
    nodes = [node for tree in trees for node in ast.walk(tree)]
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func) == "load"]
    assert trees
    return [ast.literal_eval(call.args[0]) for call in calls]


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.short)
def test_what_runs_when_graded_loads_no_data_set_but_those_shown(chapter: Chapter) -> None:
    cells = read_script(PROJECT.source / f"{chapter.name}.py", Findings(chapter.name))
    run = [cell for cell in cells if cell.kind in ("code", "exercise")]
    assert run
    assert [cell.source for cell in run if calls_load(cell.source)] == []
    assert set(answers_that_load(chapter.name)) <= set(chapter.limits.datasets) <= set(chapter.datasets)
