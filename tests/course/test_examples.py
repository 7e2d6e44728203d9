"""The visible test, as a student meets it."""

import sys

import pytest

from course.examples import Disagreement, filled, run


def double(value):
    return value * 2


def stub(value):
    raise NotImplementedError


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
    assert str(caught.value) == "stub: not begun yet; it still raises NotImplementedError."


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
