"""The references about support vector machines beside scikit-learn, scipy's solvers, closed forms and properties."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.optimize import minimize, nnls
from scipy.spatial.distance import cdist
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin
from sklearn.datasets import load_digits, load_iris, make_friedman1, make_moons
from sklearn.metrics import hinge_loss, log_loss
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, SVR

from solutions.svm_support_vectors import kernels
from solutions.svm_support_vectors.data import fit_svm, fit_svr
from solutions.svm_support_vectors.line import align, qp_params, qp_sizes
from solutions.svm_support_vectors.machines import compare_machines
from solutions.svm_support_vectors.street import boundary_angle, decide, soft_margin_cost, street_width, support_rows
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

Floats = NDArray[np.float64]
RECORD: dict[Any, Any] = {}  # which rows the machines of tf2.05.10 have seen

seeds = st.integers(0, 10_000)
few = settings(max_examples=25, deadline=None, derandomize=True)
weights = arrays(float, 3, elements=st.integers(-8, 8).map(float)).filter(np.any)
rows = arrays(float, (6, 3), elements=st.integers(-40, 40).map(lambda number: number / 4))


def two_classes(seed: int, m: int = 30, n: int = 2, apart: float = 2.0) -> tuple[Floats, Floats]:
    """Return rows of two classes that overlap a little, and the classes, -1 and 1."""
    rng = np.random.default_rng(seed)
    t = np.where(np.arange(m) % 2, 1.0, -1.0)
    return rng.normal(size=(m, n)) + apart * t[:, None] / 2, t


def solved(X: Floats, t: Floats, C: float) -> tuple[Floats, float, Floats]:
    """Return w, b and the alphas of a linear machine as libsvm finds them, to many digits."""
    model = SVC(kernel="linear", C=C, tol=1e-10).fit(X, t)
    alphas = np.zeros(len(t))
    alphas[model.support_] = np.abs(model.dual_coef_[0])
    return model.coef_[0], float(model.intercept_[0]), alphas


@oracle("tf2.05.1", "the nearest points of both edges, by numpy.linalg.lstsq (hypothesis)")
@few
@given(weights)
def test_a_street_is_as_wide_as_its_edges_are_apart(w: Floats) -> None:
    nearest = [np.linalg.lstsq(w[None], np.array([edge]))[0] for edge in (1.0, -1.0)]  # of least norm, so on one normal
    assert street_width(w) == pytest.approx(np.linalg.norm(nearest[0] - nearest[1]))


@oracle("tf2.05.1", "distance between the classes' convex hulls (scipy's nnls)")
def test_the_widest_street_fills_the_gap_between_the_hulls() -> None:
    X, t = two_classes(3, m=12, apart=6.0)
    w, _, _ = solved(X, t, C=1e6)
    hulls = np.vstack([(X * t[:, None]).T, 1e4 * (t == 1), 1e4 * (t == -1)])  # shares of each class add up to 1
    _, gap = nnls(hulls, [0, 0, 1e4, 1e4])
    assert street_width(w) == pytest.approx(gap, rel=1e-4)


@oracle("tf2.05.1", "scikit-learn's hinge_loss (hypothesis)")
@few
@given(seeds, weights, st.floats(-3, 3), st.floats(0.01, 50))
def test_the_cost_holds_the_hinge_loss(seed: int, w: Floats, b: float, C: float) -> None:
    X, t = two_classes(seed, n=3)
    expected = sum(weight**2 for weight in w) / 2 + C * len(t) * hinge_loss(t, X @ w + b)
    assert soft_margin_cost(X, t, w, b, C) == pytest.approx(expected)


@oracle("tf2.05.1", "strong duality with libsvm's alphas")
@pytest.mark.parametrize("C", [0.1, 1.0, 20.0])
def test_the_least_cost_is_the_value_of_the_dual(C: float) -> None:
    X, t = two_classes(1)
    w, b, alphas = solved(X, t, C)
    dual = alphas.sum() - (alphas * t) @ (X @ X.T) @ (alphas * t) / 2
    assert soft_margin_cost(X, t, w, b, C) == pytest.approx(dual, rel=1e-5)


@oracle("tf2.05.2", "scikit-learn's SVC.support_ (hypothesis)")
@few
@given(seeds, st.sampled_from([0.1, 1.0, 30.0]), st.sampled_from([1.0, 2.0, 5.0]))
def test_the_rows_that_hold_the_line_are_libsvm_s(seed: int, C: float, apart: float) -> None:
    X, t = two_classes(seed, apart=apart)
    w, b, alphas = solved(X, t, C)
    assert support_rows(X, t, w, b, tol=1e-5).tolist() == np.flatnonzero(alphas).tolist()


@oracle("tf2.05.2", "scikit-learn's SVC.decision_function (hypothesis)")
@few
@given(seeds, st.sampled_from([0.05, 1.0, 8.0]))
def test_scores_from_support_vectors_are_scikit_learn_s(seed: int, gamma: float) -> None:
    X, t = two_classes(seed, n=3)
    model = SVC(gamma=gamma, C=2).fit(X, t)
    new = np.random.default_rng(seed + 1).normal(size=(20, 3))
    scores = decide(model.support_vectors_, model.dual_coef_[0], model.intercept_[0], gamma, new)
    np.testing.assert_allclose(scores, model.decision_function(new), atol=1e-9)


@oracle("tf2.05.3", "gradients of scikit-learn's pipeline, by finite differences")
@pytest.mark.parametrize("scale", [False, True])
@pytest.mark.parametrize("factor", [0.01, 0.5, 3.0, 200.0])
def test_the_boundary_turns_as_the_gradient_does(factor: float, scale: bool) -> None:
    X, t = two_classes(5, m=24)
    X = X * [1.0, 2.5] + [4.0, 0.0]

    def direction(unit: Floats) -> float:
        model = make_pipeline(StandardScaler() if scale else "passthrough", SVC(kernel="linear", C=1)).fit(X * unit, t)
        here, step = X.mean(axis=0), np.eye(2) / 100
        slopes = model.decision_function((here + step) * unit) - model.decision_function((here - step) * unit)
        return float(np.degrees(np.arctan2(slopes[1], slopes[0])))

    turned = abs(direction(np.array([factor, 1.0])) - direction(np.ones(2)))
    assert boundary_angle(X, t, factor, scale) == pytest.approx(min(turned, 360 - turned), abs=1e-4)
    if scale:
        assert turned < 0.5


@oracle("tf2.05.4", "the shortest way to the boundary, by numpy.linalg.lstsq (hypothesis)")
@few
@given(rows, weights, st.floats(-5, 5))
def test_a_distance_is_the_length_of_the_shortest_way(X: Floats, w: Floats, b: float) -> None:
    found = kernels.distances(X, w, b)
    for row, distance in zip(X, found, strict=True):
        way = np.linalg.lstsq(w[None], np.array([-(row @ w + b)]))[0]
        assert abs(distance) == pytest.approx(np.linalg.norm(way), abs=1e-9)
        assert distance * (row @ w + b) >= 0


@oracle("tf2.05.4", "the likelihood's maximum, by scipy.optimize (hypothesis)")
@few
@given(seeds, st.sampled_from([0.01, 1.0, 50.0]), st.floats(-2, 2))
def test_probabilities_are_the_most_likely_ones(seed: int, spread: float, shift: float) -> None:
    rng = np.random.default_rng(seed)
    z = rng.normal(size=60)
    y = (z + rng.logistic(size=60) > 0).astype(int)
    scores, new = spread * (z + shift), spread * np.linspace(-4, 4, 9)

    def loss(p: Floats) -> float:
        return float(np.logaddexp(0, -(2 * y - 1) * (p[0] * z + p[1])).sum())

    a, c = minimize(loss, [1.0, 0.0], tol=1e-8).x
    expected = 1 / (1 + np.exp(-(a * (new / spread - shift) + c)))
    np.testing.assert_allclose(kernels.calibrated(scores, y, new), expected, atol=1e-3)
    at_home = kernels.calibrated(scores, y, scores)  # at the maximum both derivatives are 0
    assert at_home.sum() == pytest.approx(y.sum(), abs=0.01)
    assert at_home @ z == pytest.approx(y @ z, abs=0.01)


@oracle("tf2.05.4", "an experiment for each statement of the choice")
def test_each_statement_chosen_shows_in_an_experiment() -> None:
    X, y = make_moons(1_200, noise=0.35, random_state=2)
    model = SVC(gamma=5, C=50).fit(X[:200], y[:200])
    trained, held, new = np.split(model.decision_function(X), [200, 400])
    right, far = (new > 0) == y[400:], np.abs(new) > np.median(np.abs(new))
    fair = log_loss(y[400:], kernels.calibrated(held, y[200:400], new))
    rosy = log_loss(y[400:], kernels.calibrated(trained, y[:200], new))
    shown = {
        "scores say how sure it is": right[far].mean() > right[~far].mean() + 0.05,
        "scores are probabilities": bool(new.min() >= 0 and new.max() <= 1),
        "probabilities take a second model": not hasattr(model, "predict_proba"),
        "rows held out": fair < rosy - 0.1,
        "rows trained on": rosy < fair,
    }
    assert sorted(kernels.TF2_05_4_CHOICE) == sorted(statement for statement, holds in shown.items() if holds)


@oracle("tf2.05.5", "slopes on paper with two logarithmic scales (hypothesis)")
@few
@given(st.integers(50, 5_000), st.floats(0.01, 100))
def test_times_are_powers_of_the_number_of_rows(measured: int, seconds: float) -> None:
    sizes = np.array([1, 3, 20, 500]) * measured
    for form, powers in {"primal": (1, 1), "dual": (2, 3)}.items():
        times = np.array([kernels.training_seconds(form, int(size), measured, seconds) for size in sizes])
        np.testing.assert_allclose(times[0], seconds)
        slopes = np.polyfit(np.log(sizes), np.log(times), 1)[0]
        np.testing.assert_allclose(slopes, powers, atol=1e-6)


@oracle("tf2.05.5", "matrices that are written out; the rank of a Gram matrix")
def test_the_form_chosen_has_the_smaller_matrix() -> None:
    cases = {"millions of rows, hundreds of columns": (40, 3), "200 rows, 100,000 columns": (6, 50)}  # in small
    for case, (m, n) in cases.items():
        X, t = two_classes(0, m, n)
        unknowns = {"primal": 1 + SVC(kernel="linear").fit(X, t).coef_.size, "dual": len(t)}
        sizes = {form: np.zeros((number, number)).size for form, number in unknowns.items()}
        assert {form: kernels.numbers_in_h(form, m, n) for form in sizes} == sizes
        assert kernels.TF2_05_5_CHOICE[case] == min(sizes, key=lambda form: sizes[form])
    # With an RBF kernel the rows are linearly independent, however many: no table of fewer columns would do as well.
    x = np.linspace(0, 40, 60)[:, None]
    assert np.linalg.matrix_rank(np.exp(-cdist(x, x, "sqeuclidean"))) == 60
    assert kernels.TF2_05_5_CHOICE["an RBF kernel"] == "dual"


@oracle("tf2.05.6", "scipy's cdist (hypothesis)")
@few
@given(rows, rows, st.floats(0.001, 20))
def test_similarity_falls_with_scipy_s_distances(X: Floats, landmarks: Floats, gamma: float) -> None:
    expected = np.exp(-gamma * cdist(X, landmarks[:4], "sqeuclidean"))
    np.testing.assert_allclose(kernels.rbf_similarity(X, landmarks[:4], gamma), expected, rtol=1e-9, atol=1e-300)


@oracle("tf2.05.6", "SVC on a kernel computed beforehand with scipy's cdist")
def test_training_accuracies_are_those_of_a_kernel_of_our_own() -> None:
    X, y = make_moons(60, noise=0.4, random_state=1)
    gammas, Cs = [0.01, 1.0, 30.0], [0.05, 10.0]
    found = kernels.training_accuracies(X, y, gammas, Cs)
    for gamma, row in zip(gammas, found, strict=True):
        kernel = np.exp(-gamma * cdist(X, X, "sqeuclidean"))
        fitted = [SVC(kernel="precomputed", C=C).fit(kernel, y) for C in Cs]
        assert row.tolist() == pytest.approx([np.mean(model.predict(kernel) == y) for model in fitted])


@oracle("tf2.05.6", "an experiment for each half of the choice")
def test_a_machine_that_underfits_is_helped_by_larger_values() -> None:
    X, y = make_moons(100, noise=0.2, random_state=0)
    grid = {(g, C): SVC(gamma=g, C=C).fit(X, y).score(X, y) for g in (1e-4, 0.01, 1) for C in (0.003, 0.3, 300)}
    assert grid[1, 0.3] - 0.02 > grid[0.01, 0.3] >= grid[1e-4, 0.3]
    assert grid[0.01, 300] - 0.02 > grid[0.01, 0.3] >= grid[0.01, 0.003]
    assert kernels.TF2_05_6_CHOICE == {"gamma": "increase", "C": "increase"}


@oracle("tf2.05.7", "the problem in words, row by row (hypothesis)")
@few
@given(seeds, st.floats(0.05, 20))
def test_what_the_solver_gets_is_the_problem_in_words(seed: int, C: float) -> None:
    X, t = two_classes(seed, m=4, n=3)
    H, f, A, b = qp_params(X, t, C)
    assert qp_sizes(4, 3) == (len(f), len(b)) == (8, 8)
    rng = np.random.default_rng(seed)
    for _ in range(30):
        p = rng.normal(scale=2, size=8) + np.repeat([0.0, 2.5], 4)
        bias, w, zetas = p[0], p[1:4], p[4:]
        short = [1 - t[i] * (w @ X[i] + bias) for i in range(4)]
        allowed = all(zeta >= max(0, gap) for zeta, gap in zip(zetas, short, strict=True))
        assert (A @ p <= b).all() == allowed
        assert p @ H @ p / 2 + f @ p == pytest.approx(np.linalg.norm(w) ** 2 / 2 + C * sum(zetas))


@oracle("tf2.05.7", "libsvm's optimum has multipliers (scipy's nnls)")
@pytest.mark.parametrize("C", [0.3, 4.0])
def test_libsvm_s_solution_is_an_optimum_of_the_program(C: float) -> None:
    X, t = two_classes(7, m=16)
    w, bias, _ = solved(X, t, C)
    p = np.concatenate([[bias], w, np.maximum(0, 1 - t * (X @ w + bias))])
    H, f, A, b = qp_params(X, t, C)
    assert (A @ p <= b + 1e-7).all()
    active = A[A @ p >= b - 1e-6]
    _, left = nnls(active.T, -(H @ p + f))  # Karush, Kuhn and Tucker: the slope is held by active rows alone
    assert left < 1e-5


@oracle("tf2.05.8", "the dual, by scipy's SLSQP")
@pytest.mark.parametrize("C", [0.05, 0.8])
def test_three_lines_are_the_solver_s(C: float) -> None:
    iris = load_iris()
    X, y = iris.data[40:120, 2:] * [100.0, 1.0], np.minimum(iris.target[40:120], 1)
    t, Z = 2.0 * y - 1, (X - X.mean(axis=0)) / X.std(axis=0)
    Q = np.outer(t, t) * (Z @ Z.T)
    balanced = {"type": "eq", "fun": lambda a: a @ t, "jac": lambda a: t}
    dual = {"fun": lambda a: a @ Q @ a / 2 - a.sum(), "jac": lambda a: Q @ a - 1, "bounds": [(0, C)] * len(t)}
    found = minimize(**dual, x0=np.full(len(t), C / 2), constraints=balanced, options={"ftol": 1e-12, "maxiter": 300})
    assert found.success
    alphas, w = found.x, (found.x * t) @ Z
    free = (alphas > 1e-4 * C) & (alphas < C * (1 - 1e-4))
    b = float(np.mean(t[free] - Z[free] @ w))
    lines = align(X, y, C)
    assert len(lines) == 3
    for line in lines.values():
        np.testing.assert_allclose(line["model"].decision_function(X), X @ line["w"] + line["b"], atol=1e-9)
        ours = line["w"] * X.std(axis=0)
        assert ours @ w / np.linalg.norm(ours) / np.linalg.norm(w) > 0.999
        assert np.linalg.norm(w) / np.linalg.norm(ours) == pytest.approx(1, abs=0.04)
        assert line["b"] + line["w"] @ X.mean(axis=0) == pytest.approx(b, abs=0.1)


@oracle("tf2.05.9", "45 machines of two classes that vote; nearest neighbours; SVC as it comes")
def test_pictures_are_read_as_by_a_vote_of_pairs() -> None:
    digits = load_digits()
    pictures = np.kron(digits.images[600:1200], np.ones((3, 3))).reshape(600, -1) * 255 / 16  # 24 by 24
    (X, new), (y, truth) = np.split(pictures, 2), np.split(digits.target[600:1200], 2)
    model = fit_svm(X, y)
    low, high = X.min(axis=0), X.max(axis=0)
    Z = np.clip((pictures - low) / np.where(high > low, high - low, 1), 0, 1)
    votes = np.zeros((600, 10))
    for one in range(10):
        for other in range(one + 1, 10):
            pair = np.isin(y, (one, other))
            machine = SVC(gamma=model[-1].gamma, C=model[-1].C).fit(Z[:300][pair], y[pair])
            votes[np.arange(600), machine.predict(Z)] += 1
    labels = model.predict(pictures)
    clear = (votes == votes.max(axis=1, keepdims=True)).sum(axis=1) == 1  # the others are a tie
    assert clear.mean() > 0.9
    np.testing.assert_array_equal(labels[clear], votes.argmax(axis=1)[clear])
    for simple in (KNeighborsClassifier(3), make_pipeline(StandardScaler(), SVC())):
        assert np.mean(labels[300:] != truth) < 1 - simple.fit(X, y).score(new, truth)
    np.testing.assert_array_equal(fit_svm(X / 255, y).predict(pictures / 255), labels)


@oracle("tf2.05.10", "a kernel computed beforehand; the best line, by numpy.linalg.lstsq; the true function")
def test_prices_are_those_of_a_kernel_of_our_own() -> None:
    X, y = make_friedman1(500, n_features=6, noise=0, random_state=0)
    X, y = X * [1, 1_000, 0.01, 1, 50, 1], y / 6
    model = fit_svr(X[:250], y[:250])
    said = model.predict(X[250:])
    Z = (X - X[:250].mean(axis=0)) / X[:250].std(axis=0)
    kernel = np.exp(-model[-1].gamma * cdist(Z, Z[:250], "sqeuclidean"))
    own = SVR(kernel="precomputed", C=model[-1].C).fit(kernel[:250], y[:250])
    np.testing.assert_allclose(said, own.predict(kernel[250:]), atol=0.02)
    Z1 = np.column_stack([Z, np.ones(500)])
    line = Z1[250:] @ np.linalg.lstsq(Z1[:250], y[:250])[0]
    default = SVR().fit(Z[:250], y[:250]).predict(Z[250:])
    errors = [np.sqrt(np.mean((guess - y[250:]) ** 2)) for guess in (said, line, default)]
    assert errors[0] < 0.4 * errors[1]
    assert errors[0] < 0.8 * errors[2]


class Scaler(TransformerMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Passes rows on, and notes by their first column which rows it was fitted to."""

    def fit(self, X: Floats, y: Floats | None = None) -> Scaler:
        RECORD["scaled"] = set(X[:, 0].astype(int))
        return self

    def transform(self, X: Floats) -> Floats:
        return X


class Line(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Fits a line to chosen columns by least squares, and notes which rows it was fitted to and asked about."""

    def __init__(self, columns: tuple[int, ...]) -> None:
        self.columns = columns

    def fit(self, X: Floats, y: Floats) -> Line:
        self.rows_ = set(X[:, 0].astype(int))
        assert self.rows_ == RECORD["scaled"]
        self.weights_ = np.linalg.lstsq(self._table(X), y)[0]
        return self

    def predict(self, X: Floats) -> Floats:
        RECORD.setdefault(self.columns, []).append((self.rows_, set(X[:, 0].astype(int))))
        return self._table(X) @ self.weights_

    def _table(self, X: Floats) -> Floats:
        return np.column_stack([X[:, list(self.columns)], np.ones(len(X))])


@oracle("tf2.05.10", "R² by hand from a record of who saw which rows")
@pytest.mark.parametrize("m", [40, 75])
def test_scores_are_those_of_the_rows_on_record(m: int) -> None:
    rng = np.random.default_rng(m)
    X = np.column_stack([np.arange(m), rng.normal(size=(m, 3))])
    y = X[:, 1:] @ [1.0, 2.0, 0.3] + rng.normal(size=m)
    RECORD.clear()
    subsets = {"one": (1,), "two": (1, 2), "last": (3,)}
    found = compare_machines({"plain": Scaler()}, {name: Line(which) for name, which in subsets.items()}, X, y)

    def r2(fitted: set[int], asked: set[int], which: tuple[int, ...]) -> float:
        a, b = sorted(fitted), sorted(asked)
        table = np.column_stack([X[:, list(which)], np.ones(m)])
        weights = np.linalg.solve(table[a].T @ table[a], table[a].T @ y[a])
        return float(1 - np.mean((y[b] - table[b] @ weights) ** 2) / np.var(y[b]))

    best = max(found["scores"], key=found["scores"].get)
    assert found["best"] == best == ("plain", "two")
    fitted, test = RECORD[subsets["two"]].pop()
    assert len(test) == m // 5
    assert fitted == set(range(m)) - test
    assert found["test_score"] == pytest.approx(r2(fitted, test, subsets["two"]))
    for name, which in subsets.items():
        seen = RECORD[which]
        assert len(seen) >= 3
        assert sorted(row for _, asked in seen for row in asked) == sorted(fitted)  # each held out once
        assert all(learned == fitted - asked for learned, asked in seen)
        assert found["scores"]["plain", name] == pytest.approx(np.mean([r2(a, b, which) for a, b in seen]))
    assert found["model"].predict(X).shape == (m,)
    assert RECORD[subsets["two"]][-1][0] == fitted
