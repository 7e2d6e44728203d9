"""Chapter 5's references beside scikit-learn's trees, brute force, closed forms and properties."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import chisquare, mode
from sklearn.datasets import make_moons
from sklearn.metrics import accuracy_score
from sklearn.model_selection import StratifiedKFold
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.tree import DecisionTreeClassifier

from solutions.ch05_trees.costs import P_05_5_HOURS, P_05_6_HOURS, comparisons, hours_with_more_rows
from solutions.ch05_trees.forest import forest_accuracy, grow_forest, majority_vote
from solutions.ch05_trees.limits import P_05_3_CHOICE, P_05_4_CHOICE, predict_to_depth, scaled_thresholds
from solutions.ch05_trees.moons import moons_parts, tune_tree
from solutions.ch05_trees.presort import TF2_06_6_CHOICE, sorting_steps
from solutions.ch05_trees.questions import (
    P_05_1_DEPTH,
    P_05_2_CHOICE,
    balanced_depth,
    depth_of,
    impurities,
    worse_child,
)
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

some = settings(max_examples=30, deadline=None, derandomize=True)


def grown(X: NDArray[Any], y: NDArray[Any], **params: Any) -> DecisionTreeClassifier:
    """Return a tree of scikit-learn's."""
    return DecisionTreeClassifier(random_state=0, **params).fit(X, y)


def overlapping(seed: int, n: int, d: int = 2) -> tuple[NDArray[Any], NDArray[Any]]:
    """Return d features, numbers that 32 bits hold as well as 64, and three classes that they hardly tell apart."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 64, (n, d)).astype(float)
    return X, (X.sum(axis=1) + rng.integers(0, 64 * d, n)).astype(int) // 32 % 3


@oracle("p.05.1", "brute force: halving the rows until each is alone")
@some
@given(st.integers(1, 2**48))
def test_balanced_tree_halves_its_rows(n_rows: int) -> None:
    levels, largest = 0, n_rows
    while largest > 1:
        largest -= largest // 2  # the larger half
        levels += 1
    assert balanced_depth(n_rows) == levels
    assert 2 ** (P_05_1_DEPTH - 1) < 1_000_000 <= 2**P_05_1_DEPTH


@oracle("p.05.1", "closed form: k for 2**k rows, k + 1 for one more")
def test_balanced_tree_at_powers_of_two() -> None:
    for k in range(1, 49):
        assert [balanced_depth(2**k + more) for more in (0, 1)] == [k, k + 1]


@oracle("p.05.1", "scikit-learn's get_depth")
@some
@given(st.integers(0, 10**6), st.integers(1, 120))
def test_depth_is_scikit_learns(seed: int, n: int) -> None:
    model = grown(*overlapping(seed, n))
    assert depth_of(model.tree_.children_left, model.tree_.children_right) == model.get_depth()


@oracle("p.05.2", "scikit-learn's tree of one split")
@some
@given(st.lists(st.tuples(st.integers(0, 3), st.booleans()), min_size=2, max_size=30))
def test_impurities_are_those_of_a_stump(rows: list[tuple[int, bool]]) -> None:
    y, goes_left = np.array([label for label, _ in rows]), np.array([*[left for _, left in rows[:-2]], True, False])
    parent, left, right, both = impurities(y, goes_left)
    tree = grown(~goes_left[:, None], y, max_depth=1).tree_
    assert parent == pytest.approx(tree.impurity[0])
    if tree.node_count == 3:  # a pure node is not split
        assert (left, right) == pytest.approx(tuple(tree.impurity[1:]))
        assert both == pytest.approx(tree.impurity[1:] @ tree.n_node_samples[1:] / len(y))
    else:
        assert (left, right, both) == (0, 0, 0)


@oracle("p.05.2", "brute force: how often two rows, drawn one after the other, differ in class")
@some
@given(st.lists(st.sampled_from("abc"), min_size=2, max_size=20), st.data())
def test_impurity_is_the_chance_of_two_classes(labels: list[str], data: st.DataObject) -> None:
    cut = data.draw(st.integers(1, len(labels) - 1))
    sides = labels, labels[:cut], labels[cut:]
    chances = [np.mean([a != b for a, b in product(side, side)]) for side in sides]
    found = impurities(labels, np.arange(len(labels)) < cut)
    assert found[:3] == pytest.approx(chances)
    assert found[3] == pytest.approx((cut * chances[1] + (len(labels) - cut) * chances[2]) / len(labels))


def exact_splits(y: tuple[int, ...]) -> tuple[Fraction, list[tuple[Fraction, Fraction, Fraction]]]:
    """Return the parent's impurity, and for each cut that of both children, of the left and of the right one."""

    def gini(labels: tuple[int, ...]) -> Fraction:
        return 2 * Fraction(sum(labels), len(labels)) * (1 - Fraction(sum(labels), len(labels)))

    cuts = [(gini(y[:cut]), gini(y[cut:]), cut) for cut in range(1, len(y))]
    return gini(y), [((cut * a + (len(y) - cut) * b) / len(y), a, b) for a, b, cut in cuts]


@oracle("p.05.2", "brute force over all splits, in fractions")
@pytest.mark.parametrize("n_ones", [1, 2, 3, 5, 10])
def test_worse_child_comes_of_the_only_best_split(n_ones: int) -> None:
    for n_zeros in (2 * n_ones + 1, 2 * n_ones + 2, 3 * n_ones, 9 * n_ones):
        y = worse_child(n_zeros, n_ones)
        assert y is not None and Counter(y) == {0: n_zeros, 1: n_ones}
        parent, splits = exact_splits(tuple(y))
        best = sorted(splits)
        assert best[0][0] < best[1][0] and max(best[0][1:]) > parent
        tree = grown(np.arange(len(y))[:, None], np.array(y), max_depth=1).tree_  # scikit-learn chooses the same
        assert tree.impurity[1:].max() > tree.impurity[0]


@oracle("p.05.2", "brute force over all orders of up to eight labels")
def test_how_often_children_are_purer() -> None:
    assert worse_child(1, 1) is None
    assert all(max(a, b) <= parent for parent, splits in map(exact_splits, [(0, 1), (1, 0)]) for _, a, b in splits)
    one, both = [], []
    for n in range(2, 9):
        for y in product((0, 1), repeat=n):
            parent, splits = exact_splits(y)
            if parent:
                together, *children = min(splits)
                both += [weighted <= parent for weighted, *_ in splits]
                one += [child <= parent for child in children]
                assert together <= parent
    assert P_05_2_CHOICE["both children"] == "always" and all(both)
    assert P_05_2_CHOICE["one child"] == "usually" and 0.5 < np.mean(one) < 1


def nodes_of(model: DecisionTreeClassifier) -> dict[str, NDArray[Any]]:
    """Return the arrays that the chapter's function gets."""
    tree = model.tree_
    names = {"left": "children_left", "right": "children_right", "feature": "feature", "threshold": "threshold"}
    return {**{name: getattr(tree, its) for name, its in names.items()}, "shares": tree.value[:, 0]}


@oracle("p.05.3", "scikit-learn's trees of that max_depth")
@some
@given(st.integers(0, 10**6), st.integers(0, 8))
def test_cut_off_is_grown_less(seed: int, depth: int) -> None:
    X, y = overlapping(seed, 80, 1)  # with one feature, no lot decides between equally good ones
    new = np.arange(-1, 65, 1.5)[:, None]
    model, expected = grown(X, y), np.full(len(new), np.bincount(y).argmax())
    if depth:  # scikit-learn grows none of depth 0
        expected = grown(X, y, max_depth=depth).predict(new)
    np.testing.assert_array_equal(model.classes_[predict_to_depth(nodes_of(model), new, depth)], expected)


@oracle("p.05.3", "scikit-learn's decision_path")
@some
@given(st.integers(0, 10**6), st.integers(0, 9))
def test_rows_stop_on_their_path(seed: int, depth: int) -> None:
    X, y = overlapping(seed, 100, 3)
    model, new = grown(X, y), overlapping(seed + 1, 30, 3)[0]
    path = model.decision_path(new)
    stops = [sorted(path[row].indices)[: depth + 1][-1] for row in range(len(new))]  # a child's number is larger
    expected = model.classes_[model.tree_.value[stops, 0].argmax(axis=1)]
    np.testing.assert_array_equal(model.classes_[predict_to_depth(nodes_of(model), new, depth)], expected)


@oracle("p.05.3", "scikit-learn's trees with each change, on 8,000 rows held back")
def test_what_helps_an_overfitting_tree() -> None:
    base = {"max_depth": 9, "max_leaf_nodes": 80, "min_samples_leaf": 2}
    changes: dict[str, dict[str, int]] = {
        "a lower max_depth": {"max_depth": 4}, "a higher max_depth": {"max_depth": 30},
        "a lower max_leaf_nodes": {"max_leaf_nodes": 8}, "a higher max_leaf_nodes": {"max_leaf_nodes": 500},
        "a lower min_samples_leaf": {"min_samples_leaf": 1}, "a higher min_samples_leaf": {"min_samples_leaf": 15},
    }  # fmt: skip
    gains: dict[str, list[float]] = {change: [] for change in changes}
    for seed in range(4):
        X, y = make_moons(8_500, noise=0.4, random_state=seed)
        before = grown(X[:500], y[:500], **base)
        assert before.score(X[:500], y[:500]) > before.score(X[500:], y[500:]) + 0.05
        for change, params in changes.items():
            after = grown(X[:500], y[:500], **{**base, **params})
            gains[change].append(after.score(X[500:], y[500:]) - before.score(X[500:], y[500:]))
    assert {change for change, gain in gains.items() if np.mean(gain) > 0.005} == set(P_05_3_CHOICE)


@oracle("p.05.4", "scikit-learn's tree on StandardScaler's features")
@some
@given(st.integers(0, 10**6), st.integers(1, 10_000), st.integers(-10_000, 10_000))
def test_thresholds_of_standardised_features(seed: int, stretch: int, shift: int) -> None:
    X, y = overlapping(seed, 100)
    X = X * [stretch, 1] + [shift, -3]
    scaler = StandardScaler().fit(X)
    raw, scaled = grown(X, y).tree_, grown(scaler.transform(X), y).tree_
    np.testing.assert_array_equal(raw.feature, scaled.feature)
    found = scaled_thresholds(raw.feature, raw.threshold, scaler.mean_, scaler.scale_)
    np.testing.assert_allclose(found, scaled.threshold, atol=1e-5)
    assert (found[raw.feature == -2] == -2).all()


@oracle("p.05.4", "scikit-learn's trees with each change, on an exclusive or")
def test_what_helps_an_underfitting_tree() -> None:
    X = np.random.default_rng(0).integers(-50, 51, (400, 2)) * [1.0, 8.0]
    y = (X.prod(axis=1) > 0).astype(int)
    base = {"max_depth": 3, "min_samples_leaf": 60}
    before = grown(X, y, **base).score(X, y)
    assert before < 0.7
    features = {
        "standardised features": StandardScaler().fit_transform(X),
        "features scaled to 0..1": MinMaxScaler().fit_transform(X),
        "features made of several others": np.column_stack([X, X.prod(axis=1)]),
    }
    params = {
        "a higher max_depth": {"max_depth": 6}, "a lower max_depth": {"max_depth": 1},
        "a higher min_samples_leaf": {"min_samples_leaf": 150}, "a lower min_samples_leaf": {"min_samples_leaf": 1},
    }  # fmt: skip
    after = {change: grown(made, y, **base).score(made, y) for change, made in features.items()}
    after |= {change: grown(X, y, **{**base, **its}).score(X, y) for change, its in params.items()}
    assert {change for change, score in after.items() if score > before} == set(P_05_4_CHOICE)
    assert after["standardised features"] == after["features scaled to 0..1"] == before


def work(n_rows: int) -> int:
    """Count the comparisons, for one feature, of halving n rows until each is alone."""
    return n_rows + 2 * work(n_rows // 2) if n_rows > 1 else 0


@oracle("p.05.5", "brute force: counting the comparisons of balanced trees")
@some
@given(st.integers(1, 12), st.integers(1, 12), st.floats(0.01, 100))
def test_hours_grow_like_the_comparisons(old: int, new: int, hours: float) -> None:
    assert hours_with_more_rows(hours, 2**old, 2**new) == pytest.approx(hours * work(2**new) / work(2**old))


@oracle("p.05.5", "closed form with decimal logarithms: 10 * 7 / 6")
def test_hours_of_ten_times_as_many_rows() -> None:
    for old, new in product(range(1, 10), repeat=2):
        expected = Fraction(10) ** (new - old) * Fraction(new, old)
        assert hours_with_more_rows(1.0, 10**old, 10**new) == pytest.approx(float(expected))
    assert round(Fraction(10 * 7, 6), 2) == Fraction(str(P_05_5_HOURS))


@oracle("p.05.5", "property: two steps are as long as one (hypothesis)")
@some
@given(*[st.integers(2, 10**9)] * 3)
def test_hours_by_way_of_another_size(first: int, second: int, third: int) -> None:
    by_way = hours_with_more_rows(hours_with_more_rows(1.0, first, second), second, third)
    assert by_way == pytest.approx(hours_with_more_rows(1.0, first, third))


@oracle("p.05.6", "scikit-learn's decision_path: the questions that each row answers")
@some
@given(st.integers(0, 10**6), st.integers(1, 100), st.integers(1, 4))
def test_comparisons_are_the_rows_questions(seed: int, n: int, n_features: int) -> None:
    X, y = overlapping(seed, n, n_features)
    model = grown(X, y)
    questions = model.decision_path(X).sum() - n  # a leaf asks none
    assert comparisons(model.tree_.children_left, model.tree_.n_node_samples, n_features) == n_features * questions


@oracle("p.05.6", "scikit-learn's tree with each feature twice")
def test_twice_the_features() -> None:
    X, y = overlapping(3, 200, 1)
    once, twice = grown(X, y).tree_, grown(np.hstack([X, X]), y).tree_
    np.testing.assert_array_equal(once.children_left, twice.children_left)
    counted = [comparisons(tree.children_left, tree.n_node_samples, tree.n_features) for tree in (once, twice)]
    assert counted[1] / counted[0] == P_05_6_HOURS


@oracle("tf2.06.6", "closed form: n k (k + 1) / 2 for each node, n k + n (n - 1) beforehand, with n = 2**k")
@pytest.mark.parametrize("k", [1, 2, 5, 11])
def test_sorting_for_a_halving_tree(k: int) -> None:
    n, sizes = 2**k, [2 ** (k - level) for level in range(k) for _ in range(2**level)]
    assert sorting_steps(sizes, presort=False) == pytest.approx(n * k * (k + 1) // 2)
    assert sorting_steps(sizes, presort=True) == pytest.approx(n * k + n * (n - 1))


@oracle("tf2.06.6", "closed form: the logarithm of the product of m**m, in whole numbers")
@some
@given(st.lists(st.integers(1, 60), min_size=1, max_size=20))
def test_sorting_for_any_tree(below: list[int]) -> None:
    sizes = [max(below) + 1, *below]
    assert sorting_steps(sizes, presort=False) == pytest.approx(math.log2(math.prod(m**m for m in sizes)))
    once = math.log2(sizes[0] ** sizes[0]) + sum(1 for size in sizes for _ in range(sizes[0]))
    assert sorting_steps(sizes, presort=True) == pytest.approx(once)


@oracle("tf2.06.6", "closed form: both ways for 2**17 rows, a step of sorting up to 50 times as dear")
def test_sorting_100_000_rows_beforehand() -> None:
    k = 17
    for dear in (1, 10, 50):  # steps per row, and by a wide margin
        assert dear * k + 2**k - 1 > 10 * dear * k * (k + 1) / 2 and TF2_06_6_CHOICE == "slower"


@oracle("p.05.7", "property: the parts are make_moons' rows, each once (hypothesis)")
@some
@given(st.integers(1, 40).map(lambda fifth: 5 * fifth), st.sampled_from([0.0, 0.2, 0.4]), st.integers(0, 999))
def test_moons_parts_are_all_of_the_moons(n_rows: int, noise: float, seed: int) -> None:
    X_train, X_test, y_train, y_test = moons_parts(n_rows, noise, seed)
    assert (len(X_test), len(y_test)) == (n_rows // 5, n_rows // 5)
    found = np.column_stack([np.concatenate([X_train, X_test]), np.concatenate([y_train, y_test])])
    X, y = make_moons(n_rows, noise=noise, random_state=seed)
    assert sorted(map(tuple, found)) == sorted(map(tuple, np.column_stack([X, y])))
    for part, again in zip((X_train, X_test, y_train, y_test), moons_parts(n_rows, noise, seed), strict=True):
        np.testing.assert_array_equal(part, again)


@oracle("p.05.7", "scikit-learn's trees on StratifiedKFold's parts, and accuracy_score")
def test_tuned_trees_figures() -> None:
    X, y = make_moons(5_240, noise=0.4, random_state=8)
    found = tune_tree(X[:240], y[:240], X[240:], y[240:])
    tried = found["tried"]
    assert len(tried) >= 10 and {params["max_leaf_nodes"] for params, _ in tried} >= {2, 65}
    folds = list(StratifiedKFold(3).split(X[:240], y[:240]))
    for params, accuracy in tried[::4]:
        models = [(DecisionTreeClassifier(random_state=42, **params).fit(X[a], y[a]), b) for a, b in folds]
        assert accuracy == pytest.approx(np.mean([accuracy_score(y[b], model.predict(X[b])) for model, b in models]))
    assert dict(tried[int(np.argmax([accuracy for _, accuracy in tried]))][0]) == found["params"]
    assert found["tree"].tree_.n_node_samples[0] == 240
    assert found["tree"].get_n_leaves() <= found["params"]["max_leaf_nodes"]
    assert found["test_accuracy"] == accuracy_score(y[240:], found["tree"].predict(X[240:]))
    assert found["test_accuracy"] > grown(X[:240], y[:240]).score(X[240:], y[240:])
    blind = tune_tree(X[:240], y[:240], -X[240:250], 1 - y[240:250])  # other test rows change nothing but their figure
    assert blind["params"] == found["params"] and blind["tried"] == tried


@oracle("p.05.8", "each row a class of its own: classes_ says who was drawn; scipy's chi-squared test")
def test_forest_draws_each_row_once_and_all_alike() -> None:
    X, y = np.arange(30.0)[:, None], np.arange(30)
    trees = grow_forest(X, y, {}, n_trees=120, n_rows=20, seed=3)
    assert [tree.get_n_leaves() for tree in trees] == [20] * 120  # so 20 different rows
    drawn = [tree.classes_.tolist() for tree in trees]
    assert len({tuple(rows) for rows in drawn}) == 120
    assert chisquare(np.bincount(np.concatenate(drawn), minlength=30)).pvalue > 1e-4
    assert drawn == [tree.classes_.tolist() for tree in grow_forest(X, y, {}, n_trees=120, n_rows=20, seed=3)]
    assert all(tree.get_n_leaves() <= 4 for tree in grow_forest(X, y, {"max_leaf_nodes": 4}, 5, 20))


@oracle("p.05.8", "scipy.stats.mode")
@some
@given(st.integers(0, 10**6), st.integers(1, 9), st.integers(1, 9))
def test_majority_is_the_mode(seed: int, n_trees: int, n: int) -> None:
    votes = np.random.default_rng(seed).integers(0, 4, (n_trees, n))
    named = (votes == majority_vote(votes)).sum(axis=0)  # in a tie any of them will do
    np.testing.assert_array_equal(named, mode(votes).count)


@oracle("p.05.8", "scikit-learn's accuracy_score and scipy.stats.mode")
def test_forest_alone_and_together() -> None:
    X, y = make_moons(1_600, noise=0.4, random_state=2)
    trees = grow_forest(X[:600], y[:600], {"max_leaf_nodes": 8}, n_trees=31, n_rows=60)
    alone, together = forest_accuracy(trees, X[600:], y[600:])
    answers = [tree.predict(X[600:]) for tree in trees]
    assert alone == pytest.approx([accuracy_score(y[600:], answer) for answer in answers])
    assert together == accuracy_score(y[600:], mode(answers).mode) > max(alone)
