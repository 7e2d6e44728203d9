"""Hidden checks of the chapter on support vector machines: pictures (tf2.05.9) and houses (tf2.05.10)."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from autograder.checks.svm_support_vectors.inputs import (
    districts,
    holds_machine,
    made_up_country,
    readings,
    rmse,
    rows_learned,
)
from autograder.checks.svm_support_vectors.inputs_patterns import invent_patterns
from autograder.testing import Handle, check


def _accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return float((readings(model, X) == y).mean())


def _trained(student, X, y, X_new, y_new) -> Any:
    """Return a model that has learned: what tells nothing apart promises nothing."""
    model = student.fit_svm(X, y)
    assert _accuracy(model, X_new, y_new) > 0.4
    return model


def _names_as_many(student, rng, change: Callable[..., tuple[np.ndarray, np.ndarray, np.ndarray]]) -> None:
    """Assert that a model names about as many patterns, (400, 784) to learn from and (500, 784) others, once these are
    others: `change` maps X, y and X_new to them."""
    X, y, X_new, y_new = invent_patterns(rng).draw(rng, 400, 500)
    before = _accuracy(_trained(student, X, y, X_new, y_new), X_new, y_new)
    X, y, X_new = change(X, y, X_new)
    assert _accuracy(student.fit_svm(X, y), X_new, y_new) > before - 0.15


@check("tf2.05.9", core=True, weight=4, at_least=True, hint="Which gamma and C are best on rows that were held back? "
       "Is the final model trained on all rows?")  # fmt: skip
def test_tells_made_up_patterns_apart(student, rng) -> float:
    """Trained on 400 patterns of ten kinds that nobody knows, your model makes {threshold:.1%} fewer mistakes on 800
    others than a machine with default settings, or fewer still, on average over three sets of kinds."""
    shares = []
    for _ in range(3):
        X, y, X_new, y_new = invent_patterns(rng).draw(rng, 400, 800)
        usual = make_pipeline(StandardScaler(), SVC()).fit(X, y).score(X_new, y_new)
        shares.append(1 - (1 - _accuracy(student.fit_svm(X, y), X_new, y_new)) / (1 - usual))
    return float(np.mean(shares))


@check("tf2.05.9", weight=1, hint="What does scaling do with a pixel that has the same value in all rows?")
def test_pixels_that_are_never_inked(student, rng):
    """Digits leave the corners of their pictures white. Where a fifth of the pixels is white in all patterns, your
    model names about as many as where they are not."""

    def whitened(X, y, X_new):
        inked = np.ones(X.shape[1], dtype=X.dtype)
        inked[rng.permutation(X.shape[1])[: X.shape[1] // 5]] = 0
        return X * inked, y, X_new * inked

    _names_as_many(student, rng, whitened)


@check("tf2.05.9", core=True, weight=2, hint="Is the scaler in the model? A gamma that suits pixels up to 255 is far "
       "too small, or too large, for others.")  # fmt: skip
def test_pixels_in_another_unit(student, rng):
    """Trained on pixels from 0 to 1, your model names about as many patterns in these pixels."""
    _names_as_many(student, rng, lambda X, y, X_new: (X / 255, y, X_new / 255))


@check("tf2.05.9", weight=2, hint="Draw the rows for a search at random: the first rows of a sorted set show only the "
       "first kinds.")  # fmt: skip
def test_order_of_the_rows(student, rng):
    """Trained on rows that are sorted by kind, your model names about as many patterns as after mixed rows; also where
    the first thousand rows are all of one kind."""

    def in_order(X, y, X_new):
        order = np.argsort(y, kind="stable")
        return X[order], y[order], X_new

    _names_as_many(student, rng, in_order)
    pictures = rng.integers(0, 256, (10, 784))  # so unlike each other that anything tells them apart
    y, y_new = np.repeat(rng.permutation(10), [1_001, *[11] * 9]), np.repeat(np.arange(10), 15)
    X, X_new = (np.clip(pictures[k] + rng.normal(0, 40, (len(k), 784)), 0, 255).astype(np.uint8) for k in (y, y_new))
    assert _accuracy(student.fit_svm(X, y), X_new, y_new) > 0.8


@check("tf2.05.9", hint="Which rows has the model seen that you return: all of them, or those of the search?")
def test_all_rows_are_learned(student, rng):
    """The model that you return was trained on all rows, also where your search had only some of them."""
    y = rng.permutation(np.repeat(np.arange(10), 130))
    pictures = rng.integers(0, 256, (10, 784))  # unlike each other, which saves time
    X = np.clip(pictures[y] + rng.normal(0, 40, (len(y), 784)), 0, 255).astype(np.uint8)
    model = student.fit_svm(X, y)
    assert _accuracy(model, X[:100], y[:100]) > 0.8
    learned = student.probe_(rows_learned)(model)
    assert learned is None or learned >= len(y)  # not every machine tells


@check("tf2.05.9", hint="Look at the answers' dtype, and at what is predicted for a single image.")
def test_answers_are_digits(student, rng):
    """The model answers with numbers that it was trained on, and names an image alone as it does among others."""
    X, y, X_new, y_new = invent_patterns(rng).draw(rng, 400, 200)
    kept = rng.permutation(10)[:6]
    known, asked = np.isin(y, kept), np.isin(y_new, kept)
    model = _trained(student, X[known], y[known], X_new[asked], y_new[asked])
    labels = np.asarray(model.predict(X_new))
    assert labels.shape == (200,)
    assert set(labels.tolist()) <= set(kept.tolist())
    alone = [np.asarray(model.predict(X_new[row : row + 1])).item() for row in range(15)]
    assert alone == labels[:15].tolist()


@check("tf2.05.9", hint="A support vector machine is asked for.")
def test_digits_are_read_by_a_support_vector_machine(student, rng):
    """There is a support vector machine in your model, and the images that you are given are the same as before."""
    X, y, X_new, y_new = invent_patterns(rng).draw(rng, 400, 200)
    model, (X_after, y_after) = student.watch_("fit_svm", X, y)
    assert isinstance(model, Handle)
    assert _accuracy(model, X_new, y_new) > 0.4
    assert_array_equal(X_after, X)
    assert_array_equal(y_after, y)
    assert student.probe_(holds_machine)(model, False) is True


# ---------------------------------------------------------------- tf2.05.10


@check("tf2.05.10", core=True, weight=4, hint="In which unit are the prices? And which gamma and C are best on rows "
       "that were held back?")  # fmt: skip
def test_guesses_prices(student, rng):
    """Trained on 400 districts of a made-up country, where three of the columns make the prices, your model is closer
    to those of 800 others (RMSE) than default values are, by 7% or more in the middle one of five countries."""
    shares = []
    for _ in range(5):  # in one of a hundred, a district unlike all others misleads any search
        X, y = made_up_country(rng, 1_200)
        usual = make_pipeline(StandardScaler(), SVR()).fit(X[:400], y[:400])
        shares.append(rmse(student.fit_svr(X[:400], y[:400]), X[400:], y[400:]) / rmse(usual, X[400:], y[400:]))
    assert np.median(shares) < 0.93


@check("tf2.05.10", weight=2, hint="Distances are made of all columns: which of yours decides them? Scale inside of "
       "the model.")  # fmt: skip
def test_columns_in_another_unit(student, rng):
    """Where one column is a thousand times as large, or another a thousandth, your model is as good as before."""
    X = rng.normal(size=(250, 3))
    y = np.sin(1.5 * X[:, 0]) + 0.5 * X[:, 1] + 2
    for unit in ([1, 1, 1000], [0.001, 1, 1], [1, 100, 0.01]):
        model = student.fit_svr((X * unit)[:150], y[:150])
        assert rmse(model, (X * unit)[150:], y[150:]) < 0.6 * y[150:].std()


@check("tf2.05.10", core=True, weight=2, hint="Which kernel can follow a curve?")
def test_beats_a_line(student, rng):
    """Where the target goes up and down, your model is far better than any straight line."""
    X = rng.normal(size=(350, 2)) * [30, 0.2]
    y = np.cos(X[:, 0] / 14) + 0.3 * X[:, 1] + 2.5 + rng.normal(0, 0.05, 350)
    model = student.fit_svr(X[:200], y[:200])
    A = np.column_stack([np.ones(350), X])
    line = A[200:] @ np.linalg.lstsq(A[:200], y[:200])[0]
    assert rmse(model, X[200:], y[200:]) < 0.5 * np.sqrt(np.mean((line - y[200:]) ** 2))


@check("tf2.05.10", weight=2, hint="Does your search reach far enough, for gamma and for C? And does it judge by rows "
       "that the candidate was not trained on?")  # fmt: skip
def test_finds_its_settings(student, rng):
    """Your model fits itself to the table: where prices change quickly it is better than default values are, and where
    they are mostly chance it is about as good as a model can be."""
    shares = []
    for _ in range(2):
        X = rng.uniform(-2, 2, (400, 1))
        y = np.sin(4 * X[:, 0]) + np.abs(X[:, 0]) + 1
        usual = make_pipeline(StandardScaler(), SVR()).fit(X[:200], y[:200])
        error = float(np.sqrt(np.mean((usual.predict(X[200:]) - y[200:]) ** 2)))
        shares.append(rmse(student.fit_svr(X[:200], y[:200]), X[200:], y[200:]) / error)
    # A grid up to gamma = 1 and C = 100 reaches 0.2 to 0.4, a few random draws from there 0.6 to 0.9.
    assert np.mean(shares) < 0.93
    X = rng.uniform(-2, 2, (750, 2))
    y = 2.5 + 0.3 * X[:, 0] + rng.normal(0, 0.9, 750)
    # 1.0 times the noise is the best there is; what follows chance has 1.7 times and more.
    assert rmse(student.fit_svr(X[:150], y[:150]), X[150:], y[150:]) < 1.4 * 0.9
    shares = []
    for _ in range(4):
        X = rng.uniform(-2, 2, (700, 6))
        noise = rng.normal(0, 0.9, 700)
        y = 2.5 + 0.3 * X[:, 0] + noise
        shares.append(rmse(student.fit_svr(X[:200], y[:200]), X[200:], y[200:]) / np.sqrt(np.mean(noise[200:] ** 2)))
    # Searches reach 1.01 to 1.06, C = 10 and the default gamma 1.25, with a spread of 0.05 at most from draw to draw.
    assert np.mean(shares) < 1.16


@check("tf2.05.10", hint="A support vector machine for regression is asked for, and its answers are numbers.")
def test_prices_are_guessed_by_a_support_vector_machine(student, rng):
    """There is a support vector machine in your model, and it guesses a district alone as it does among others."""
    X, y = districts(rng, 160)
    model = student.fit_svr(X[:120], y[:120])
    assert student.probe_(holds_machine)(model, True) is True
    together = readings(model, X[120:])
    alone = np.concatenate([readings(model, X[row : row + 1]) for row in range(120, 130)])
    assert_allclose(alone, together[:10], rtol=1e-4, atol=1e-4)
    assert len(set(np.round(together, 6).tolist())) > 10


@check("tf2.05.10", weight=0.5, hint="Work on a copy.")
def test_tables_are_left_alone(student, rng):
    """The table and the prices that you are given are the same after training."""
    X, y = districts(rng, 100)
    model, (X_after, y_after) = student.watch_("fit_svr", X, y)
    assert isinstance(model, Handle)
    assert_array_equal(X_after, X)
    assert_array_equal(y_after, y)
