"""Chapter 7, which reduction in front of which model (p.07.9): the answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, clone
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline


def compare_reductions(
    reductions: Mapping[str, BaseEstimator],
    classifiers: Mapping[str, BaseEstimator],
    X: NDArray[np.float64],
    y: NDArray[np.int64],
) -> dict[str, Any]:
    """Try each reduction with each classifier, choose the best pair, and test it.

    Parameters
    ----------
    reductions : transformers by name, not fitted.
    classifiers : classifiers by name, not fitted.
    X : (n, d) rows, n a multiple of 5.
    y : (n,) their classes, 0 or 1.

    Returns
    -------
    dict with

    - ``"scores"`` : dict with the accuracy of each pair, by (name of the reduction,
      name of the classifier): the mean over three folds or more in cross-validation;
    - ``"best"`` : the pair with the highest of these;
    - ``"model"`` : its reduction and classifier in one object, which takes rows as
      they are in X, both fitted to all training rows;
    - ``"test_score"`` : its accuracy on the test rows, a fifth of all.

    Examples
    --------
    >>> X = np.random.default_rng(0).normal(size=(60, 5)) * [9, 9, 1, 1, 1]
    >>> y = (X[:, 0] > 0).astype(int)
    >>> reductions = {"2": PCA(2), "4": PCA(4)}
    >>> classifiers = {"forest": RandomForestClassifier()}
    >>> found = compare_reductions(reductions, classifiers, X, y)
    >>> sorted(found)
    ['best', 'model', 'scores', 'test_score']
    >>> sorted(found["scores"]), bool(found["test_score"] > 0.5)
    ([('2', 'forest'), ('4', 'forest')], True)
    """
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
    # PCA learns as well: in a pipeline, it learns from the rows of its classifier.
    pairs = {
        (one, other): make_pipeline(reductions[one], classifiers[other]) for one in reductions for other in classifiers
    }
    scores = {pair: float(cross_val_score(model, X_train, y_train, cv=5).mean()) for pair, model in pairs.items()}
    best = max(scores, key=lambda pair: scores[pair])
    model = clone(pairs[best]).fit(X_train, y_train)
    test_score = float(model.score(X_test, y_test))
    return {"scores": scores, "best": best, "model": model, "test_score": test_score}
