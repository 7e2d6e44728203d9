"""Chapter 5, a tree for two moons (p.05.7) and a forest by hand (p.05.8): the answers."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.tree import DecisionTreeClassifier


def moons_parts(
    n_rows: int = 10_000, noise: float = 0.4, seed: int = 42
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
    """Return two moons, cut into training and test rows.

    Parameters
    ----------
    n_rows, noise, seed : the moons are those of
        ``make_moons(n_rows, noise=noise, random_state=seed)``; `n_rows` is a multiple
        of 5. The same seed cuts them in the same way, too.

    Returns
    -------
    X_train, X_test, y_train, y_test, in this order: 80% of the rows for training, the
    other 20% for the test.

    Examples
    --------
    >>> X_train, X_test, y_train, y_test = moons_parts(50)
    >>> X_train.shape, X_test.shape, y_train.shape, y_test.shape
    ((40, 2), (10, 2), (40,), (10,))
    """
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=seed)
    return X_train, X_test, y_train, y_test


def tune_tree(
    X_train: NDArray[Any], y_train: NDArray[Any], X_test: NDArray[Any], y_test: NDArray[Any]
) -> dict[str, Any]:
    """Find out by cross-validation how large a decision tree should be, train it,
    and test it once.

    Parameters
    ----------
    X_train, y_train : (n, 2) numbers and the classes (n,), five rows or more of each;
        everything is chosen by and fitted to these rows.
    X_test, y_test : other rows, which have no say in any of that.

    Returns
    -------
    dict with

    - ``"tree"`` : the `DecisionTreeClassifier`, with the best parameters, fitted to all
      training rows;
    - ``"params"`` : dict of the parameters that were found, by their names in
      `DecisionTreeClassifier`;
    - ``"tried"`` : list of pairs (params, accuracy), ten or more: what was tried, and
      the mean accuracy on the rows that were held back in cross-validation;
    - ``"test_accuracy"`` : the share of test rows that the tree gets right.

    Examples
    --------
    >>> X = np.arange(60.0).reshape(30, 2)
    >>> y = np.arange(30) // 15
    >>> found = tune_tree(X[::2], y[::2], X[1::2], y[1::2])
    >>> sorted(found)
    ['params', 'test_accuracy', 'tree', 'tried']
    >>> found["tree"].predict([[3.0, 4.0], [55.0, 56.0]]).tolist()
    [0, 1]
    """
    # Steps of 1 where a leaf more makes a difference, wider ones where it hardly does.
    grid = {"max_leaf_nodes": [*range(2, 21), 23, 27, 32, 40, 50, 65, 80, 100]}
    search = GridSearchCV(DecisionTreeClassifier(random_state=42), grid, cv=3).fit(X_train, y_train)
    results = search.cv_results_
    return {
        "tree": search.best_estimator_,  # fitted once more, to all training rows
        "params": search.best_params_,
        "tried": list(zip(results["params"], results["mean_test_score"].tolist(), strict=True)),
        "test_accuracy": float(search.score(X_test, y_test)),
    }


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
