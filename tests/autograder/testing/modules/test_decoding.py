"""Decoding: searches that keep each promise pass, and those that break exactly one of them fail."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from autograder.testing.modules import (
    beam,
    best_of_all,
    decodes_greedily,
    greedy,
    log_probability,
    next_of,
    searches_by_beam,
    table,
)

END, V, LONGEST = 0, 4, 4


@pytest.fixture(name="following")
def a_language_in_which_greedy_search_fails() -> Any:
    for seed in range(100):
        following = next_of(table(np.random.default_rng(seed), V, LONGEST))
        tokens = greedy(following, end=END, longest=LONGEST)
        if tokens != best_of_all(following, n_tokens=V, end=END, longest=LONGEST)[0] and len(tokens) > 2:
            return following
    raise AssertionError


def test_a_language_says_how_likely_each_token_is() -> None:
    language = table(np.random.default_rng(0), 3, 2)
    assert len(language) == 1 + 3
    assert np.exp(next_of(language)((2,))).sum() == pytest.approx(1)


def test_all_sequences_are_tried(following: Any) -> None:
    found, score = best_of_all(following, n_tokens=V, end=END, longest=LONGEST)
    assert score == pytest.approx(log_probability(found, following))
    assert score > log_probability(greedy(following, end=END, longest=LONGEST), following)
    with pytest.raises(ValueError, match="too many"):
        best_of_all(following, n_tokens=50, end=END, longest=9)


def test_greedy_decoding(following: Any) -> None:
    tokens = greedy(following, end=END, longest=LONGEST)
    decodes_greedily(tokens, following, end=END, longest=LONGEST)
    decodes_greedily([token for token in tokens if token != END], following, end=END, longest=LONGEST)


@pytest.mark.parametrize(
    ("spoilt", "message"),
    [
        (lambda tokens: [*tokens[:-1], (tokens[-1] + 1) % V], "not the likeliest|goes on|too long"),
        (lambda tokens: [(tokens[0] % (V - 1)) + 1, *tokens[1:]], "not the likeliest"),
        (lambda tokens: tokens[:1], "not the likeliest"),
        (lambda tokens: [END, *tokens], "goes on after its end|too long"),
        (lambda tokens: [1] * (LONGEST + 1), "too long"),
        (lambda tokens: [V + 3], "no such token"),
    ],
)
def test_other_decoding(spoilt: Callable[[list[int]], list[int]], message: str, following: Any) -> None:
    tokens = greedy(following, end=END, longest=LONGEST)
    with pytest.raises(AssertionError, match=message):
        decodes_greedily(spoilt(tokens), following, end=END, longest=LONGEST)


def search(following: Any, width: int, spoil: str = "") -> tuple[Sequence[int], float]:
    """A beam search, or one that is wrong in one way."""
    kept: list[tuple[float, list[int]]] = [(0.0, [])]
    for _ in range(LONGEST):
        grown: list[tuple[float, list[int]]] = []
        for score, tokens in kept:
            if tokens and tokens[-1] == END and spoil != "goes on":
                grown.append((score, tokens))
                continue
            nxt = following(tuple(tokens))
            more = np.exp(nxt) if spoil == "adds probabilities" else nxt
            old = 0.0 if spoil == "last step only" else score
            grown += [(old + float(value), [*tokens, token]) for token, value in enumerate(more)]
        kept = sorted(grown, key=lambda one: -one[0])[
            : 1 if spoil == "always one" else max(width, 2 * (spoil == "two"))
        ]
    score, tokens = max(kept, key=lambda one: one[0] / len(one[1])) if spoil == "mean" else kept[0]
    return tokens, score + (spoil == "another score")


def test_a_beam_search_is_held_between_greedy_and_all(following: Any) -> None:
    options = {"n_tokens": V, "end": END, "longest": LONGEST}
    searches_by_beam(lambda width: search(following, width), following, **options)
    searches_by_beam(lambda width: beam(following, width, end=END, longest=LONGEST), following, **options)
    assert beam(following, 2, end=END, longest=LONGEST) == search(following, 2)


@pytest.mark.parametrize(
    "spoil", ["goes on", "adds probabilities", "last step only", "always one", "two", "mean", "another score"]
)
def test_a_search_that_is_none(spoil: str, following: Any) -> None:
    with pytest.raises(AssertionError, match="a beam"):
        searches_by_beam(lambda width: search(following, width, spoil), following, n_tokens=V, end=END, longest=LONGEST)


def test_a_language_where_greedy_search_finds_the_best_shows_nothing() -> None:
    with pytest.raises(ValueError, match="greedy search finds the best"):
        searches_by_beam(lambda width: ([0], 0.0), lambda prefix: np.log([0.9, 0.1]), n_tokens=2, end=0, longest=2)
