"""Full-size figures of chapter 5.

Three rows don't hold, and are meant to show it: real trees are much deeper than balanced ones, and the vote's gain over
a tree that is tuned well stays below the book's band (see the docstring of the solutions).
"""

from functools import cache
from typing import Any

import numpy as np
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from autograder.testing import headline
from solutions.ch05_trees.costs import comparisons, hours_with_more_rows
from solutions.ch05_trees.forest import forest_accuracy, grow_forest
from solutions.ch05_trees.moons import moons_parts, tune_tree
from solutions.ch05_trees.presort import sorting_steps
from solutions.ch05_trees.questions import balanced_depth, depth_of, impurities

SEEDS = (42, 0, 1)
MORE_SEEDS = (*SEEDS, 2, 3, 4, 5, 6)


def _is(book: float):
    return lambda value: abs(value - book) < 5e-3


# ---------------------------------------------------------------- p.05.1 to p.05.6


@headline("p.05.1", "depth of a balanced tree", book="about 20", data="", holds=lambda value: value == 20)
def depth_balanced() -> tuple[float, str]:
    """A leaf for each row."""
    return balanced_depth(10**6), "1,000,000 rows, exact"


@headline("p.05.1", "depth of a tree that is balanced by its data", book="about 20", data="", holds=lambda v: v == 20)
def depth_halving() -> tuple[float, str]:
    """With evenly spread targets, the best split is in the middle."""
    line = np.arange(10**6)
    tree = DecisionTreeRegressor().fit(line[:, None], line).tree_
    return depth_of(tree.children_left, tree.children_right), "1,000,000 rows, a leaf for each"


@cache
def _free(n_rows: int) -> Any:
    return DecisionTreeClassifier(random_state=42).fit(*make_moons(n_rows, noise=0.4, random_state=42)).tree_


@headline("p.05.1", "depth on noisy moons", book="a bit more than 20", data="", holds=lambda v: 20 < v <= 25)
def depth_on_moons() -> tuple[float, str]:
    """A real tree is far from balanced."""
    tree = _free(10**6)
    return depth_of(tree.children_left, tree.children_right), f"1,000,000 rows, {tree.n_leaves:,} leaves"


_FIVE = ([0, 1, 0, 0, 0], [True, True, False, False, False])


@headline("p.05.2", "impurity of a parent", book="0.32", data="", holds=_is(0.32))
def parent() -> tuple[float, str]:
    """Four of one class and one of the other."""
    return impurities(*_FIVE)[0], "5 rows, exact"


@headline("p.05.2", "impurity of its worse child", book="0.5", data="", holds=_is(0.5))
def child() -> tuple[float, str]:
    """One of each."""
    return impurities(*_FIVE)[1], "2 of 5 rows, exact"


@headline("p.05.2", "mean impurity of its children", book="0.2", data="", holds=_is(0.2))
def children() -> tuple[float, str]:
    """Weighted by rows."""
    return impurities(*_FIVE)[3], "5 rows, exact"


@headline("p.05.5", "hours on 10,000,000 rows, if 1,000,000 take one", book="11.7", data="", holds=_is(35 / 3))
def ten_million() -> tuple[float, str]:
    """10 * log(1e7) / log(1e6)."""
    return hours_with_more_rows(1.0, 10**6, 10**7), "exact"


@headline("p.05.5", "comparisons in real trees, ten times the rows", book="", data="",
          holds=lambda value: value > 10)  # fmt: skip
def counted() -> tuple[float, str]:
    """Noisy moons: more than ten times, as the formula says (12 for balanced trees of these sizes)."""
    few, many = (comparisons(tree.children_left, tree.n_node_samples, 2) for tree in (_free(10**5), _free(10**6)))
    return many / few, "1,000,000 / 100,000 rows"


@headline("p.05.6", "hours with twice the features, if one took an hour", book="2", data="", holds=_is(2))
def twice_the_features() -> tuple[float, str]:
    """In the same tree."""
    tree = _free(10**5)
    once, twice = (comparisons(tree.children_left, tree.n_node_samples, d) for d in (2, 4))
    return twice / once, "100,000 rows, exact"


# ---------------------------------------------------------------- tf2.06.6


@headline("tf2.06.6", "steps with presort / without", book="slower", data="", holds=lambda value: value > 1)
def presort() -> tuple[float, str]:
    """A tree without limits, on three features and a noisy target."""
    rng = np.random.default_rng(42)
    X = rng.normal(size=(100_000, 3))
    tree = DecisionTreeClassifier(random_state=42).fit(X, X[:, 0] + rng.normal(size=len(X)) > 0).tree_
    sizes = tree.n_node_samples[tree.children_left != -1]
    return sorting_steps(sizes, True) / sorting_steps(sizes, False), f"{len(X):,} rows, {len(sizes):,} splits"


# ---------------------------------------------------------------- p.05.7 and p.05.8


@cache
def _new() -> tuple[np.ndarray, np.ndarray]:
    return make_moons(50_000, noise=0.4, random_state=999)


@cache
def _run(seed: int) -> dict[str, float]:
    """The tuned tree, a thousand small ones, and their vote: on the test rows, and on many new ones."""
    X_train, X_test, y_train, y_test = moons_parts(seed=seed)
    found = tune_tree(X_train, y_train, X_test, y_test)
    trees = grow_forest(X_train, y_train, found["params"], seed=seed)
    alone, together = forest_accuracy(trees, X_test, y_test)
    gain_on_new = forest_accuracy(trees, *_new())[1] - found["tree"].score(*_new())
    test = found["test_accuracy"]
    return {"tree": test, "small": alone.mean(), "vote": together, "gain": together - test, "new": gain_on_new}


def _mean(name: str, seeds: tuple[int, ...] = SEEDS) -> tuple[float, str]:
    figures = [_run(seed)[name] for seed in seeds]
    return float(np.mean(figures)), f"{len(seeds)} seeds, {min(figures):.4f} to {max(figures):.4f}"


@headline("p.05.7", "tuned tree, test accuracy", book="0.85 to 0.87", data="", holds=lambda v: 0.85 <= v <= 0.87)
def tuned() -> tuple[float, str]:
    """8,000 rows for training, 2,000 for the test."""
    return _mean("tree")


@headline("p.05.8", "a tree of 100 rows, test accuracy", book="about 0.80", data="", holds=lambda v: 0.78 <= v <= 0.82)
def small() -> tuple[float, str]:
    """The mean of 1,000."""
    return _mean("small")


@headline("p.05.8", "vote of 1,000 trees, test accuracy", book="", data="", holds=lambda value: value > 0.85)
def vote() -> tuple[float, str]:
    """Of 100 rows each."""
    return _mean("vote")


def _in_band(gain: float) -> bool:
    return 0.005 <= round(gain, 3) <= 0.015


@headline("p.05.8", "vote, gain over the tuned tree", book="0.005 to 0.015", data="", holds=_in_band)
def gain() -> tuple[float, str]:
    """The standard error of one seed's gain is about as large as the gain."""
    return _mean("gain")


@headline("p.05.8", "the same, 50,000 new rows", book="0.005 to 0.015", data="", holds=_in_band)
def gain_on_new_rows() -> tuple[float, str]:
    """Hardly any chance left in the rows: the rest is due to the training rows."""
    return _mean("new", MORE_SEEDS)


@cache
def _wide(seed: int) -> tuple[float, float]:
    """Test accuracy of a tree and gain of a vote, after a search over three parameters."""
    X_train, X_test, y_train, y_test = moons_parts(seed=seed)
    grid = {"max_leaf_nodes": range(2, 99, 3), "max_depth": range(1, 7), "min_samples_split": [2, 3, 4]}
    search = GridSearchCV(DecisionTreeClassifier(random_state=42), grid, cv=3).fit(X_train, y_train)
    trees = grow_forest(X_train, y_train, search.best_params_, seed=seed)
    test = search.score(X_test, y_test)
    return test, forest_accuracy(trees, X_test, y_test)[1] - test


@headline("p.05.8", "vote, gain over a tree tuned in depth, too", book="0.005 to 0.015", data="", holds=_in_band)
def gain_over_a_shallow_tree() -> tuple[float, str]:
    """A depth of 6 at most makes the tree poorer, and the gain larger."""
    gains = [_wide(seed)[1] for seed in SEEDS]
    return float(np.mean(gains)), f"{len(SEEDS)} seeds, {min(gains):.4f} to {max(gains):.4f}"
