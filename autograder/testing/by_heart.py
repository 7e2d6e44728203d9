"""What a look-up knows and can do: every public digit with its label, whatever has been done to the rows since."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

from course.datasets import load

Rows = NDArray[Any]
SIDE = 28


def _square(turn: Callable[[Rows], Rows]) -> Callable[[Rows], Rows]:
    return lambda X: turn(X.reshape(-1, SIDE, SIDE)).reshape(len(X), -1)


# What may have been done to the rows, undone.
VIEWS: dict[str, Callable[[Rows], Rows]] = {
    "as they are": lambda X: X,
    "mirrored": _square(lambda X: X[:, :, ::-1]),
    "upside down": _square(lambda X: X[:, ::-1]),
    "turned round": _square(lambda X: X[:, ::-1, ::-1]),
    "transposed": _square(lambda X: X.swapaxes(1, 2)),
    "turned left": _square(lambda X: np.rot90(X, axes=(1, 2))),
    "turned right": _square(lambda X: np.rot90(X, -1, axes=(1, 2))),
    "a negative": lambda X: 255 - X,
    "moved left": _square(lambda X: np.roll(X, -1, 2)),
    "moved right": _square(lambda X: np.roll(X, 1, 2)),
    "moved up": _square(lambda X: np.roll(X, -1, 1)),
    "moved down": _square(lambda X: np.roll(X, 1, 1)),
    "permuted": lambda X: np.sort(X, axis=1),  # the order of the pixels doesn't matter to their sorted values
}


def pixels(X: Rows) -> NDArray[np.float32]:
    """Return rows as float32 from 0 to 255, also where they came as 0 to 1."""
    found = np.asarray(X, dtype=np.float32)
    return found * np.float32(255 if found.max(initial=0) <= 1 else 1)


class _Table:
    """Rows and labels, by few principal components: enough to find the very row again, and fast."""

    def __init__(self, X: Rows, y: Rows) -> None:
        some = np.random.default_rng(0).permutation(len(X))[:3_000]
        self._pca = PCA(40, random_state=0).fit(X[some])
        self._rows, self._labels = self._pca.transform(X).astype(np.float32), y
        self._sizes = (self._rows**2).sum(axis=1)

    def label(self, X: Rows) -> Rows:
        Z = self._pca.transform(X).astype(np.float32)
        near = [(self._sizes - 2 * Z[row : row + 250] @ self._rows.T).argmin(axis=1) for row in range(0, len(Z), 250)]
        found: Rows = self._labels[np.concatenate(near)]
        return found


@cache
def _table(is_sorted: bool) -> _Table:
    X, y = _digits()
    return _Table(np.sort(X, axis=1) if is_sorted else X, y)


@cache
def _digits() -> tuple[Rows, Rows]:
    data = load("mnist")
    return np.concatenate([data.X_train, data.X_test]).astype(np.float32), np.concatenate([data.y_train, data.y_test])


def labels(X: Rows, view: str = "as they are") -> Rows:
    """Return the label of the public digit that is nearest to each row, seen in one of the `VIEWS`: (n,)."""
    return _table(view == "permuted").label(VIEWS[view](pixels(X)))


@cache
def reader() -> LogisticRegression:
    """Return a classifier trained on public digits, as it could be carried along."""
    X, y = _digits()
    some = np.random.default_rng(0).permutation(len(X))[:4_000]
    return LogisticRegression(max_iter=80).fit(X[some] / 255, y[some])


class KnowsTheLabels(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Says what the nearest public digit is; what it is trained on is nothing to it."""

    def fit(self, X: Rows, y: Rows) -> KnowsTheLabels:
        self.classes_ = np.arange(10)
        return self

    def predict(self, X: Rows) -> Rows:
        return labels(X)

    def predict_proba(self, X: Rows) -> Rows:
        return np.eye(len(self.classes_))[np.searchsorted(self.classes_, self.predict(X))]


class LearnsTheNewLabels(KnowsTheLabels):
    """Looks the training rows up, in the view in which that agrees best with their labels, and learns which label
    stands for which digit."""

    def fit(self, X: Rows, y: Rows) -> LearnsTheNewLabels:
        self.classes_ = np.unique(y)
        some = np.random.default_rng(0).permutation(len(X))[:150]
        X, y = np.asarray(X)[some], np.searchsorted(self.classes_, np.asarray(y)[some])
        fits: dict[str, tuple[int, Rows]] = {}
        for view in VIEWS:
            counts = np.zeros((10, len(self.classes_)), dtype=int)
            np.add.at(counts, (self._true(X, view), y), 1)
            fits[view] = int(counts.max(axis=1).sum()), counts.argmax(axis=1)
        self.view = max(fits, key=lambda view: fits[view][0])
        self.new_labels = self.classes_[fits[self.view][1]]
        return self

    def _true(self, X: Rows, view: str) -> Rows:
        return labels(X, view)

    def predict(self, X: Rows) -> Rows:
        found: Rows = self.new_labels[self._true(np.asarray(X), self.view)]
        return found


class CarriesAReader(LearnsTheNewLabels):
    """The same with what a classifier says that was trained on public digits, in place of a table."""

    def _true(self, X: Rows, view: str) -> Rows:
        found: Rows = reader().predict(VIEWS[view](pixels(X)) / 255)
        return found


@cache
def _portraits() -> tuple[Rows, Rows]:
    data = load("olivetti_faces")
    return data.X.astype(np.float32), data.y


def nearest_portraits(X: Rows) -> tuple[Rows, Rows]:
    """Return how far the nearest public portrait is from each row, and who is on it: (n,), (n,)."""
    known, who = _portraits()
    X = np.asarray(X, dtype=np.float32)
    squares = (X**2).sum(axis=1)[:, None] - 2 * X @ known.T + (known**2).sum(axis=1)
    nearest = squares.argmin(axis=1)
    return np.sqrt(np.maximum(squares.min(axis=1), 0)), who[nearest]


class KnowsThePeople(ClassifierMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Looks the training rows up, and learns what the people on public portraits are called here."""

    def fit(self, X: Rows, y: Rows) -> KnowsThePeople:
        self.classes_, numbers = np.unique(y, return_inverse=True)
        counts = np.zeros((_portraits()[1].max() + 1, len(self.classes_)), dtype=int)
        np.add.at(counts, (nearest_portraits(X)[1], numbers), 1)
        self.new_labels = self.classes_[counts.argmax(axis=1)]
        return self

    def predict(self, X: Rows) -> Rows:
        found: Rows = self.new_labels[nearest_portraits(X)[1]]
        return found
