"""Inputs shared by the checks of chapter 5."""

from typing import Any

import numpy as np
from sklearn.datasets import make_moons
from sklearn.tree import DecisionTreeClassifier

NOISE = 0.4


def moons(rng, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw noisy moons."""
    return make_moons(size, noise=NOISE, random_state=int(rng.integers(2**31)))


def grown(rng, n_rows: int, n_classes: int = 2, d: int = 3, **params: Any) -> tuple[DecisionTreeClassifier, np.ndarray]:
    """Return a tree, and the rows it was grown on: whole numbers, so that its thresholds are exact in any precision."""
    X = rng.permuted(np.tile(np.arange(n_rows), (d, 1)), axis=1).T
    y = np.digitize(X[:, 0] + rng.normal(0, 0.2 * n_rows, n_rows), n_rows / n_classes * np.arange(1, n_classes))
    return DecisionTreeClassifier(random_state=0, **params).fit(X, y), X


def labels_of(model: Any, X: np.ndarray) -> np.ndarray:
    """Return the classes that a model in the submission names, as numbers."""
    labels = np.asarray(model.predict(X))
    assert labels.shape == (len(X),)
    return labels.astype(float)


def number(found: object) -> float:
    """Return a constant that has to be a number; True is none."""
    assert isinstance(found, int | float | np.number), "the answer is a number"
    assert not isinstance(found, bool), "the answer is a number"
    return float(found)


def small_trees(subsets):
    """Return a tree for each pair (X, y)."""
    from sklearn.tree import DecisionTreeClassifier

    return [DecisionTreeClassifier(max_leaf_nodes=6, random_state=0).fit(X, y) for X, y in subsets]
