"""Support vector machines, the street and its scale (tf2.05.1 to tf2.05.3): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.svm import SVC

TF2_05_1 = """
A support vector machine looks for the widest possible street between two classes: the boundary runs along its middle,
and as far as possible from the nearest rows on either side.

Few data sets leave a street free of rows, and one odd row could make it very narrow. So a *soft margin* lets some rows
stand on the street, or even on the wrong side, and weighs the width of the street against these violations; C sets
their price.

Where no straight street will do, a *kernel* works as if many features had been added to the rows: the street is
straight among those features, and curved among the ones we have. The features themselves are never computed.
"""
TF2_05_1_RUBRIC = """
- 1 point: the widest street (largest margin) between the classes
- 1 point: the soft margin trades width against rows that violate the margin
- 1 point: kernels (features that are never computed) for classes that no straight line separates
"""


def street_width(w: ArrayLike) -> float:
    """Return the width of the street whose edges are ``w @ x + b = 1`` and ``w @ x + b = -1``.

    Parameters
    ----------
    w : (n,) weights, not all 0.

    Examples
    --------
    >>> street_width([0.5, 0.0])
    4.0
    """
    return float(2 / np.linalg.norm(w))


def soft_margin_cost(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, C: float) -> float:
    """Return what a linear soft-margin classifier minimises: ``w @ w / 2``, plus C times the sum of all violations.

    Parameters
    ----------
    X : (m, n) rows.
    t : (m,) their classes, -1 or 1.
    w, b : the boundary is ``w @ x + b = 0``; a row's violation is how much ``t * (w @ x + b)`` falls short of 1, and
        0 where it does not.
    C : the price of a violation.

    Examples
    --------
    >>> soft_margin_cost([[3.0], [0.5]], [1, -1], w=[2.0], b=-2.0, C=10)
    2.0
    >>> soft_margin_cost([[3.0], [0.75]], [1, -1], w=[2.0], b=-2.0, C=10)
    7.0
    """
    w = np.asarray(w, dtype=float)
    violations = np.maximum(0, 1 - np.asarray(t) * (np.asarray(X) @ w + b))  # (m,)
    return float(w @ w / 2 + C * violations.sum())


TF2_05_2 = """
A support vector is a row that holds the street where it is: once the machine is trained, these are the rows on the
street, its edges included, and, with a soft margin, those that have ended up on the wrong side.

The boundary depends on them and on nothing else. Predictions need them only (with a kernel, a new row is compared with
each of them), and training without all the other rows would give the same machine. Rows off the street may move, vanish
or be added without any effect, as long as they stay off it, on their own side.
"""
TF2_05_2_RUBRIC = """
- 1 point: a row on the street or on its edge (full marks also with rows on the wrong side left out)
- 1 point: they alone decide the boundary, and predictions need only them
- 1 point: other rows may move or vanish without effect, as long as they stay off the street
"""


def support_rows(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, tol: float = 1e-6) -> NDArray[np.int64]:
    """Return the numbers of the rows that are support vectors of a trained linear soft-margin classifier.

    Parameters
    ----------
    X : (m, n) rows that it was trained on.
    t : (m,) their classes, -1 or 1.
    w, b : the edges of the street are ``w @ x + b = 1`` (for class 1) and ``w @ x + b = -1``.
    tol : training ends near the optimum, so a row counts as on the edge if its ``t * (w @ x + b)`` differs from 1 by at
        most this.

    Returns
    -------
    The numbers, counted from 0, in rising order.

    Examples
    --------
    >>> support_rows([[5.0], [1.0], [-3.0]], [1, 1, -1], w=[1.0], b=0.0).tolist()
    [1]
    """
    sides = np.asarray(t) * (np.asarray(X) @ np.asarray(w) + b)
    return np.flatnonzero(sides <= 1 + tol)


def decide(vectors: ArrayLike, coefs: ArrayLike, b: float, gamma: float, X: ArrayLike) -> NDArray[np.float64]:
    """Return the decision function of a classifier with an RBF kernel, from its support vectors alone.

    For a row x it is the sum, over the support vectors v, of coef * exp(-gamma * squared distance of v and x), plus b.

    Parameters
    ----------
    vectors : (s, n) support vectors.
    coefs : (s,) their coefficients (alpha times -1 or 1).
    b : bias term.
    X : (k, n) new rows.

    Returns
    -------
    (k,) numbers.

    Examples
    --------
    >>> decide([[0.0, 0.0]], [2.0], b=-0.5, gamma=1.0, X=[[0.0, 0.0], [100.0, 0.0]]).tolist()
    [1.5, -0.5]
    """
    gaps = np.asarray(X)[:, None] - np.asarray(vectors)  # (k, s, n)
    return np.exp(-gamma * (gaps**2).sum(axis=2)) @ np.asarray(coefs) + b


TF2_05_3 = """
Which street is the widest depends on the units. Give one column in millimetres instead of metres, and distances along
it are a thousand times as long: the widest street is now hardly more than the widest one along this column.

Columns with small numbers are as good as neglected: whatever they say adds next to nothing to a distance, and to use
them would take large weights, which make the street narrow. The same holds for an RBF kernel, which is made of
distances. Scaling first gives each column the same chance.
"""
TF2_05_3_RUBRIC = """
- 1 point: the widest street (distances) depends on the scale of the columns
- 1 point: without scaling, columns with small values are neglected
"""


def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    """Return by how much the boundary turns when the first column is given in another unit, in degrees.

    ``SVC(kernel="linear", C=1)`` is fitted twice: to X, and to X with its first column multiplied by `factor`. With
    `scale`, the columns are first standardised by a ``StandardScaler``, each time anew.

    Parameters
    ----------
    X : (m, n), left as it is.
    y : (m,) two classes.

    Returns
    -------
    The angle, 0 to 180, between the normals of the two boundaries, both in the units of X: a boundary that separates
    the rows in the same way has the same normal, whatever it was fitted to.

    Examples
    --------
    >>> X, y = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [3.0, 2.0]]), np.array([0, 0, 1, 1])
    >>> abs(round(boundary_angle(X, y, factor=1.0, scale=False), 3))
    0.0
    >>> abs(round(boundary_angle(X, y, factor=0.01, scale=True)))
    0
    """

    def normal(unit: NDArray[np.float64]) -> NDArray[np.float64]:
        """Fit to X * unit; w @ (x * unit / std) is (w * unit / std) @ x."""
        Z = X * unit
        std = Z.std(axis=0) if scale else np.ones(X.shape[1])
        w = SVC(kernel="linear", C=1).fit((Z - Z.mean(axis=0)) / std if scale else Z, y).coef_[0] * unit / std
        return w / np.linalg.norm(w)

    unit = np.ones(X.shape[1])
    before = normal(unit)
    unit[0] = factor
    return float(np.degrees(np.arccos(np.clip(before @ normal(unit), -1, 1))))
