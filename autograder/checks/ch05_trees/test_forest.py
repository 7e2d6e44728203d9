"""Hidden checks of chapter 5: a forest by hand (p.05.8)."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from autograder.checks.ch05_trees.inputs import labels_of, moons, small_trees
from autograder.testing import check
from autograder.testing.closed import ask_all


def _sizes(trees) -> list[int]:
    return [int(np.asarray(tree.tree_.n_node_samples)[0]) for tree in trees]


@check("p.05.8", core=True, hint="Print how many rows the root of each tree has: `tree.tree_.n_node_samples[0]`.")
def test_each_tree_has_rows_of_its_own(student, rng):
    """There are as many trees as asked for; each was trained on as many rows as asked for, and on other rows than the
    other trees."""
    X, y = moons(rng, 500)
    X = X[:, :1]  # with one feature, the rows alone decide on the tree: no two splits are equally good
    n_trees, n_rows = int(rng.integers(10, 20)), int(rng.integers(60, 120))
    trees = student.grow_forest(X, y, {"max_depth": 5}, n_trees, n_rows)
    assert _sizes(trees) == [n_rows] * n_trees
    assert len({tuple(labels_of(tree, X).tolist()) for tree in trees}) == n_trees


@check("p.05.8", hint="Can a row be drawn twice for one tree? Is each row drawn together with its label?")
def test_no_row_is_drawn_twice_for_a_tree(student, rng):
    """Within one tree no row comes twice and each has its own label: where every row is of a class of its own, a tree
    without limits knows as many classes as it has rows, and no others."""
    n = int(rng.integers(50, 80))
    X, y = rng.random((n, 2)), rng.permutation(n)
    n_rows = n - int(rng.integers(8, 20))
    trees = student.grow_forest(X, y, {}, 4, n_rows)
    assert len(trees) == 4
    assert all((labels_of(tree, X) == y).sum() == n_rows for tree in trees)


@check("p.05.8", hint="How do you hand a dict of parameters over to `DecisionTreeClassifier`?")
def test_trees_have_the_parameters(student, rng):
    """Each tree has the parameters that were given, whichever they are."""
    X, y = moons(rng, 400)
    for params in ({"max_leaf_nodes": int(rng.integers(3, 8))}, {"max_depth": 2, "criterion": "entropy"}):
        trees = student.grow_forest(X, y, params, 5, 100)
        assert len(trees) == 5
        for tree in trees:
            has = tree.get_params()
            assert all(has[name] == value for name, value in params.items())
            assert tree.get_depth() >= 1  # it is fitted


@check("p.05.8", hint="Where does chance come in, and what does it depend on?")
def test_seed_decides_on_the_rows(student, rng):
    """The same seed draws the same rows, another seed others; without being told, there are 1,000 trees of 100
    rows."""
    X, y = moons(rng, 300)
    X = X[:, :1]  # as above
    seed = int(rng.integers(1_000))

    def said(seed: int) -> list[list[float]]:
        return [labels_of(tree, X).tolist() for tree in student.grow_forest(X, y, {"max_depth": 4}, 8, 80, seed)]

    once = said(seed)
    assert len(once) == 8
    assert said(seed) == once
    assert said(seed + 1) != once
    trees = student.grow_forest(X, y, {"max_depth": 1})
    assert len(trees) == 1_000
    assert _sizes(trees[:5]) == [100] * 5


def _winners(votes: np.ndarray) -> list[set[int]]:
    counts = [[(column == label).sum() for label in range(votes.max() + 1)] for column in votes.T]
    return [{label for label, count in enumerate(row) if count == max(row)} for row in counts]


@check("p.05.8", core=True, weight=2, hint="Count the votes for one row: one column of the array.")
def test_majority_of_the_votes(student, rng):
    """For each row the class that most trees name wins, however many trees, rows and classes there are."""
    cases = []
    for case in range(10):
        votes = 7 * case + rng.integers(0, int(rng.integers(2, 6)), (int(rng.integers(3, 30)), 50))
        clear = [len(winners) == 1 for winners in _winners(votes)]
        cases.append((votes[:, clear],))
    ask_all(student.majority_vote, lambda votes: [winners.pop() for winners in _winners(votes)], cases)


@check("p.05.8", hint="Try the votes 0, 0, 3, 3: can 1 or 2 be the answer?")
def test_a_tie_goes_to_one_of_the_tied(student, rng):
    """Where several classes are named equally often, the answer is one of them, and no class in between."""
    votes = rng.permuted(np.repeat(rng.permuted(np.tile([0, 3, 6, 9], (60, 1)), axis=1)[:, :2], 2, axis=1), axis=1).T
    found = np.asarray(student.majority_vote(votes))
    assert found.shape == (60,)
    assert all(float(label) in winners for label, winners in zip(found, _winners(votes), strict=True))


def _forest_votes(student, rng) -> tuple[np.ndarray, np.ndarray]:
    """Return what 101 small trees say about 6,000 new moons, and the truth."""
    params = {"max_leaf_nodes": int(rng.integers(14, 30))}
    trees = student.grow_forest(*moons(rng, 2_000), params, 101, 100, int(rng.integers(1_000)))
    assert len(trees) == 101
    X, y = moons(rng, 6_000)
    X = X.astype(np.float32)  # as trees read it: half as much to send, 404 times, and to keep for a hint
    return np.array([labels_of(tree, X) for tree in trees]).astype(int), y


@check("p.05.8", core=True, weight=2, at_least=True, hint="Do the trees make different mistakes? They will if each has "
       "rows of its own.")  # fmt: skip
def test_vote_beats_the_small_trees(student, rng) -> float:
    """On 6,000 unseen rows, the vote of 101 of your trees is right about {threshold:.1%} or more of the rows beyond
    what the best of these trees reaches, on average over four forests."""
    gains = []
    for _ in range(4):
        votes, y = _forest_votes(student, rng)
        together = np.asarray(student.majority_vote(votes))
        assert together.shape == y.shape
        gains.append((together.astype(float) == y).mean() - (votes == y).mean(axis=1).max())
    return float(np.mean(gains))


@check("p.05.8", full=True, hint="Does each of the thousand trees have rows of its own, and are all of them counted?")
def test_a_thousand_trees(student, rng):
    """A thousand of your trees with 100 of 8,000 rows each are right about 76% to 84% of new moons on average, and
    their vote is better than a tree tuned on all 8,000, on average over three draws."""
    gains = []
    for _ in range(3):
        X, y = moons(rng, 8_000)
        X_new, y_new = moons(rng, 20_000)
        sizes = GridSearchCV(
            DecisionTreeClassifier(random_state=0), {"max_leaf_nodes": [4, 8, 12, 17, 23, 30, 45]}, cv=3
        )
        tuned = sizes.fit(X, y)
        trees = student.grow_forest(X, y, tuned.best_params_)
        alone, together = student.forest_accuracy(trees, X_new, y_new)
        assert 0.76 < float(np.mean(np.asarray(alone, dtype=float))) < 0.84
        gains.append(float(together) - tuned.score(X_new, y_new))
    assert np.mean(gains) > 0


@check("p.05.8", hint="How good is a tree that has seen just 100 rows? And one that has seen them all?")
def test_small_trees_are_weak(student, rng):
    """By themselves your trees of 100 rows are right about 76% to 84% of new moons, on average: neither better, as
    trees on all rows are, nor worse."""
    votes, y = _forest_votes(student, rng)
    assert 0.76 < (votes == y).mean() < 0.84


def _some_moons(rng, size: int, n_classes: int) -> tuple[np.ndarray, np.ndarray]:
    """Two moons, or both halves of each."""
    X, y = moons(rng, size)
    return X, y + 2 * (X[:, 0] > 0.5) if n_classes == 4 else y


def _forests(rng):
    """Yield what trees are to be trained on, and the rows that they are asked about: few classes and many, and a row of
    which two trees of three are less sure than the third."""
    for n_trees, n_classes in ((int(rng.integers(2, 5)) * 2 + 1, 2), (15, 4)):
        subsets = []
        for tree in range(n_trees):
            X, y = _some_moons(rng, int(rng.integers(10, 80)), n_classes)
            subsets.append((X, n_classes - 1 - y if tree == 1 else y))
        yield subsets, *_some_moons(rng, int(rng.integers(100, 300)), n_classes)
    same = np.zeros((10, 2))
    yield [(same, np.repeat([0, 1], [zeros, 10 - zeros])) for zeros in (6, 0, 6)], same, np.repeat([0, 1], [7, 3])


@check("p.05.8", core=True, weight=2, hint="What does each tree say about each row? Compare that with the labels: tree "
       "by tree, and after the vote.")  # fmt: skip
def test_accuracy_alone_and_together(student, rng):
    """Given trees of ours, good ones and poor ones, for two classes or four, you find the accuracy of each of them, and
    that of their vote, in which all count the same."""
    for subsets, X, y in _forests(rng):
        trees = student.probe_(small_trees)(subsets)
        votes = np.array([labels_of(tree, X) for tree in trees]).astype(int)
        clear = np.array([len(winners) == 1 for winners in _winners(votes)])
        X, y, votes = X[clear], y[clear], votes[:, clear]
        alone, together = student.forest_accuracy(trees, X, y)
        alone, elected = np.asarray(alone), np.array([winners.pop() for winners in _winners(votes)])
        assert alone.shape == (len(subsets),)
        assert_allclose(alone.astype(float), (votes == y).mean(axis=1), atol=1e-6)
        assert_allclose(float(together), (elected == y).mean(), atol=1e-6)
