"""Hidden checks of chapter 9: threshold units (p.09.2)."""

from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from autograder.testing import check

ROWS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])


def _said(layers: Any, X: NDArray[Any]) -> NDArray[Any]:
    """What units with these weights say, one after the other; sums that are 0 but for rounding, also that of single
    precision, count as 0."""
    signal = [[float(value) for value in row] for row in X]
    for W, b in layers:
        W, b = np.asarray(W, dtype=float), np.asarray(b, dtype=float)
        n_units = W.shape[1] if W.ndim == 2 else -1
        assert b.shape == (n_units,), "a layer is a matrix and a vector, with one column and one number for each unit"
        assert len(W) == len(signal[0]), "a layer has as many rows of weights as it has inputs"
        signal = [[float(_fires([*row, 1.0], [*W[:, unit], b[unit]])) for unit in range(n_units)] for row in signal]
    return np.array(signal)


def _fires(inputs: list[float], weights: list[float]) -> bool:
    terms = np.multiply(inputs, weights)
    return bool(terms.sum() >= -1e-9 - 1e-6 * np.abs(terms).sum())


def _drawn(rng, *sizes: int) -> list[tuple[NDArray[Any], NDArray[Any]]]:
    """Layers with small whole weights and biases between them: no sum is 0."""
    pairs = pairwise(sizes)
    return [(rng.integers(-3, 4, (n, k)).astype(float), rng.integers(-2, 2, k) + 0.5) for n, k in pairs]


@check("p.09.2", core=True, weight=3, hint="Draw the four points. Which two straight lines cut out the two where the "
       "answer is 1? Each line is a unit; what is left to do for the last one?")  # fmt: skip
def test_the_net_computes_xor(student, rng):
    """With your weights, threshold units answer 1 where exactly one of two inputs is high, and 0 for the other two
    pairs of inputs; for 0 and 1, and for other levels."""
    drawn = [(low / 4, (low + int(rng.integers(1, 19))) / 4) for low in rng.integers(-20, 21, 3).tolist()]
    weak = float(rng.uniform(-0.05, 0.05))  # a few hundredths of a volt
    drawn.append((weak, weak + float(rng.uniform(0.02, 0.06))))
    for low, high in [(0.0, 1.0), (-1.0, 1.0), *drawn]:
        layers = student.xor_net(low, high)
        assert isinstance(layers, list | tuple) and len(layers) >= 1
        said = _said(layers, low + (high - low) * ROWS)
        assert said.shape == (4, 1), "the last layer is one unit"
        np.testing.assert_array_equal(said[:, 0], ROWS[:, 0] != ROWS[:, 1])


@check("p.09.2", core=True, weight=2, hint="What does a layer do to the answers of the one before? Does every unit, "
       "also a hidden one, answer 0 or 1?")  # fmt: skip
def test_signals_go_through_every_layer(student, rng):
    """For networks of one to four layers, of any sizes, `threshold_net` says what their units say one by one."""
    for sizes in ((3, 4), (2, 5, 3), (4, 6, 5, 2), (5, 4, 6, 5, 7)):
        layers, X = _drawn(rng, *sizes), rng.integers(0, 2, (30, sizes[0]))
        wanted = _said(layers, X)
        found = np.asarray(student.threshold_net(layers, X), dtype=float)
        assert found.shape == wanted.shape
        np.testing.assert_array_equal(found, wanted)


@check("p.09.2", hint="Is it `>` or `>=`?")
def test_a_sum_of_zero_is_enough(student, rng):
    """A unit whose sum is exactly 0 answers 1."""
    W = rng.integers(1, 4, (3, 5)).astype(float)
    X = rng.integers(0, 2, (12, 3))
    X[0] = 1
    b = -W.sum(axis=0)  # only all inputs together reach 0
    found = np.asarray(student.threshold_net([(W, b)], X), dtype=float)
    np.testing.assert_array_equal(found, np.repeat((X.sum(axis=1) == 3)[:, None], 5, axis=1))


@check("p.09.2", hint="Do you keep both dimensions when there is one row, or one unit?")
def test_one_row_and_one_unit(student, rng):
    """One row through one unit gives an array of one row and one column."""
    for _ in range(3):
        layers, X = _drawn(rng, 4, 3, 1), rng.integers(0, 2, (1, 4))
        found = np.asarray(student.threshold_net(layers, X), dtype=float)
        assert found.shape == (1, 1)
        assert found[0, 0] == _said(layers, X)[0, 0]


@check("p.09.2", hint="What is `+=` on an array of the caller's?")
def test_layers_are_left_alone(student, rng):
    """Neither the layers nor the rows that are passed in are changed."""
    layers, X = _drawn(rng, 3, 4, 2), rng.integers(0, 2, (9, 3)).astype(float)
    found, (layers_after, X_after) = student.watch_("threshold_net", layers, X)
    np.testing.assert_array_equal(np.asarray(found, dtype=float), _said(layers, X))
    np.testing.assert_array_equal(X_after, X)
    for (W, b), (W_after, b_after) in zip(layers, layers_after, strict=True):
        np.testing.assert_array_equal(W_after, W)
        np.testing.assert_array_equal(b_after, b)
