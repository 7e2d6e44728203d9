"""Hidden checks of chapter 5: a tree for two moons (p.05.7) and a forest by hand (p.05.8)."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.datasets import make_moons
from sklearn.model_selection import GridSearchCV
from sklearn.tree import DecisionTreeClassifier

from autograder.checks.ch05_trees.inputs import labels_of, moons, small_trees
from autograder.testing import check
from autograder.testing.closed import agrees


def _rows(X: np.ndarray, y: np.ndarray) -> list[tuple[float, ...]]:
    return [(*row, float(label)) for row, label in zip(X.tolist(), y.tolist(), strict=True)]


def _parts(student, *arguments) -> list[np.ndarray]:
    parts = [np.asarray(part) for part in student.moons_parts(*arguments)]
    test = arguments[0] // 5
    assert [part.shape for part in parts] == [(4 * test, 2), (test, 2), (4 * test,), (test,)]
    return parts


@check("p.05.7", core=True, hint="Look up what `train_test_split` returns, in which order, and how its sizes are set.")
def test_parts_are_the_moons(student, rng):
    """The parts are 80% and 20% of exactly the moons that were asked for, each with its label, none lost or used
    twice."""
    for noise in (0.4, round(rng.uniform(0.05, 0.8), 2)):
        n, seed = 5 * int(rng.integers(20, 80)), int(rng.integers(10_000))
        X_train, X_test, y_train, y_test = _parts(student, n, noise, seed)
        X, y = make_moons(n, noise=noise, random_state=seed)
        assert sorted(_rows(X_train, y_train) + _rows(X_test, y_test)) == sorted(_rows(X, y))


@check("p.05.7", hint="Which of the calls in your function draw something at random?")
def test_parts_can_be_drawn_again(student, rng):
    """The same seed gives the same parts, row by row; without being told, there are 10,000 rows."""
    n, seed = 5 * int(rng.integers(20, 80)), int(rng.integers(10_000))
    once, again = (_parts(student, n, 0.4, seed) for _ in range(2))
    assert all(np.array_equal(one, other) for one, other in zip(once, again, strict=True))
    assert [len(part) for part in student.moons_parts()] == [8_000, 2_000, 8_000, 2_000]


@check("p.05.7", core=True, weight=3, at_least=True, hint="How do you judge a size: by rows the tree was trained on, "
       "or by others? Is the best size among those you try?")  # fmt: skip
def test_tree_predicts_unseen_moons(student, rng) -> float:
    """Your tree, tuned and trained on 2,000 rows, is right about {threshold:.1%} or more of 10,000 others beyond what a
    tree as it comes reaches, although the labels of the test rows it is given are wrong: these have no say. On average
    over two draws."""
    gains = []
    for _ in range(2):
        (X, y), (X_test, y_test), (X_new, y_new) = (moons(rng, size) for size in (2_000, 500, 10_000))
        tree = student.tune_tree(X, y, X_test, 1 - y_test)["tree"]
        free = [DecisionTreeClassifier(random_state=n).fit(X, y) for n in range(5)]  # on the same rows
        plain = np.mean([(labels_of(one, X_new) == y_new).mean() for one in free])
        gains.append((labels_of(tree, X_new) == y_new).mean() - plain)
    return float(np.mean(gains))


@check("p.05.7", full=True, hint="How is the size of the tree chosen, and from which rows?")
def test_all_the_moons(student, rng):
    """Cut and tuned on 10,000 rows, five times, your tree is right about 85% or more of 100,000 others on average, and
    so it is about the test rows, give or take chance."""
    right, on_test = [], []
    for _ in range(5):
        X_train, X_test, y_train, y_test = _parts(student, 10_000, 0.4, int(rng.integers(100_000)))
        found = student.tune_tree(X_train, y_train, X_test, y_test)
        X_new, y_new = moons(rng, 100_000)
        right.append((labels_of(found["tree"], X_new) == y_new).mean())
        on_test.append(float(found["test_accuracy"]))
    assert np.mean(right) >= 0.85
    assert abs(np.mean(on_test) - np.mean(right)) < 0.015


def _chance(rng, size: int) -> tuple[np.ndarray, np.ndarray]:
    """Nothing to be learned: one label in five is a 1, wherever it is."""
    return rng.random((size, 2)), (rng.random(size) < 0.2).astype(int)


def _field(rng, size: int) -> tuple[np.ndarray, np.ndarray]:
    """A field of 6 times 6 classes: it takes a leaf for each, and a tree of some depth."""
    X = rng.random((size, 2))
    return X, (X * 6).astype(int) @ [6, 1]


@check("p.05.7", core=True, weight=2, hint="Is it your data that decide on the size of the tree? Are both very small "
       "and large sizes among those you try?")  # fmt: skip
def test_size_suits_the_data(student, rng):
    """Where there is nothing to learn, your tree stays small enough not to learn the noise; where there are 36 classes
    side by side, it grows large enough to tell most of them apart: whatever the test rows are, which have no say."""
    for draw, others, least in ((_chance, _field, 0.72), (_field, _chance, 0.62)):
        X_new, y_new = draw(rng, 4_000)
        tree = student.tune_tree(*draw(rng, 900), *others(rng, 2_000))["tree"]  # test rows have no say in it
        assert (labels_of(tree, X_new) == y_new).mean() > least


@check("p.05.7", hint="A search keeps some rows back while it compares. What is the final tree trained on?")
def test_one_tree_on_all_training_rows(student, rng):
    """What you return is one decision tree, fitted to all the training rows and no others, and smaller than a tree
    without limits."""
    n = 5 * int(rng.integers(60, 100))
    X, y = moons(rng, n)
    tree = student.tune_tree(X, y, *moons(rng, 100))["tree"]
    assert int(np.asarray(tree.tree_.n_node_samples)[0]) == n
    assert int(tree.get_n_leaves()) < DecisionTreeClassifier(random_state=0).fit(X, y).get_n_leaves()


@check("p.05.7", hint="Which of the accuracies is the highest? And whose parameters do you return?")
def test_best_of_what_was_tried(student, rng):
    """You have tried ten settings or more; `params` is one of those with the highest accuracy in cross-validation, not
    on the test rows, and the tree has these parameters."""
    for size in (400, 300, 200):
        X_test, y_test = moons(rng, 1_000)
        found = student.tune_tree(*moons(rng, size), X_test, 1 - y_test)  # by these rows the worst tree is the best
        tried = [(dict(params), float(accuracy)) for params, accuracy in found["tried"]]
        assert len({repr(sorted(params.items())) for params, _ in tried}) >= 10
        best = max(accuracy for _, accuracy in tried)
        assert any(params == found["params"] and accuracy >= best - 1e-9 for params, accuracy in tried)
        assert len(found["params"]) > 0
        has = found["tree"].get_params()
        assert all(has[name] == value for name, value in found["params"].items())


@check("p.05.7", hint="How well can anybody predict the toss of a coin?")
def test_accuracies_are_of_rows_held_back(student, rng):
    """The accuracies in `tried` are of rows that the tree was not trained on: if the labels are tosses of a coin, none
    of them is much better than 50%."""
    X, y = rng.random((500, 2)), rng.permutation(np.arange(500) % 2)
    found = student.tune_tree(X, y, X[:50], y[:50])
    accuracies = np.array([float(accuracy) for _, accuracy in found["tried"]])
    assert len(accuracies) > 0
    assert np.all((accuracies > 0.3) & (accuracies < 0.65))


@check("p.05.7", hint="Compare your tree's predictions with the labels of the test rows.")
def test_accuracy_on_the_test_rows(student, rng):
    """`test_accuracy` is the share of the given test rows that your tree gets right."""
    X, y = moons(rng, 400)
    for wrong in (0.1, 0.7):
        X_test, y_test = moons(rng, int(rng.integers(100, 200)))
        y_test = np.where(rng.random(len(y_test)) < wrong, 1 - y_test, y_test)
        found = student.tune_tree(X, y, X_test, y_test)
        right = (labels_of(found["tree"], X_test) == y_test).mean()
        assert_allclose(float(found["test_accuracy"]), right, atol=1e-6)


# ---------------------------------------------------------------- p.05.8


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
    for _ in range(10):
        votes = rng.integers(0, int(rng.integers(2, 6)), (int(rng.integers(3, 30)), 50)) + int(rng.integers(0, 4))
        clear = [len(winners) == 1 for winners in _winners(votes)]
        cases.append((votes[:, clear],))
    agrees(student.majority_vote, lambda votes: [winners.pop() for winners in _winners(votes)], cases)


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


@check("p.05.8", core=True, weight=2, hint="What does each tree say about each row? Compare that with the labels: tree "
       "by tree, and after the vote.")  # fmt: skip
def test_accuracy_alone_and_together(student, rng):
    """Given trees of ours, good ones and poor ones, you find the accuracy of each of them, and that of their vote."""
    for n_trees in (int(rng.integers(2, 5)) * 2 + 1, 15):
        subsets = []
        for tree in range(n_trees):
            X, y = moons(rng, int(rng.integers(10, 80)))
            subsets.append((X, 1 - y if tree == 1 else y))
        X, y = moons(rng, int(rng.integers(100, 300)))
        trees = student.probe_(small_trees)(subsets)
        alone, together = student.forest_accuracy(trees, X, y)
        alone, votes = np.asarray(alone), np.array([tree.predict(X) for tree in trees])
        assert alone.shape == (n_trees,)
        assert_allclose(alone.astype(float), (votes == y).mean(axis=1), atol=1e-9)
        assert_allclose(float(together), ((votes.mean(axis=0) > 0.5) == y).mean(), atol=1e-9)
