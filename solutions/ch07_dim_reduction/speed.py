"""Chapter 7, models with and without PCA (p.07.9): the answers."""

import time
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.decomposition import PCA
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer


def _unit(X: NDArray[Any]) -> NDArray[np.float32]:
    """Bring pixels to 0..1, where SGD's step sizes fit; one factor for all, so PCA finds the same directions."""
    return np.asarray(X, dtype=np.float32) / 255


def compare_pca(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any], ratio: float = 0.95
) -> tuple[pd.DataFrame, dict[str, Any]]:
    """Train a random forest and a linear model (`SGDClassifier`), each without and with PCA before it.

    PCA finds its components in the training rows as they come, or with all features divided by the same number.

    Parameters
    ----------
    X_train, y_train : (n, d) grey values 0 to 255, more rows than features, and whole numbers (n,), the classes.
    X_test, y_test : the same, of other rows.
    ratio : share of the variance that PCA has to keep, between 0 and 1 (both excluded).

    Returns
    -------
    table : DataFrame with the index ``"rf"``, ``"rf+pca"``, ``"sgd"``, ``"sgd+pca"`` and the columns

        - ``"fit_time"`` : seconds of wall-clock time that training took, PCA included;
        - ``"accuracy"`` : the share of the test rows that are predicted rightly;
        - ``"n_components"`` : how many features the classifier itself was given.
    models : dict of the four fitted models by the same names. ``predict(X)`` of each takes rows like those of
        `X_train`, and does whatever they need by itself.

    Examples
    --------
    >>> X = np.repeat(np.eye(3) * 255, 20, axis=0)
    >>> table, models = compare_pca(X, np.repeat([0, 1, 2], 20), X[::20], [0, 1, 2])
    >>> list(table.columns)
    ['fit_time', 'accuracy', 'n_components']
    >>> int(table.loc["sgd", "n_components"])
    3
    >>> sorted(models)
    ['rf', 'rf+pca', 'sgd', 'sgd+pca']
    """
    models: dict[str, Pipeline] = {}
    rows: dict[str, dict[str, float]] = {}
    for name, kind in (("rf", RandomForestClassifier), ("sgd", SGDClassifier)):
        for suffix, reductions in (("", []), ("+pca", [PCA(ratio)])):
            model = make_pipeline(FunctionTransformer(_unit), *reductions, kind(random_state=42))
            start = time.perf_counter()
            model.fit(X_train, y_train)
            seconds = time.perf_counter() - start
            models[name + suffix] = model
            rows[name + suffix] = {
                "fit_time": seconds,
                "accuracy": model.score(X_test, y_test),
                "n_components": model[-1].n_features_in_,
            }
    return pd.DataFrame.from_dict(rows, orient="index"), models
