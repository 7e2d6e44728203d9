"""What a cell's text says of it: names, stubs, lines left in; and that no text harms the grader that reads it."""

from __future__ import annotations

import ast

import pytest

from autograder.engine.submission.definitions import LONGEST, plain, read, shapes, without

STUB = 'def double(x: int) -> int:\n    """Twice."""\n    # YOUR CODE HERE\n    raise NotImplementedError()\n'


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def f(): pass\nasync def g(): pass\nclass C: pass", {"f", "g", "C"}),
        ("a = b = 1\nc: int = 2\nd, (e, *f) = x\ng += 1", {"a", "b", "c", "d", "e", "f", "g"}),
        ("import a.b, c as d\nfrom e import f as g, h", {"a", "d", "g", "h"}),
        ("if x:\n    def f(): y = 1\nelse:\n    z = 2", {"f", "z"}),
        ("try:\n    a = 1\nexcept E:\n    b = 2\nfinally:\n    c = 3", {"a", "b", "c"}),
        ("with o() as a:\n    for b in c:\n        d = 1", {"a", "b", "d"}),
        ("x.y = 1\nz[0] = 2\n[w for w in z]", set()),
        ("%matplotlib inline\n!pip install x\ndef f(): return 1\nf?", {"f"}),
        ("%%time\ndef f(): return 1", {"f"}),
        ("\n%%capture out\ndef f(): return 1", {"f"}),
        ("%%writefile m.py\ndef f(): return 1", set()),
        ("%%bash\nx=1", set()),
        ("files = !ls\nnow = %time 1", {"files", "now"}),
        ("x = (5\n% 3)", {"x"}),
        ("await g()\ny = [await h() for _ in z]", {"y"}),
        ("def f(:\n    return 1\nclass C\nx = 1", {"f", "C", "x"}),
        ("Because x = 1 is smaller.", set()),
        ("", set()),
        ("# x = 1", set()),
    ],
)
def test_names_are_those_that_are_bound_where_the_cell_is_run(source: str, names: set[str]) -> None:
    assert read(source).names == names


@pytest.mark.parametrize(
    "source",
    [
        STUB,
        "def double(x):\n    raise NotImplementedError",
        "def double(x): ...",
        "def double(x):\n    'Twice.'\n    pass",
        "double: int = ...  # YOUR ANSWER",
        'double: dict[str, str] = {  # YOUR ANSWER\n    "a": ...,\n    "b": ...,\n}',
        "double = None",
        "class double:\n    def fit(self):\n        raise NotImplementedError()",
    ],
)
def test_what_does_nothing_is_a_stub(source: str) -> None:
    found = read(source)
    assert found.names == {"double"} and found.written == set() and found.bare


@pytest.mark.parametrize(
    "source",
    [
        "def double(x):\n    return None",
        STUB.replace("raise", "x = 2\n    raise"),
        "double = 0",
        "double = {'a': 1, 'b': ...}",
        "double = {}",
        "from answers import double",
        "class double:\n    def fit(self):\n        return self",
        "def double(x):\n    if x:\n        raise NotImplementedError()",
    ],
)
def test_what_does_anything_is_none(source: str) -> None:
    assert read(source).written == {"double"} and not read(source).bare


def test_a_class_is_a_stub_where_its_methods_are_empty_or_given() -> None:
    released = (
        "class C:\n    def __init__(self):\n        self.a = 1\n    def fit(self):\n        raise NotImplementedError()"
    )
    given = shapes(released)
    assert read(released, given).bare and read(released.replace("1\n", "1  # one\n\n"), given).bare
    assert read(released.replace("raise NotImplementedError()", "return self"), given).written == {"C"}
    assert read(released.replace("self.a = 1", "self.a = 2"), given).written == {"C"}


def test_lines_of_the_stub_are_found_where_they_were_left() -> None:
    found = read(STUB.replace("raise", "x = 2\n    raise") + "\n\n" + STUB.replace("double", "halve"))
    assert (found.left, found.unwritten) == ({"double"}, {"halve"})
    assert read("raise NotImplementedError()\n" + STUB).stops and not read(STUB).stops


def test_a_stub_is_taken_out_and_every_other_line_keeps_its_place() -> None:
    source = "a = 1\n\n@decorated\ndef f(x):\n    ...\n\nb = 2"
    stub = next(part for part in read(source).parts if part.empty)
    assert without(source, [stub], "left out").split("\n") == ["a = 1", "", "# left out", "", "", "", "b = 2"]


def test_a_stub_that_shares_its_line_stays() -> None:
    assert [part.empty for part in read("a = None; b = 2").parts] == [False, False]


def test_white_space_at_the_ends_is_no_difference() -> None:
    assert plain("\na = 1  \r\nb = 2\r\n\r\n") == plain("a = 1\nb = 2") == "a = 1\nb = 2"
    assert plain("a\n\nb") != plain("a\nb") and plain("  a") != plain("a")


_N = LONGEST - 100
DEEP = {
    "signs": "-" * _N + "1",
    "sums": "1+" * (_N // 2) + "1",
    "attributes": "a" + ".b" * (_N // 2),
    "calls": "f" + "()" * (_N // 2),
    "powers": "1**" * (_N // 3) + "1",
    "functions": "lambda:" * (_N // 7) + "1",
    "brackets": "(" * _N,
    "conditions": "x = " + "1 if 1 else " * (_N // 12) + "1",
    "branches": "if 1:\n pass\n" + "elif 1:\n pass\n" * (_N // 14),
    "blocks": "".join(" " * depth + "if 1:\n" for depth in range(300)),
    "spaces": " " * _N + "!",
    "broken lines": ("\t" * 500 + "x?\n") * (_N // 503),
    "nothing": "x = 1\0",
    "half an emoji": "x = '\ud83d'",
    "digits": "x = " + "9" * _N,
    "longer than is parsed": "def f(): return 1\n" * LONGEST,
}


@pytest.mark.parametrize("name", DEEP)
def test_no_text_harms_the_grader(name: str) -> None:
    """Texts that are too deep to be parsed, or no Python at all, define what their lines say; nothing is raised."""
    found = read(DEEP[name])
    assert found.names <= {"x", "f"}
    if not found.sound:
        with pytest.raises((SyntaxError, ValueError, RecursionError, MemoryError)):
            ast.dump(ast.parse(DEEP[name] if len(DEEP[name]) <= LONGEST else "("))
