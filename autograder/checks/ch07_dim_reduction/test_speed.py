"""Hidden checks of chapter 7: models with and without PCA (p.07.9)."""

import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch07_dim_reduction.inputs import (
    blends,
    components_for,
    faint,
    held,
    letters,
    without_times,
)
from autograder.testing import check

# ---------------------------------------------------------------- p.07.9

NAMES = {"rf", "rf+pca", "sgd", "sgd+pca"}


def _labels(model: Any, X: np.ndarray) -> np.ndarray:
    labels = np.asarray(model.predict(X))
    assert labels.shape == (len(X),)
    return labels.astype(float)


def _numbers(table: Any, column: str) -> dict[str, float]:
    """One column of the comparison, by row."""
    assert isinstance(table, pd.DataFrame)
    assert set(table.index) == NAMES and len(table) == len(NAMES)
    return {str(name): float(value) for name, value in table[column].items()}


def _comparison(student, *data, **options) -> tuple[Any, dict[str, Any]]:
    table, models = student.probe_(without_times)(student.compare_pca, *data, **options)
    assert isinstance(models, dict) and set(models) == NAMES
    return table, models


def _read(models: dict[str, Any], X: np.ndarray, y: np.ndarray) -> None:
    """Assert that all models read letters: of one that has learned nothing, no table is worth anything."""
    assert all(np.mean(_labels(model, X) == y) > 0.3 for model in models.values())  # whoever guesses: 0.1


@check("p.07.9", core=True, weight=2, hint="What does PCA do with a number between 0 and 1, and what with a whole one? "
       "And what has been done to the pixels before?")  # fmt: skip
def test_pca_keeps_the_share_asked_for(student, rng):
    """For each share of the variance, PCA keeps the number of components that it takes on the training rows, or one
    more; without PCA a classifier is given all features."""
    X, y = letters(rng, 400, step=2)
    X = faint(rng, X)
    few = [rng.uniform(0.55, 0.7), rng.uniform(0.75, 0.85)]
    shares = rng.permutation([rng.choice(few), rng.uniform(0.96, 0.98)])
    for share in shares.tolist():
        wanted = components_for(X[:300], share)
        ratio = float(held(X[:300])[wanted - 2 : wanted].mean())  # halfway, where no rounding decides
        table, _ = _comparison(student, X[:300], y[:300], X[300:], y[300:], ratio=ratio)
        given = _numbers(table, "n_components")
        assert all(0 <= given[name] - wanted <= 1 for name in ("rf+pca", "sgd+pca"))
        assert given["rf"] == given["sgd"] == X.shape[1]


@check("p.07.9", core=True, hint="Which rows does the call of `fit` get to see?")
def test_test_rows_are_not_looked_at(student, rng):
    """However wildly the test rows vary, PCA keeps what the training rows need."""
    X, y = blends(rng, 200, rng.uniform(0, 255, (5, 40)))
    noise = rng.choice([0.0, 255.0], (200, 40))
    table, _ = _comparison(student, X, y, noise, rng.integers(0, 5, 200), ratio=0.9)
    given = _numbers(table, "n_components")
    assert all(abs(given[name] - components_for(X, 0.9)) <= 1 for name in ("rf+pca", "sgd+pca"))


@check("p.07.9", hint="Can your model do with rows that PCA has cut short, and can it without?")
def test_pca_comes_before_two_of_the_models(student, rng):
    """A change in directions that PCA drops, since the training rows hardly vary there, is not noticed by the two
    models with PCA, but it is by the forest without."""
    prototypes = rng.uniform(60, 190, (6, 40))
    X, y = blends(rng, 300, prototypes)
    rows, _ = blends(rng, 200, prototypes)
    outside = np.linalg.svd(prototypes)[2][len(prototypes) :]  # orthonormal, and orthogonal to all blends
    X = X + rng.normal(size=(300, len(outside))) @ outside
    ratio = float(held(X)[2:4].mean())  # four of the five directions in which blends vary
    moved = rng.normal(size=(200, len(outside))) @ outside
    moved = rows + 55 * moved / np.abs(moved).max()
    _, models = _comparison(student, X, y, rows[:20], y[:20], ratio=ratio)
    same = {name: np.mean(_labels(model, rows) == _labels(model, moved)) for name, model in models.items()}
    assert same["rf+pca"] > 0.98
    assert same["sgd+pca"] > 0.98
    assert same["rf"] < 0.98


@check("p.07.9", hint="Which of the two kinds of model can draw a circle?")
def test_forests_are_forests_and_lines_are_lines(student, rng):
    """Where one class surrounds the other, both forests learn it; the two others draw a straight border."""

    def ring(size: int) -> tuple[np.ndarray, np.ndarray]:
        flat = rng.uniform(-1, 1, (size, 2))
        return 127 + flat @ frame * 60, ((flat**2).sum(axis=1) < 0.64).astype(int)

    frame = np.linalg.qr(rng.normal(size=(8, 8)))[0][:2]
    X, y = ring(400)
    rows, truth = ring(300)
    _, models = _comparison(student, X, y, rows, truth, ratio=0.99)
    said = {name: _labels(model, rows) for name, model in models.items()}
    assert np.mean(said["rf"] == truth) > 0.8
    assert np.mean(said["rf+pca"] == truth) > 0.8
    for name in ("sgd", "sgd+pca"):
        left, right = rng.integers(0, 300, (2, 2_000))
        pairs = said[name][left] == said[name][right]
        between = _labels(models[name], (rows[left] + rows[right])[pairs] / 2)
        assert np.mean(between == said[name][left][pairs]) > 0.99  # half-planes are convex


@check("p.07.9", hint="Which rows is a model to be judged by? Compute the share yourself from `predict`.")
def test_accuracy_is_that_of_the_test_rows(student, rng):
    """`accuracy` is the share of the test rows that the model you return predicts rightly, and it is better than a
    guess."""
    X, y = letters(rng, 400, step=2)
    spoilt = np.where(rng.random(400) < 0.2, rng.integers(0, 10, 400), y)  # no model gets all of these
    table, models = _comparison(student, X[:300], y[:300], X[300:], spoilt[300:], ratio=0.8)
    found = _numbers(table, "accuracy")
    _read(models, X[300:], y[300:])
    for name, model in models.items():
        assert_allclose(found[name], np.mean(_labels(model, X[300:]) == spoilt[300:]), atol=1e-6)


@check("p.07.9", hint="Where does each model find its components when it predicts?")
def test_models_read_unseen_letters(student, rng):
    """All four models are right about most of 300 letters of a script that was made up for you, none of which they have
    seen, and read a letter alone as they do among others."""
    X, y, rows, truth = letters(rng, 500, 300, step=2)
    _, models = _comparison(student, X, y, rows[:50], truth[:50], ratio=0.9)
    for model in models.values():
        said = _labels(model, rows)
        assert np.mean(said == truth) > 0.5
        assert [_labels(model, rows[row : row + 1]).item() for row in range(8)] == said[:8].tolist()


@check("p.07.9", hint="`time.perf_counter()` before and after `fit`.")
def test_table_is_complete(student, rng):
    """The table has the four rows and three columns, for models that read; in each row a training time above 0, which
    is no longer than the whole comparison took; and the training data are left as they were."""
    X, y = letters(rng, 300, step=2)
    start = time.perf_counter()
    (table, models), after = student.watch_("compare_pca", X[:250], y[:250], X[250:], y[250:])
    taken = 1.1 * (time.perf_counter() - start)  # clocks differ a little
    seconds = _numbers(table, "fit_time")
    assert all(0 < spent < taken for spent in seconds.values())
    assert seconds != _numbers(table, "accuracy")
    assert set(table.columns) == {"fit_time", "accuracy", "n_components"}
    _read(models, X[250:], y[250:])
    assert_array_equal(after[0], X[:250])
    assert_array_equal(after[2], X[250:])
