"""Definitions taken from the solutions' text: what is marked is the answer, all of it, and nothing else."""

import ast
from pathlib import Path

import pytest

from course.authoring.inline import BEGIN, END, Definition, Theme, example_text
from course.authoring.script import Findings


def define(tmp_path: Path, text: str, name: str) -> tuple[Definition | None, list[str]]:
    path = tmp_path / "ch99_mini.py"
    path.write_text(text, encoding="utf-8")
    findings = Findings("ch99_mini")
    definition = Theme(path, findings).get(name, tmp_path / "source.py", 7, "p.99.1")
    return definition, [f"{problem.path.name}:{problem.line}: {problem.message}" for problem in findings.problems]


def hidden(definition: Definition | None) -> list[str]:
    """The lines between the markers."""
    assert definition is not None
    found, inside = [], False
    for line in definition.source.split("\n"):
        if line.strip() == BEGIN:
            inside = True
        elif line.strip() == END:
            inside = False
        elif inside:
            found.append(line.strip())
    return found


FUNCTION = '''
import functools


@functools.cache
def twice(
    value: int,  # any whole number
) -> int:
    """Return twice `value`.

    >>> twice(2)
    4
    """

    # a comment of the answer
    result = value * 2

    return result
    # a last word


def other():
    pass
'''


def test_a_function_keeps_everything_up_to_its_docstring(tmp_path):
    definition, problems = define(tmp_path, FUNCTION, "twice")
    assert not problems
    assert hidden(definition) == [
        "# a comment of the answer",
        "result = value * 2",
        "",
        "return result",
        "# a last word",
    ]
    assert "@functools.cache" in definition.source
    assert "# any whole number" in definition.source
    assert example_text([definition]) == ">>> twice(2)\n4\n"


def test_a_rendered_definition_is_the_same_code(tmp_path):
    definition, _ = define(tmp_path, FUNCTION, "twice")
    theirs = next(node for node in ast.parse(FUNCTION).body if isinstance(node, ast.FunctionDef))
    assert ast.dump(ast.parse(definition.source).body[0]) == ast.dump(theirs)


def test_lines_know_where_they_came_from(tmp_path):
    definition, _ = define(tmp_path, FUNCTION, "twice")
    lines = FUNCTION.split("\n")
    assert all(line.text == lines[line.origin - 1] for line in definition.lines if line.origin)
    assert {line.text.strip() for line in definition.lines if not line.origin} == {BEGIN, END}


CLASS = '''
class Net:
    """A net.

    >>> Net(3).size
    3
    """

    width: int
    depth: int = 4

    def __init__(self, size):
        # no docstring, so the comment is the answer's
        self.size = size

    @property
    def area(self) -> int:
        """The area.

        >>> Net(3).area
        9
        """
        return self.size**2

    # secret way
    _cache = {}

    # another secret
    def _helper(self):
        """Not for students."""
        return 1

    def shown(self):
        """Only a promise."""
'''


def test_a_class_keeps_signatures_and_hides_what_is_private_or_has_a_value(tmp_path):
    definition, problems = define(tmp_path, CLASS, "Net")
    assert not problems
    assert hidden(definition) == [
        "depth: int = 4",
        "# no docstring, so the comment is the answer's",
        "self.size = size",
        "return self.size**2",
        "# secret way",
        "_cache = {}",
        "",
        "# another secret",
        "def _helper(self):",
        '"""Not for students."""',
        "return 1",
    ]
    assert [example.source for example in definition.examples] == ["Net(3).size\n", "Net(3).area\n"]


def test_what_a_student_keeps_is_valid_python(tmp_path):
    definition, _ = define(tmp_path, CLASS, "Net")
    text = "\n".join(line.text for line in definition.student_lines)
    assert "secret" not in text
    assert isinstance(ast.parse(text).body[0], ast.ClassDef)


def test_a_constant_keeps_the_comment_directly_above(tmp_path):
    text = "# not this one\n\n# How many\n# corners?\nCORNERS: int = (\n    8\n)\n"
    definition, problems = define(tmp_path, text, "CORNERS")
    assert not problems
    assert definition.source.split("\n")[:3] == ["# How many", "# corners?", BEGIN]
    assert hidden(definition) == ["CORNERS: int = (", "8", ")"]


@pytest.mark.parametrize("text", ["def _f():\n    return 1\n", "_f = 1\n", "class _f:\n    x = 1\n"])
def test_private_definitions_are_hidden_whole_with_their_comments(tmp_path, text):
    definition, problems = define(tmp_path, f"# how it works\n{text}", "_f")
    assert not problems
    assert hidden(definition) == ["# how it works", *(line.strip() for line in text.strip().split("\n"))]
    assert not definition.shown
    assert definition.source.startswith(BEGIN)


def test_a_string_constant_gives_its_text_dedented(tmp_path):
    definition, _ = define(tmp_path, 'P_1 = """\n    One\n      two\n    """\n', "P_1")
    assert definition.text == "One\n  two"


@pytest.mark.parametrize(
    ("text", "name", "place", "message"),
    [
        ("def twice():\n    pass\n", "twcie", "source.py:7", "does not define twcie. Did you mean 'twice'?"),
        ("def f(x):\n    return x\n", "f", "ch99_mini.py:1", "has no docstring"),
        ('def f(x):\n    """Only this."""\n', "f", "ch99_mini.py:1", "nothing to answer"),
        ('class f:\n    """Only this."""\n', "f", "ch99_mini.py:1", "nothing to answer"),
        ('def f(x): "doc"; return x\n', "f", "ch99_mini.py:1", "lines of its own"),
        ('def f(x):\n    "doc"; return x\n', "f", "ch99_mini.py:2", "lines of its own"),
        ("a = 1; b = 2\n", "a", "ch99_mini.py:1", "lines of its own"),
        ("a = 1; b = 2\n", "b", "ch99_mini.py:1", "lines of its own"),
        ("a, b = 1, 2\n", "b", "ch99_mini.py:1", "has to be a function, a class, or 'NAME = value'"),
        ("if True:\n    a = 1\n", "a", "ch99_mini.py:1", "has to be a function"),
        ("from os import path\n", "path", "ch99_mini.py:1", "has to be a function"),
        ("a: int\n", "a", "ch99_mini.py:1", "has to be a function"),
        ("a = 1\na = 2\n", "a", "ch99_mini.py:2", "defined twice, first on line 1"),
        (
            'def f():\n    """D.\n\n    >>> f(\n    1\n    """\n    return 1\n',
            "f",
            "ch99_mini.py:1",
            "not valid Python",
        ),
        ('def f():\n    """D.\n\n    >>>f()\n    1\n    """\n    return 1\n', "f", "ch99_mini.py:1", "can't be read"),
        ("def f(:\n", "f", "ch99_mini.py:1", "not valid Python"),
        ("# END SOLUTION\na = 1\n", "a", "ch99_mini.py:1", "the builder's own marker"),
    ],
)
def test_what_cannot_be_a_cell_is_said_with_its_line(tmp_path, text, name, place, message):
    _, problems = define(tmp_path, text, name)
    assert len(problems) == 1
    assert problems[0].startswith(f"{place}: ")
    assert message in problems[0]
