"""What a notebook's own text says, read without running it."""

from __future__ import annotations

import pytest

from autograder.engine.submission.sources import (
    ALL_CHARACTERS,
    CELL_CHARACTERS,
    NotebookText,
    foreign_magic,
    misread,
    statements,
    tree_of,
)


def texts(source: str) -> list[str]:
    return [piece.text for piece in statements(source)]


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("import a\nas df\nimport b", ["import a", "import b"]),
        ("!pip install x\n%load_ext y\nimport a", ["!pip install x", "%load_ext y", "import a"]),
        ("files = !ls\nwhere = %pwd\nimport a", ["files = !ls", "where = %pwd", "import a"]),
        ("a?\nimport b", ["a?", "import b"]),
        ("%%time\nimport a", ["import a"]),
        ("%%bash\nimport a", []),
        ("import a; import b", ["import a", "import b"]),
        ("def f(:\n    x\n\n    y\nimport a", ["import a"]),
        ("x = (1,\n     2\nimport a", ["import a"]),
        ("@one\n@two\ndef f():\n    pass", ["@one\n@two\ndef f():\n    pass"]),
        ("text = '''\n%not a magic\n'''", ["text = '''\n%not a magic\n'''"]),
    ],
)
def test_what_can_be_read_is_there(source: str, found: list[str]) -> None:
    assert texts(source) == found


@pytest.mark.parametrize(
    ("source", "line", "text"),
    [
        ("import a\nas df", 2, "as df"),
        ("def f():\n\tx = 1\n        return x", 3, "return x"),
        ("# mine\n%%time\nx = 1", 2, "%%time"),
        ("x = (1,\ny = 2", 1, "x = (1,"),
        ("print 'hello'", 1, "print 'hello'"),
    ],
)
def test_the_line_that_is_no_python_is_named(source: str, line: int, text: str) -> None:
    found = misread(source)
    assert found is not None and (found.line, found.text) == (line, text) and found.why


@pytest.mark.parametrize("source", ["", "%%time\nx = 1", "!ls", "x = 1", "await f()", "%%bash\nls | wc", "%%html\n<p>"])
def test_a_cell_that_jupyter_reads_is_no_error(source: str) -> None:
    assert misread(source) is None


def test_a_cell_in_another_language_is_known() -> None:
    assert foreign_magic("\n%%script false\nx = 1") == "script" and foreign_magic("%%capture\nx = 1") == ""


HOSTILE = {
    "null": "a\0b", "half a character": "a = '\ud800'", "brackets": "(" * 50_000, "signs": "-" * 50_000 + "1",
    "attributes": "a" + ".b" * 40_000, "calls": "f" + "()" * 40_000, "sums": "1" + "+1" * 40_000,
    "branches": "if a:\n pass\n" + "elif a:\n pass\n" * 5_000, "digits": "9" * 5_000, "errors": "as df\n" * 10_000,
    "long": "x = 1\n" * CELL_CHARACTERS, "magics": "%" * 50_000, "lambdas": "lambda: " * 12_000 + "1",
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_reading_what_is_hostile_raises_nothing(kind: str) -> None:
    source = HOSTILE[kind]
    tree_of(source), statements(source), misread(source)
    assert NotebookText.in_sources([source]).place("f", 1) == ""


def test_no_more_than_a_bound_is_read() -> None:
    cell = "def f{}():\n    pass\n" + "# " + "x" * (CELL_CHARACTERS - 100)
    written = NotebookText.in_sources(cell.format(number) for number in range(40))
    assert 0 < len(written.functions) <= ALL_CHARACTERS // (CELL_CHARACTERS - 100)


SOURCES = [
    "@cached\ndef first(a):\n    return second(a)\n\n\ndef second(b):\n    return [c for c in b]",
    "class Model:\n    def fit(self, X):\n        raise NotImplementedError()",
    "def third():\n    'Text.'\n    raise NotImplementedError()\n",
    "def fourth():\n    raise NotImplementedError\n    return 1",
]


def test_places_and_names_are_those_of_the_text() -> None:
    written = NotebookText.in_sources(SOURCES)
    assert written.place("first", 3) == " in line 3 of `first`" and written.place("fit", 2) == " in line 2 of `fit`"
    for claimed in [
        ("first", 4),
        ("first", 0),
        ("first", -1),
        ("first", True),
        ("other", 1),
        ("first", "1"),
        (None, 1),
    ]:
        assert written.place(*claimed) == ""
    assert written.name("second") == "second" and written.name("secret") == "" and written.name(["second"]) == ""
    assert written.needs("first", "second") and not written.needs("second", "first") and written.needs("x", "x")


def test_a_stub_is_told_from_an_answer_whose_line_was_left_in() -> None:
    written = NotebookText.in_sources(SOURCES)
    assert written.stubs == {"fit", "third"} and written.unfinished == {"fourth"}
