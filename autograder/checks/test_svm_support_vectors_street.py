"""Hidden checks of the chapter on support vector machines: the street (tf2.05.1 to tf2.05.6)."""

import numpy as np
from numpy.testing import assert_allclose, assert_array_equal
from scipy.optimize import minimize
from sklearn.metrics import hinge_loss
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from autograder import check
from autograder.checks.inputs_svm_support_vectors import clouds
from autograder.closed import agrees, chosen


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


def _turns(student, rng, scale: bool) -> tuple[list[float], list[float]]:
    found, wanted = [], []
    for factor in (0.02, 0.1, 0.5, 3.0, 10.0, 40.0):
        X, t = clouds(rng, 50, int(rng.integers(2, 4)), 1.6)
        X[:, 0] += t  # the first column matters
        found.append(float(student.boundary_angle(X, t, factor, scale)))
        wanted.append(_turn(X, t, factor, scale))
    return found, wanted


@check("tf2.05.3", core=True, weight=2, hint="Take a boundary in X * unit. Which weights has the same boundary in X?")
def test_boundary_turns_with_the_unit(student, rng):
    """Without scaling, you find by how much another unit turns the boundary, to a degree."""
    found, wanted = _turns(student, rng, False)
    assert_allclose(found, wanted, atol=1.0)


@check("tf2.05.3", hint="Is the scaler fitted to the columns as they are, once before and once after the change?")
def test_scaling_holds_the_boundary(student, rng):
    """With scaling, the boundary stays where it is, whatever the unit."""
    found, _ = _turns(student, rng, True)
    assert_allclose(found, 0, atol=1.0)


@check("tf2.05.4", core=True, hint="If w and b are doubled, the boundary is the same: what about your distances?")
def test_distances_from_the_boundary(student, rng):
    """You get each row's distance from the boundary, with the right sign."""

    def projected(X, w, b):
        foot = X - np.outer((X @ w + b) / (w @ w), w)
        return np.sign(X @ w + b) * np.linalg.norm(X - foot, axis=1)

    cases = []
    for _ in range(10):
        n = int(rng.integers(1, 6))
        cases.append((rng.normal(size=(12, n)), rng.normal(0, 3, n), float(rng.normal())))
    agrees(student.distances, projected, cases)


@check("tf2.05.4", core=True, weight=2, hint="Which a and c make these labels most likely? A logistic regression finds "
       "them; look up what it penalises.")  # fmt: skip
def test_probabilities_from_scores(student, rng):
    """Your probabilities are those of the logistic curve that fits the labels best, few or many, in any unit."""
    found, wanted = [], []
    for _ in range(8):
        unit = float(10 ** rng.uniform(-1.5, 1))
        scores = rng.normal(size=int(rng.integers(30, 120)))
        y = (rng.random(len(scores)) < 1 / (1 + np.exp(-(1.7 * scores + rng.normal())))).astype(int)
        y[np.argsort(scores)[[-1, 0, 1, -2]]] = 0, 1, 0, 1  # never perfectly separated
        s = scores / scores.std()
        best = minimize(
            lambda q, s=s, y=y: np.logaddexp(0, (1 - 2 * y) * (q[0] * s + q[1])).sum(), np.zeros(2), tol=1e-9
        )
        new = np.linspace(-2, 2, 9)
        found.append(np.asarray(student.calibrated(unit * scores, y, unit * new * scores.std()), dtype=float))
        wanted.append(1 / (1 + np.exp(-(best.x[0] * new + best.x[1]))))
    assert all(one.shape == (9,) for one in found)
    assert_allclose(found, wanted, atol=2e-3)


@check("tf2.05.4", hint="Is a score ever above 1? And which scores look too good: those of rows that were learned, or "
       "those of others?")  # fmt: skip
def test_what_a_score_is(student, rng):
    """You choose all that is right about scores and probabilities, and nothing else."""
    student.distances([[1.0], [3.0]], [2.0], 1.0)
    right = ["scores say how sure it is", "probabilities take a second model", "rows held out"]
    chosen(student.TF2_05_4_CHOICE, [*right, "scores are probabilities", "rows trained on"], right=right)


@check("tf2.05.5", core=True, hint="How many unknowns has each form? H has a row and a column for each of them.")
def test_size_of_h(student, rng):
    """You know how large the matrix is that a solver would need, in either form."""

    def held(form: str, m: int, n: int) -> int:
        X = np.zeros((m, n))
        return int((X @ X.T).size if form == "dual" else np.diag(np.append(0.0, np.ones(n))).size)

    sizes = rng.integers(2, 300, (6, 2)).tolist()
    agrees(student.numbers_in_h, held, [(form, m, n) for m, n in sizes for form in ("primal", "dual")])


@check("tf2.05.5", core=True, hint="Ten times the rows: how many times the square, and the third power?")
def test_time_for_more_rows(student, rng):
    """You estimate how the training time grows with the number of rows, in either form."""

    def on_a_line(form: str, m: int, measured_m: int, seconds: float) -> tuple[float, float]:
        rise = np.log10(m) - np.log10(measured_m)
        low, high = (1, 1) if form == "primal" else (2, 3)
        return float(10 ** (np.log10(seconds) + low * rise)), float(10 ** (np.log10(seconds) + high * rise))

    cases = []
    for form in ("primal", "dual") * 5:
        measured = int(rng.integers(500, 5_000))
        cases.append((form, measured * int(rng.integers(2, 900)), measured, round(float(rng.uniform(0.1, 9)), 2)))
    agrees(student.training_seconds, on_a_line, cases)


@check("tf2.05.5", hint="What do your functions say about each case? And which form has products of rows with rows, "
       "which a kernel can take the place of?")  # fmt: skip
def test_primal_or_dual(student, rng):
    """You choose the form that suits each of the three cases."""
    student.numbers_in_h("dual", 5, 3)
    choice = student.TF2_05_5_CHOICE
    right = {"millions of rows, hundreds of columns": "primal", "an RBF kernel": "dual"}
    for case, form in {**right, "200 rows, 100,000 columns": "dual"}.items():
        chosen(choice[case], ("primal", "dual"), right=[form])


@check("tf2.05.6", core=True, hint="What is the similarity of a row with itself? And where gamma is doubled?")
def test_similarity(student, rng):
    """You compute the RBF kernel, for any number of rows, landmarks and columns."""
    cases = []
    for _ in range(8):
        n = int(rng.integers(1, 5))
        X, landmarks = rng.normal(size=(int(rng.integers(2, 9)), n)), rng.normal(size=(int(rng.integers(2, 7)), n))
        cases.append((X, landmarks, float(10 ** rng.uniform(-1, 0.7))))
    agrees(student.rbf_similarity, rbf_kernel, cases)


@check("tf2.05.6", core=True, hint="One machine for each pair: a row of the table has one gamma, a column one C.")
def test_experiment(student, rng):
    """Your table holds the accuracies on the training rows, one row per gamma and one column per C."""
    for _ in range(3):
        X, t = clouds(rng, 70, 2, 0.5)
        gammas, Cs = [0.003, 0.3, 30.0], (10 ** rng.uniform(-1.5, 2.5, 4)).tolist()
        # The kernel is worked out beforehand, and told as a table.
        tables = [rbf_kernel(X, X, gamma) for gamma in gammas]
        wanted = [[SVC(kernel="precomputed", C=C).fit(K, t).score(K, t) for C in Cs] for K in tables]
        found = np.asarray(student.training_accuracies(X, t, gammas, Cs), dtype=float)
        assert found.shape == (3, 4)
        assert_allclose(found, wanted, atol=2.5 / 70)  # a row close to the boundary may fall on either side


@check("tf2.05.6", hint="Where in your table are accuracies high? A narrow kernel follows single rows; what does a low "
       "price of violations allow?")  # fmt: skip
def test_what_helps_an_underfitted_kernel(student, rng):
    """You know which way to turn gamma and C when the training rows are learned badly."""
    student.rbf_similarity([[0.0]], [[1.0], [2.0]], 0.5)
    choice = student.TF2_05_6_CHOICE
    for name in ("gamma", "C"):
        chosen(choice[name], ("increase", "decrease", "no difference"), right=["increase"])
