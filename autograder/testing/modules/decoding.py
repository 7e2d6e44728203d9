"""Promises on decoding: greedy and beam search, against what trying everything finds.

A language is given by what comes next: a function of the tokens so far that returns the log probabilities, (V,), of
each token to follow. A sequence ends with the token `end`, or with the `longest` length. `table` draws one.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from autograder.testing.modules.tensors import Array

NextToken = Callable[[tuple[int, ...]], Array]
MOST = 200_000  # sequences that are tried


def table(rng: np.random.Generator, n_tokens: int, longest: int, *, spread: float = 1.5) -> dict[str, list[float]]:
    """Draw a language: by the tokens so far, joined by blanks, the log probabilities of the next one."""
    found = {}
    for length in range(longest):
        for prefix in itertools.product(range(n_tokens), repeat=length):
            scores = rng.normal(0, spread, n_tokens)
            found[" ".join(map(str, prefix))] = (scores - np.log(np.exp(scores).sum())).tolist()
    return found


def next_of(language: dict[str, list[float]]) -> NextToken:
    """Return the function of a `table`."""
    return lambda prefix: np.array(language[" ".join(map(str, prefix))])


def log_probability(tokens: Sequence[int], following: NextToken) -> float:
    """Return the sum of the log probabilities of all tokens of a sequence."""
    return float(sum(following(tuple(tokens[:i]))[token] for i, token in enumerate(tokens)))


def greedy(following: NextToken, *, end: int, longest: int) -> list[int]:
    """Return the sequence that takes the most likely token at each step, `end` included."""
    tokens: list[int] = []
    while len(tokens) < longest and (not tokens or tokens[-1] != end):
        tokens.append(int(np.argmax(following(tuple(tokens)))))
    return tokens


def best_of_all(following: NextToken, *, n_tokens: int, end: int, longest: int) -> tuple[list[int], float]:
    """Return the likeliest of all sequences and its log probability, by trying each.

    Raises
    ------
    ValueError : there are more than `MOST`.
    """
    if n_tokens**longest > MOST:
        raise ValueError(f"{n_tokens}**{longest} sequences are too many to try")
    best, highest = [], -math.inf
    others = [token for token in range(n_tokens) if token != end]
    for length in range(1, longest + 1):
        for before in itertools.product(others, repeat=length - 1):
            for last in range(n_tokens) if length == longest else (end,):
                score = log_probability([*before, last], following)
                if score > highest:
                    best, highest = [*before, last], score
    return best, highest


def decodes_greedily(tokens: Sequence[int], following: NextToken, *, end: int, longest: int) -> None:
    """Assert that a sequence takes the likeliest token at each step, given those that it took itself.

    Ties within noise count for it, so `following` may be a network that is asked again.

    Parameters
    ----------
    tokens : what a submission has decoded; `end` may be there or be left out.

    Raises
    ------
    AssertionError : a token is not the likeliest, it goes on after `end`, ends too soon, or is too long.
    """
    found = [int(token) for token in tokens]
    assert len(found) <= longest, "the sequence is too long"
    assert end not in found[:-1], "the sequence goes on after its end"
    if len(found) < longest and (not found or found[-1] != end):
        found.append(end)
    for i, token in enumerate(found):
        scores = np.asarray(following(tuple(found[:i])), dtype=float)
        assert 0 <= token < len(scores), "there is no such token"
        assert scores[token] >= scores.max() - 1e-4, f"token {i} is not the likeliest after those before it"


def searches_by_beam(
    search: Callable[[int], tuple[ArrayLike, Any]],
    following: NextToken,
    *,
    n_tokens: int,
    end: int,
    longest: int,
) -> None:
    """Assert that a beam search is greedy with a width of 1, and finds the likeliest sequence of all with a beam that
    drops none.

    Parameters
    ----------
    search : gets the width; returns the tokens, with their `end`, and their summed log probability.
    following : one for which greedy search does not find the best.

    Raises
    ------
    AssertionError : one of these does not hold, or the log probability is not that of the tokens.
    ValueError : greedy search finds the best of all, so that both could be one.
    """
    first = greedy(following, end=end, longest=longest)
    best, highest = best_of_all(following, n_tokens=n_tokens, end=end, longest=longest)
    if first == best:
        raise ValueError("greedy search finds the best of all")
    for width, wanted, score in ((1, first, log_probability(first, following)), (n_tokens**longest, best, highest)):
        tokens, said = search(width)
        found = [int(token) for token in np.asarray(tokens).tolist()]
        kind = "a beam of one" if width == 1 else "a beam that drops nothing"
        assert found == wanted, f"{kind} finds {found}, not {wanted}"
        assert math.isclose(float(said), score, rel_tol=1e-6), f"{kind} gives {said} for its log probability"


def beam(following: NextToken, width: int, *, end: int, longest: int) -> tuple[list[int], float]:
    """Return what a plain beam search finds: the `width` likeliest beginnings are kept, finished ones among them."""
    kept: list[tuple[float, list[int]]] = [(0.0, [])]
    for _ in range(longest):
        grown = []
        for score, tokens in kept:
            if tokens and tokens[-1] == end:
                grown.append((score, tokens))
                continue
            grown += [(score + float(more), [*tokens, token]) for token, more in enumerate(following(tuple(tokens)))]
        kept = sorted(grown, key=lambda one: -one[0])[:width]
    score, tokens = kept[0]
    return tokens, score
