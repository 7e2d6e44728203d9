"""`course solution`: how an exercise can be solved, for who has tried it."""

from __future__ import annotations

import json

import pytest

from tests.support.checkout import Checkout, make_checkout
from tests.support.minichapter import NAME


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Checkout:
    return make_checkout(tmp_path_factory.mktemp("solution"))


def said(course: Checkout, exercise: str, ok: int = 1) -> str:
    done = course.run("course", "solution", exercise, ok=ok)
    return " ".join((done.stdout if ok == 0 else done.stderr).split())


def write(course: Checkout, **answers: str) -> None:
    path = course.project.work / f"{NAME}.ipynb"
    notebook = course.notebook("release")
    cells = {cell["id"].replace("-", "_"): cell for cell in notebook["cells"]}
    for name, source in answers.items():
        cells[name]["source"] = source
    path.write_text(json.dumps(notebook))


def test_only_who_has_tried_reads_it(course: Checkout) -> None:
    assert "There is no exercise 'p.99.11'. Did you mean 'p.99.1'?" in said(course, "p.99.11")
    assert "p.99.1 has not been begun (`course start ch99`): try it first" in said(course, "p.99.1")
    course.run("course", "start", "ch99")
    assert "p.99.1 is not begun in ch99_mini.ipynb: try it first, then ask again." in said(course, "p.99.1")
    assert "p.99.4 is not begun in ch99_mini.ipynb" in said(course, "p.99.4")
    write(course, p_99_1_double="def double(values):\n    return values", p_99_4="Because.")
    read = said(course, "p.99.1", ok=0)
    assert "p.99.1: a worked solution" in read and "np.asarray(values) * factor" in read
    assert "p.99.1: another way to write double" in read
    assert "take steps of equal worth" in said(course, "p.99.4", ok=0)
    assert "p.99.2 is not begun" in said(course, "p.99.2")


def test_a_file_that_is_no_notebook_is_said_to_be_none(course: Checkout) -> None:
    (course.project.work / f"{NAME}.ipynb").write_text("{")
    assert "can't be read as a notebook" in said(course, "p.99.1")
