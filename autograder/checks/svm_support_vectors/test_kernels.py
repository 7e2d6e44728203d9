"""Hidden checks of the chapter on support vector machines: kernels and their cost (tf2.05.4 to tf2.05.6)."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.optimize import minimize
from sklearn.metrics.pairwise import rbf_kernel
from sklearn.svm import SVC

from autograder.checks.svm_support_vectors.inputs import clouds
from autograder.testing import check
from autograder.testing.closed import agrees, chosen


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
    for unit in np.geomspace(0.03, 10, 8):  # where it is small, what is left of a penalty shows
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
        X *= rng.permutation([0.3, 3.0])  # gamma says something else once they are scaled
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
