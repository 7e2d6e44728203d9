"""Chapter 5, a forest by hand (p.05.8): the answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.tree import DecisionTreeClassifier


def grow_forest(
    X: NDArray[Any],
    y: NDArray[Any],
    params: Mapping[str, Any],
    n_trees: int = 1_000,
    n_rows: int = 100,
    seed: int = 42,
) -> list[DecisionTreeClassifier]:
    """Train many small trees, each on a few rows drawn at random.

    Parameters
    ----------
    X, y : (n, d) numbers and the classes (n,), n larger than `n_rows`.
    params : parameters of each `DecisionTreeClassifier`, by name.
    n_trees : how many trees.
    n_rows : how many rows each tree is trained on; they are drawn anew for each tree,
        and none of them twice for the same tree.
    seed : the same seed draws the same rows.

    Returns
    -------
    List of fitted trees.

    Examples
    --------
    >>> X, y = np.arange(80.0).reshape(40, 2), np.arange(40) // 20
    >>> trees = grow_forest(X, y, {"max_leaf_nodes": 2}, n_trees=3, n_rows=20)
    >>> [tree.predict([[0.0, 1.0], [78.0, 79.0]]).tolist() for tree in trees]
    [[0, 1], [0, 1], [0, 1]]
    """
    rng = np.random.default_rng(seed)
    subsets = [rng.choice(len(X), n_rows, replace=False) for _ in range(n_trees)]
    return [DecisionTreeClassifier(**{"random_state": seed, **params}).fit(X[rows], y[rows]) for rows in subsets]


def majority_vote(votes: ArrayLike) -> NDArray[Any]:
    """Return the class that most trees name, for each row.

    Parameters
    ----------
    votes : (n_trees, n) whole numbers from 0; ``votes[i, j]`` is the class that tree i
        names for row j.

    Returns
    -------
    (n,) whole numbers. Where classes are named equally often, any of them.

    Examples
    --------
    >>> majority_vote([[4, 0], [4, 2], [1, 2]]).tolist()
    [4, 2]
    """
    return np.array([np.bincount(column).argmax() for column in np.transpose(votes)])


def forest_accuracy(
    trees: Sequence[DecisionTreeClassifier], X: NDArray[Any], y: NDArray[Any]
) -> tuple[NDArray[np.float64], float]:
    """Return how good the trees are by themselves, and together.

    Parameters
    ----------
    trees : fitted trees.
    X, y : (n, d) numbers and the classes (n,), whole numbers from 0.

    Returns
    -------
    The accuracy of each tree, (n_trees,), and that of their majority vote.

    Examples
    --------
    >>> X, y = np.arange(8.0).reshape(8, 1), np.array([0, 0, 0, 0, 1, 1, 1, 1])
    >>> tree = DecisionTreeClassifier().fit(X, y)
    >>> stub = DecisionTreeClassifier().fit(X[:4], y[:4])
    >>> alone, together = forest_accuracy([tree, tree, stub], X, y)
    >>> alone.tolist(), together
    ([1.0, 1.0, 0.5], 1.0)
    """
    votes = np.array([tree.predict(X) for tree in trees], dtype=int)  # (n_trees, n)
    return (votes == y).mean(axis=1), float(np.mean(majority_vote(votes) == y))
