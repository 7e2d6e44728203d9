"""Chapter 9, forest cover (p.09.10): the answer."""

import copy
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler


def fit_covertype(
    X_train: NDArray[Any],
    y_train: NDArray[Any],
    X_val: NDArray[Any],
    y_val: NDArray[Any],
    seed: int = 42,
) -> Any:
    """Train a multilayer perceptron that tells the forest cover from a map's figures.

    Parameters
    ----------
    X_train : (n, d) floats, one row per patch of land. The columns are in very
        different units; some hold only 0 and 1; a column may hold one value only.
    y_train : (n,) whole numbers, the types of cover. In the public data these are 1 to
        7; it may also be that only some of them are there.
    X_val, y_val : (k, d) and (k,), other patches from the same land, to choose by: the
        best epoch, say, or a size. There is no type among them that `y_train` lacks,
        but they may be few, and lack some.
    seed : of everything that is left to chance: the same seed gives the same model.

    Returns
    -------
    A fitted model. Its ``predict`` takes (j, d) rows in the units of `X_train`, and
    returns (j,) types of cover, as they are called in `y_train`.

    Examples
    --------
    >>> X, y = np.array([[0.0, 900.0], [0.0, 100.0]] * 30), np.array([2, 7] * 30)
    >>> model = fit_covertype(X, y, X[:10], y[:10])
    >>> model.predict(X[:3]).tolist()
    [2, 7, 2]
    >>> model.predict(np.array([[0.0, 850.0]])).tolist()
    [2]
    """
    few = len(X_train) < 20_000  # a wide network learns few rows by heart
    scaler = StandardScaler().fit(X_train)
    Z_train, Z_val = scaler.transform(X_train), scaler.transform(X_val)
    model = MLPClassifier(
        (64, 64) if few else (300, 200),
        batch_size=min(64 if few else 512, len(X_train)),
        learning_rate_init=0.005 if few else 0.001,
        random_state=np.random.RandomState(seed),  # a whole number would shuffle each epoch alike
    )
    best, highest, since = model, -1.0, 0
    for _ in range(80):
        model.partial_fit(Z_train, y_train, classes=np.unique(y_train))  # one epoch
        score = model.score(Z_val, y_val)
        since += 1
        if score > highest:
            best, highest, since = copy.deepcopy(model), score, 0
        if since == 12:
            break
    return make_pipeline(scaler, best)
