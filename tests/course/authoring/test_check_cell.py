"""The cell of an exercise's visible test: it names the answers, whose own docstrings hold the examples."""

import ast

import numpy as np
import pytest

from course.authoring.build import assemble
from course.doctests import examples_of
from course.syllabus import load_syllabus
from tests.support import minichapter


@pytest.fixture
def project(tmp_path):
    return minichapter.make_project(tmp_path)


def assembled(project):
    return assemble(project, load_syllabus(project.syllabus).find("ch99"))


def test_it_finds_the_very_examples_that_the_author_wrote(project):
    """Those of a class's methods too, in the order of the file: read from the cell's own text as a notebook runs it."""
    draft = assembled(project)
    names = {"np": np}
    for one in draft.notebook.cells:
        if one.metadata.get("nbgrader", {}).get("solution") and one.cell_type == "code":
            exec(one.source, names)  # noqa: S102  # our own miniature
    for name, definition in {**draft.definitions["p.99.1"], **draft.definitions["p.99.2"]}.items():
        if definition.shown:
            found, written = examples_of(name, names[name]), definition.examples
            assert [(one.source, one.want) for one in found] == [(one.source, one.want) for one in written]


def test_a_call_with_many_names_is_wrapped(project):
    names = [f"a_function_with_a_long_name_{number}" for number in range(4)]
    text = "".join(f'\n\ndef {name}():\n    """Yes.\n\n    >>> 1\n    1\n    """\n    return 1\n' for name in names)
    solutions = project.solutions / "ch99_mini" / "numbers.py"
    solutions.write_text(solutions.read_text() + text)
    script = project.source / "ch99_mini.py"
    script.write_text(script.read_text().replace("import halve", f"import halve, {', '.join(names)}"))
    (source,) = [one.source for one in assembled(project).notebook.cells if one.id == "p-99-1-checks"]
    assert max(map(len, source.split("\n"))) <= 88
    (call,) = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert [one.value for one in call.args] == ["p.99.1", "double", "halve", *names]
