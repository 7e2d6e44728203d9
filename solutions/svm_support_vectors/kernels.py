"""Support vector machines, kernels and their cost (tf2.05.4 to tf2.05.6): the answers."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC


def distances(X: ArrayLike, w: ArrayLike, b: float) -> NDArray[np.float64]:
    """Return how far each row is from the boundary ``w @ x + b = 0``:
    positive where ``w @ x + b`` is.

    Examples
    --------
    >>> distances([[2.0, 7.0], [0.0, -1.0]], w=[4.0, 0.0], b=-4.0).tolist()
    [1.0, -1.0]
    """
    w = np.asarray(w, dtype=float)
    return (np.asarray(X) @ w + b) / np.linalg.norm(w)


def calibrated(scores: ArrayLike, y: ArrayLike, new_scores: ArrayLike) -> NDArray[np.float64]:
    """Turn scores into probabilities of class 1,
    the way it is done for support vector machines.

    The probability is 1 / (1 + exp(-(a * score + c))), with the a and c that make the
    labels most likely (the lowest log loss, without any penalty).

    Parameters
    ----------
    scores : (m,) decision function of rows that the machine was not trained on.
    y : (m,) their classes, 0 or 1; no score separates them perfectly.
    new_scores : (k,)

    Returns
    -------
    (k,) probabilities, right to 0.001.

    Examples
    --------
    >>> scores = [-2.0, -1.0, -1.0, 0.0, 0.0, 1.0, 1.0, 2.0]
    >>> y = [0, 0, 0, 1, 0, 1, 1, 1]
    >>> bool(0.499 < calibrated(scores, [0, 0, 1, 1, 0, 0, 1, 1], [0.0])[0] < 0.501)
    True
    >>> bool(calibrated(scores, y, [3.0])[0] > 0.9)
    True
    """
    # On one scale: where scores are far from 0, or large, the search for a and c would stop too soon.
    model = make_pipeline(StandardScaler(), LogisticRegression(C=np.inf, tol=1e-8)).fit(np.reshape(scores, (-1, 1)), y)
    return model.predict_proba(np.reshape(new_scores, (-1, 1)))[:, 1]


# All the statements that are right, in any order.
TF2_05_4_CHOICE: list[str] = ["scores say how sure it is", "probabilities take a second model", "rows held out"]


def numbers_in_h(form: str, m: int, n: int) -> int:
    """Return how many numbers the square matrix H of a linear,
    hard-margin problem holds, zeros included.

    Parameters
    ----------
    form : ``"primal"``: the unknowns are the bias and one weight per column.
        ``"dual"``: one alpha per row.
    m, n : rows and columns of the training set.

    Examples
    --------
    >>> numbers_in_h("primal", 5, 1)
    4
    """
    unknowns = n + 1 if form == "primal" else m
    return unknowns**2


def training_seconds(form: str, m: int, measured_m: int, measured_seconds: float) -> tuple[float, float]:
    """Estimate how long training takes on m rows, from the time that it took on fewer.

    Parameters
    ----------
    form : the time grows in proportion to m for the ``"primal"`` form, solved by
        `LinearSVC`; for the ``"dual"`` form, solved by `SVC`, it grows somewhere
        between the square and the third power of m.
    measured_m, measured_seconds : a training that was timed.

    Returns
    -------
    The least and the most that you expect; the same number twice for the primal form.

    Examples
    --------
    >>> training_seconds("dual", 2_000, 1_000, 1.0)
    (4.0, 8.0)
    """
    powers = (1, 1) if form == "primal" else (2, 3)
    least, most = (measured_seconds * (m / measured_m) ** power for power in powers)
    return least, most


# "primal" or "dual", for each case.
TF2_05_5_CHOICE: dict[str, str] = {
    "millions of rows, hundreds of columns": "primal",
    "an RBF kernel": "dual",
    "200 rows, 100,000 columns": "dual",
}


def rbf_similarity(X: ArrayLike, landmarks: ArrayLike, gamma: float) -> NDArray[np.float64]:
    """Return how similar each row is to each landmark: exp(-gamma * squared distance).

    Parameters
    ----------
    X : (m, n)
    landmarks : (k, n)

    Returns
    -------
    (m, k) numbers between 0 and 1.

    Examples
    --------
    >>> rbf_similarity([[0.0], [1.0]], [[0.0], [1.0]], gamma=2.0).round(4).tolist()
    [[1.0, 0.1353], [0.1353, 1.0]]
    """
    gaps = np.asarray(X)[:, None] - np.asarray(landmarks)  # (m, k, n)
    return np.exp(-gamma * (gaps**2).sum(axis=2))


def training_accuracies(
    X: NDArray[Any], y: NDArray[Any], gammas: Sequence[float], Cs: Sequence[float]
) -> NDArray[np.float64]:
    """Return how well an SVC with an RBF kernel fits its own training rows,
    with their columns as they are, for each pair of gamma and C.

    Returns
    -------
    (g, c) accuracies on the training rows: one row per gamma, one column per C.

    Examples
    --------
    >>> X, y = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([0, 1, 0, 1])
    >>> training_accuracies(X, y, gammas=[10.0], Cs=[0.1, 100.0]).shape
    (1, 2)
    """
    return np.array([[SVC(gamma=gamma, C=C).fit(X, y).score(X, y) for C in Cs] for gamma in gammas])


# "increase", "decrease" or "no difference", for each of the two.
TF2_05_6_CHOICE: dict[str, str] = {"gamma": "increase", "C": "increase"}
