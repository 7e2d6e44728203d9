"""Chapter 6, which ensemble, and how good (p.06.8): the answers."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin, clone
from sklearn.model_selection import train_test_split


def choose_ensemble(ensembles: Mapping[str, ClassifierMixin], X: NDArray[Any], y: NDArray[np.int64]) -> dict[str, Any]:
    """Compare ensembles on validation rows, and test the best one.

    Parameters
    ----------
    ensembles : classifiers by name, not fitted, and left so.
    X, y : (n, d) rows, n a multiple of 5, and their classes (n,), 0 or 1; rows may be
        sorted by class.

    Returns
    -------
    dict with

    - ``"scores"`` : dict with the accuracy of each ensemble, by name: on validation
      rows, after training on others;
    - ``"best"`` : the name with the highest of these;
    - ``"model"`` : that ensemble, fitted once more: to all rows that are not for the
      test, those for validation among them;
    - ``"test_score"`` : the accuracy of that model on the test rows, a fifth of all.

    Examples
    --------
    >>> X = np.arange(100.0).reshape(50, 2)
    >>> ensembles = {"forest": RandomForestClassifier()}
    >>> ensembles["extra"] = ExtraTreesClassifier()
    >>> found = choose_ensemble(ensembles, X, np.arange(50) // 25)
    >>> sorted(found), sorted(found["scores"])
    (['best', 'model', 'scores', 'test_score'], ['extra', 'forest'])
    >>> found["model"].predict([[1.0, 2.0], [95.0, 96.0]]).tolist()
    [0, 1]
    """
    X_rest, X_test, y_rest, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
    X_train, X_val, y_train, y_val = train_test_split(X_rest, y_rest, test_size=0.25, random_state=42)
    fitted = {name: clone(model).fit(X_train, y_train) for name, model in ensembles.items()}
    scores = {name: float(model.score(X_val, y_val)) for name, model in fitted.items()}
    best = max(scores, key=lambda name: scores[name])
    model = clone(ensembles[best]).fit(X_rest, y_rest)  # the choice is made: all rows may teach
    test_score = float(model.score(X_test, y_test))
    return {"scores": scores, "best": best, "model": model, "test_score": test_score}
