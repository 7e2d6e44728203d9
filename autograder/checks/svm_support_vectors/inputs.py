"""Inputs and oracles shared by the checks of the chapter on support vector machines."""

from functools import cache
from typing import Any

import numpy as np
from scipy.optimize import nnls
from scipy.stats import norm, rankdata
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from course.datasets import load


def clouds(rng, m: int, n: int, gap: float) -> tuple[np.ndarray, np.ndarray]:
    """Return (m, n) rows of two classes, -1 and 1, whose centres are 2 * gap apart, off the origin."""
    t = rng.permutation(np.where(np.arange(m) % 2, 1.0, -1.0))
    way = rng.normal(size=n)
    X = rng.normal(size=(m, n)) + t[:, None] * gap * way / np.linalg.norm(way) + rng.normal(size=n)
    return X, t


def line_of(X: np.ndarray, t: np.ndarray, C: float) -> tuple[np.ndarray, float]:
    """Return w and b of the soft margin, trained until it hardly moves."""
    model = SVC(kernel="linear", C=C, tol=1e-8).fit(X, t)
    return model.coef_[0], float(model.intercept_[0])


# ---------------------------------------------------------------- quadratic programs


def solved(H, f, A, b, start: np.ndarray, rounds: int = 200) -> np.ndarray:
    """Return a p with the least p @ H @ p / 2 + f @ p among those with A @ p <= b.

    Each round adds a small pull towards the last p, which makes the problem strictly convex, and solves it exactly as
    one of least distance (Lawson & Hanson, *Solving Least Squares Problems*, 1974, chapter 23). With the last round the
    pull has vanished. Where several p are best, `start` decides which is found.

    Raises
    ------
    AssertionError : the problem is not convex, no p satisfies A @ p <= b, or there is no least value.
    """
    H, f, A, b = (np.array(part, dtype=float) for part in (H, f, A, b))
    H = (H + H.T) / 2
    assert all(np.isfinite(part).all() for part in (H, f, A, b)), "numbers"
    sizes = np.linalg.norm(A, axis=1)
    assert (b[sizes == 0] >= 0).all(), "a constraint that nothing satisfies"
    A, b = A[sizes > 0] / sizes[sizes > 0, None], b[sizes > 0] / sizes[sizes > 0]
    scale = max(np.abs(H).max(), np.abs(f).max())
    assert scale > 0, "nothing is to be minimised"
    H, f = H / scale, f / scale
    pull = 1e-2 * (np.abs(H).max() or 1.0)
    assert np.linalg.eigvalsh(H)[0] > -1e-9, "not convex"
    inverse = np.linalg.inv(np.linalg.cholesky(H + pull * np.eye(len(f))))
    p = start
    for _ in range(rounds):
        shift = inverse @ (f - pull * p)
        # With z = L.T @ p + shift: the shortest z for which G @ z >= h.
        G, h = -A @ inverse.T, -b - A @ inverse.T @ shift
        E, e = np.vstack([G.T, h]), np.append(np.zeros(len(f)), 1.0)
        rest = E @ nnls(E, e, maxiter=10_000)[0] - e
        assert np.linalg.norm(rest) > 1e-9, "no p satisfies all constraints"
        before, p = p, inverse.T @ (-rest[:-1] / rest[-1] - shift)
        if np.linalg.norm(p - before) < 1e-7 * (1 + np.linalg.norm(p)):
            return p
    raise AssertionError("there is no least value")


# ---------------------------------------------------------------- lines


def uneven(rng, C: float) -> tuple[np.ndarray, np.ndarray]:
    """Return rows of two classes, one much larger, in columns of any scale; with this C, one bias alone is best."""
    while True:
        m, n = int(rng.integers(80, 200)), int(rng.integers(2, 5))
        y = rng.permutation((np.arange(m) < m // 5).astype(int))
        way = rng.normal(size=n)
        Z = rng.normal(size=(m, n)) + np.where(y, 1.5, -1.5)[:, None] * way / np.linalg.norm(way)
        X = Z * 10 ** rng.uniform(-2, 2, n) + rng.normal(0, 20, n)
        alphas = np.abs(SVC(kernel="linear", C=C).fit((X - X.mean(axis=0)) / X.std(axis=0), y).dual_coef_[0])
        # Rows whose alpha is between 0 and C stand on an edge of the street and hold it in place.
        if np.sum((alphas > 0.02 * C) & (alphas < 0.98 * C)) >= 2:
            return X, y


def standardised_line(X: np.ndarray, w: Any, b: Any) -> tuple[np.ndarray, float]:
    """Return a line for raw columns as it is in standardised ones."""
    w = np.asarray(w, dtype=float)
    assert w.shape == (X.shape[1],)
    scaler = StandardScaler().fit(X)
    return w * scaler.scale_, float(b) + float(w @ scaler.mean_)


# ---------------------------------------------------------------- houses


@cache
def all_districts() -> tuple[np.ndarray, np.ndarray]:
    """Return all districts whose bedrooms are known: 8 columns, and prices in units of 100,000 dollars."""
    table = load("california_housing").frame.dropna()
    households = table["households"]
    columns = [
        table["median_income"],
        table["housing_median_age"],
        table["total_rooms"] / households,
        table["total_bedrooms"] / households,
        table["population"],
        table["population"] / households,
        table["latitude"],
        table["longitude"],
    ]
    return np.column_stack(columns).astype(float), table["median_house_value"].to_numpy(dtype=float) / 100_000


def districts(rng, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw districts without replacement: 8 columns, and prices in units of 100,000 dollars, both a little changed."""
    X, y = all_districts()
    rows = rng.permutation(len(X))[:size]
    return X[rows] * rng.normal(1, 1e-4, (size, 8)), y[rows] * rng.normal(1, 1e-3, size)


def made_up_country(rng, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Return districts whose columns are those of `all_districts`, each shuffled by itself, and prices from 0 to 5 or
    so that follow from three of the columns, drawn at random, in a direction that is drawn as well."""
    known, _ = all_districts()
    X = np.column_stack([rng.choice(column, size) for column in known.T]) * np.exp(rng.normal(0, 0.002, (size, 8)))
    first, second, third = rng.permutation([0, 1, 2, 5, 6, 7])[:3]
    Z = norm.ppf((rankdata(X, axis=0) - 0.5) / size)  # bell-shaped, so that no district is worth a thousand others
    parts = np.column_stack([0.5 * Z[:, first], 0.6 * Z[:, first] * Z[:, second], 0.5 * Z[:, third]])
    return X, 2.2 + parts @ rng.choice([-1, 1], 3) + rng.normal(0, 0.1, size)


def readings(model: Any, X: np.ndarray) -> np.ndarray:
    """Return what a model of the submission predicts, one number per row."""
    found = np.asarray(model.predict(X))
    assert found.shape == (len(X),)
    assert found.dtype.kind in "iuf"
    return found.astype(float)


def rmse(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    return float(np.sqrt(np.mean((readings(model, X) - y) ** 2)))


def holds_machine(model, regression):
    """Whether a support vector machine of scikit-learn is in the model or anything it is made of."""
    from sklearn import svm
    from sklearn.linear_model import SGDClassifier, SGDRegressor

    classifiers = (svm.SVC, svm.NuSVC, svm.LinearSVC)
    regressors = (svm.SVR, svm.NuSVR, svm.LinearSVR)
    losses = ("hinge", "squared_hinge", "epsilon_insensitive", "squared_epsilon_insensitive")
    seen, ahead = [], [model]
    while ahead and len(seen) < 10_000:
        one = ahead.pop()
        if any(one is other for other in seen[-500:]):
            continue
        seen.append(one)
        if isinstance(one, regressors if regression else classifiers):
            return True
        if isinstance(one, SGDRegressor if regression else SGDClassifier) and one.loss in losses:
            return True
        if isinstance(one, (list, tuple)):
            ahead += one
        elif isinstance(one, dict):
            ahead += one.values()
        elif hasattr(one, "__dict__") and not isinstance(one, type):
            ahead += vars(one).values()
    return False


def rows_learned(model):
    """Return how many rows the machines in a model were trained on, all together; None where none of them tells."""
    from sklearn import svm

    counts, seen, ahead = [], set(), [model]
    while ahead and len(seen) < 10_000:
        one = ahead.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if isinstance(one, (svm.SVC, svm.NuSVC)) and hasattr(one, "shape_fit_"):
            counts.append(int(one.shape_fit_[0]))
        elif isinstance(one, (list, tuple)):
            ahead += one
        elif isinstance(one, dict):
            ahead += one.values()
        elif hasattr(one, "__dict__") and not isinstance(one, type):
            ahead += vars(one).values()
    return sum(counts) if counts else None
