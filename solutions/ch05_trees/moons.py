"""Chapter 5, a tree for two moons (p.05.7): the answers."""

from typing import Any

from numpy.typing import NDArray
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
