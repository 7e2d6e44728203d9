"""The first line of a *Look* cell: it says what is not begun, and hides nothing of what is."""

import functools

import pytest

from course.look import NotBegun, needs


def stub(x):
    """Text."""
    # YOUR CODE HERE
    raise NotImplementedError()


@functools.cache
def kept(x):
    raise NotImplementedError()


def left(x):
    return x
    raise NotImplementedError()


def started(x):
    print(2 * x)
    raise NotImplementedError()


def wordy(x):
    raise NotImplementedError("my own words")


def nothing(x):
    pass


class Begun:
    def fit(self):
        return self

    def predict(self):
        raise NotImplementedError()


class Idle:
    def __init__(self, x):
        raise NotImplementedError()

    def fit(self):
        raise NotImplementedError()


class Done:
    """Nothing is left to do."""

    attribute = 3

    def fit(self):
        return self

    @staticmethod
    def make():
        return Done()


NAMES = {
    **{one.__name__: one for one in (stub, kept, left, started, wordy, nothing, Begun, Idle, Done)},
    "dots": ..., "partly": {"a": 1, "b": ...}, "value": 0, "whole": {"a": 1}, "none": None,
}  # fmt: skip


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("stub",), "stub: not begun"),
        (("left", "kept"), "kept: not begun"),
        (("stub", "kept"), "stub, kept: not begun"),
        (("Idle",), "Idle: not begun"),
        (("Begun",), "Begun.predict: not begun"),
        (("dots",), "dots: not begun"),
        (("partly",), "partly: not begun"),
        (("nowhere", "stub"), "nowhere: not there yet; run the cell"),
    ],
)
def test_what_is_not_begun_is_said_in_one_line(names, told):
    with pytest.raises(NotBegun) as caught:
        needs(*names, namespace=NAMES)
    (line,) = caught.value._render_traceback_()
    assert line.startswith(told)
    assert "\n" not in line


@pytest.mark.parametrize("name", ["left", "started", "wordy", "nothing", "Done", "value", "whole", "none"])
def test_what_is_begun_is_let_through_however_wrong_it_is(name):
    needs(name, namespace=NAMES)


def test_names_are_the_callers():
    needs("left")
    with pytest.raises(NotBegun, match="stub"):
        needs("stub")
