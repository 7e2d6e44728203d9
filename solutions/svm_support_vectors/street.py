"""Support vector machines, the street and its scale (tf2.05.1 to tf2.05.3): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.svm import SVC

TF2_05_1 = """
It was looking for elbow room. Of all lines that part the classes it takes the one that can be made thickest before it
touches a row, and runs in the middle of that band. Rows that lie further back have no say in it, whereas in a logistic
regression each of them pulls a little.

Where the classes overlap no such band is empty. Then rows may lie in it, or beyond it, for a price that grows with how
far they have come; C says how dear that is, and the machine looks for the best bargain of a thick band and few debts.

Where no straight line will do, it looks for a flat band in a space with many more columns, made of the ones there are,
and seen from our columns that band is bent. A *kernel* tells how alike two rows are in that space, which is all it
takes: the new columns are never worked out.
"""
TF2_05_1_RUBRIC = """
- 1 point: the widest empty band (margin) between the classes, and the line in its middle
- 1 point: soft margin: width against violations (C); kernels where no straight line will do
"""


def street_width(w: ArrayLike) -> float:
    """Return the width of the street whose edges are ``w @ x + b = 1`` and
    ``w @ x + b = -1``.

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
    """Return what a linear soft-margin classifier minimises: ``w @ w / 2``,
    plus C times the sum of all violations.

    Parameters
    ----------
    X : (m, n) rows.
    t : (m,) their classes, -1 or 1.
    w, b : the boundary is ``w @ x + b = 0``; a row's violation is how much
        ``t * (w @ x + b)`` falls short of 1, and 0 where it does not.
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
They are the *support vectors*: the rows that touch the band between the classes from outside, and with a soft margin
also those that lie in it or beyond it. The line is where it is because of them: each pulls at it, and all others pull
with weight 0.

So a prediction needs no more than them; with a kernel, a new row is compared with each of the 20. The 180 could have
been moved about or tripled, as long as none of them came into the band or to the wrong side.
"""
TF2_05_2_RUBRIC = """
- 1 point: rows at the edge of the band or, with a soft margin, inside or beyond it (the last need not be said); they
  alone hold the line
- 1 point: predictions need only them; or the others may move or vanish as long as they stay out of the band
"""


def support_rows(X: ArrayLike, t: ArrayLike, w: ArrayLike, b: float, tol: float = 1e-6) -> NDArray[np.int64]:
    """Return the numbers of the rows that are support vectors of a trained linear
    soft-margin classifier.

    Parameters
    ----------
    X : (m, n) rows that it was trained on.
    t : (m,) their classes, -1 or 1.
    w, b : the edges of the street are ``w @ x + b = 1`` (for class 1) and
        ``w @ x + b = -1``.
    tol : training ends near the optimum, so a row counts as on the edge if its
        ``t * (w @ x + b)`` differs from 1 by at most this.

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
    """Return the decision function of a classifier with an RBF kernel,
    from its support vectors alone.

    For a row x it is the sum, over the support vectors v, of
    coef * exp(-gamma * squared distance of v and x), plus b.

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
    >>> X = [[0.0, 0.0], [100.0, 0.0]]
    >>> decide([[0.0, 0.0]], [2.0], b=-0.5, gamma=1.0, X=X).tolist()
    [1.5, -0.5]
    """
    gaps = np.asarray(X)[:, None] - np.asarray(vectors)  # (k, s, n)
    return np.exp(-gamma * (gaps**2).sum(axis=2)) @ np.asarray(coefs) + b


TF2_05_3 = """
The machine looks for the band that is widest, and width is measured in the numbers of the table. In metres the column's
differences are a thousand times as large, so a band across it is a thousand times as wide, and that is the one it
takes. A kernel goes by distances and has the same weakness.

The losers are the columns with small numbers: to use them takes large weights, which make the band narrow. If all
columns are brought to one scale first, each has the same chance.
"""
TF2_05_3_RUBRIC = """
- 1 point: width (or distance) depends on the units of the columns
- 1 point: columns with small numbers are neglected, so scale them first
"""


def boundary_angle(X: NDArray[np.float64], y: NDArray[Any], factor: float, scale: bool) -> float:
    """Return by how much the boundary turns when the first column is given in another
    unit, in degrees.

    ``SVC(kernel="linear", C=1)`` is fitted twice: to X, and to X with its first column
    multiplied by `factor`. With `scale`, the columns are first standardised by a
    ``StandardScaler``, each time anew.

    Parameters
    ----------
    X : (m, n), left as it is.
    y : (m,) two classes.

    Returns
    -------
    The angle, 0 to 180, between the normals of the two boundaries, both in the units of
    X: a boundary that separates the rows in the same way has the same normal, whatever
    it was fitted to.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [1.0, 0.0], [2.0, 3.0], [3.0, 2.0]])
    >>> y = np.array([0, 0, 1, 1])
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
