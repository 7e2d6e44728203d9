"""Which answers are graded together: what is equal, what is nearly so, and what the difference is."""

from __future__ import annotations

import pytest

from autograder.marking.likeness import MOST, core, nearly_equal

SCALE = "Features on one scale let gradient descent take steps of equal worth in every direction."


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (SCALE, SCALE.upper(), True),
        (SCALE, f"  {SCALE[:-1].replace(' ', chr(10))}", True),
        ("It is\n\n2.", "it is 2", True),
        ("Straße", "STRASSE", True),
        ("caf\u00e9", "cafe\u0301", True),
        ("a < b", "a > b", False),
        ("x = -1", "x = 1", False),
        ("1.5", "15", False),
        ("f'", "f", False),
        ("yes", "no", False),
        ("do", "do not", False),
        ("a b", "b a", False),
    ],
)
def test_equal_is_what_says_the_same_to_the_letter(one: str, other: str, same: bool) -> None:
    assert (core(one) == core(other)) is same


def test_the_nearest_come_first_with_their_difference() -> None:
    others = {
        "same": SCALE.lower(),
        "each": SCALE.replace("every", "each"),
        "not": SCALE.replace("let", "do not let"),
        "far": "I have no idea what this is about, and would rather not say.",
        "empty": "",
    }
    negated, each = nearly_equal(SCALE, others)
    assert (negated.key, each.key) == ("not", "each") and negated.share > each.share > 0.75
    assert each.pieces == (
        ("same", "Features on one scale let gradient descent take steps of equal worth in "),
        ("left out", "every "),
        ("added", "each "),
        ("same", "direction."),
    )
    assert [one for one in negated.pieces if one[0] != "same"] == [("added", "do not ")], "what matters most is seen"


def test_what_differs_in_nothing_but_signs_is_shown_too() -> None:
    (found,) = nearly_equal("the loss falls if a < b holds", {"other": "the loss falls if a > b holds"})
    assert [one for one in found.pieces if one[0] != "same"] == [("left out", "< "), ("added", "> ")]


def test_neither_a_long_text_nor_a_large_class_is_too_much() -> None:
    long = "word " * 1501
    assert nearly_equal(long, {"other": f"{long}more"}) == []
    assert nearly_equal("", {"other": "x"}) == []
    assert len(nearly_equal(SCALE, {str(number): f"{SCALE} {number}" for number in range(300)})) == MOST
