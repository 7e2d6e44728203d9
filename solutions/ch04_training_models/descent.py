"""Chapter 4, gradient descent (p.04.1 to p.04.4): the answers."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def multiplications(method: str, m: int, n: int, batch: int) -> int:
    """Count the multiplications of two numbers that linear regression needs.

    Parameters
    ----------
    method : ``"normal equation"``: count those of the product ``X.T @ X``, each of its
        entries worked out. ``"batch"``, ``"mini-batch"`` or ``"stochastic"``: count
        those of *one* step of gradient descent, in its two products ``X_step @ theta``
        and ``X_step.T @ errors``, where X_step holds the rows that this step uses.
    m, n : rows and columns of X.
    batch : rows in a mini-batch; of no concern to the other methods.

    Examples
    --------
    >>> multiplications("normal equation", 10, 4, 5)
    160
    >>> multiplications("mini-batch", 10, 4, 5)
    40
    """
    if method == "normal equation":
        return n * n * m  # n*n entries, each a sum of m products
    rows = {"batch": m, "mini-batch": batch, "stochastic": 1}[method]
    return 2 * rows * n


# The methods you would use, of "normal equation", "SVD", "batch", "mini-batch",
# "stochastic"; as in ["SVD", "batch"].
P_04_1_CHOICE: list[str] = ["mini-batch", "stochastic"]
P_04_2 = """
What walks downhill takes ages: gradient descent. A column with numbers a thousand times as large makes the cost a
thousand times a thousand as steep in one direction; the learning rate has to be small enough for that, and then it
hardly moves in the others. It does arrive in the end, at the same model.

Ridge and lasso will be other models, whatever they are fitted by. In millimetres the weight of the column is a
thousandth of what it was, so the penalty hardly feels it any more, for no better reason than the unit. The normal
equation and the SVD, without a penalty, don't care: the weight changes with the unit, and the predictions stay.

He is rid of it if all columns are brought to one scale before, for instance by a `StandardScaler` in the pipeline,
which takes mean and deviation from the training rows.
"""
P_04_2_RUBRIC = """
- 1 point: gradient descent becomes slow, and why: one rate for a steep and a flat direction; or a long narrow valley
- 1 point: models with a penalty change, others don't; the cure is to scale the columns first
"""


def steps_to_fit(X: Array, y: Array, scale: bool) -> int:
    """Count the steps of batch gradient descent until linear regression is nearly as
    good as it can be.

    - With `scale`, the columns of X are first given mean 0 and standard deviation 1
      (that of ``np.std``).
    - A column of ones is put in front: A, shape (m, 1 + n).
    - The parameters theta, shape (1 + n,), begin at 0.
    - The learning rate is 1 / (the largest eigenvalue of ``A.T @ A / m``; see
      ``np.linalg.eigvalsh``).
    - One step subtracts ``rate * A.T @ (A @ theta - y) / m`` from theta.

    Returns
    -------
    The number of steps until the mean squared error on (X, y) is at most 1.01 times the
    lowest possible one (see ``np.linalg.lstsq``); 5000 if it takes more.

    Examples
    --------
    >>> X = np.array([[0.0, 1.0], [0.0, 5.0], [2.0, 5.0], [2.0, 9.0], [4.0, 1.0]])
    >>> y = np.array([1.0, 3.0, 6.0, 7.0, 6.0])
    >>> steps_to_fit(X, y, scale=True), steps_to_fit(X, y, scale=False)
    (3, 248)
    """
    if scale:
        X = (X - X.mean(axis=0)) / X.std(axis=0)
    A = np.column_stack([np.ones(len(X)), X])  # (m, 1 + n)
    best = np.mean((A @ np.linalg.lstsq(A, y)[0] - y) ** 2)
    rate = 1 / np.linalg.eigvalsh(A.T @ A / len(A))[-1]
    theta = np.zeros(A.shape[1])
    for step in range(5000):
        errors = A @ theta - y  # (m,)
        if np.mean(errors**2) <= 1.01 * best:
            return step
        theta = theta - rate * A.T @ errors / len(A)
    return 5000


# What predicts something else once a column is given in another unit:
# "normal equation", "SVD", "ridge", "lasso".
P_04_2_CHOICE: list[str] = ["ridge", "lasso"]


def end_points(X: Array, y: NDArray[np.int64], starts: Array, rate: float, steps: int) -> Array:
    """Fit logistic regression by batch gradient descent,
    once from each of several starting points.

    Parameters
    ----------
    X : (m, n), used as it is: no column of ones is added.
    y : (m,), 0 or 1.
    starts : (k, n), k vectors of parameters to begin at; not changed.
    rate : learning rate. The cost is the *mean* log loss.
    steps : number of steps.

    Returns
    -------
    (k, n) : the parameters at which each descent has arrived.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0]]), np.array([0, 1])
    >>> end_points(X, y, np.array([[0.0]]), rate=1.0, steps=1).round(3).tolist()
    [[0.25]]
    >>> starts = np.array([[-5.0], [0.0], [9.0]])
    >>> end_points(X, y, starts, rate=0.5, steps=500).round(3).tolist()
    [[0.42], [0.42], [0.42]]
    """
    theta = np.array(starts, dtype=float).T  # (n, k): a column for each descent
    for _ in range(steps):
        p = 1 / (1 + np.exp(-X @ theta))  # (m, k)
        theta = theta - rate * X.T @ (p - y[:, None]) / len(X)
    return theta.T


# One letter of a, b, c, d; as in ["a"].
P_04_3_CHOICE: list[str] = ["c"]


def descend(X: Array, y: Array, batches: list[list[int]], rate: float, decay: float) -> Array:
    """Fit linear regression by gradient descent, one step for each batch,
    and return the parameters, shape (n,).

    Parameters
    ----------
    X : (m, n), used as it is: no column of ones is added.
    y : (m,).
    batches : the row numbers that each step uses, one list for each step.
    rate, decay : step number t (0, 1, 2, ...) has the learning rate
        ``rate / (1 + decay * t)``.

    The parameters begin at 0; a step's cost is the *mean* squared error of its rows.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0]]), np.array([1.0, 4.0])
    >>> descend(X, y, [[0, 1]], rate=0.1, decay=0.0).tolist()
    [0.9]
    >>> descend(X, y, [[0], [1]], rate=0.1, decay=1.0).round(3).tolist()
    [0.92]
    """
    theta = np.zeros(X.shape[1])
    for t, rows in enumerate(batches):
        X_step, y_step = X[rows], y[rows]
        gradient = 2 * X_step.T @ (X_step @ theta - y_step) / len(rows)  # (n,)
        theta = theta - rate / (1 + decay * t) * gradient
    return theta


# "yes" or "no", and what is needed; as in ["yes", "more epochs"].
P_04_4_CHOICE: list[str] = ["no", "shrinking rate"]
