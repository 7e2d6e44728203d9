"""Inputs shared by the checks of chapter 6."""

from typing import Any

import numpy as np

from autograder.testing.made_up import pages, script

PIXELS = 784


def letters(rng, *sizes: int) -> list[np.ndarray]:
    """Return X, y, X, y, … of letters of one script, drawn anew: what is on public digits can be looked up.

    One form for each letter and a shaky hand: trees, neighbours, networks and linear models read them about equally
    well, as they do digits, and are wrong about different ones. In each part all ten are about equally frequent.
    """
    return pages(rng, script(rng, forms=1, shake=0.2, spot=5.0), *sizes)


def labels_of(model: Any, X: np.ndarray) -> np.ndarray:
    """Return what a model in the submission reads; text and floats are another check's business."""
    labels = np.asarray(model.predict(X))
    assert labels.shape == (len(X),)
    return labels.astype(float)


def accuracy(model: Any, X: np.ndarray, y: np.ndarray) -> float:
    """Return the share of the rows that a model in the submission reads rightly."""
    return float((labels_of(model, X) == y).mean())


def numbered(rng, first: int, size: int) -> np.ndarray:
    """Return (size, 784) noise; the first two pixels of each row hold its number, counted from `first`."""
    X = rng.integers(0, 256, (size, PIXELS), dtype=np.uint8)
    X[:, 0], X[:, 1] = np.divmod(np.arange(first, first + size), 256)
    return X


def sure_of(labels: np.ndarray) -> np.ndarray:
    """Return (n, 10) probabilities, nearly all on the label."""
    table = np.full((len(labels), 10), 0.01)
    table[np.arange(len(labels)), labels] = 0.91
    return table


def lookup_models(tables):
    """Return fitted classifiers that look up what to say: a row's number stands in its first two pixels."""
    import numpy as np
    from sklearn.base import BaseEstimator, ClassifierMixin

    class Lookup(ClassifierMixin, BaseEstimator):
        def __init__(self, table=None):
            self.table = table
            self.fits = 0
            self.classes_ = np.arange(10)
            self.n_features_in_ = 784

        def fit(self, X, y, sample_weight=None):
            self.fits += 1
            return self

        def predict_proba(self, X):
            numbers = np.asarray(X)[:, :2].astype(int)
            return self.table[numbers[:, 0] * 256 + numbers[:, 1]]

        def predict(self, X):
            return self.predict_proba(X).argmax(axis=1)

    return [Lookup(table) for table in tables]


def trained_models(X, y):
    """Return three small classifiers fitted to letters; the third is poor."""
    from sklearn.ensemble import ExtraTreesClassifier
    from sklearn.naive_bayes import GaussianNB
    from sklearn.neighbors import KNeighborsClassifier

    models = [ExtraTreesClassifier(30, random_state=0), KNeighborsClassifier(5), GaussianNB()]
    return [model.fit(X.astype(float), y) for model in models]
