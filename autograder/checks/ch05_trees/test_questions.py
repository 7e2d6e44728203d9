"""Hidden checks of chapter 5: the questions (p.05.1 to p.05.6)."""

import math

import numpy as np
from numpy.testing import assert_allclose
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from autograder.checks.ch05_trees.inputs import grown, number
from autograder.testing import check
from autograder.testing.closed import agrees, chosen


def _doublings(n_rows: int) -> int:
    depth, leaves = 0, 1
    while leaves < n_rows:
        depth, leaves = depth + 1, 2 * leaves
    return depth


@check("p.05.1", core=True, hint="How many leaves can there be at depth 1? At depth 2? At depth 3?")
def test_shallowest_tree(student, rng):
    """For any number of rows, small or huge, you know how shallow a tree can be that separates them all."""
    sizes = [*rng.integers(2, 200, 6), *rng.integers(1_000, 10**9, 6)]
    powers = [2 ** int(k) + more for k in rng.integers(3, 28, 3) for more in (-1, 0, 1)]
    agrees(student.balanced_depth, _doublings, [(int(n),) for n in [*sizes, *powers, 1, 2, 3]])


@check("p.05.1", core=True, hint="How deep is a child, if you know how deep its parent is?")
def test_depth_of_real_trees(student, rng):
    """You measure how deep trees are that scikit-learn has grown: balanced or lopsided, limited or not, or one leaf."""
    trees = [grown(rng, int(n))[0] for n in rng.integers(10, 200, 6)]
    trees += [grown(rng, 150, max_leaf_nodes=int(n))[0] for n in rng.integers(3, 40, 4)]
    line = np.arange(40.0)[:, None]
    trees.append(DecisionTreeRegressor().fit(line, 3.0 ** line[:, 0]))  # a chain
    trees.append(DecisionTreeRegressor().fit(line, np.ones(40)))  # a leaf
    depths = iter([int(model.get_depth()) for model in trees])
    cases = [(model.tree_.children_left, model.tree_.children_right) for model in trees]
    agrees(student.depth_of, lambda left, right: next(depths), cases)


@check("p.05.1", hint="What does `balanced_depth` say?")
def test_depth_on_a_million_rows(student, rng):
    """You know about how deep a balanced tree is that has a leaf for each of a million rows."""
    student.balanced_depth(4)  # a known misconception is told by calls, not by constants alone
    assert number(student.P_05_1_DEPTH) in (20, 21)


@check("p.05.2", core=True, weight=2, hint="Take one node: what share of its rows is of each class? What is left of 1 "
       "if you subtract the squares of these shares?")  # fmt: skip
def test_impurities_around_a_split(student, rng):
    """For any split, even or lopsided, and any number of classes, the four impurities are right."""
    cases, answers = [], []
    while len(cases) < 10:
        n = int(rng.integers(6, 40))
        y, goes_left = rng.integers(0, int(rng.integers(2, 5)), n), rng.random(n) < rng.uniform(0.1, 0.9)
        tree = DecisionTreeClassifier(max_depth=1).fit(~goes_left[:, None], y).tree_
        if tree.node_count == 3:  # else all rows are on one side, or of one class
            left, right = tree.n_node_samples[1:] / n
            answers.append([*tree.impurity, left * tree.impurity[1] + right * tree.impurity[2]])
            cases.append((y, goes_left))
    wanted = iter(answers)
    agrees(student.impurities, lambda y, goes_left: next(wanted), cases)


def _rows_times_gini(labels: np.ndarray) -> float:
    ones = labels.sum()
    return float(2 * ones * (len(labels) - ones) / len(labels))


@check("p.05.2", core=True, weight=2, hint="A split may pay although one child gets worse, if the other one is large "
       "and pure.")  # fmt: skip
def test_a_child_worse_than_its_parent(student, rng):
    """With as many zeros and ones as asked for, the best split of your rows has a child less pure than the parent;
    where that can't be, you say so."""
    numbers = rng.integers(1, 7, 8)
    for n_zeros, n_ones in [(1, 1), *((int(rng.integers(2 * n + 1, 40)), int(n)) for n in numbers)]:
        found = student.worse_child(n_zeros, n_ones)
        assert (found is None) == (n_zeros == 1)
        if found is None:
            continue
        y = np.asarray(found)
        assert y.shape == (n_zeros + n_ones,)
        y = y.astype(float)
        assert sorted(y.tolist()) == [0.0] * n_zeros + [1.0] * n_ones
        pairs = [(y[:cut], y[cut:]) for cut in range(1, len(y))]
        costs = np.array([_rows_times_gini(left) + _rows_times_gini(right) for left, right in pairs])
        parent = _rows_times_gini(y) / len(y)
        for cut in np.flatnonzero(costs <= costs.min() + 1e-9):  # whichever of the best is taken
            assert max(_rows_times_gini(side) / len(side) for side in pairs[cut]) > parent + 1e-9


@check("p.05.2", hint="Which of the two does the algorithm make as small as it can?")
def test_how_often_impurity_falls(student, rng):
    """You know how often one child, and how often both children together, are at least as pure as their parent."""
    student.impurities([0, 1, 1], [True, False, False])
    choice = student.P_05_2_CHOICE
    for which, right in (("one child", "usually"), ("both children", "always")):
        chosen(choice[which], ("always", "usually", "seldom", "never"), right=[right])


def _sent(model: DecisionTreeClassifier) -> dict[str, np.ndarray]:
    tree = model.tree_
    shares = tree.value[:, 0] / tree.value[:, 0].sum(axis=1, keepdims=True)
    return {
        "left": tree.children_left,
        "right": tree.children_right,
        "feature": tree.feature,
        "threshold": tree.threshold,
        "shares": shares,
    }


def _stopped(model: DecisionTreeClassifier, X: np.ndarray, max_depth: int) -> list[int]:
    """A child has a larger number than its parent: the nodes on a row's way are in order."""
    ways = model.decision_path(X)
    nodes = [ways[row].indices for row in range(len(X))]
    stops = [int(np.sort(way)[min(max_depth, len(way) - 1)]) for way in nodes]
    return model.tree_.value[stops, 0].argmax(axis=1).tolist()


@check("p.05.3", core=True, weight=2, hint="Follow one row with a pencil. What if it reaches a leaf before it has made "
       "all its steps? What if its value is exactly the threshold?")  # fmt: skip
def test_walks_down_so_many_steps(student, rng):
    """For real trees with two classes or more, and any depth, each row stops where it should and gets the most
    frequent class there."""
    cases, answers = [], []
    for n_classes in (2, *(int(n) for n in rng.integers(2, 5, 5))):
        d = int(rng.integers(2, 4))  # X[row, -2] is fine at a leaf
        model, X = grown(rng, int(rng.integers(40, 90)), n_classes, d)
        X = np.vstack([X, rng.integers(0, 2 * len(X), (60, d)) / 2])  # halves are what the thresholds are
        for max_depth in (0, 1, int(rng.integers(2, 5)), 40):
            cases.append((_sent(model), X, max_depth))
            answers.append(_stopped(model, X, max_depth))
    wanted = iter(answers)
    agrees(student.predict_to_depth, lambda *case: next(wanted), cases)


_LIMITS = [
    f"a {way} {name}" for name in ("max_depth", "max_leaf_nodes", "min_samples_leaf") for way in ("lower", "higher")
]


@check("p.05.3", hint="Which changes make the tree smaller?")
def test_what_helps_against_overfitting(student, rng):
    """You choose all the changes that help a tree which overfits, and none that make it worse."""
    stump = {"left": [1, -1, -1], "right": [2, -1, -1], "feature": [0, -2, -2], "threshold": [0.5, -2, -2]}
    student.predict_to_depth({**stump, "shares": [[0.5, 0.5], [1, 0], [0, 1]]}, [[0.0], [1.0]], 1)
    right = ["a lower max_depth", "a lower max_leaf_nodes", "a higher min_samples_leaf"]
    chosen(student.P_05_3_CHOICE, _LIMITS, right=right)


@check("p.05.4", core=True, weight=2, hint="A row goes left if x is at most t. What does that say about (x - mean) / "
       "std? And which feature does a node ask about?")  # fmt: skip
def test_tree_on_standardised_features(student, rng):
    """Your thresholds are those of the tree that scikit-learn grows on the standardised features."""
    for _ in range(6):
        model, X = grown(rng, int(rng.integers(40, 90)), 3)
        stretched = X * rng.uniform(0.5, 50, 3) + rng.uniform(-300, 300, 3)
        y = model.predict(X)
        scaler = StandardScaler().fit(stretched)
        before, after = (
            DecisionTreeClassifier(random_state=0).fit(rows, y).tree_
            for rows in (stretched, scaler.transform(stretched))
        )
        found = np.asarray(
            student.scaled_thresholds(before.feature, before.threshold, scaler.mean_, scaler.scale_), dtype=float
        )
        assert found.shape == after.threshold.shape
        assert_allclose(found, after.threshold, atol=1e-3)  # the trees work in single precision
    # A question may ask for -2, too: it is the feature that says which node is a leaf.
    mean, std = rng.uniform(-5, 5, 2), rng.uniform(0.5, 4, 2)
    found = student.scaled_thresholds([1, -2, 0, -2, -2], [-2.0, -2.0, 1.0, -2.0, -2.0], mean, std)
    assert_allclose(found, [(-2 - mean[1]) / std[1], -2, (1 - mean[0]) / std[0], -2, -2])


@check("p.05.4", hint="Does a tree care how far its values are apart, or only in which order they are?")
def test_what_helps_against_underfitting(student, rng):
    """You choose all the changes that can help a tree which underfits, and none that can't."""
    student.scaled_thresholds([0, -2, -2], [1.0, -2.0, -2.0], [0.5], [2.0])
    right = ["a higher max_depth", "a lower min_samples_leaf", "features made of several others"]
    others = ["a lower max_depth", "a higher min_samples_leaf", "standardised features", "features scaled to 0..1"]
    chosen(student.P_05_4_CHOICE, [*right, *others], right=right)


@check("p.05.5", core=True, weight=2, hint="How many rows are looked at on each level? And how many levels are there?")
def test_hours_with_more_or_fewer_rows(student, rng):
    """For any two sizes, a few rows or a billion, more or fewer, the hours are right."""

    def hours(known: float, n_rows: int, new_rows: int) -> float:
        work = [n * math.log(n) for n in (n_rows, new_rows)]
        return known * work[1] / work[0]

    exponents = rng.uniform(1, 9, (12, 2))
    cases = [(round(rng.uniform(0.1, 30), 2), *(int(10**e) for e in pair)) for pair in exponents]
    agrees(student.hours_with_more_rows, hours, cases)


@check("p.05.5", core=True, hint="Write down the levels of a tree on 8 rows, and the rows on each.")
def test_hours_of_balanced_trees(student, rng):
    """Where the numbers of rows are powers of two, the hours are in the ratio of the comparisons counted level by
    level."""

    def counted(levels: int) -> int:
        return sum(nodes * (2**levels // nodes) for nodes in (2**level for level in range(levels)))

    depths = [tuple(map(int, rng.integers(1, 25, 2))) for _ in range(12)]
    wanted = iter([counted(after) / counted(before) for before, after in depths])
    cases = [(1.0, 2**before, 2**after) for before, after in depths]
    agrees(student.hours_with_more_rows, lambda *case: next(wanted), cases)


@check("p.05.5", hint="What does your function say about 1 hour and 1,000,000 rows?")
def test_hours_on_ten_million_rows(student, rng):
    """You know how long it takes to train on ten million rows what takes an hour on one million."""
    student.hours_with_more_rows(1.0, 4, 8)
    assert abs(number(student.P_05_5_HOURS) - 35 / 3) <= 0.1


@check("p.05.6", core=True, weight=2, hint="Which nodes are split, and how many rows does each of them have?")
def test_comparisons_in_real_trees(student, rng):
    """For trees that scikit-learn has grown, large or limited, on few features or many, you count the comparisons."""
    cases, answers = [], []
    for _ in range(10):
        d = int(rng.integers(1, 12))
        limit = int(rng.integers(2, 40)) if rng.random() < 0.5 else None
        model, X = grown(rng, int(rng.integers(10, 150)), 2, d, max_leaf_nodes=limit)
        cases.append((model.tree_.children_left, model.tree_.n_node_samples, d))
        answers.append(int(model.decision_path(X).sum() - len(X)) * d)  # each row's way, its leaf left out
    wanted = iter([*answers, 0])
    agrees(student.comparisons, lambda *case: next(wanted), [*cases, (np.array([-1]), np.array([9]), 2)])


@check("p.05.6", hint="Compare your count for a tree with 5 features with that for one with 10.")
def test_hours_with_twice_the_features(student, rng):
    """You know how long the training takes with twice as many features."""
    student.comparisons([1, -1, -1], [4, 2, 2], 2)
    assert abs(number(student.P_05_6_HOURS) - 2) <= 0.05
