"""Worked solutions, and other right ways, as a student may run them."""

from __future__ import annotations

import ast

import pytest

from course.authoring.build import assemble
from course.authoring.worked import worked_solutions
from course.syllabus import Chapter, load_syllabus
from tests.support.chapters import PROJECT
from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME, THEME

CHAPTERS = list(load_syllabus(PROJECT.syllabus))
OTHER = f'''
import math

from autograder.testing import alternative
from solutions.{NAME}.{THEME} import halve

SHARE = 2


def _share():
    return SHARE


@alternative("p.99.1", replaces="double")
def with_help(values):
    """By a helper of the file's own."""
    return [math.prod((_share(), value)) for value in values]


@alternative("p.99.1", replaces="double")
def with_ours(values):
    """By what students don't have."""
    return halve(4 * values)
'''


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.name)
def test_every_code_exercise_has_one_that_stands_alone(chapter: Chapter) -> None:
    worked = worked_solutions(PROJECT, chapter, assemble(PROJECT, chapter).definitions)
    assert {one.id for one in chapter.exercise if one.kind != "text"} <= set(worked)
    for one in worked.values():
        sources = [one.solution, *(way.source for way in one.others)]
        assert all(ast.parse(source).body for source in sources)
        assert not any(word in source for source in sources for word in ("SOLUTION", "autograder", "from solutions"))
        assert not any("@alternative" in source or "@mutant" in source for source in sources)


def test_another_way_brings_what_it_needs(tmp_path_factory: pytest.TempPathFactory) -> None:
    checkout: Checkout = make_checkout(tmp_path_factory.mktemp("worked"))
    project = checkout.project
    (project.mutants / NAME / f"{THEME}.py").write_text(OTHER)
    chapter = load_syllabus(project.syllabus).find(NAME)
    found = worked_solutions(project, chapter, assemble(project, chapter).definitions)["p.99.1"]
    assert "def double" in found.solution and "def halve" in found.solution
    (way,) = found.others
    assert (way.name, way.replaces) == ("with_help", "double")
    namespace: dict[str, object] = {}
    exec(way.source, namespace)  # noqa: S102  # our own
    assert namespace["with_help"]([1, 3]) == [2, 6]  # type: ignore[operator]
    assert "halve" not in way.source
