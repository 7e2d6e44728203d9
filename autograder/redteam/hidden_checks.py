"""Hidden checks of the red team's chapter: what they promise has to hold for every submission in the corpus.

They follow three rules: ask for the shape and kind of a value before comparing it, compare on fresh random input with
an oracle that shares nothing with the answer, and state a bound so that NaN fails it.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from autograder.testing import check

ROWS, FEATURES = 400, 5


def _number(value: Any) -> float:
    """Return a number of any numeric type; anything else, an array of one number included, fails."""
    assert isinstance(value, int | float | np.number)
    assert not isinstance(value, bool)
    return float(value)


@check("p.98.1", core=True, weight=3)
def test_span_of_any_values(student: Any, rng: np.random.Generator) -> None:
    """The largest value less the smallest, for lists of any length."""
    for size in rng.integers(2, 9, 4):
        values = np.round(rng.normal(0, 100, size), 3).tolist()
        found = _number(student.span(values))
        assert abs(found - (max(values) - min(values))) <= 1e-4


@check("p.98.1")
def test_span_leaves_its_input_alone(student: Any, rng: np.random.Generator) -> None:
    """The list that was passed in stays as it was."""
    values = np.round(rng.normal(0, 100, 5), 3).tolist()
    found, (after,) = student.watch_("span", values)
    _number(found)
    assert after == values


def _rows(value: Any, shape: tuple[int, ...]) -> np.ndarray:
    found = np.asarray(value)
    assert found.shape == shape
    assert found.dtype.kind == "f"
    return found.astype(float)


@check("p.98.2", core=True, weight=3)
def test_softmax_of_any_scores(student: Any, rng: np.random.Generator) -> None:
    """Each row holds the exponentials of its scores, divided by their sum."""
    for n, k in rng.integers(2, 7, (3, 2)):
        scores = rng.normal(0, 3, (n, k))
        found = _rows(student.softmax(scores), (n, k))
        for row, expected in zip(found, scores, strict=True):
            powers = [float(np.exp(score)) for score in expected]
            np.testing.assert_allclose(row, np.array(powers) / sum(powers), rtol=1e-4)


@check("p.98.2")
def test_softmax_of_large_scores(student: Any, rng: np.random.Generator) -> None:
    """Scores in the thousands do not overflow: the largest of a row takes all."""
    scores = np.diag(rng.uniform(2_000, 5_000, 4))
    np.testing.assert_allclose(_rows(student.softmax(scores), (4, 4)), np.eye(4), atol=1e-6)


def _rare(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw rows of which one in ten is of class 1, apart from the others along a direction drawn anew.

    Returns X (2 * ROWS, FEATURES), y (2 * ROWS,) and the rows of class 1 as a mask of the second half.
    """
    direction = rng.normal(size=FEATURES)
    direction /= np.linalg.norm(direction)
    y = (np.arange(2 * ROWS) % 10 == 0).astype(int)
    X = rng.normal(size=(2 * ROWS, FEATURES))
    X -= np.outer(X @ direction, direction)
    # The gap between the classes is wider than the spread within: a fitted model has no excuse.
    X += np.outer(np.where(y == 1, 2.0, -2.0) + rng.uniform(-1, 1, 2 * ROWS), direction)
    order = rng.permutation(2 * ROWS)
    return X[order], y[order], y[order][ROWS:] == 1


@check("p.98.3", core=True)
def test_finds_the_rare_class(student: Any, rng: np.random.Generator) -> None:
    """Of rows it has not seen, your model finds nine in ten of the rare class and of the other, for any rule."""
    for _ in range(2):
        X, y, rare = _rare(rng)
        model = student.fit_rare(X[:ROWS], y[:ROWS])
        found = np.asarray(model.predict(X[ROWS:]))
        assert found.shape == (ROWS,)
        assert found.dtype.kind in "iufb"
        assert (found[rare] == 1).mean() >= 0.9
        assert (found[~rare] == 0).mean() >= 0.9


class Line:
    """An `nn.Linear` in the student's process, whose weights can be read. Holds no expected value."""

    def __init__(self, features: int) -> None:
        import torch

        self.model = torch.nn.Linear(features, 1)

    def weights(self) -> Any:
        return self.model.weight.detach().numpy(), self.model.bias.detach().numpy()


@check("p.98.4", core=True)
def test_training_fits_the_line(student: Any, rng: np.random.Generator) -> None:
    """After training, the model's own weights explain 99% of the variance of rows it has not seen."""
    import torch

    X = rng.normal(size=(200, 3))
    y = X @ rng.normal(0, 3, 3) + rng.normal()
    line = student.probe_(Line)(3)
    student.train(line.model, *(torch.tensor(part, dtype=torch.float32) for part in (X[:100], y[:100, None])))
    weight, bias = (np.asarray(part, dtype=float) for part in line.weights())
    assert weight.shape == (1, 3)
    assert bias.shape == (1,)
    predicted = X[100:] @ weight[0] + bias[0]
    assert np.mean((predicted - y[100:]) ** 2) <= 0.01 * np.var(y[100:])


@check("p.98.5", core=True)
def test_counts_the_parameters(student: Any, rng: np.random.Generator) -> None:
    """The layer has as many weights and biases as you say."""
    assert _number(student.PARAMETERS) == sum(weights + 1 for weights in [784] * 10)
