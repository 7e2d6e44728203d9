"""Hidden checks of chapter 5: how deep and how pure (p.05.1 and p.05.2)."""

import numpy as np
from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from autograder.checks.ch05_trees.inputs import grown, number
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen


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
    ask_all(student.balanced_depth, _doublings, [(int(n),) for n in [*sizes, *powers, 1, 2, 3]])


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
    cases[1::2] = [(left.tolist(), right.tolist()) for left, right in cases[1::2]]
    ask_all(student.depth_of, lambda left, right: next(depths), cases)


@check("p.05.1", hint="What does `balanced_depth` say?")
def test_depth_on_a_million_rows(student, rng):
    """You know how deep a balanced tree is that has a leaf for each of a million rows."""
    assert number(choice(student, "P_05_1_DEPTH", "balanced_depth", 4)) == 20


@check("p.05.2", core=True, weight=2, hint="Take one node: what share of its rows is of each class? What is left of 1 "
       "if you subtract the squares of these shares?")  # fmt: skip
def test_impurities_around_a_split(student, rng):
    """For any split, even or lopsided, and any number of classes, be they numbers or words, the four impurities are
    right."""
    names = np.array(["oak", "ash", "elm", "fir"])
    cases, answers = [], []
    while len(cases) < 10:
        n = int(rng.integers(6, 40))
        y, goes_left = rng.integers(0, int(rng.integers(2, 5)), n), rng.random(n) < rng.uniform(0.1, 0.9)
        tree = DecisionTreeClassifier(max_depth=1).fit(~goes_left[:, None], y).tree_
        if tree.node_count == 3:  # else all rows are on one side, or of one class
            left, right = tree.n_node_samples[1:] / n
            answers.append([*tree.impurity, left * tree.impurity[1] + right * tree.impurity[2]])
            cases.append((names[y].tolist(), goes_left.tolist()) if len(cases) % 2 else (y, goes_left))
    wanted = iter(answers)
    ask_all(student.impurities, lambda y, goes_left: next(wanted), cases)


def _rows_times_gini(labels: np.ndarray) -> float:
    ones = labels.sum()
    return float(2 * ones * (len(labels) - ones) / len(labels))


@check("p.05.2", core=True, weight=2, hint="A split may pay although one child gets worse, if the other one is large "
       "and pure.")  # fmt: skip
def test_a_child_worse_than_its_parent(student, rng):
    """With as many zeros and ones as asked for, the best split of your rows has a child less pure than the parent;
    where that can't be, you say so."""
    numbers = rng.integers(1, 7, 8)
    cases = [(1, 1), *((int(rng.integers(2 * n + 1, 40)), int(n)) for n in numbers)]
    replies = [student.worse_child(*case) for case in cases]  # misconceptions are told by all of them
    for (n_zeros, n_ones), found in zip(cases, replies, strict=True):
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
    made = choice(student, "P_05_2_CHOICE", "impurities", [0, 1, 1], [True, False, False])
    for which, right in (("one child", "usually"), ("both children", "always")):
        chosen(made[which], ("always", "usually", "seldom", "never"), right=[right])
