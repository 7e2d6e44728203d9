"""Closed questions: what counts as the same answer, and what is refused as guessable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from autograder.testing.closed import agrees, ask_all, choice, chosen
from tests.support.toy_models import student_of

CASES = [(n,) for n in range(8)]
OPTIONS = ["sgd", "mini-batch", "batch", "SVD"]


def test_equal_answers_agree() -> None:
    agrees(lambda n: n + 1, lambda n: n + 1, CASES)
    agrees(lambda n: np.float64(n / 3), lambda n: n / 3, CASES)
    agrees(lambda n: (n, [True, "a"]), lambda n: [n, (True, "a")], CASES)
    agrees(lambda n: np.arange(n), lambda n: list(range(n)), CASES)
    agrees(lambda n: {"k": n}, lambda n: {"k": n}, CASES)
    agrees(lambda n: [n, n], lambda n: {n}, CASES)


@pytest.mark.parametrize(
    ("found", "right"),
    [
        (lambda n: n, lambda n: n + 1),
        (lambda n: n * 1.001, lambda n: n * 1.5),
        (lambda n: str(n), lambda n: n),
        (lambda n: n % 2, lambda n: n % 2 == 1),
        (lambda n: n % 2 == 1, lambda n: n % 2),
        (lambda n: [n], lambda n: [n, n]),
        (lambda n: None, lambda n: n),
        (lambda n: {"k": n}, lambda n: {"k": n, "l": 0}),
        (lambda n: [n, n + 1], lambda n: {n}),
        (lambda n: float("nan"), lambda n: n / 3),
    ],
)
def test_other_answers_do_not(found: Callable[[int], Any], right: Callable[[int], Any]) -> None:
    with pytest.raises(AssertionError, match="for "):
        agrees(found, right, CASES)


def test_all_is_asked_before_the_first_answer_is_judged() -> None:
    asked: list[int] = []

    def as_it_came(n: int) -> int:
        asked.append(n)
        return n

    with pytest.raises(AssertionError, match="for "):
        ask_all(as_it_came, lambda n: n + 1, CASES)
    assert asked == [n for (n,) in CASES]
    ask_all(as_it_came, lambda n: n, CASES)


def test_a_constant_is_taken_after_a_call_that_may_fail() -> None:
    asked: list[int] = []

    def probe(n: int) -> int:
        asked.append(n)
        raise ValueError("on purpose")

    assert choice(student_of(probe=probe, WORD="sgd"), "WORD", "probe", 3) == "sgd"
    assert asked == [3]


def test_questions_that_a_constant_could_answer_are_refused() -> None:
    with pytest.raises(ValueError, match="a constant could pass"):
        agrees(lambda n: 1, lambda n: 1, CASES)
    with pytest.raises(ValueError, match="7 cases"):
        agrees(lambda n: n, lambda n: n, CASES[:7])


@pytest.mark.parametrize("found", [["sgd", "mini-batch"], {"SGD ", "Mini-Batch"}, ("sgd", "mini-batch", "batch")])
def test_a_right_choice_may_come_in_any_order_and_form(found: Any) -> None:
    chosen(found, OPTIONS, right=["sgd", "mini-batch"], allowed=["batch"])


@pytest.mark.parametrize(
    ("found", "message"),
    [
        (["sgd"], "missing"),
        (["sgd", "mini-batch", "svd"], "something wrong"),
        (["sgd", "mini-batch", "newton"], "not among"),
        ([], "missing"),
        (None, "one word"),
        (3, "one word"),
        ([1], "made of words"),
        (OPTIONS, "something wrong"),
    ],
)
def test_a_wrong_choice_says_in_what_way(found: Any, message: str) -> None:
    with pytest.raises(AssertionError, match=message):
        chosen(found, OPTIONS, right=["sgd", "mini-batch"], allowed=["batch"])


def test_one_word_is_a_choice() -> None:
    chosen("svd", OPTIONS, right=["SVD"])


def test_an_author_who_misspells_an_option_is_told() -> None:
    with pytest.raises(ValueError, match="momentum"):
        chosen([], OPTIONS, right=["momentum"])
