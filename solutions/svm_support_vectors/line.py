"""Support vector machines, a quadratic program (tf2.05.7), three lines (tf2.05.8): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC


def qp_sizes(m: int, n: int) -> tuple[int, int]:
    """Return how many unknowns and how many constraints the soft-margin problem has,
    for m rows and n columns.

    The unknowns are those of `qp_params`; each row of the training set gives two
    constraints.

    Examples
    --------
    >>> qp_sizes(1, 1)
    (3, 2)
    """
    return 1 + n + m, 2 * m


def qp_params(
    X: ArrayLike, t: ArrayLike, C: float
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """State the linear soft-margin problem for a solver of quadratic programs.

    The solver finds the p for which ``p @ H @ p / 2 + f @ p`` is least, among those
    with ``A @ p <= b``. Here p holds the bias, then the n weights, then the m
    violations of the margin, one per row of X.

    Parameters
    ----------
    X : (m, n) rows.
    t : (m,) their classes, -1 or 1.
    C : the price of a violation.

    Returns
    -------
    H (1 + n + m, 1 + n + m), f (1 + n + m,), A (k, 1 + n + m) and b (k,), where k is
    the number of constraints; these may stand in any order.

    Examples
    --------
    >>> H, f, A, b = qp_params([[1.0, 2.0], [3.0, 5.0], [0.0, 4.0]], [1, 1, -1], C=1.0)
    >>> H.shape, f.shape, A.shape[1] == len(f), len(A) == len(b)
    ((6, 6), (6,), True, True)
    """
    X, t = np.asarray(X, dtype=float), np.asarray(t, dtype=float)
    m, n = X.shape
    unknowns, constraints = qp_sizes(m, n)
    H = np.zeros((unknowns, unknowns))
    H[1 : 1 + n, 1 : 1 + n] = np.eye(n)  # w @ w / 2: neither the bias nor the violations
    f = np.concatenate([np.zeros(1 + n), np.full(m, C)])
    # t (w x + bias) >= 1 - violation, and violation >= 0, both turned round to <=
    A = np.zeros((constraints, unknowns))
    A[:m, 0], A[:m, 1 : 1 + n], A[:m, 1 + n :] = -t, -t[:, None] * X, -np.eye(m)
    A[m:, 1 + n :] = -np.eye(m)
    b = np.concatenate([np.full(m, -1.0), np.zeros(m)])
    return H, f, A, b


def align(X: NDArray[np.float64], y: NDArray[Any], C: float) -> dict[str, dict[str, Any]]:
    """Train the same linear classifier in three ways.

    All three solve the soft-margin problem with the same C, on columns that a
    ``StandardScaler`` has standardised.

    Parameters
    ----------
    X : (m, n) rows, columns of any scale.
    y : (m,) 0 or 1.
    C : the price of a violation, between 0.05 and 0.8.

    Returns
    -------
    dict with the keys ``"LinearSVC"``, ``"SVC"`` and ``"SGDClassifier"``. Under each is
    a dict of

    - ``"model"`` : the fitted model, which takes rows as they are in X;
    - ``"w"``, ``"b"`` : (n,) and a number, such that ``model.decision_function(X)`` is
      ``X @ w + b``.

    Examples
    --------
    >>> X = np.array([[100.0, 1.0], [300.0, 1.5], [200.0, 3.5], [400.0, 4.0]])
    >>> found = align(X, np.array([0, 0, 1, 1]), C=0.5)
    >>> sorted(found)
    ['LinearSVC', 'SGDClassifier', 'SVC']
    >>> [found[name]["w"].shape for name in sorted(found)]
    [(2,), (2,), (2,)]
    """
    classifiers = {
        # Its penalty includes the bias: with a constant column of 20 instead of 1, the bias costs next to nothing.
        "LinearSVC": LinearSVC(loss="hinge", C=C, intercept_scaling=20, tol=1e-5, max_iter=100_000, random_state=42),
        "SVC": SVC(kernel="linear", C=C),
        # It minimises the *mean* violation plus alpha * w @ w / 2: divided by m * C, that is the same cost.
        "SGDClassifier": SGDClassifier(alpha=1 / (len(X) * C), max_iter=3_000, tol=None, random_state=42),
    }
    found = {}
    for name, classifier in classifiers.items():
        scaler = StandardScaler()
        model = make_pipeline(scaler, classifier).fit(X, y)
        w = classifier.coef_[0] / scaler.scale_
        found[name] = {"model": model, "w": w, "b": float(classifier.intercept_[0] - w @ scaler.mean_)}
    return found
