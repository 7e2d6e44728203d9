"""Hidden checks of chapter 5: a tree for two moons (p.05.7)."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.datasets import make_moons
from sklearn.tree import DecisionTreeClassifier

from autograder.checks.ch05_trees.inputs import labels_of, moons
from autograder.testing import check


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
        assert len(found["params"]) > 0
        settings = {**found["params"]}
        if all(params != settings for params, _ in tried):  # settings that are always the same may stand beside them
            varied = {name for params, _ in tried for name in params}
            settings = {name: value for name, value in settings.items() if name in varied}
        assert any(params == settings and accuracy >= best - 1e-9 for params, accuracy in tried)
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
