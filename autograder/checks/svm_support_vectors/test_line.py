"""Hidden checks of the chapter on support vector machines: a quadratic program (tf2.05.7), three lines (tf2.05.8)."""

from typing import Any

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.svm_support_vectors.inputs import clouds, line_of, solved, standardised_line, uneven
from autograder.testing import check
from autograder.testing.closed import agrees


def _program(student, X: np.ndarray, t: np.ndarray, C: float) -> list[np.ndarray]:
    parts = [np.asarray(part, dtype=float) for part in student.qp_params(X, t, C)]
    assert len(parts) == 4
    H, f, A, b = parts
    unknowns = 1 + X.shape[1] + len(X)
    assert H.shape == (unknowns, unknowns)
    assert f.shape == (unknowns,)
    assert A.ndim == 2
    assert A.shape[1] == unknowns
    assert 0 < len(A) <= 8 * len(X)
    assert b.shape == (len(A),)
    return parts


def _line(student, rng, X: np.ndarray, t: np.ndarray, C: float) -> tuple[np.ndarray, float, np.ndarray]:
    """Solve the submission's program, from a random start: where more than one p is best, it is not the wanted one."""
    p = solved(*_program(student, X, t, C), rng.normal(size=1 + X.shape[1] + len(X)))
    return p[1 : 1 + X.shape[1]], float(p[0]), p[1 + X.shape[1] :]


def _decided(rng, gap: float, C: float) -> tuple[np.ndarray, np.ndarray, np.ndarray, float]:
    """Return rows and their line: far from the origin, and with rows on the edges, so that only one bias is best."""
    while True:
        X, t = clouds(rng, int(rng.integers(14, 24)), int(rng.integers(2, 4)), gap)
        X += rng.normal(0, 2, X.shape[1])
        w, b = line_of(X, t, C)
        edges = np.abs(t * (X @ w + b) - 1) < 1e-6
        if edges.sum() > 1 and np.linalg.norm(w) > 0.1 and abs(b) > 0.7:
            return X, t, w, b


@check("tf2.05.7", hint="The bias, one weight per column, one violation per row. And what does each row demand?")
def test_sizes(student, rng):
    """You count the unknowns and the constraints."""

    def counted(m: int, n: int) -> tuple[int, int]:
        names = ["bias", *(f"w{j}" for j in range(n)), *(f"violation{i}" for i in range(m))]
        demands = [(i, what) for i in range(m) for what in ("margin", "violation")]
        return len(names), len(demands)

    agrees(student.qp_sizes, counted, rng.integers(1, 90, (10, 2)).tolist())


@check("tf2.05.7", core=True, weight=4, hint="Which sign lets a large violation satisfy its row? And which of the "
       "unknowns does the cost hold, in what power?")  # fmt: skip
def test_solution_is_the_soft_margin(student, rng):
    """A solver that is given your problem finds the soft margin: the same w and b as scikit-learn, for classes that
    overlap, and for any C."""
    for C in 10 ** rng.uniform(-1, 1, 5):
        X, t, w, b = _decided(rng, 0.9, float(C))
        w_found, b_found, _ = _line(student, rng, X, t, float(C))
        assert_allclose(w_found, w, rtol=1e-3, atol=1e-4)
        assert_allclose(b_found, b, rtol=1e-3, atol=1e-3)


@check("tf2.05.7", weight=2, hint="With a line between the classes: is it still worth something to let rows onto the "
       "street, if violations are cheap?")  # fmt: skip
def test_violations_may_be_worth_their_price(student, rng):
    """Where a line separates the classes, too, a low C buys a wider street than a high one, as wide as it should be."""
    X, t = clouds(rng, 20, 2, 1.0)
    way = np.array([0.6, 0.8])
    X += (np.maximum(0, rng.uniform(0.4, 0.9, 20) - t * (X @ way)) * t)[:, None] * way
    widths = []
    for C in (0.02, 20.0):
        w, _, _ = _line(student, rng, X, t, C)
        assert_allclose(w, line_of(X, t, C)[0], rtol=1e-3, atol=1e-3)
        widths.append(2 / np.linalg.norm(w))
    assert widths[0] > 1.2 * widths[1]


@check("tf2.05.7", weight=2, hint="What keeps a violation from being negative, which would be rewarded?")
def test_violations_of_the_solution(student, rng):
    """In the solution, each row's violation is how much it falls short of its edge of the street, never negative."""
    X, t, w, b = _decided(rng, 0.8, 1.0)
    found = _line(student, rng, X, t, 1.0)[2]
    assert_allclose(found, np.maximum(0, 1 - t * (X @ w + b)), atol=2e-3)


# ---------------------------------------------------------------- tf2.05.8


def _agrees_with_the_best(student, rng, name: str) -> None:
    for C in np.geomspace(0.06, 0.7, 5) * rng.uniform(0.9, 1.1, 5):
        X, y = uneven(rng, float(C))
        found = student.align(X, y, float(C))[name]
        w, b = standardised_line(X, found["w"], found["b"])
        w_best, b_best = line_of((X - X.mean(axis=0)) / X.std(axis=0), np.where(y == 1, 1, -1), float(C))
        size, best = np.linalg.norm(w), np.linalg.norm(w_best)
        assert w @ w_best > 0.999 * size * best
        # A right SGD may be off by 1.7% and 0.04; a wrong loss, C or bias by ten times that.
        assert abs(size / best - 1) < 0.04
        assert abs(b - b_best) < 0.1


@check("tf2.05.8", core=True, weight=2, hint="w @ ((x - mean) / std) + b: what are the factors of x, and what is left?")
def test_svc_is_the_best_line(student, rng):
    """`SVC` finds the best line for the C that was given, and your w and b are for rows as they are in X."""
    _agrees_with_the_best(student, rng, "SVC")


@check("tf2.05.8", core=True, weight=2, hint="Which loss is its default? And what does it count among the weights that "
       "are to be small?")  # fmt: skip
def test_linear_svc_is_the_best_line(student, rng):
    """`LinearSVC` finds the same line, its bias included, also where one class is much larger."""
    _agrees_with_the_best(student, rng, "LinearSVC")


@check("tf2.05.8", core=True, weight=2, hint="Its cost is the mean loss, and alpha is the price of the weights: divide "
       "the other cost by m * C. And does it search for long enough?")  # fmt: skip
def test_sgd_is_the_best_line(student, rng):
    """`SGDClassifier` finds the same line."""
    _agrees_with_the_best(student, rng, "SGDClassifier")


@check("tf2.05.8", hint="Does the model you return contain the scaler?")
def test_models_take_rows_as_they_are(student, rng):
    """Each model takes rows as they are in X: its scores are X @ w + b, and its classes go by their sign."""
    C = float(rng.uniform(0.1, 0.6))
    X, y = uneven(rng, C)
    new = X[rng.permutation(len(X))[:40]] + X.std(axis=0) * rng.normal(size=(40, X.shape[1]))
    found = student.align(X, y, C)
    for name in ("LinearSVC", "SVC", "SGDClassifier"):
        model, w = found[name]["model"], np.asarray(found[name]["w"], dtype=float)
        assert w.shape == (X.shape[1],)
        scores = new @ w + float(found[name]["b"])
        found_scores = np.asarray(model.decision_function(new), dtype=float)
        assert found_scores.shape == (40,)
        assert_allclose(found_scores, scores, rtol=1e-4, atol=1e-4)
        labels = np.asarray(model.predict(new))
        assert labels.shape == (40,)
        clear = np.abs(scores) > 1e-3
        assert_array_equal(labels[clear], (scores > 0).astype(int)[clear])


def _classes_inside(models):
    """Return, for each model, which of the three classifiers are in it or in anything it is made of."""
    from sklearn.linear_model import SGDClassifier
    from sklearn.svm import SVC, LinearSVC

    known = {"LinearSVC": LinearSVC, "SVC": SVC, "SGDClassifier": SGDClassifier}

    def parts(one):
        if hasattr(one, "best_estimator_"):  # of a search, what it has chosen
            return [one.best_estimator_]
        if isinstance(one, (list, tuple)):
            return list(one)
        if isinstance(one, dict):
            return list(one.values())
        return list(vars(one).values()) if hasattr(one, "__dict__") and not isinstance(one, type) else []

    names = []
    for model in models:
        seen, ahead, found = set(), [model], set()
        while ahead and len(seen) < 10_000:
            one = ahead.pop()
            if id(one) in seen:
                continue
            seen.add(id(one))
            kinds = [name for name, kind in known.items() if isinstance(one, kind)]
            found.update(kinds)
            ahead += [] if kinds else parts(one)
        names.append(sorted(found))
    return names


@check("tf2.05.8", hint="What is under each key?")
def test_three_classifiers(student, rng):
    """Under each key is a model of that class, in a pipeline, a search or an object of yours, or by itself."""
    C = float(rng.uniform(0.1, 0.6))
    X, y = uneven(rng, C)
    found: Any = student.align(X, y, C)
    names = ["LinearSVC", "SVC", "SGDClassifier"]
    inside = student.probe_(_classes_inside)([found[name]["model"] for name in names])
    assert inside == [[name] for name in names]
