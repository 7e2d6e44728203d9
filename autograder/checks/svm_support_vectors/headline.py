"""Full-size figures of the chapter on support vector machines."""

from functools import cache

import numpy as np
from scipy.optimize import minimize
from sklearn.datasets import load_iris
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVR

from autograder.checks.svm_support_vectors.inputs import all_districts, clouds, line_of, solved
from autograder.testing import headline
from course.datasets import load
from solutions.svm_support_vectors.data import fit_svm, fit_svr
from solutions.svm_support_vectors.line import align, qp_params

# ---------------------------------------------------------------- tf2.05.7


@cache
def _programs() -> tuple[np.ndarray, np.ndarray, int]:
    """Solve 40 programs in which violations pay: how far w is from SVC's, for ours and for the printed sign; and how
    many have no solution with the latter."""
    rng = np.random.default_rng(7)
    ours, printed, unsolvable = [], [], 0
    while len(ours) < 40:
        gap = (0.8, 3.0)[len(ours) % 2]  # overlapping classes, and such as a line separates
        m, n, C = int(rng.integers(14, 30)), int(rng.integers(2, 5)), float(10 ** rng.uniform(-1.5, 1))
        X, t = clouds(rng, m, n, gap)
        w, b = line_of(X, t, C)
        if np.max(1 - t * (X @ w + b)) < 0.05:
            continue  # without violations it is the hard margin for either sign
        H, f, A, limits = qp_params(X, t, C)
        p = solved(H, f, A, limits, rng.normal(size=len(f)))
        ours.append(np.abs(p[1 : 1 + n] - w).max())
        A[:m, 1 + n :] = np.eye(m)
        try:
            p = solved(H, f, A, limits, rng.normal(size=len(f)))
        except AssertionError:
            unsolvable += 1
        else:
            printed.append(np.abs(p[1 : 1 + n] - w).max())
    return np.array(ours), np.array(printed), unsolvable


@headline("tf2.05.7", "QP, largest deviation of w from SVC", book="", data="", holds=lambda value: value < 1e-4)
def deviation() -> tuple[float, str]:
    """Minus the identity beside the block of the hard margin."""
    return float(_programs()[0].max()), "40 random sets"


@headline("tf2.05.7", "the same by SLSQP", book="", data="", holds=lambda value: value < 1e-3)
def deviation_by_slsqp() -> tuple[float, str]:
    """Another solver, on ten sets."""
    rng = np.random.default_rng(8)
    worst = 0.0
    for _ in range(10):
        X, t = clouds(rng, 16, 2, 1.0)
        w, _ = line_of(X, t, 0.7)
        H, f, A, limits = qp_params(X, t, 0.7)
        found = minimize(
            lambda p, H=H, f=f: p @ H @ p / 2 + f @ p,
            np.zeros(len(f)),
            jac=lambda p, H=H, f=f: H @ p + f,
            constraints={"type": "ineq", "fun": lambda p, A=A, b=limits: b - A @ p, "jac": lambda p, A=A: -A},
            method="SLSQP",
            options={"maxiter": 500, "ftol": 1e-12},
        ).x
        worst = max(worst, np.abs(found[1:3] - w).max())
    return float(worst), "10 random sets"


@headline("tf2.05.7", "printed sign: sets with the same w as SVC", book="", data="", holds=lambda v: v == 0)
def printed_sign() -> tuple[float, str]:
    """Plus the identity: no solution, or the hard margin."""
    _, printed, unsolvable = _programs()
    return float(np.sum(printed < 1e-2)), f"40 random sets, {unsolvable} of them without a solution"


# ---------------------------------------------------------------- tf2.05.8


@headline("tf2.05.8", "iris, smallest cosine of two of the lines", book="", data="",
          holds=lambda value: value > 0.999)  # fmt: skip
def iris_lines() -> tuple[float, str]:
    """Setosa and versicolor by their petals, C = 1; in standardised columns."""
    iris = load_iris()
    rows = iris.target < 2
    X = iris.data[rows][:, 2:]
    lines = [np.asarray(found["w"]) * X.std(axis=0) for found in align(X, iris.target[rows], C=1).values()]
    lines = [w / np.linalg.norm(w) for w in lines]
    return float(min(one @ other for one in lines for other in lines)), "100 rows"


# ---------------------------------------------------------------- tf2.05.9


@headline("tf2.05.9", "test accuracy", book="", data="mnist", holds=lambda value: value >= 0.97)
def digits_accuracy() -> tuple[float, str]:
    """gamma and C from 1,000 rows, then all rows."""
    digits = load("mnist")
    model = fit_svm(digits.X_train, digits.y_train)
    right = model.predict(digits.X_test) == digits.y_test
    return float(np.mean(right)), f"{len(digits.X_train):,} train / {len(digits.X_test):,} test"


# ---------------------------------------------------------------- tf2.05.10


@cache
def _split() -> list[np.ndarray]:
    return train_test_split(*all_districts(), test_size=0.2, random_state=42)


def _error(model, X: np.ndarray, y: np.ndarray) -> float:
    return float(np.sqrt(np.mean((model.predict(X) - y) ** 2)))


def _size() -> str:
    return f"{len(_split()[0]):,} train / {len(_split()[1]):,} test"


@headline("tf2.05.10", "LinearSVR, test RMSE ($100,000)", book="", data="california_housing", holds=lambda v: v < 1.2)
def straight_line() -> tuple[float, str]:
    """For comparison."""
    X_train, X_test, y_train, y_test = _split()
    model = make_pipeline(StandardScaler(), LinearSVR(max_iter=20_000, random_state=42))
    return _error(model.fit(X_train, y_train), X_test, y_test), _size()


@headline("tf2.05.10", "SVR with a kernel, test RMSE ($100,000)", book="", data="california_housing",
          holds=lambda value: value < 0.65)  # fmt: skip
def kernel() -> tuple[float, str]:
    """gamma and C from 2,000 rows, then all rows."""
    X_train, X_test, y_train, y_test = _split()
    return _error(fit_svr(X_train, y_train), X_test, y_test), _size()
