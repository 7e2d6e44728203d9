"""Support vector machines, pictures (tf2.05.9) and houses (tf2.05.10): the answers."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import loguniform
from sklearn.base import BaseEstimator
from sklearn.model_selection import RandomizedSearchCV, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC, SVR


def fit_svm(X: NDArray[Any], y: NDArray[Any]) -> BaseEstimator:
    """Train a support vector machine that reads digits, or tells other pictures apart.

    Parameters
    ----------
    X : (m, 784) pixels, either 0 to 255 or 0 to 1; later ones have the same range.
    y : (m,) digits, or the numbers of other kinds of pictures; each occurs ten times or
        more.

    Returns
    -------
    A fitted model, with ``predict``, which takes pixels as they are in X.

    Examples
    --------
    Ten patterns of stripes, a dozen of each:

    >>> stripes = np.repeat(np.eye(10, dtype=np.uint8) * 255, 79, axis=1)[:, :784]
    >>> X, y = np.repeat(stripes, 12, axis=0), np.repeat(np.arange(10), 12)
    >>> fit_svm(X, y).predict(X[[0, 50, 119]]).tolist()
    [0, 4, 9]
    >>> fit_svm(X / 255, y).predict(X[[3, 80]] / 255).tolist()
    [0, 6]
    """
    # Pixels that are rarely inked may be inked more in new images: `clip` keeps them from standing out.
    model = make_pipeline(MinMaxScaler(clip=True), SVC(cache_size=1_000))
    values = {"svc__gamma": loguniform(0.005, 0.05), "svc__C": loguniform(1, 30)}
    search = RandomizedSearchCV(model, values, n_iter=6, cv=2, random_state=42)
    return model.set_params(**search.fit(*_some(X, y, 1_000, stratify=y)).best_params_).fit(X, y)


def fit_svr(X: NDArray[np.float64], y: NDArray[np.float64]) -> BaseEstimator:
    """Train a support vector machine for regression, for instance of house prices.

    Parameters
    ----------
    X : (m, n) columns of any scale.
    y : (m,) what to predict, between 0 and 5 or so; prices are in units of
        100,000 dollars.

    Returns
    -------
    A fitted model, with ``predict``, which takes rows as they are in X and returns
    numbers in the unit of y.

    Examples
    --------
    >>> X = np.linspace(0, 6, 60).reshape(-1, 1)
    >>> model = fit_svr(1_000 * X, 2 + np.sin(X[:, 0]))
    >>> bool(abs(model.predict(1_000 * X[15:16])[0] - 3) < 0.3)
    True
    >>> model.predict(1_000 * X[:4]).shape
    (4,)
    """
    model = make_pipeline(StandardScaler(), SVR(cache_size=1_000))
    values = {"svr__gamma": loguniform(0.01, 3), "svr__C": loguniform(1, 100)}
    search = RandomizedSearchCV(model, values, n_iter=15, cv=3, scoring="neg_mean_squared_error", random_state=42)
    return model.set_params(**search.fit(*_some(X, y, 2_000)).best_params_).fit(X, y)


def _some(X: NDArray[Any], y: NDArray[Any], size: int, **how: Any) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return `size` rows at random to search on, or all of them if there are no more: an SVM's time explodes with m."""
    if len(X) <= size:
        return X, y
    X, _, y, _ = train_test_split(X, y, train_size=size, random_state=42, **how)
    return X, y
