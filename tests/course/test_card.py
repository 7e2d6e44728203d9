"""The visible test as one call: what it finds in docstrings, and the card that it shows."""

import re

import pytest

from course import examples
from course.card import Card, HandedIn, Promise, Reading
from course.doctests import NoExamples, Tried, examples_of
from course.examples import Disagreement, check, hint, solution
from tests.support.page import Page


@pytest.fixture(autouse=True)
def _first_time(monkeypatch):
    monkeypatch.setattr(examples, "_last", {})
    monkeypatch.setattr(examples, "_hinted", {})


def double(value):
    """Return twice the value.

    >>> double(2)
    4
    >>> double(-1)
    -2
    """
    return value * 2


def square(value):
    """Return twice the value.

    >>> square(2)
    4
    >>> square(3)
    6
    """
    return value * value


def stub(value):
    """Return a half.

    >>> stub(2)
    1.0
    """
    raise NotImplementedError()


def bare(value):
    return value


class Counter:
    """Counts.

    >>> counter = Counter()
    """

    step = 1  # an int has a docstring with examples of its own

    def add(self):
        """Count on.

        >>> counter.add()
        1
        """
        return self.step

    @property
    def twice(self):
        """
        >>> counter.twice
        2
        """
        return 2

    def _hidden(self):
        """
        >>> 1
        2
        """


NAMES = {"double": double, "square": square, "stub": stub, "bare": bare, "Counter": Counter, "A": "b", "B": ...}


def told(*names, **options):
    with pytest.raises(Disagreement) as caught:
        check("p.99.1", *names, namespace=NAMES, **options)
    return str(caught.value)


def test_where_all_holds_it_says_so_once(capsys):
    check("p.99.1", "double", "Counter", filled=["A"], namespace=NAMES)
    assert capsys.readouterr().out == (
        "p.99.1: 4 of 4 examples agree. 1 of 1 answers filled in.\nHidden checks on other inputs decide the points.\n"
    )


def test_names_are_the_callers():
    check("p.99.1", "double")
    with pytest.raises(Disagreement, match=re.escape("(run the cell that defines nowhere first)")):
        check("p.99.1", "nowhere")


def test_what_does_not_hold_is_an_error_with_expected_and_got(capsys):
    text = told("double", "square")
    assert text.startswith("3 of 4 examples agree.")
    assert ">>> square(3)\nexpected:\n    6\ngot:\n    9" in text
    assert capsys.readouterr().out == ""


def test_not_begun_is_said_once():
    assert told("stub", filled=["B"]) == (
        "B, stub: not begun yet; write your answer in place of the dots and `raise NotImplementedError()`, and run "
        "that cell."
    )
    assert told("nowhere") == "(run the cell that defines nowhere first)"


@pytest.mark.parametrize("answer", [bare, 3, "text", [1], None, len, bare(double.__get__)])
def test_a_docstring_that_is_gone_is_no_agreement(answer, monkeypatch):
    monkeypatch.setitem(NAMES, "bare", answer)
    text = told("double", "bare")
    assert text == (
        "bare: its docstring holds no examples any more. Copy the docstring back from the notebook as you got it: undo "
        "your change, or fetch the assignment again into another folder."
    )


@pytest.mark.parametrize(
    ("docstring", "said"),
    [
        (">>> bare(2", "bare: the example `bare(2` in its docstring is no Python."),
        (">>>bare(2)\n2", "bare: the examples in its docstring can't be read ("),
        (">>> bare(2)", "bare: its docstring holds no examples any more."),
    ],
)
def test_examples_that_were_spoilt_are_said_to_be(docstring, said, monkeypatch):
    monkeypatch.setattr(bare, "__doc__", docstring)
    with pytest.raises(NoExamples) as caught:
        examples_of("bare", bare)
    assert str(caught.value).startswith(said)


def test_the_second_time_what_changed_is_shown(monkeypatch):
    told("square")
    monkeypatch.setitem(NAMES, "square", double.__class__(double.__code__, {}, "square"))
    NAMES["square"].__doc__ = square.__doc__
    check("p.99.1", "square", namespace=NAMES)
    card = examples._last["p.99.1"]
    assert card.changed == {">>> square(3)": "new"}
    assert ">>> square(3)\nholds (new since the last time)" in card.text
    assert "new since the last time" in card.html
    monkeypatch.setitem(NAMES, "square", square)
    told("square")
    assert "fine the last time" in examples._last["p.99.1"].text


HOSTILE = "<script>alert(1)</script>"
CARD = Card(
    "p.99.1",
    "bad",
    "1 of 2 examples agree.",
    (f"a `{HOSTILE}`",),
    (Tried(">>> double(2)", True, "4"), Tried(f">>> f('{HOSTILE}')", False, "4", HOSTILE, "`a` differs", HOSTILE)),
    (
        Promise("test_one", "Every value is doubled.", True, 1.0),
        Promise("test_two", "Nothing is changed.", False, 2.5, f"it was {HOSTILE}", "Copy `values` first."),
        Promise("test_three", "It is quick.", None, 0.5, "No fault of yours: no memory"),
    ),
    {"test_one": "new", "test_two": "lost"},
    "1 of 4 points",
    ("A note.",),
    HandedIn(
        "Mon 30 Nov 2026, 13:00 CET", "bad", "partial marks", "1 of 4 points", "Nothing is changed.", "1 point more.",
        ("You have changed your answer since.", "2 tries left in this hour. To hand in: `course submit ch99`."),
    ),
)  # fmt: skip


def test_the_page_says_in_words_what_it_says_in_colours():
    page = Page(CARD.html)
    assert page.open == [""] and page.badly_closed == [""]
    (section,) = page.all("section")
    assert section["aria-label"] == "Exercise p.99.1: 1 of 2 examples agree."
    assert [one["aria-level"] for one in page.all("p") if one.get("role") == "heading"] == ["3", "4", "4", "4"]
    assert [one["role"] for one in page.all("ul")] == ["list"] * 4
    assert not page.all("script") and not page.all("h3")
    for text in (
        "1 example holds holds >>> double(2)", "does not hold >>> f(", "expected 4 got",
        "kept (1 point): Every value is doubled.",
        "new since the last time", "not kept (2.5 points): Nothing is changed.", "fine the last time",
        "Hint Copy values first.", "not judged (0.5 points): It is quick.", "1 of 3 kept, 1 of 4 points",
        "Your hand-in of Mon 30 Nov 2026, 13:00 CET partial marks (1 of 4 points): Nothing is changed. Since your "
        "hand-in before: 1 point more. You have changed your answer since.",
    ):  # fmt: skip
        assert text in page.text, text


def test_plain_text_has_all_of_it():
    text = CARD.text
    for line in (
        "p.99.1: 1 of 2 examples agree.", "Promises: 1 of 3 kept, 1 of 4 points",
        "- kept (1 point): Every value is doubled. (new since the last time)", "  Hint: Copy `values` first.",
        "  No fault of yours: no memory", "A note.", "Your hand-in of Mon 30 Nov 2026, 13:00 CET",
        "- partial marks (1 of 4 points): Nothing is changed.", "  Since your hand-in before: 1 point more.",
    ):  # fmt: skip
        assert line in text.splitlines(), line
    assert set(CARD._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_something_to_read_is_a_page_and_a_text():
    reading = Reading((("A solution", f"x = '{HOSTILE}'", True), ("Why", "One.\n\nTwo, with `code`.", False)))
    page = Page(reading.html)
    assert page.badly_closed == [""] and not page.all("script")
    assert "Two, with code." in page.text and "x = '<script>" in page.text
    assert reading.text.startswith("A solution\n\nx = ")


def test_without_a_checkout_hints_come_from_the_examples(capsys):
    hint("p.99.1")
    assert "Run the cell with check(…) first" in capsys.readouterr().out
    told("square")
    hint("p.99.1")
    out = capsys.readouterr().out
    assert "Work this example out by hand" in out and ">>> square(3)" in out
    assert "made from the hidden checks, which are not here" in out
    solution("p.99.1")
    assert "Our solutions are not here" in capsys.readouterr().out
