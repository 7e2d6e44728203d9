"""Hidden checks of the chapter on support vector machines: the street and its scale (tf2.05.1 to tf2.05.3)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.metrics import hinge_loss
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from autograder.checks.svm_support_vectors.inputs import clouds
from autograder.testing import check
from autograder.testing.closed import agrees


def _width(w: np.ndarray) -> float:
    """From a point on one edge straight to the other: both are the nearest to the origin."""
    edges = [np.linalg.lstsq(w[None], np.array([side]))[0] for side in (-1.0, 1.0)]
    return float(np.linalg.norm(edges[1] - edges[0]))


@check("tf2.05.1", core=True, hint="Take a point on one edge and walk along w until you are on the other.")
def test_width_of_the_street(student, rng):
    """You get the width of the street, for any number of columns, wide and narrow."""
    cases = [(rng.normal(0, float(10 ** rng.uniform(-1, 1)), int(rng.integers(1, 6))),) for _ in range(12)]
    agrees(student.street_width, _width, cases)


@check("tf2.05.1", core=True, weight=2, hint="Work out one row by hand: how much is t * (w @ x + b) short of 1?")
def test_cost_of_a_soft_margin(student, rng):
    """You get what a soft margin costs, with rows beside the street, on it, and on the wrong side."""

    def cost(X, t, w, b, C):
        return float(w @ w / 2 + C * len(t) * hinge_loss(t, X @ w + b))

    cases = []
    for _ in range(12):
        m, n = int(rng.integers(5, 30)), int(rng.integers(1, 5))
        X, t = clouds(rng, m, n, 1.5)
        cases.append((X, t, rng.normal(size=n), float(rng.normal()), float(10 ** rng.uniform(-1, 2))))
    agrees(student.soft_margin_cost, cost, cases)


def _trained(rng) -> tuple[np.ndarray, np.ndarray, SVC]:
    """Return overlapping rows, some of them beyond the street on the wrong side, and a machine trained on them."""
    while True:
        X, t = clouds(rng, 60, 2, 0.9)
        model = SVC(kernel="linear", C=float(10 ** rng.uniform(-0.5, 1)), tol=1e-9).fit(X, t)
        sides = t * model.decision_function(X)
        rest = np.delete(sides, model.support_)
        # Training has ended near enough to the optimum to tell apart what is on an edge and what is not.
        if sides.min() < -1.2 and rest.min() > 1.001 and sides[model.support_].max() < 1 + 1e-6:
            return X, t, model


@check("tf2.05.2", core=True, weight=2, hint="What is t * (w @ x + b) for a row on the edge of the street, within it, "
       "and on the wrong side?")  # fmt: skip
def test_finds_the_support_vectors(student, rng):
    """Given a trained line, you find the rows that scikit-learn names as its support vectors: those on the edges, on
    the street, and on the wrong side."""
    for _ in range(8):
        X, t, model = _trained(rng)
        found = np.asarray(student.support_rows(X, t, model.coef_[0], float(model.intercept_[0]), 1e-5))
        assert found.dtype.kind in "iu"
        assert_array_equal(found, np.sort(model.support_))


@check("tf2.05.2", hint="Which rows set the street? Does a row that is a hair's breadth away from the edge count?")
def test_rows_near_the_edge(student, rng):
    """A row counts as on the edge within the tolerance, and not beyond it; the tolerance may be left out."""
    for tol in (1e-2, 1e-4, None):
        n = int(rng.integers(2, 5))
        w, b = rng.normal(size=n), float(rng.normal())
        t = rng.permutation(np.repeat([-1.0, 1.0], 6))
        off = rng.permutation(np.repeat([-1.0, -0.5, 0.5, 0.9, 3.0, 9.0], 2)) * (tol or 1e-6)
        X = rng.normal(size=(12, n))
        X += ((t * (1 + off) - b - X @ w) / (w @ w))[:, None] * w
        found = np.asarray(student.support_rows(X, t, w, b, *([tol] if tol else [])))
        assert found.shape == (8,)
        assert_array_equal(found, np.flatnonzero(off <= (tol or 1e-6)))
    # Numbers that are not rounded, some of them off by just the tolerance.
    t, off = rng.permutation(np.repeat([-1.0, 1.0], 6)), rng.permutation(np.repeat([-0.5, 0.25, 0.5], 4))
    b = float(rng.integers(-3, 4))
    X = np.column_stack([rng.integers(-9, 10, 12), t * (1 + off) - b])
    found = np.asarray(student.support_rows(X, t, np.array([0.0, 1.0]), b, 0.25))
    assert_array_equal(found, np.flatnonzero(off <= 0.25))


@check("tf2.05.2", core=True, weight=2, hint="For one new row: its squared distance from each support vector, and so "
       "on, step by step as stated.")  # fmt: skip
def test_predicts_from_support_vectors(student, rng):
    """From the support vectors alone you get the decision function of a machine with a kernel."""
    cases, models = [], []
    for _ in range(8):
        X, t = clouds(rng, 50, int(rng.integers(1, 4)), 0.8)
        gamma = float(10 ** rng.uniform(-1, 0.5))
        model = SVC(gamma=gamma, C=2).fit(X, t)
        new = rng.normal(size=(int(rng.integers(1, 9)), X.shape[1]))
        cases.append((model.support_vectors_, model.dual_coef_[0], float(model.intercept_[0]), gamma, new))
        models.append(model)
    wanted = iter([model.decision_function(case[-1]) for model, case in zip(models, cases, strict=True)])
    agrees(student.decide, lambda *case: next(wanted), cases)


def _turn(X: np.ndarray, y: np.ndarray, factor: float, scale: bool) -> float:
    """The normal is the slope of the decision function, in whatever units it was fitted."""
    normals = []
    for unit in (1.0, factor):
        units = np.append(unit, np.ones(X.shape[1] - 1))
        svc = SVC(kernel="linear", C=1)
        model = (make_pipeline(StandardScaler(), svc) if scale else svc).fit(X * units, y)
        steps = np.vstack([np.zeros(X.shape[1]), np.eye(X.shape[1])])
        values = model.decision_function(steps * units)
        normals.append((values[1:] - values[0]) / np.linalg.norm(values[1:] - values[0]))
    # Exact for small angles, too, where arccos is not.
    return float(np.degrees(2 * np.arctan2(np.linalg.norm(normals[0] - normals[1]), np.linalg.norm(sum(normals)))))


def _outvoted(rng) -> tuple[np.ndarray, np.ndarray]:
    """Rows whose second column counts against a class, and for it where the first one is neglected: the boundary turns
    by more than a right angle."""
    while True:
        t = rng.permutation(np.where(np.arange(50) % 2, 1.0, -1.0))
        first = 2 * t + rng.normal(size=50)
        X = np.column_stack([first, first - 0.7 * t + rng.normal(0, 0.5, 50)])
        if _turn(X, t, 0.02, False) > 95:
            return X, t


def _turns(student, rng, scale: bool) -> tuple[list[float], list[float]]:
    found, wanted = [], []
    for factor in (0.02, 0.1, 0.5, 3.0, 10.0, 40.0):
        X, t = clouds(rng, 50, int(rng.integers(2, 4)), 1.6)
        X[:, 0] += t  # the first column matters
        found.append(float(student.boundary_angle(X, t, factor, scale)))
        wanted.append(_turn(X, t, factor, scale))
    X, t = _outvoted(rng)
    angle, (after, *_) = student.watch_("boundary_angle", X, t, 0.02, scale)
    assert_array_equal(after, X, "X has been changed")
    found.append(float(angle))
    wanted.append(_turn(X, t, 0.02, scale))
    return found, wanted


@check("tf2.05.3", core=True, weight=2, hint="Take a boundary in X * unit. Which weights has the same boundary in X?")
def test_boundary_turns_with_the_unit(student, rng):
    """Without scaling, you find by how much another unit turns the boundary, also by more than a right angle."""
    found, wanted = _turns(student, rng, False)
    assert_allclose(found, wanted, atol=0.02)


@check("tf2.05.3", hint="Is the scaler fitted to the columns as they are, once before and once after the change?")
def test_scaling_holds_the_boundary(student, rng):
    """With scaling, the boundary stays where it is, whatever the unit."""
    found, _ = _turns(student, rng, True)
    for factor in np.geomspace(0.01, 100, 40):  # where nothing turns, rounding may bring a cosine above 1, now and then
        X, t = clouds(rng, 30, 3, 1.6)
        found.append(float(student.boundary_angle(X, t, float(factor), True)))
    assert_allclose(found, 0, atol=0.02)
