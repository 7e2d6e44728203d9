"""Hidden checks of chapter 9: single units (p.09.3 to p.09.5)."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from numpy.testing import assert_allclose

from autograder.checks.ch09_neural_networks.inputs import no_overflow
from autograder.testing import check
from autograder.testing.closed import ask_all

# ---------------------------------------------------------------- p.09.3


def _epochs(X, y, max_epochs: int) -> int | None:
    """With the bias as the weight of a column of ones, and labels -1 and 1."""
    rows = np.column_stack([X, np.ones(len(X))])
    signs = np.where(np.asarray(y) == 1, 1, -1)
    w = np.zeros(rows.shape[1])
    for epoch in range(max_epochs):
        clean = True
        for row, sign in zip(rows, signs, strict=True):
            if (1 if row @ w >= 0 else -1) != sign:
                w, clean = w + sign * row, False
        if clean:
            return epoch + 1
    return None


@check("p.09.3", core=True, hint="An epoch counts as clean only if no row in it was called wrong, from its first to "
       "its last.")  # fmt: skip
def test_epochs_until_no_mistake(student, rng):
    """On rows that a line separates you count the epochs that a perceptron needs, the clean one included; on others
    it never gets there, however long it is trained."""
    cases: list[tuple[Any, ...]] = []
    for _ in range(10):
        X = rng.integers(-9, 10, (int(rng.integers(4, 16)), 2)).astype(float)  # whole numbers: no rounding
        side = X @ rng.integers(-3, 4, 2) + 0.5
        cases.append((X, (side > 0).astype(int), 400))
    for _ in range(4):  # only a line far from the origin separates these
        y = np.arange(8) % 2
        cases.append((rng.integers(-2, 3, (8, 2)) + 6 + 8 * y[:, None] + 0.0, y, 400))
    X = rng.integers(-9, 10, (8, 2)).astype(float)
    cases.append((np.vstack([X, X[:1]]), np.array([0, 1, 0, 1, 0, 1, 0, 1, 1]), 60))  # one row with two labels
    slow = next(case for seed in range(99) if (case := _slow(seed)) is not None)
    needed = _epochs(*slow, 500) or 0
    cases += [(*slow, needed), (*slow, needed - 1), (X, np.ones(8, dtype=int), 9)]  # all of one label
    ask_all(student.perceptron_epochs, _epochs, cases)


def _slow(seed: int) -> tuple[Any, Any] | None:
    """Rows that take a few epochs."""
    X = np.random.default_rng(seed).integers(-9, 10, (12, 2)).astype(float)
    y = (X @ [2, -3] + 0.5 > 0).astype(int)
    needed = _epochs(X, y, 500)
    return (X, y) if needed is not None and needed >= 4 else None


# ---------------------------------------------------------------- p.09.4


def _error(activation: str, w, b: float, x, y: float) -> float:
    z = float(np.dot(w, x) + b)
    a = float(z >= 0) if activation == "step" else 1 / (1 + np.exp(-z))
    return float((a - y) ** 2)


def _slopes(activation: str, w, b: float, x, y: float) -> list[float]:
    """By differences."""
    found, eps = [], 1e-6
    for i in range(len(w) + 1):
        sides = []
        for sign in (1, -1):
            values = np.append(np.asarray(w, dtype=float), b)
            values[i] += sign * eps
            sides.append(_error(activation, values[:-1], values[-1], x, y))
        found.append((sides[0] - sides[1]) / (2 * eps))
    return found


@check("p.09.4", core=True, hint="Chain rule: the slope of the square, times the slope of the activation function, "
       "times the input.")  # fmt: skip
def test_gradient_of_one_unit(student, rng):
    """For either activation function and any number of inputs, you say how the error changes with each weight and with
    the bias."""
    for activation in ("sigmoid", "step", "sigmoid", "step", "sigmoid"):
        for _ in range(3):
            d = int(rng.integers(1, 6))
            w, x, b = rng.normal(size=d), rng.uniform(0.5, 2, d) * rng.choice([-1, 1], d), float(rng.normal())
            if abs(w @ x + b) < 0.05:
                b += 0.5
            y = float(rng.integers(0, 2)) if rng.random() < 0.5 else float(rng.normal())
            found = np.asarray(student.unit_gradient(activation, w, b, x, y), dtype=float)
            assert found.shape == (d + 1,)
            assert_allclose(found, _slopes(activation, w, b, x, y), rtol=1e-4, atol=1e-5)


# ---------------------------------------------------------------- p.09.5


def _compared(ask: Any, oracle: Callable[..., torch.Tensor], rng, settings: list[float], *, far: float) -> None:
    for setting in settings:
        for shape in ((), (7,), (3, 4), (2, 1, 5)):
            z = rng.normal(0, 3, shape)
            if z.ndim:
                z.flat[:3] = rng.permutation([-far, 0.0, far])[: z.size]
            found = np.asarray(ask(z, setting), dtype=float)
            assert found.shape == shape
            assert_allclose(found, oracle(torch.as_tensor(z), setting).numpy(), rtol=1e-5, atol=1e-6)


@check("p.09.5", core=True, hint="What is asked for where z is negative? And if the slope is above 1?")
def test_leaky_relu(student, rng):
    """`leaky_relu` has the asked slope on the left, also none or one above 1, for numbers, whole ones as well, and
    arrays of any shape."""
    settings = [0.0, float(rng.uniform(0.01, 0.5)), float(rng.uniform(1.5, 3))]
    _compared(student.leaky_relu, torch.nn.functional.leaky_relu, rng, settings, far=1e4)
    assert_allclose(np.asarray(student.leaky_relu([-3, 5]), dtype=float), [-0.03, 5], rtol=1e-6)


@check("p.09.5", core=True, hint="`np.where` computes both sides everywhere: what is exp(1000)?")
def test_elu(student, rng):
    """`elu` falls to -alpha on the left and overflows nowhere on the way, for numbers, whole ones as well, and arrays
    of any shape."""
    settings = [1.0, float(rng.uniform(0.2, 3))]
    with no_overflow(student):
        _compared(student.elu, torch.nn.functional.elu, rng, settings, far=1e4)
    assert_allclose(np.asarray(student.elu([-1, 5]), dtype=float), [np.exp(-1) - 1, 5], rtol=1e-6)


@check("p.09.5", core=True, hint="Where does beta go? What becomes of a logistic function far on the left?")
def test_swish(student, rng):
    """`swish` is z times a logistic function of any steepness and overflows nowhere on the way, for arrays of any
    shape."""
    settings = [0.0, 1.0, float(rng.uniform(0.2, 3))]
    with no_overflow(student):
        _compared(student.swish, lambda z, beta: z * torch.sigmoid(beta * z), rng, settings, far=1e3)
    found = np.asarray(student.swish([-1, 5]), dtype=float)
    assert_allclose(found, [-1 / (1 + np.e), 5 / (1 + np.exp(-5))], rtol=1e-6)
