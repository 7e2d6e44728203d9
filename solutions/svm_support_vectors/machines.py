"""Support vector machines, which one, and how good (tf2.05.10): the answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline


def compare_machines(
    scalers: Mapping[str, BaseEstimator],
    machines: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.float64],
) -> dict[str, Any]:
    """Try each scaler with each machine, choose the best pair, and test it.

    Parameters
    ----------
    scalers : transformers by name, not fitted.
    machines : regressors by name, not fitted.
    X : (m, n) rows, m a multiple of 5.
    y : (m,) what to predict.

    Returns
    -------
    dict with

    - ``"scores"`` : dict with the R² of each pair, by (name of the scaler, name of the
      machine): the mean over three folds or more in cross-validation;
    - ``"best"`` : the pair with the highest of these;
    - ``"model"`` : its scaler and machine in one object, which takes rows as they are
      in X, both fitted to all training rows;
    - ``"test_score"`` : the R² of that model on the test rows, a fifth of all.

    Examples
    --------
    >>> X = np.linspace(0, 6, 60).reshape(-1, 1)
    >>> scalers = {"standard": StandardScaler()}
    >>> machines = {"line": SVR(kernel="linear"), "curve": SVR(C=10)}
    >>> found = compare_machines(scalers, machines, X, np.sin(X[:, 0]))
    >>> sorted(found)
    ['best', 'model', 'scores', 'test_score']
    >>> found["best"], bool(found["test_score"] > 0.9)
    (('standard', 'curve'), True)
    """
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
    # A scaler learns as well: in a pipeline, it learns from the rows of its machine.
    pairs = {(one, other): make_pipeline(scalers[one], machines[other]) for one in scalers for other in machines}
    scores = {pair: float(cross_val_score(model, X_train, y_train, cv=5).mean()) for pair, model in pairs.items()}
    best = max(scores, key=lambda pair: scores[pair])
    model = clone(pairs[best]).fit(X_train, y_train)
    test_score = float(model.score(X_test, y_test))
    return {"scores": scores, "best": best, "model": model, "test_score": test_score}
