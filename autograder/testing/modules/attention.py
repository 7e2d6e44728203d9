"""Promises on attention: its weights are shares of the real tokens, they lie where they should, and they are used."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from autograder.testing.modules.tensors import NOISE, apart


def shares_attention(weights: ArrayLike, lengths: ArrayLike) -> None:
    """Assert that each step's weights are a share of the source's real tokens: none below 0, 1 in all, 0 on padding.

    Parameters
    ----------
    weights : (B, T, S), what each of T steps gives to each of S tokens.
    lengths : (B,) how many tokens of each source are real: the first ones.

    Raises
    ------
    AssertionError : one of these does not hold, or a row is not finite.
    ValueError : no source is padded, so that nothing could be seen of it.
    """
    found, known = np.asarray(weights, dtype=float), np.asarray(lengths)
    assert found.ndim == 3 and len(found) == len(known), "the weights are not (batch, steps, tokens)"
    if not 0 < known.min() < known.max() == found.shape[2]:
        raise ValueError("no source is padded, or all are")
    assert np.isfinite(found).all(), "a weight is not finite"
    assert found.min() >= -NOISE, "a weight is below 0"
    padding = np.arange(found.shape[2]) >= known[:, None]  # (B, S)
    assert np.abs(found).max(where=padding[:, None], initial=0.0) <= NOISE, "padding gets attention"
    assert np.abs(found.sum(axis=2) - 1).max() <= 10 * NOISE, "the weights of a step do not sum to 1"


def mixes_values(found: ArrayLike, weights: ArrayLike, values: ArrayLike) -> None:
    """Assert that attention hands on the mean of the values, weighted as it says.

    Parameters
    ----------
    found : (B, T, d), its output.
    weights : (B, T, S), as in `shares_attention`.
    values : (B, S, d)

    Raises
    ------
    AssertionError : it is another mixture.
    """
    wanted = np.asarray(weights, dtype=float) @ np.asarray(values, dtype=float)
    assert apart([np.asarray(found)], [wanted]) <= 10 * NOISE, "the output is not the mean that the weights say"


def looks_at(weights: ArrayLike, wanted: ArrayLike) -> float:
    """Return the share of steps that look at the token they should look at most, e.g. for a bar.

    Parameters
    ----------
    weights : (B, T, S), as in `shares_attention`.
    wanted : (B, T) whole numbers, the token; -1 where it does not matter.

    Raises
    ------
    AssertionError : the weights have another shape.
    ValueError : no step is to look anywhere, or all that are to look at the same token, as a constant could.
    """
    found, right = np.asarray(weights, dtype=float), np.asarray(wanted)
    asked = right >= 0
    if len(np.unique(right[asked])) < 2:
        raise ValueError("the steps are to look at one token at most: a constant could pass")
    assert found.ndim == 3 and found.shape[:2] == right.shape, "the weights are not (batch, steps, tokens)"
    return float((found.argmax(axis=2) == right)[asked].mean())
