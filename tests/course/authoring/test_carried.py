"""Imports that only our own solutions need travel with them, where students see nothing of them."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest

from course.authoring.build import assemble, build
from course.authoring.lint import problems
from course.authoring.release import release
from course.authoring.worked import worked_solutions
from course.project import Project
from course.syllabus import load_syllabus
from tests.support import minichapter

IMPORTS = "import numpy as np\n"
MORE = f"{IMPORTS}import collections.abc\nimport math as m\nfrom operator import add, mul as times\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return minichapter.make_project(tmp_path)


def change(project: Project, *pairs: tuple[str, str]) -> None:
    path = project.solutions / minichapter.NAME / f"{minichapter.THEME}.py"
    text = path.read_text(encoding="utf-8")
    for old, new in ((IMPORTS, MORE), *pairs):
        assert old in text
        text = text.replace(old, new, 1)
    path.write_text(text, encoding="utf-8")


def cell(project: Project, name: str) -> str:
    path = build(project, load_syllabus(project.syllabus).find("ch99"))
    return str(next(one.source for one in nbformat.read(path, as_version=4).cells if one.id == name))


def told(project: Project) -> list[str]:
    return [one.message for one in problems(project, load_syllabus(project.syllabus).find("ch99"))]


HALF = ("return np.asarray(values) / _factor()", "return times(np.asarray(values), m.pow(_factor(), -1))")


def test_they_stand_in_the_body_that_uses_them(project: Project) -> None:
    change(project, HALF)
    assert told(project) == []
    _, _, body = cell(project, "p-99-1-halve").partition('"""\n    ### BEGIN')
    assert body.startswith(
        " SOLUTION\n    import math as m\n    from operator import mul as times\n\n    return times(np.asarray"
    )
    assert "import" not in cell(project, "p-99-1-double"), "it needs none of them"


def test_what_a_plain_cell_brings_in_stays_there(project: Project) -> None:
    change(project, HALF)
    source = project.source / f"{minichapter.NAME}.py"
    source.write_text(source.read_text().replace(IMPORTS, f"{IMPORTS}import math as m\n", 1))
    body = cell(project, "p-99-1-halve")
    assert "import math" not in body and "import mul as times" in body


def test_a_method_has_its_own(project: Project) -> None:
    change(project, ("return np.asarray(values) - self.mean", "return add(np.asarray(values), -self.mean)"))
    text = cell(project, "p-99-2-Scaler")
    assert text.count("import") == 1
    assert (
        '"""Return `values` less the mean."""\n        ### BEGIN SOLUTION\n        from operator import add\n\n' in text
    )


def test_what_is_hidden_as_a_whole_has_them_above(project: Project) -> None:
    helper = 'def _factor() -> "m.inf":\n    """The number both functions share."""\n    return 17 - 15'
    with_head = "@times(1, staticmethod)\ndef _factor(which=m.e):\n    return add(17, -15)"
    change(project, (helper.replace(' -> "m.inf"', ""), with_head))
    assert cell(project, "p-99-1-_factor") == (
        "### BEGIN SOLUTION\nimport math as m\nfrom operator import add, mul as times\n\n\n"
        f"{with_head}\n### END SOLUTION"
    )


def test_a_name_of_its_own_is_left_alone(project: Project) -> None:
    """A parameter, a local name, and one of an inner function are no import's."""
    body = "    def times(add):\n        return add\n\n    m = times(2.0)\n    return np.asarray(values) / m"
    change(project, ("    return np.asarray(values) / _factor()", body))
    assert "import" not in cell(project, "p-99-1-halve")


def test_an_inner_function_counts(project: Project) -> None:
    change(project, ("/ _factor()", "/ (lambda: [add(one, 1) for one in [1]][0])()"))
    assert "    from operator import add\n" in cell(project, "p-99-1-halve")


def test_a_submodule_is_imported_by_its_whole_name(project: Project) -> None:
    change(project, ("/ _factor()", "/ (2 if collections.abc.Sized else 2)"))
    assert "    import collections.abc\n" in cell(project, "p-99-1-halve")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("def halve(values: np.ndarray)", "def halve(values: np.ndarray, by=m.e)"),
        ("    [1.0, 2.0]\n", "    [1.0, 2.0]\n    >>> add(1, 2)\n    3\n"),
        ("CORNERS = 2**3", "CORNERS = times(2, 4)"),
        ("_floor = 0.125 / 8", "_floor = times(0.125, 0.125)"),
    ],
    ids=["signature", "example", "a constant that is shown", "value in a class"],
)
def test_where_they_can_not_travel_the_notebook_has_to_import_them(project: Project, old: str, new: str) -> None:
    change(project, (old, new))
    assert any("the notebook does not import or define it: add it to a code cell above" in one for one in told(project))


def test_students_see_them_only_in_the_worked_solution(project: Project) -> None:
    change(project, HALF, ("return 17 - 15", "return add(17, -15)"))
    chapter = load_syllabus(project.syllabus).find("ch99")
    text = json.dumps(json.loads((release(project, chapter) / f"{minichapter.NAME}.ipynb").read_text()))
    assert "import math" not in text and "from operator" not in text
    solution = worked_solutions(project, chapter, assemble(project, chapter).definitions)["p.99.1"].solution
    assert "from operator import mul as times" in solution
