"""Chapter 4, fit, penalties and labels (p.04.8 to p.04.11): the answers."""

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import Ridge
from sklearn.metrics import root_mean_squared_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import PolynomialFeatures, StandardScaler

Array = NDArray[np.float64]


def train_and_validation_error(
    x: Array, y: Array, x_valid: Array, y_valid: Array, degree: int, alpha: float
) -> tuple[float, float]:
    """Fit a polynomial with a ridge penalty;
    return its root mean squared errors (training, validation).

    The features x, x**2, ..., x**degree are standardised, then `Ridge(alpha=alpha)` is
    fitted to them; all of this learns from the training set (x and y) only.

    Parameters
    ----------
    x, y : (m,) training set.
    x_valid, y_valid : (k,) validation set.

    Examples
    --------
    >>> x, y = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([4.0, 1.0, 1.0, 4.0])
    >>> new = np.array([0.0])
    >>> np.round(train_and_validation_error(x, y, new, new, 1, 0.001), 2).tolist()
    [1.5, 2.5]
    >>> np.round(train_and_validation_error(x, y, new, new, 2, 0.001), 2).tolist()
    [0.0, 0.0]
    """
    model = make_pipeline(PolynomialFeatures(degree, include_bias=False), StandardScaler(), Ridge(alpha=alpha))
    model.fit(x[:, None], y)
    pairs = [(x, y), (x_valid, y_valid)]
    train, valid = (root_mean_squared_error(target, model.predict(inputs[:, None])) for inputs, target in pairs)
    return float(train), float(valid)


# The diagnosis, and all changes that may well help;
# as in ["underfitting", "no penalty at all", ...].
P_04_8_CHOICE: list[str] = ["overfitting", "a lower degree", "a larger penalty", "more training data"]


def bias_and_variance(X: Array, w: Array, sigma: float, alpha: float) -> tuple[float, float]:
    """Return the squared bias and the variance of ridge regression's predictions for
    the rows of X, each averaged over the rows.

    Parameters
    ----------
    X : (m, n), fixed; no column of ones is added.
    w : (n,), the truth: the targets are ``X @ w`` plus noise of mean 0 and standard
        deviation `sigma`, drawn anew for each row and each training set.
    alpha : strength of the penalty, at least 0.

    Examples
    --------
    >>> X, w = np.array([[1.0], [1.0]]), np.array([3.0])
    >>> bias_and_variance(X, w, sigma=2.0, alpha=0.0)
    (0.0, 2.0)
    >>> bias_and_variance(X, w, sigma=2.0, alpha=2.0)
    (2.25, 0.5)
    """
    m, n = X.shape
    H = X @ np.linalg.solve(X.T @ X + alpha * np.eye(n), X.T)  # (m, m): predictions are H @ y
    truth = X @ w
    bias = H @ truth - truth  # the noise has mean 0, so the mean of H @ y is H @ truth
    return float(np.mean(bias**2)), float(sigma**2 * np.sum(H**2) / m)


# What is too high, "bias" or "variance", and what to do with alpha, "raise" or
# "reduce"; as in ["variance", "raise"].
P_04_9_CHOICE: list[str] = ["bias", "reduce"]
P_04_10 = """
*To ridge*: the weights calm down. With few rows, or columns that say nearly the same, a plain fit finds huge weights of
opposite signs that cancel on the training rows and on no others. It costs a little bias and the search for alpha, which
nearly always pays.

*To lasso*: most weights become exactly 0, because the absolute value pulls a small weight as hard as a large one. That
pays if few columns matter, and shows which. If all of them matter a little, it is a loss: ridge was better.

*To the elastic net*: columns that go together stay together. Lasso keeps one of them, and another one if the rows had
been a little different, and can't keep more of them than there are rows; with some of ridge's penalty they share
the weight. The price is one more setting to search for.
"""
P_04_10_RUBRIC = """
- 1 point: ridge: less variance, for a little bias; lasso: weights of exactly 0, where few columns matter
- 1 point: elastic net: steadier than lasso with columns that are correlated, or with more columns than rows
"""


def shrunk(w: Array, alpha: float, l1_ratio: float) -> Array:
    """Return what a penalty makes of each weight on its own, shape (n,):
    the v that makes

        (v - w)**2 / 2 + alpha * l1_ratio * abs(v) + alpha * (1 - l1_ratio) * v**2 / 2

    as small as it can be.

    Parameters
    ----------
    w : (n,), the weights that plain linear regression would find; not changed.
    alpha : strength of the penalty, 0 or more.
    l1_ratio : 1 for lasso, 0 for ridge, in between for elastic net.

    Examples
    --------
    >>> shrunk(np.array([3.0, -0.5]), alpha=1.0, l1_ratio=0.0).tolist()
    [1.5, -0.25]
    >>> np.abs(shrunk(np.array([3.0, -0.5]), alpha=1.0, l1_ratio=1.0)).tolist()
    [2.0, 0.0]
    """
    # A weight within the reach of the absolute value stops at 0; the quadratic part divides what is left.
    pulled = np.sign(w) * np.maximum(np.abs(w) - alpha * l1_ratio, 0.0)
    return pulled / (1 + alpha * (1 - l1_ratio))


# "ridge", "lasso" or "elastic net" for the cases 1 to 4, in this order;
# as in ["ridge", "ridge", "lasso", "ridge"].
P_04_10_CHOICE: list[str] = ["lasso", "elastic net", "ridge", "elastic net"]


def label_probabilities(scores: Array, exclusive: bool) -> Array:
    """Turn scores into probabilities.

    Parameters
    ----------
    scores : (n, k), one row per picture, one column per label, any numbers up to
        1000 in size; not changed.
    exclusive : True if each picture has exactly one of the k labels; False if each
        label is a question of its own, to which the answer is yes or no.

    Returns
    -------
    (n, k) : the probability of each label.

    Examples
    --------
    >>> label_probabilities(np.array([[0.0, 0.0, 0.0, 0.0]]), exclusive=True).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    >>> label_probabilities(np.array([[0.0, 0.0, 0.0, 0.0]]), exclusive=False).tolist()
    [[0.5, 0.5, 0.5, 0.5]]
    """
    if exclusive:
        powers = np.exp(scores - scores.max(axis=1, keepdims=True))  # at most 1: no overflow
        return powers / powers.sum(axis=1, keepdims=True)
    small = np.exp(-np.abs(scores))  # likewise
    return np.where(scores >= 0, 1, small) / (1 + small)


# One letter of a, b, c, d; as in ["a"].
P_04_11_CHOICE: list[str] = ["b"]
