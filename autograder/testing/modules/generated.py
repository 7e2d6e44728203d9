"""Figures for what a generative model makes: is it like the real thing, is all of that there, and is it new?

A picture is near a real one if it is no farther from it than that one's k-th nearest neighbour among the real ones.
Rows are pictures of any shape, compared pixel by pixel, so these figures are for small worlds of a check's own.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.spatial.distance import cdist

from autograder.testing.modules.tensors import Array


def precision(generated: ArrayLike, real: ArrayLike, *, k: int = 5) -> float:
    """Return the share of the generated pictures that are near a real one: what is blurred or made up is not.

    Parameters
    ----------
    generated : (n, …)
    real : (m, …), not those that were learned from, of the same shape; m is above k.
    k : how near is near.

    Raises
    ------
    AssertionError : the generated pictures have another shape, or are not finite.
    ValueError : there are too few real ones.
    """
    return float(_near(generated, real, k).any(axis=1).mean())


def coverage(generated: ArrayLike, real: ArrayLike, *, k: int = 5) -> float:
    """Return the share of the real pictures that have a generated one near: a kind that is left out has none.

    Takes and raises what `precision` does. It grows with the number of pictures that were generated.
    """
    return float(_near(generated, real, k).any(axis=0).mean())


def closeness(generated: ArrayLike, real: ArrayLike, naive: ArrayLike) -> float:
    """Return how much nearer generated pictures are to real ones than naive ones are, as a whole: 1 is as near as can
    be, 0 no better than naive. A kind that is left out, or made too often, counts, and so does blur.

    It is 1 minus a ratio of energy distances, 2 E|x - y| - E|x - x'| - E|y - y'| of two lots of pictures.

    Parameters
    ----------
    generated, real, naive : (n, …), (m, …), (p, …); `real` are pictures that were not learned from, `naive` e.g. the
        mean picture alone.

    Raises
    ------
    AssertionError : the generated pictures have another shape, or are not finite.
    ValueError : the naive ones are as good as the real ones.
    """
    others = _rows(real)
    reference = _energy(_rows(naive, like=np.asarray(real).shape), others)
    if reference <= 0:
        raise ValueError("the naive pictures can't be told from the real ones")
    return 1 - _energy(_rows(generated, like=np.asarray(real).shape), others) / reference


def newness(generated: ArrayLike, learned: ArrayLike, real: ArrayLike) -> float:
    """Return how far generated pictures are from those that were learned from, as a share of how far others are.

    Parameters
    ----------
    generated, learned, real : (n, …), (p, …), (m, …); `real` are pictures that were not learned from.

    Returns
    -------
    The ratio of median distances to the nearest picture of `learned`: 0 for who copies, about 1 for who draws anew.

    Raises
    ------
    AssertionError : the generated pictures have another shape, or are not finite.
    ValueError : real pictures are copies themselves.
    """
    known, others = _rows(learned), _rows(real)
    found = _rows(generated, like=np.asarray(real).shape)
    usual = float(np.median(cdist(others, known).min(axis=1)))
    if usual == 0:
        raise ValueError("the real pictures are among those that were learned from")
    return float(np.median(cdist(found, known).min(axis=1))) / usual


def _near(generated: ArrayLike, real: ArrayLike, k: int) -> Array:
    """Return (n, m) truth values: whether each generated picture is near each real one."""
    if len(np.asarray(real)) <= k:
        raise ValueError("too few real pictures")
    found, others = _rows(generated, like=np.asarray(real).shape), _rows(real)
    reach = np.sort(cdist(others, others), axis=1)[:, k]  # column 0 is the picture itself
    near: Array = cdist(found, others) <= reach
    return near


def _energy(one: Array, other: Array) -> float:
    return float(2 * cdist(one, other).mean() - cdist(one, one).mean() - cdist(other, other).mean())


def _rows(pictures: ArrayLike, like: tuple[int, ...] | None = None) -> Array:
    rows = np.asarray(pictures, dtype=float)
    assert like is None or (len(rows) and rows.shape[1:] == like[1:]), f"the pictures have shape {rows.shape}"
    assert np.isfinite(rows).all(), "a pixel is not finite"
    flat: Array = rows.reshape(len(rows), -1)
    return flat
