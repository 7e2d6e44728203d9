"""The visible test, as a student meets it."""

import sys

import pytest

from course.examples import Disagreement, filled, run


def double(value):
    return value * 2


def stub(value):
    raise NotImplementedError


STUB = "stub: not begun yet; write your answer in place of `raise NotImplementedError()`, and run that cell."


def test_agreement_is_one_line(capsys):
    run(">>> double(2)\n4\n>>> x = double(3)\n>>> x\n6\n>>> double(1) # doctest: +SKIP\n3\n")
    assert capsys.readouterr().out == "2 of 2 examples agree.\n"


def test_names_are_the_callers_and_stay_unchanged():
    names = {"double": double}
    run(">>> double = 3\n>>> double\n3\n", names)
    assert names == {"double": double}


def test_blanks_and_ellipses_are_forgiven(capsys):
    run(">>> [1,   2]\n[1,\n 2]\n>>> list(range(30))\n[0, 1, ..., 29]\n")
    assert "2 of 2" in capsys.readouterr().out


def test_a_difference_shows_expected_and_got_and_nothing_of_doctest(capsys):
    with pytest.raises(AssertionError) as caught:
        run(">>> double(2)\n4\n>>> double(\n...     3)\n7\n>>> 1 / 0\n1\n")
    text = str(caught.value)
    assert text.startswith("1 of 3 examples agree.")
    assert ">>> double(\n...     3)\nexpected:\n    7\ngot:\n    6" in text
    assert "got:\n    ZeroDivisionError: division by zero" in text
    assert "Traceback" not in text
    assert "*****" not in text
    assert capsys.readouterr().out == ""


def test_a_notebook_shows_the_message_only():
    with pytest.raises(Disagreement) as caught:
        run(">>> double(2)\n5\n")
    assert caught.value._render_traceback_() == str(caught.value).splitlines()


def test_an_answer_not_begun_is_said_once():
    with pytest.raises(AssertionError) as caught:
        run(">>> stub(2)\n4\n>>> stub(3)\n6\n")
    assert str(caught.value) == STUB


def test_a_half_answered_exercise_says_both():
    with pytest.raises(AssertionError) as caught:
        run(">>> stub(2)\n4\n>>> double(3)\n7\n>>> double(1)\n2\n")
    assert "1 of 3 examples agree." in str(caught.value)
    assert "stub: not begun yet" in str(caught.value)
    assert "expected:\n    7" in str(caught.value)


def test_a_cell_that_was_not_run_is_named():
    with pytest.raises(AssertionError, match="run the cell that defines triple first"):
        run(">>> triple(2)\n6\n")


def test_a_setup_line_that_fails_fails_the_test():
    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run(">>> x = 1 / 0\n>>> 2\n2\n")


def test_long_values_are_cut():
    with pytest.raises(AssertionError) as caught:
        run(">>> 'x' * 100_000\n'y'\n")
    assert len(str(caught.value)) < 2_000
    assert "(cut)" in str(caught.value)


def test_examples_leave_the_output_stream_alone():
    before = sys.stdout
    run(">>> print('hello')\nhello\n")
    assert sys.stdout is before


def test_filled_tells_an_answer_from_dots(capsys):
    filled("A", "B", namespace={"A": 0, "B": None})
    assert capsys.readouterr().out == "2 of 2 answers filled in.\n"
    with pytest.raises(AssertionError, match=r"^B, C: not begun yet"):
        filled("A", "B", "C", namespace={"A": 0, "B": ...})


def test_filled_looks_in_the_callers_names():
    filled("double")
    with pytest.raises(AssertionError, match="nowhere: not begun yet"):
        filled("nowhere")


def test_no_examples_is_no_agreement():
    with pytest.raises(AssertionError, match="holds no examples any more"):
        run("double(2)\n4\n")


class Half:
    def __init__(self):
        raise NotImplementedError


class Quarter:
    def fit(self):
        raise NotImplementedError


class Abstract:
    def fit(self):
        raise NotImplementedError("a library says: subclasses have to implement fit")


def wordy(value):
    print("trying", value)
    return value * 2


def printing(value):
    print(value * 2)


def refuses(value):
    raise KeyError(f"words of my own about {value}")


def broken(value):
    return value["no such key"]


NAMES = {
    "double": double, "stub": stub, "Half": Half, "Quarter": Quarter, "Abstract": Abstract, "wordy": wordy,
    "printing": printing, "refuses": refuses, "broken": broken,
}  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        ">>> wordy(2)\n4\n",
        ">>> [wordy(2), wordy(3)]\n[4, 6]\n",
        ">>> print(wordy(2))\n4\n",
        ">>> print('so:', wordy(2))\nso: 4\n",
        ">>> print([1.0, 2.0])\n[1, 2]\n",
        ">>> found = wordy(2)\n>>> found\n4\n",
        ">>> _ = print('a table')\na table\n",
        ">>> for n in (1, 2):\n...     print(wordy(n))\n2\n4\n",
        ">>> refuses(2)\nTraceback (most recent call last):\nKeyError: 'in words of ours'\n",
        ">>> refuses(2)\nTraceback (most recent call last):\nLookupError\n",
        ">>> wordy(2)\n",  # nothing is stated
        ">>> printing('hello')\nhellohello\n",
    ],
)
def test_what_is_printed_makes_no_example_wrong(text, capsys):
    run(text, NAMES)
    assert "agree." in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (">>> printing(2)\n4\n", "(it is printed, and has to be returned: write `return` in place of `print`)"),
        (">>> wordy(2)\n5\n", "printed on the way:\n    trying 2"),
        (">>> print(double(2))\n5\n", "got:\n    4"),
        (">>> double(2)\nTraceback (most recent call last):\nKeyError\n", "(an error of this kind is expected, and"),
        (
            ">>> refuses(2)\nTraceback (most recent call last):\nValueError\n",
            "got:\n    KeyError: 'words of my own about 2'",
        ),
        (">>> Abstract().fit()\n4\n", "NotImplementedError: a library says"),
        (">>> exit()\n4\n", "SystemExit"),
        (">>> broken([])\n4\n", "TypeError: list indices must be"),
    ],
)
def test_what_differs_is_told(text, told):
    with pytest.raises(Disagreement, match=r"^0 of 1 examples agree\.") as caught:
        run(text, NAMES)
    assert told in str(caught.value)


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (">>> stub(1)\n4\n>>> Half()\n1\n", "stub, Half"),
        (">>> half = Half()\n>>> half.x\n3\n>>> [part for part in half]\n[1]\n", "Half"),
        (">>> Quarter().fit()\n1\n", "Quarter.fit"),
        (">>> h, c = 1, [2]\n>>> h, c = stub(h)\n>>> c.tolist()\n[1]\n>>> more = c[0]\n>>> more\n2\n", "stub"),
        (">>> [x for x in stub(1)]\n[1]\n>>> [x for x in stub(2)]\n[1]\n", "stub"),
        (">>> y = [x for x in stub(1)]\n>>> def later():\n...     return y\n>>> later()\n[1]\n", "stub"),
    ],
)
def test_of_what_is_not_begun_nothing_else_is_said(text, names):
    with pytest.raises(Disagreement) as caught:
        run(text, NAMES)
    assert str(caught.value) == STUB.replace("stub", names)


def test_what_an_example_that_failed_was_to_define_is_not_missed_again():
    with pytest.raises(Disagreement) as caught:
        run(">>> x = broken([])\n>>> x\n3\n>>> x + 1\n4\n>>> x = double(2)\n>>> x\n4\n", NAMES)
    text = str(caught.value)
    assert text.startswith("1 of 3 examples agree.\n\n>>> x = broken([])")
    assert "NameError" not in text
    assert text.count(">>>") == 1


def test_dots_and_stubs_are_said_together():
    with pytest.raises(Disagreement) as caught:
        run(">>> stub(1)\n4\n", {"CHOICE": ..., **NAMES}, answers=["CHOICE"])
    assert str(caught.value) == STUB.replace("stub", "CHOICE, stub").replace("of `", "of the dots and `")


def test_dots_left_keep_no_example_from_being_tried(capsys):
    with pytest.raises(Disagreement, match=r"^CHOICE: not begun yet; write your answer in place of the dots"):
        run(">>> double(1)\n2\n", {"CHOICE": {"case 1": "a", "case 2": ...}, **NAMES}, answers=["CHOICE"])
    with pytest.raises(Disagreement, match=r"^0 of 1 examples agree.\nCHOICE: not begun yet"):
        run(">>> double(1)\n3\n", {"CHOICE": ..., **NAMES}, answers=["CHOICE"])
    run(">>> double(1)\n2\n", {"CHOICE": "a", **NAMES}, answers=["CHOICE"])
    assert capsys.readouterr().out == "1 of 1 examples agree.\n1 of 1 answers filled in.\n"
