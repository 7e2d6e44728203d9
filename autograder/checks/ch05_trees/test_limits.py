"""Hidden checks of chapter 5: trees that overfit and underfit (p.05.3 and p.05.4)."""

import numpy as np
from numpy.testing import assert_allclose
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from autograder.checks.ch05_trees.inputs import grown
from autograder.testing import check
from autograder.testing.closed import ask_all, choice, chosen

# A node and two leaves.
STUMP = {"left": [1, -1, -1], "right": [2, -1, -1], "feature": [0, -2, -2], "threshold": [0.5, -2.0, -2.0]}


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
    frequent class there; of several, the smallest."""
    stump = {**STUMP, "shares": [[0.4, 0.4, 0.2], [0.25, 0.375, 0.375], [0.2, 0.4, 0.4]]}
    cases, answers = [(stump, [[0.0], [0.5], [1.0]], depth) for depth in (0, 1)], [[0, 0, 0], [1, 1, 1]]
    for n_classes, best_first in zip((2, *(int(n) for n in rng.integers(2, 5, 5))), (False, True) * 3, strict=True):
        d = int(rng.integers(2, 4))  # X[row, -2] is fine at a leaf
        limit = int(rng.integers(8, 20)) if best_first else None  # then the nodes are numbered in another order
        model, X = grown(rng, int(rng.integers(40, 90)), n_classes, d, max_leaf_nodes=limit)
        X = np.vstack([X, rng.integers(0, 2 * len(X), (60, d)) / 2])  # halves are what the thresholds are
        for max_depth in (0, 1, int(rng.integers(2, 5)), 40):
            cases.append((_sent(model), X, max_depth))
            answers.append(_stopped(model, X, max_depth))
    wanted = iter(answers)
    ask_all(student.predict_to_depth, lambda *case: next(wanted), cases)


_LIMITS = [
    f"a {way} {name}" for name in ("max_depth", "max_leaf_nodes", "min_samples_leaf") for way in ("lower", "higher")
]


@check("p.05.3", hint="Which changes make the tree smaller?")
def test_what_helps_against_overfitting(student, rng):
    """You choose all the changes that help a tree which overfits, and none that make it worse."""
    tree = {**STUMP, "shares": [[0.5, 0.5], [1, 0], [0, 1]]}
    right = ["a lower max_depth", "a lower max_leaf_nodes", "a higher min_samples_leaf"]
    chosen(choice(student, "P_05_3_CHOICE", "predict_to_depth", tree, [[0.0], [1.0]], 1), _LIMITS, right=right)


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
    assert_allclose(found, [(-2 - mean[1]) / std[1], -2, (1 - mean[0]) / std[0], -2, -2], rtol=1e-4, atol=1e-4)


@check("p.05.4", hint="Does a tree care how far its values are apart, or only in which order they are?")
def test_what_helps_against_underfitting(student, rng):
    """You choose all the changes that can help a tree which underfits, and none that can't."""
    made = choice(student, "P_05_4_CHOICE", "scaled_thresholds", [0, -2, -2], [1.0, -2.0, -2.0], [0.5], [2.0])
    right = ["a higher max_depth", "a lower min_samples_leaf", "features made of several others"]
    others = ["a lower max_depth", "a higher min_samples_leaf", "standardised features", "features scaled to 0..1"]
    chosen(made, [*right, *others], right=right)
