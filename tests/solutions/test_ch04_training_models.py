"""Chapter 4's references beside scikit-learn, SciPy, closed forms, finite differences and experiments."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import array_shapes, arrays
from numpy.typing import NDArray
from scipy.optimize import approx_fprime
from scipy.special import expit, log_softmax, softmax
from sklearn.linear_model import ElasticNet, Lasso, LinearRegression, LogisticRegression, Ridge, SGDRegressor
from sklearn.metrics import log_loss, mean_squared_error
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches

from solutions.ch04_training_models import descent, regular
from solutions.ch04_training_models import epochs as by_epoch
from solutions.ch04_training_models import softmax as ours
from tests.support.oracle import oracle

Array = NDArray[np.float64]
SOME = settings(max_examples=25, deadline=None, derandomize=True)
SEEDS = st.integers(0, 10_000)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


class _Counted:
    """A number that counts how often two of its kind are multiplied."""

    products = 0

    def __mul__(self, other: _Counted) -> _Counted:
        _Counted.products += 1
        return self

    def __add__(self, other: _Counted) -> _Counted:
        return self


def _linear(seed: int, m: int, n: int, noise: float = 1.0) -> tuple[Array, Array]:
    """Draw rows and targets of a linear regression."""
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(m, n))
    return X, X @ rng.normal(1, 1, n) + noise * rng.normal(size=m)


@oracle("p.04.1", "NumPy's products of matrices, of numbers that count their multiplications")
@SOME
@given(m=st.integers(1, 8), n=st.integers(1, 6), batch=st.integers(1, 8))
def test_multiplications_as_counted(m: int, n: int, batch: int) -> None:
    def products(left: tuple[int, ...], right: tuple[int, ...]) -> int:
        _Counted.products = 0
        np.full(left, _Counted(), dtype=object) @ np.full(right, _Counted(), dtype=object)
        return _Counted.products

    assert descent.multiplications("normal equation", m, n, batch) == products((n, m), (m, n))
    for method, rows in [("batch", m), ("mini-batch", batch), ("stochastic", 1)]:
        step = products((rows, n), (n,)) + products((n, rows), (rows,))
        assert descent.multiplications(method, m, n, batch) == step


@oracle("p.04.2", "closed form: the error of each eigendirection after t steps")
@SOME
@given(seed=SEEDS, m=st.integers(8, 40), stretch=st.floats(1, 15), shift=st.floats(-3, 3), scale=st.booleans())
def test_steps_in_closed_form(seed: int, m: int, stretch: float, shift: float, scale: bool) -> None:
    X, y = _linear(seed, m, 2)
    X = X * [stretch, 1] + shift
    A = np.insert(StandardScaler().fit_transform(X) if scale else X, 0, 1, axis=1)
    left, singular, _ = np.linalg.svd(A, full_matrices=False)
    parts = (left.T @ y) ** 2 / m  # of the cost, one for each direction
    rest = np.mean(y**2) - parts.sum()
    excess = ((1 - (singular / singular.max()) ** 2) ** (2 * np.arange(5001)[:, None]) * parts).sum(axis=1)
    enough = np.flatnonzero(excess <= 0.01 * rest)
    assert descent.steps_to_fit(X, y, scale) == (enough[0] if len(enough) else 5000)


@oracle("p.04.2", "experiment: scikit-learn's models before and after the change of unit")
def test_which_models_mind_the_unit() -> None:
    X, y = _linear(0, 50, 2)
    models = {"SVD": LinearRegression(), "ridge": Ridge(20), "lasso": Lasso(0.5, tol=1e-12, max_iter=100_000)}
    minding = set()
    for name, model in models.items():
        metres, millimetres = (model.fit(table, y).predict(table) for table in (X, X * [1000, 1]))
        minding |= set() if np.allclose(metres, millimetres) else {name}
    assert set(descent.P_04_2_CHOICE) == minding  # the normal equation finds what the SVD does


def _two_classes(seed: int) -> tuple[Array, NDArray[np.int64]]:
    """Draw rows of two classes that no line separates: eight rows are there with both."""
    X, _ = _linear(seed, 30, 2)
    y = (np.random.default_rng(seed).random(30) < expit(2 * X[:, 0])).astype(int)
    return np.vstack([X, X]), np.concatenate([y, np.where(np.arange(30) < 8, 1 - y, y)])


@oracle("p.04.3", "finite differences of scikit-learn's log_loss")
@oracle("p.04.3", "property: the cost is convex (hypothesis)")
@SOME
@given(seed=SEEDS, starts=arrays(float, (2, 2), elements=st.floats(-3, 3)), rate=st.floats(0.1, 2))
def test_logistic_step_and_convexity(seed: int, starts: Array, rate: float) -> None:
    X, y = _two_classes(seed)

    def cost(theta: Array) -> float:
        return float(log_loss(y, expit(X @ theta)))

    stepped = [theta - rate * approx_fprime(theta, cost) for theta in starts]
    np.testing.assert_allclose(descent.end_points(X, y, starts, rate, 1), stepped, atol=1e-5)
    assert cost(starts.mean(axis=0)) <= (cost(starts[0]) + cost(starts[1])) / 2 + 1e-12
    assert descent.P_04_3_CHOICE == ["c"]


@oracle("p.04.3", "scikit-learn's LogisticRegression without a penalty")
def test_logistic_end_points() -> None:
    X, y = _two_classes(1)
    model = LogisticRegression(C=np.inf, fit_intercept=False, tol=1e-10).fit(X, y)
    starts = np.array([[0.0, 0.0], [5.0, -5.0], [-4.0, 3.0]])
    np.testing.assert_allclose(descent.end_points(X, y, starts, 1.0, 800), model.coef_.repeat(3, axis=0), atol=1e-4)


BATCHES = st.lists(st.lists(st.integers(0, 5), min_size=1, max_size=6, unique=True), min_size=1, max_size=6)


@oracle("p.04.4", "finite differences of scikit-learn's mean_squared_error")
@SOME
@given(seed=SEEDS, batches=BATCHES, rate=st.floats(0.01, 0.2), decay=st.floats(0, 1))
def test_descent_by_differences(seed: int, batches: list[list[int]], rate: float, decay: float) -> None:
    X, y = _linear(seed, 6, 2)
    theta = np.zeros(2)
    for t, rows in enumerate(batches):
        slope = approx_fprime(theta, lambda at, rows=rows: mean_squared_error(y[rows], X[rows] @ at))
        theta = theta - slope * rate / (1 + t * decay)
    np.testing.assert_allclose(descent.descend(X, y, batches, rate, decay), theta, rtol=1e-4, atol=1e-4)


@oracle("p.04.4", "scikit-learn's SGDRegressor, row by row")
def test_descent_as_sgd_regressor() -> None:
    X, y = _linear(3, 40, 3)
    order = np.random.default_rng(3).permutation(40).tolist()
    model = SGDRegressor(penalty=None, fit_intercept=False, learning_rate="constant")
    for t, row in enumerate(order):
        model.set_params(eta0=2 * 0.05 / (1 + 0.1 * t))  # its cost is half of the square
        model.partial_fit(X[[row]], y[[row]])
    np.testing.assert_allclose(descent.descend(X, y, [[row] for row in order], 0.05, 0.1), model.coef_, rtol=1e-9)


def _distance(order: list[list[int]], rate: float, decay: float) -> float:
    """Return how far descent ends from what numpy.linalg.lstsq finds."""
    X, y = _linear(4, 20, 2)
    return float(np.linalg.norm(descent.descend(X, y, order, rate, decay) - np.linalg.lstsq(X, y)[0]))


@oracle("p.04.4", "experiment: the distance from numpy.linalg.lstsq, early and late, by remedy")
@oracle("p.04.7", "experiment: the distance from numpy.linalg.lstsq, early and late, by remedy")
def test_what_brings_them_to_rest() -> None:
    rows = [[row] for row in range(20)]
    shuffled = [rows[i] for i in np.random.default_rng(0).permutation(20)]
    pairs = [left + right for left, right in zip(rows[::2], rows[1::2], strict=True)]
    assert _distance([list(range(20))] * 800, 0.1, 0) < 1e-9  # batch
    remedies: dict[str, tuple[list[list[int]], float, float]] = {
        "more epochs": (rows, 0.02, 0),
        "smaller rate": (rows, 0.008, 0),
        "other row order": (shuffled, 0.02, 0),
        "larger batches": (pairs, 0.02, 0),
        "larger rate": (rows, 0.05, 0),
        "shrinking rate": (rows, 0.02, 0.01),
    }
    early, late = ({name: _distance(o * epochs, *r) for name, (o, *r) in remedies.items()} for epochs in (100, 400))
    arriving = [name for name in remedies if late[name] < 0.5 * early[name]]
    assert min(late[name] for name in remedies if name not in arriving) > 1e-4
    assert [*descent.P_04_4_CHOICE, by_epoch.P_04_7_REMEDY] == ["no", *arriving * 2]


@oracle("p.04.5", "closed form: descent in one dimension, too fast, past the best point or on its way")
@SOME
@given(ratio=st.floats(0.6, 0.95), epochs=st.integers(25, 40), passed=st.booleans(), goal=st.floats(0.1, 9))
def test_what_to_do_in_one_dimension(ratio: float, epochs: int, passed: bool, goal: float) -> None:
    t = np.arange(epochs)
    walk = goal * (1 - ratio**t)  # from 0 towards the goal of the training set
    best = goal * (1 - ratio ** (epochs / 3 if passed else epochs + 3))  # the validation set's
    verdict = by_epoch.what_to_do(((walk - goal) ** 2).tolist(), ((walk - best) ** 2 + 1).tolist())
    assert verdict == ("stop" if passed else "go on")
    swinging = goal * (1 - (-1 / ratio) ** t)  # a rate of more than twice what reaches the goal at once
    too_fast = ((swinging - goal) ** 2).tolist()
    assert by_epoch.what_to_do(too_fast, [error + 1 for error in too_fast]) == "lower the rate"


@oracle("p.04.6", "a counter of epochs without progress, and pandas' idxmin (hypothesis)")
@SOME
@given(errors=st.lists(st.integers(0, 6).map(float), min_size=1, max_size=14), patience=st.integers(1, 5))
def test_patience_as_a_counter(errors: list[float], patience: int) -> None:
    waited, lowest = 0, np.inf
    for error in errors:
        waited, lowest = (0, error) if error < lowest else (waited + 1, lowest)
    assert by_epoch.should_stop(errors, patience) is (waited >= patience)
    assert by_epoch.best_epoch(errors) == pd.Series(errors).idxmin()


@oracle("p.04.6", "experiment: what each rule keeps of 50 trembling curves")
def test_which_rule_keeps_the_best() -> None:
    rng = np.random.default_rng(6)
    epochs = np.arange(150)
    training = 3 * np.exp(-epochs / 20) + 1
    truth = training + 0.01 * epochs  # falls, then rises
    kept = []
    for _ in range(50):
        seen, trained = (curve + rng.normal(0, 0.1, 150) for curve in (truth, training))
        stop = next((n for n in range(1, 150) if by_epoch.should_stop(seen[:n].tolist(), 20)), 150)
        rises = [np.argmax(np.diff(curve) > 0) + 1 for curve in (seen, trained)]
        kept.append(truth[[rises[0], by_epoch.best_epoch(seen[:stop].tolist()), -1, rises[1]]])
    assert ["abcd"[np.mean(kept, axis=0).argmin()]] == by_epoch.P_04_6_CHOICE


@oracle("p.04.7", "scikit-learn's gen_batches; brute force over all batches")
@SOME
@given(G=arrays(float, array_shapes(min_dims=2, max_dims=2, min_side=2, max_side=6), elements=st.floats(-5, 5)))
def test_batches_counted_and_tried(G: Array) -> None:
    m = len(G)
    for size in range(1, m + 1):
        assert by_epoch.updates(m, size, 3) == 3 * len(list(gen_batches(m, size)))
        batches = [G[list(rows)] for rows in combinations(range(m), size)]
        squares = [np.sum((batch.mean(axis=0) - G.mean(axis=0)) ** 2) for batch in batches]
        assert by_epoch.gradient_noise(G, size) == pytest.approx(np.mean(squares), abs=1e-9)


@oracle("p.04.7", "experiment: rows read until the minimum is near, and the last steps")
def test_who_is_first_and_who_settles() -> None:
    X, y = _linear(7, 500, 3, noise=0.2)
    goal = np.linalg.lstsq(X, y)[0]
    first, moved = dict[str, int](), dict[str, float]()
    for method, size, rate in [("batch", 500, 0.3), ("mini-batch", 50, 0.2), ("stochastic", 1, 0.02)]:
        theta = step = np.zeros(3)
        for read in range(size, 40 * 500 + 1, size):
            rows = np.arange(read - size, read) % 500
            step = 2 * rate * X[rows].T @ (X[rows] @ theta - y[rows]) / size
            theta = theta - step
            if np.linalg.norm(theta - goal) < 0.1 * np.linalg.norm(goal):
                first.setdefault(method, read)
        moved[method] = float(np.linalg.norm(step))
    assert min(first, key=lambda method: first[method]) == by_epoch.P_04_7_FIRST and min(first.values()) < 500
    assert [method for method in moved if moved[method] < 1e-9] == [by_epoch.P_04_7_SETTLES]


def _ridge_errors(x: Array, y: Array, x_new: Array, y_new: Array, degree: int, alpha: float) -> tuple[float, float]:
    """Fit the polynomial by plain least squares: a penalty is rows of its own, whose targets are 0."""
    V, V_new = (np.vander(values, degree + 1)[:, :-1] for values in (x, x_new))
    centre, spread = V.mean(axis=0), np.sqrt(np.mean(V**2, axis=0) - V.mean(axis=0) ** 2)
    Z, Z_new = (V - centre) / spread, (V_new - centre) / spread
    A = np.block([[np.ones((len(x), 1)), Z], [np.zeros((degree, 1)), np.sqrt(alpha) * np.eye(degree)]])
    intercept, *weights = np.linalg.lstsq(A, np.append(y, np.zeros(degree)))[0]
    residuals = [intercept + Z @ weights - y, intercept + Z_new @ weights - y_new]
    train, new = (float(np.linalg.norm(residual) / np.sqrt(len(residual))) for residual in residuals)
    return train, new


@oracle("p.04.8", "least squares by numpy.linalg.lstsq, the penalty as extra rows")
@SOME
@given(seed=SEEDS, degree=st.integers(1, 5), alpha=st.floats(1e-3, 100))
def test_both_errors_by_extra_rows(seed: int, degree: int, alpha: float) -> None:
    x, x_new, y, y_new = np.random.default_rng(seed).normal(2, 1, size=(4, 12))
    found = regular.train_and_validation_error(x, y, x_new, y_new, degree, alpha)
    assert found == pytest.approx(_ridge_errors(x, y, x_new, y_new, degree, alpha), rel=1e-6)


@oracle("p.04.8", "experiment: which changes lower the validation error of degree 12")
def test_which_changes_help() -> None:
    rng = np.random.default_rng(8)
    runs = []
    for _ in range(15):
        x, x_new = rng.uniform(-3, 3, 90), rng.uniform(-3, 3, 100)
        y, y_new = (values**2 / 2 + rng.normal(size=len(values)) for values in (x, x_new))
        few, twice = np.arange(16), np.arange(32) % 16
        changes = {
            "as it is": (few, 12, 1e-4),
            "a lower degree": (few, 2, 1e-4),
            "a larger penalty": (few, 12, 0.1),
            "powers up to the 20th as well": (few, 20, 1e-4),
            "more training data": (np.arange(90), 12, 1e-4),
            "every training row twice": (twice, 12, 1e-4),
            "no penalty at all": (few, 12, 1e-10),
        }
        runs.append({name: _ridge_errors(x[i], y[i], x_new, y_new, d, a)[1] for name, (i, d, a) in changes.items()})
    middle = pd.DataFrame(runs).median()
    helping = set(middle.index[middle < 0.75 * middle["as it is"]])
    assert set(regular.P_04_8_CHOICE) == {"overfitting"} | helping


@oracle("p.04.9", "closed form by the singular values, and property: bias rises, variance falls with alpha")
@SOME
@given(seed=SEEDS, m=st.integers(4, 12), sigma=st.floats(0, 3), alpha=st.floats(0, 20))
def test_bias_and_variance_by_singular_values(seed: int, m: int, sigma: float, alpha: float) -> None:
    X, w = np.random.default_rng(seed).normal(size=(m, 3)), np.random.default_rng(seed + 1).normal(size=3)
    _, s, rotation = np.linalg.svd(X, full_matrices=False)
    kept = 1 / (1 + alpha / s**2)
    bias, variance = np.mean((1 - kept) ** 2 * (s * (rotation @ w)) ** 2) * 3 / m, (sigma**2 * kept**2).sum() / m
    found = regular.bias_and_variance(X, w, sigma, alpha)
    assert found == pytest.approx((bias, variance), rel=1e-6, abs=1e-9)
    more = regular.bias_and_variance(X, w, sigma, alpha + 1)
    assert more[0] >= found[0] and more[1] <= found[1]
    assert regular.P_04_9_CHOICE[1] == "reduce"  # what was not fitted well enough lacks freedom


@oracle("p.04.9", "simulation: scikit-learn's Ridge on 4,000 training sets")
def test_bias_and_variance_simulated() -> None:
    rng = np.random.default_rng(9)
    X, w = rng.normal(size=(15, 4)), rng.normal(size=4)
    targets = (X @ w)[:, None] + 2 * rng.normal(size=(15, 4000))
    predicted = Ridge(alpha=8, fit_intercept=False).fit(X, targets).predict(X)
    bias, variance = np.mean((predicted.mean(axis=1) - X @ w) ** 2), predicted.var(axis=1).mean()
    assert regular.bias_and_variance(X, w, 2.0, 8.0) == pytest.approx((bias, variance), rel=0.05)


@oracle("p.04.10", "scikit-learn's ElasticNet, Lasso and Ridge on orthogonal columns")
@SOME
@given(w=arrays(float, 4, elements=st.floats(-4, 4)), alpha=st.floats(0.05, 3), l1_ratio=st.floats(0.05, 1))
def test_shrinking_on_orthogonal_columns(w: Array, alpha: float, l1_ratio: float) -> None:
    X = np.linalg.qr(np.random.default_rng(10).normal(size=(10, 4)))[0] * np.sqrt(10)  # X.T @ X / 10 is the identity
    models = [
        (l1_ratio, ElasticNet(alpha, l1_ratio=l1_ratio, tol=1e-10, fit_intercept=False)),
        (1.0, Lasso(alpha, tol=1e-10, fit_intercept=False)),
        (0.0, Ridge(10 * alpha, fit_intercept=False)),  # its cost is not divided by the rows
    ]
    for ratio, model in models:
        np.testing.assert_allclose(regular.shrunk(w, alpha, ratio), model.fit(X, X @ w).coef_, atol=1e-6)


SCORES = arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(-1000, 1000))


@oracle("p.04.11", "scipy.special's softmax and expit")
@oracle("p.04.12", "scipy.special's log_softmax")
@SOME
@given(scores=arrays(float, array_shapes(min_dims=2, max_dims=2, max_side=5), elements=st.floats(-1000, 1000)))
def test_probabilities_as_scipy(scores: Array) -> None:
    np.testing.assert_allclose(regular.label_probabilities(scores, True), softmax(scores, axis=1), atol=1e-14)
    np.testing.assert_allclose(regular.label_probabilities(scores, False), expit(scores), rtol=1e-12, atol=1e-300)
    np.testing.assert_allclose(ours.log_softmax(scores * 100), log_softmax(scores * 100, axis=1), atol=1e-12)


def _softmax_cost(flat: Array, X: Array, y: Any, alpha: float, k: int) -> float:
    """Return scikit-learn's log_loss of the parameters, with the penalty."""
    theta = flat.reshape(-1, k)
    shares = softmax(np.column_stack([np.ones(len(X)), X]) @ theta, axis=1)
    return float(log_loss(y, shares, labels=range(k)) + alpha / 2 * np.linalg.norm(theta[1:]) ** 2)


@oracle("p.04.12", "scikit-learn's log_loss and its finite differences")
@SOME
@given(seed=SEEDS, theta=arrays(float, (3, 3), elements=st.floats(-2, 2)), alpha=st.floats(0, 2))
def test_loss_and_gradient_by_differences(seed: int, theta: Array, alpha: float) -> None:
    X, y = _linear(seed, 7, 2)[0], np.arange(7) % 3
    cost, gradient = ours.loss_and_gradient(theta, X, y, alpha)
    assert cost == pytest.approx(_softmax_cost(theta.ravel(), X, y, alpha, 3))
    slopes = approx_fprime(theta.ravel(), _softmax_cost, 1e-7, X, y, alpha, 3)
    np.testing.assert_allclose(gradient.ravel(), slopes, atol=1e-5)


@oracle("p.04.12", "scikit-learn's LogisticRegression, trained to the end")
@pytest.mark.parametrize("alpha", [0.0, 0.1])
def test_softmax_as_logistic_regression(alpha: float) -> None:
    codes = np.arange(120) % 3
    X, y = _linear(11, 120, 2)[0] + codes[:, None] * [1, -1], np.array(["b", "c", "a"])[codes]
    model = ours.SoftmaxRegression(0.5, max_epochs=1000, alpha=alpha).fit(X, y, X, y)
    theirs = LogisticRegression(C=1 / (alpha * len(X)) if alpha else np.inf, tol=1e-8).fit(X, y)
    assert np.array_equal(model.classes_, theirs.classes_)
    np.testing.assert_allclose(model.predict_proba(X), theirs.predict_proba(X), atol=1e-4)
    assert np.array_equal(model.predict(X), theirs.predict(X))


@oracle("p.04.12", "a replay by finite differences; scikit-learn's log_loss of what was kept")
def test_softmax_epochs_and_stopping() -> None:
    rng = np.random.default_rng(12)
    X, X_valid = rng.normal(size=(20, 8)), rng.normal(size=(40, 8))
    codes, codes_valid = np.arange(20) % 3, np.arange(40) % 2  # the validation set lacks a class
    X[:, 0], X_valid[:, 0] = X[:, 0] + 2 * codes, X_valid[:, 0] + 2 * codes_valid
    names = np.array(["ash", "elm", "oak"])
    model = ours.SoftmaxRegression(0.3, max_epochs=2000, alpha=0.01, patience=7)
    model.fit(X, names[codes], X_valid, names[codes_valid])
    theta = np.zeros(27)
    for loss in model.losses_[:4]:
        theta = theta - 0.3 * approx_fprime(theta, _softmax_cost, 1e-7, X, codes, 0.01, 3)
        assert loss == pytest.approx(_softmax_cost(theta, X_valid, codes_valid, 0, 3), rel=1e-5)
    kept = log_loss(names[codes_valid], model.predict_proba(X_valid), labels=names)
    assert kept == pytest.approx(min(model.losses_)) and kept < model.losses_[-1]
    assert len(model.losses_) == np.argmin(model.losses_) + 1 + 7 < 2000
