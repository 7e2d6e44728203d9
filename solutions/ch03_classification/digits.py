"""Chapter 3, digits (p.03.1): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import ClassifierMixin
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils import resample


def tune_knn(X: ArrayLike, y: ArrayLike) -> dict[str, Any]:
    """Find good settings of `KNeighborsClassifier` for one data set,
    by cross-validation.

    Parameters
    ----------
    X : (n, m) numbers, one row per example, in any order (rows may be sorted by class).
    y : (n,) labels.

    Returns
    -------
    dict with the best ``"n_neighbors"`` (a whole number; 1 to 10 are tried) and
    ``"weights"`` (``"uniform"`` or ``"distance"``), ready for
    ``KNeighborsClassifier(**settings)``.

    Examples
    --------
    Two groups of numbers, far from each other:

    >>> X, y = np.arange(40).reshape(40, 1) // 20 * 100, np.repeat([3, 8], 20)
    >>> settings = tune_knn(X, y)
    >>> sorted(settings)
    ['n_neighbors', 'weights']
    >>> KNeighborsClassifier(**settings).fit(X, y).predict([[7], [99]]).tolist()
    [3, 8]
    """
    grid = {"n_neighbors": range(1, 11), "weights": ["uniform", "distance"]}
    search = GridSearchCV(KNeighborsClassifier(), grid, cv=3)  # folds of a classifier hold every class
    return search.fit(X, y).best_params_


def fit_mnist(X_train: NDArray[Any], y_train: NDArray[Any]) -> ClassifierMixin:
    """Train a classifier that reads handwritten digits.

    Parameters
    ----------
    X_train : (n, 784) pixels from 0 to 255, uint8; in any order (rows may be sorted by
        digit).
    y_train : (n,) whole numbers, the digits.

    Returns
    -------
    The fitted classifier. Its ``predict`` takes (k, 784) pixels, 0 to 255, and returns
    (k,) whole numbers.

    Examples
    --------
    Twenty dark images labelled 3 and twenty bright ones labelled 8:

    >>> X, y = np.full((40, 784), 10, dtype=np.uint8), np.repeat([3, 8], 20)
    >>> X[20:] = 200
    >>> model = fit_mnist(X, y)
    >>> model.predict(X[[5, 35]]).tolist()
    [3, 8]
    """
    X = X_train.astype(float)  # k-NN on bytes is several times slower
    # Tuning fits dozens of models; a tenth of the rows ranks the settings well enough.
    size = min(len(X), int(np.clip(len(X) // 10, 1_000, 6_000)))
    X_few, y_few = resample(X, y_train, replace=False, n_samples=size, stratify=y_train, random_state=42)
    to_float = FunctionTransformer(np.asarray, kw_args={"dtype": float})
    return make_pipeline(to_float, KNeighborsClassifier(**tune_knn(X_few, y_few))).fit(X, y_train)
