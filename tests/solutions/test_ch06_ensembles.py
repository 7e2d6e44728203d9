"""Chapter 6's references beside scikit-learn's ensembles, brute force, closed forms and properties."""

from __future__ import annotations

import math
from collections import Counter
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import mode
from sklearn import ensemble
from sklearn.base import BaseEstimator, ClassifierMixin, clone
from sklearn.datasets import load_digits, make_hastie_10_2
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import accuracy_score
from sklearn.model_selection import cross_val_predict
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.tree import DecisionTreeClassifier

from solutions.ch06_ensembles import bagging
from solutions.ch06_ensembles.blender import fit_blender, fit_stacking, make_blend_features, stack_predict
from solutions.ch06_ensembles.boosting import P_06_6_CHOICE, P_06_7_CHOICE, boosted_weights, stop_early, trees_needed
from solutions.ch06_ensembles.ensembles import choose_ensemble
from solutions.ch06_ensembles.vote import build_voter, split_digits
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

some = settings(max_examples=30, deadline=None, derandomize=True)
unfinished = pytest.mark.filterwarnings(f"ignore::{ConvergenceWarning.__module__}.{ConvergenceWarning.__name__}")


def small_digits(n: int) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return scikit-learn's own digits, enlarged to the size of MNIST's."""
    X, y = load_digits(return_X_y=True)
    large = np.kron(X[:n].reshape(-1, 8, 8), np.ones((3, 3)))
    return (np.pad(large, ((0, 0), (2, 2), (2, 2))).reshape(n, 784) * 255 / 16).astype(np.uint8), y[:n]


@oracle("p.06.1", "brute force over all ways to be right and wrong, in fractions")
@some
@given(st.integers(1, 9), st.integers(0, 20), st.integers(0, 20))
def test_majority_over_all_ways(n: int, right: int, shared: int) -> None:
    p, together, chance = Fraction(right, 20), Fraction(shared, 20), Fraction(0)
    for voters in product((True, False), repeat=n):
        if 2 * sum(voters) > n:
            chance += math.prod(p if voter else 1 - p for voter in voters)
    expected = together * p + (1 - together) * chance
    assert bagging.majority_right(n, float(p), float(together)) == pytest.approx(float(expected), abs=1e-12)


@oracle("p.06.1", "property: an odd number is right with p as often as wrong with 1 - p (hypothesis)")
@some
@given(st.integers(0, 2_000), st.floats(0, 1), st.floats(0, 1))
def test_majority_turned_round(half: int, p: float, shared: float) -> None:
    n = 2 * half + 1
    assert bagging.majority_right(n, p, shared) + bagging.majority_right(n, 1 - p, shared) == pytest.approx(1)


@oracle("p.06.2", "scikit-learn's VotingClassifier, hard and soft")
@pytest.mark.parametrize("seed", range(3))
def test_votes_are_the_voting_classifiers(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X, y = rng.normal(size=(300, 2)), rng.integers(0, 4, 300)  # nothing to learn: they disagree, and often tie
    members = [("nb", GaussianNB()), ("tree", DecisionTreeClassifier(max_depth=4)), ("knn", KNeighborsClassifier(7))]
    voter = ensemble.VotingClassifier(members).fit(X[:150], y[:150])
    votes = np.array([member.predict(X) for member in voter.estimators_])
    probas = np.array([member.predict_proba(X) for member in voter.estimators_])
    hard, soft = bagging.hard_vote(votes), bagging.soft_vote(probas)
    np.testing.assert_array_equal(hard, voter.predict(X))
    np.testing.assert_array_equal(soft, voter.set_params(voting="soft").predict(X))
    assert (hard != soft).any()


@oracle("p.06.2", "scipy.stats.mode")
@some
@given(st.integers(0, 10**6), st.integers(1, 8), st.integers(1, 8))
def test_hard_vote_is_the_smallest_mode(seed: int, m: int, n: int) -> None:
    votes = np.random.default_rng(seed).integers(0, 5, (m, n))
    np.testing.assert_array_equal(bagging.hard_vote(votes), mode(votes).mode)


def simulated_rounds(kind: str, n_models: int, n_servers: int) -> int:
    """Train model by model what has nothing left to wait for, and count the rounds."""
    waits_for: dict[int, set[int]] = {model: set() for model in range(n_models)}
    if kind == "boosting":
        waits_for = {model: {model - 1} - {-1} for model in range(n_models)}
    if kind == "stacking":
        waits_for[n_models] = set(range(n_models))
    done, rounds = set[int](), 0
    while len(done) < len(waits_for):
        done |= set([model for model, first in waits_for.items() if model not in done and first <= done][:n_servers])
        rounds += 1
    return rounds


@oracle("p.06.3", "brute force: a simulated room of servers")
@some
@given(st.sampled_from(sorted(bagging.P_06_3_CHOICE)), st.integers(1, 30), st.integers(1, 12))
def test_rounds_of_a_simulation(kind: str, n_models: int, n_servers: int) -> None:
    assert bagging.training_rounds(kind, n_models, n_servers) == simulated_rounds(kind, n_models, n_servers)


@oracle("p.06.3", "brute force: a simulated room of servers, one for each model")
def test_what_can_be_spread() -> None:
    words = {1: "yes", 20: "no", 2: "partly"}
    assert {kind: words[simulated_rounds(kind, 20, 20)] for kind in bagging.P_06_3_CHOICE} == bagging.P_06_3_CHOICE
    assert len(bagging.P_06_3_CHOICE) == 5


@oracle("p.06.4", "brute force over all draws")
@pytest.mark.parametrize(("n_rows", "n_drawn"), [(1, 1), (1, 3), (2, 5), (3, 4), (4, 6), (6, 5)])
def test_share_out_of_bag_over_all_draws(n_rows: int, n_drawn: int) -> None:
    shares = [1 - len(set(draw)) / n_rows for draw in product(range(n_rows), repeat=n_drawn)]
    assert bagging.oob_fraction(n_rows, n_drawn) == pytest.approx(np.mean(shares))


@oracle("p.06.4", "scikit-learn's BaggingClassifier, oob_score_")
@pytest.mark.parametrize("seed", range(4))
def test_out_of_bag_score_is_baggings(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(60, 2))
    y = (X[:, 0] + rng.normal(size=60) > 0) + (X[:, 1] > 0.5).astype(int)
    bag = ensemble.BaggingClassifier(DecisionTreeClassifier(), 25, oob_score=True, random_state=seed).fit(X, y)
    votes = [tree.predict(X).astype(int) for tree in bag.estimators_]  # pure leaves: a tree's probabilities are a vote
    assert bagging.oob_accuracy(votes, bag.estimators_samples_, y) == pytest.approx(bag.oob_score_)


@oracle("p.06.4", "brute force: counting row by row")
@some
@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(2, 7))
def test_out_of_bag_row_by_row(seed: int, m: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    votes, drawn, y = rng.integers(0, 3, (m, n)), rng.integers(0, n, (m, n - 1)), rng.integers(0, 3, n)
    right = []
    for row in range(n):
        heads = Counter(int(votes[model, row]) for model in range(m) if row not in drawn[model])
        if heads:
            right.append(min(heads, key=lambda label: (-heads[label], label)) == y[row])
    assert bagging.oob_accuracy(votes, drawn, y) == pytest.approx(np.mean(right))  # nobody has drawn all rows


@oracle("p.06.5", "brute force: the different ways in which thresholds part the rows")
@some
@given(st.integers(0, 10**6), st.integers(2, 12), st.integers(1, 6))
def test_splits_are_ways_to_part_the_rows(seed: int, n_rows: int, n_features: int) -> None:
    rng = np.random.default_rng(seed)
    X = np.column_stack([rng.permutation(n_rows) for _ in range(n_features)])
    ways = {(d, tuple(X[:, d] <= t)) for d in range(n_features) for t in np.arange(-1, n_rows + 1, 0.25)}
    proper = [sides for _, sides in ways if len(set(sides)) == 2]
    assert bagging.splits_compared("random forest", n_rows, n_features) == len(proper)
    assert bagging.splits_compared("extra-trees", n_rows, n_features) == n_features  # one threshold each


@oracle("p.06.5", "scikit-learn's tree of one split for each feature")
@some
@given(st.integers(0, 10**6), st.integers(2, 25), st.integers(1, 5))
def test_extra_split_is_the_best_stump(seed: int, n: int, d: int) -> None:
    rng = np.random.default_rng(seed)
    X, y, thresholds = rng.integers(0, 9, (n, d)), rng.integers(0, 3, n), rng.integers(-1, 9, d)
    left = []
    for goes in (thresholds >= X).T:
        tree = DecisionTreeClassifier(max_depth=1).fit(goes[:, None], y).tree_
        leaves = tree.children_left == -1
        left.append(tree.impurity[leaves] @ tree.n_node_samples[leaves])
    assert left[bagging.extra_split(X, y, thresholds)] == pytest.approx(min(left))


@oracle("p.06.5", "scikit-learn's forests, both without bootstrap: bias, variance, and questions per row")
def test_extra_trees_beside_a_forest() -> None:
    X_new, margin = make_hastie_10_2(300, random_state=999)
    found = {}
    for kind in (ensemble.RandomForestClassifier, ensemble.ExtraTreesClassifier):
        models = []
        for seed in range(12):
            X, y = make_hastie_10_2(150, random_state=seed)
            models.append(kind(20, bootstrap=False, random_state=seed).fit(X, y))
        said = np.array([model.predict_proba(X_new)[:, 1] for model in models])
        variance = said.var(axis=0, ddof=1).mean()
        bias = ((said.mean(axis=0) - (margin > 0)) ** 2).mean() - variance / len(models)
        paths = [tree.decision_path(X_new.astype(np.float32)).sum() for model in models for tree in model.estimators_]
        found[kind.__name__] = (bias, variance, np.mean(paths))
    forest, extra = found["RandomForestClassifier"], found["ExtraTreesClassifier"]
    holds = {
        "trains faster": bagging.splits_compared("extra-trees", 9, 3) < bagging.splits_compared("random forest", 9, 3),
        "predicts about as fast": abs(math.log2(extra[2] / forest[2])) < 0.5,
        "more bias and less variance": extra[0] > 1.05 * forest[0] and extra[1] < 0.8 * forest[1],
    }
    assert holds == dict.fromkeys(bagging.P_06_5_CHOICE, True)


@oracle("p.06.6", "scikit-learn's AdaBoostClassifier, estimator_errors_ from round to round")
@pytest.mark.parametrize("rate", [0.1, 0.5, 1.0, 1.7])
def test_weights_are_those_of_ada_boost(rate: float) -> None:
    X, y = make_hastie_10_2(300, random_state=4)
    model = ensemble.AdaBoostClassifier(n_estimators=8, learning_rate=rate, random_state=0).fit(X, y)
    weights = np.full(300, 1 / 300)
    assert len(model.estimators_) == 8
    for stump, error in zip(model.estimators_, model.estimator_errors_, strict=True):
        wrong = stump.predict(X) != y
        assert weights[wrong].sum() == pytest.approx(error)
        weights = boosted_weights(weights, wrong, rate)


@oracle("p.06.6", "property: odds of the wrong rows to the power of 1 - learning_rate, ratios kept (hypothesis)")
@some
@given(st.integers(0, 10**6), st.integers(2, 12), st.floats(0.01, 3))
def test_odds_of_the_wrong_rows(seed: int, n: int, rate: float) -> None:
    rng = np.random.default_rng(seed)
    weights, wrong = rng.uniform(0.1, 5, n), rng.random(n) < 0.5
    assume(0 < wrong.sum() < n)
    new = boosted_weights(weights, wrong, rate)
    odds = weights[wrong].sum() / weights[~wrong].sum()
    assert new.sum() == pytest.approx(1)
    assert new[wrong].sum() / new[~wrong].sum() == pytest.approx(odds ** (1 - rate))
    for side in (wrong, ~wrong):
        np.testing.assert_allclose(new[side] / new[side].sum(), weights[side] / weights[side].sum())


@oracle("p.06.6", "scikit-learn's AdaBoostClassifier with each change, on Hastie's spheres")
def test_what_raises_the_accuracy_of_stumps() -> None:
    def right(depth: int, n_estimators: int, rate: float) -> float:
        base = DecisionTreeClassifier(max_depth=depth)
        model = ensemble.AdaBoostClassifier(base, n_estimators=n_estimators, learning_rate=rate, random_state=0)
        return float(model.fit(X, y).score(X, y))

    for seed in range(2):
        X, y = make_hastie_10_2(400, random_state=seed)
        before = right(1, 10, 0.1)
        assert before == pytest.approx(0.6, abs=0.02)  # as the question has it
        after = {
            "a hundred estimators": right(1, 100, 0.1),
            "trees of depth 3 as base models": right(3, 10, 0.1),
            "a learning rate of 0.5": right(1, 10, 0.5),
            "equal weights for all rows in each round": right(1, 1, 0.1),  # the first stump, again and again
        }
        assert {change for change, score in after.items() if score > before + 0.05} == set(P_06_6_CHOICE)


@oracle("p.06.7", "brute force over powers of fractions")
@some
@given(st.integers(1, 20), st.integers(1, 99), st.integers(1, 12), st.booleans())
def test_trees_needed_in_fractions(rate: int, percent: int, power: int, exact: bool) -> None:
    rest = 1 - Fraction(rate, 20)
    left = rest**power if exact and rest else Fraction(percent, 100)  # exact: just what some number of trees leaves
    n = next(n for n in range(1, 1_000) if rest**n <= left)
    assert trees_needed(rate / 20, float(left)) == n


@oracle("p.06.7", "scikit-learn's GradientBoostingRegressor with trees that fit perfectly")
@pytest.mark.parametrize(("rate", "left"), [(1.0, 0.3), (0.5, 0.2), (0.3, 0.05), (0.1, 0.5), (0.7, 0.027)])
def test_trees_needed_are_gradient_boostings(rate: float, left: float) -> None:
    X, y = np.arange(12.0)[:, None], np.random.default_rng(0).normal(size=12) * 10
    model = ensemble.GradientBoostingRegressor(learning_rate=rate, n_estimators=20, max_depth=None, init="zero")
    model.fit(X, y)
    rest = [float(np.abs((y - stage) / y).max()) for stage in model.staged_predict(X)]
    assert trees_needed(rate, left) == 1 + next(i for i, share in enumerate(rest) if share <= left + 1e-6)


@oracle("p.06.7", "brute force over all short lists of errors, and all moments to give up")
@pytest.mark.parametrize("patience", [1, 2, 3, 4])
def test_stop_early_by_its_definition(patience: int) -> None:
    for errors in (errors for n in range(1, 7) for errors in product(range(4), repeat=n)):
        lower = [all(error < earlier for earlier in errors[:i]) for i, error in enumerate(errors)]
        given_up = [n for n in range(patience, len(errors) + 1) if not any(lower[n - patience : n])]
        seen = errors[: min(given_up, default=len(errors))]
        assert stop_early(errors, patience) == seen.index(min(seen)) + 1


@oracle("p.06.7", "scikit-learn's GradientBoostingRegressor, 200 trees, on rows held back")
def test_a_lower_rate_overfits_less() -> None:
    rng = np.random.default_rng(0)
    X = rng.uniform(-3, 3, (650, 1))
    y = np.sin(2 * X[:, 0]) + rng.normal(0, 0.4, 650)
    errors = []
    for rate in (0.03, 0.3, 1.0):
        model = ensemble.GradientBoostingRegressor(n_estimators=200, learning_rate=rate, max_depth=2, random_state=0)
        model.fit(X[:150], y[:150])
        errors.append(np.mean((model.predict(X[150:]) - y[150:]) ** 2))
    assert errors == sorted(errors) and errors[1] > 1.2 * errors[0] and P_06_7_CHOICE == "decrease"


@oracle("p.06.8", "property: parts of the sizes asked for, no row twice, each with its label (hypothesis)")
@some
@given(st.lists(st.integers(1, 15), min_size=1, max_size=4), st.integers(0, 10), st.integers(0, 999))
def test_parts_share_no_row(sizes: list[int], more: int, seed: int) -> None:
    n = sum(sizes) + more
    X, y = np.column_stack([np.arange(n), np.arange(n) ** 2]), np.arange(n) * 7
    parts = split_digits(X, y, sizes, seed)
    assert [len(labels) for _, labels in parts] == sizes
    rows = np.concatenate([part[:, 0] for part, _ in parts])
    assert len(set(rows)) == sum(sizes)
    np.testing.assert_array_equal(np.concatenate([part for part, _ in parts]), X[rows])
    np.testing.assert_array_equal(np.concatenate([labels for _, labels in parts]), y[rows])
    again = split_digits(X, y, sizes, seed)
    assert all((part[0] == other[0]).all() for part, other in zip(parts, again, strict=True))


@oracle("p.06.8", "accuracy_score, scipy.stats.mode and mean probabilities of the members")
@unfinished
def test_voters_figures() -> None:
    X, y = small_digits(500)
    found = build_voter(X[:200], y[:200], X[200:400], y[200:400])
    X, y = X[200:], y[200:]
    said = {name: model.predict(X) for name, model in found["models"].items()}
    assert len({type(model) for model in found["models"].values()}) >= 2 and len(said) >= 3
    votes = {
        "hard": mode(list(said.values())).mode,
        "soft": np.mean([model.predict_proba(X) for model in found["models"].values()], axis=0).argmax(axis=1),
    }
    expected = {name: accuracy_score(y[:200], answer[:200]) for name, answer in (said | votes).items()}
    assert found["val_scores"] == pytest.approx(expected)
    assert expected[found["voting"]] == max(expected["hard"], expected["soft"])
    np.testing.assert_array_equal(found["voter"].predict(X), votes[found["voting"]])


SEEN: list[tuple[str, str, frozenset[int]]] = []


class Diarist(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """A classifier that is right about `skill` of 10 rows, and notes down which it is shown."""

    def __init__(self, name: str = "", skill: int = 5) -> None:
        self.name, self.skill = name, skill

    def fit(self, X: NDArray[Any], y: NDArray[Any]) -> Diarist:
        """Learn nothing."""
        self.classes_ = np.unique(y)
        SEEN.append((self.name, "fit", frozenset(X[:, 0].tolist())))
        return self

    def predict(self, X: NDArray[Any]) -> NDArray[Any]:
        """Tell the second column, or its opposite."""
        SEEN.append((self.name, "predict", frozenset(X[:, 0].tolist())))
        return np.where(X[:, 0] % 10 < self.skill, X[:, 1], 1 - X[:, 1])


@oracle("p.06.8", "brute force: a diary of each row that was shown to an ensemble")
def test_chosen_ensembles_diary() -> None:
    SEEN.clear()
    X = np.column_stack([np.arange(200), np.arange(200) % 3 % 2])
    skills = {"poor": 3, "good": 8, "so": 5}
    found = choose_ensemble({name: Diarist(name, skill) for name, skill in skills.items()}, X, X[:, 1])
    asked = {kind: [(name, rows) for name, what, rows in SEEN if what == kind] for kind in ("fit", "predict")}
    *trained, (last, rest) = asked["fit"]
    *compared, (tested, test) = asked["predict"]
    assert sorted(name for name, _ in trained) == sorted(name for name, _ in compared) == ["good", "poor", "so"]
    assert last == tested == found["best"] == "good" and len(test) == 40 and rest == set(range(200)) - test
    (train,), (validation,) = {rows for _, rows in trained}, {rows for _, rows in compared}
    assert validation and train | validation == rest and not train & validation
    expected = {name: np.mean([row % 10 < skill for row in validation]) for name, skill in skills.items()}
    assert found["scores"] == pytest.approx(expected)
    assert found["test_score"] == pytest.approx(np.mean([row % 10 < 8 for row in test]))


@oracle("p.06.9", "scikit-learn's StackingClassifier of fitted models (cv='prefit')")
def test_blend_is_a_prefit_stack() -> None:
    X, y = small_digits(700)
    models = [GaussianNB(), KNeighborsClassifier(5), DecisionTreeClassifier(random_state=0)]
    models = [model.fit(X[:200], (y[:200] + 1) % 10) for model in models]  # each takes a 3 for a 4
    blender = fit_blender(models, X[:200], y[:200], X[200:400], y[200:400])
    named = [(str(i), model) for i, model in enumerate(models)]
    stack = ensemble.StackingClassifier(named, final_estimator=clone(blender), cv="prefit").fit(X[200:400], y[200:400])
    np.testing.assert_allclose(make_blend_features(models, X[400:]), stack.transform(X[400:]))
    answers = stack_predict(models, blender, X[400:])
    np.testing.assert_array_equal(answers, stack.predict(X[400:]))
    assert accuracy_score(y[400:], answers) > 0.6 > 0.2 > max(model.score(X[400:], y[400:]) for model in models)


@oracle("p.06.9", "scikit-learn's cross_val_predict, and a blender fitted to what it says")
@unfinished
def test_stack_learns_from_rows_held_back() -> None:
    X, y = small_digits(400)
    stack = fit_stacking(X[:200], y[:200])
    assert isinstance(stack, ensemble.StackingClassifier) and len(stack.estimators_) >= 3 and not stack.passthrough
    how = {"cv": stack.cv, "method": "predict_proba"}
    held_back = [cross_val_predict(clone(model), X[:200], y[:200], **how) for model in stack.estimators_]
    blender = clone(stack.final_estimator_).fit(np.hstack(held_back), y[:200])
    said = np.hstack([clone(model).fit(X[:200], y[:200]).predict_proba(X[200:]) for model in stack.estimators_])
    np.testing.assert_array_equal(blender.predict(said), stack.predict(X[200:]))
    assert stack.score(X[200:], y[200:]) > 0.85
