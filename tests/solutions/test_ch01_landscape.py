"""Chapter 1's references beside scikit-learn, pandas, SciPy, brute force and properties."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import binom, linregress
from sklearn.cluster import AgglomerativeClustering, KMeans
from sklearn.dummy import DummyClassifier, DummyRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LinearRegression, Ridge, SGDRegressor
from sklearn.metrics import accuracy_score, adjusted_rand_score, mean_squared_error, root_mean_squared_error
from sklearn.model_selection import GridSearchCV, KFold, PredefinedSplit
from sklearn.neighbors import KNeighborsRegressor, NearestNeighbors
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, PolynomialFeatures, StandardScaler
from sklearn.tree import DecisionTreeRegressor
from sklearn.utils import get_tags

from solutions.ch01_landscape import kinds, learning, testing
from solutions.ch01_landscape.spam import spam_words
from tests.support.oracle import oracle

Array = NDArray[Any]
SOME = settings(max_examples=25, deadline=None, derandomize=True)
SEEDS = st.integers(0, 10_000)
WORDS = st.sampled_from(["ham", "jam", "rusk", "tea", "milk"])

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.01.1", "brute force over all thresholds")
@SOME
@given(
    st.lists(st.tuples(st.integers(-9, 9), st.integers(0, 1)), min_size=1, max_size=9, unique_by=lambda pair: pair[0])
)
def test_threshold_by_brute_force(examples: list[tuple[int, int]]) -> None:
    def mistakes(threshold: float) -> int:
        return sum((value >= threshold) != (label == 1) for value, label in examples)

    found = kinds.learn_threshold(*np.array(examples, dtype=float).T)
    assert mistakes(found) == min(mistakes(half / 2) for half in range(-21, 22))


@oracle("p.01.2", "itertools.product counts the rules, scikit-learn's OneHotEncoder the weights")
@SOME
@given(st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_rules_and_weights_counted(levels: list[int]) -> None:
    table = np.array(list(product(*map(range, levels))))
    encoded = OneHotEncoder().fit(table).get_feature_names_out()
    assert kinds.rules_and_weights(levels) == (len(table), len(encoded) + 1)


VALUES = st.sampled_from([None, 0, 0.0, 3, "", "red", False])


@oracle("p.01.3", "pandas' dropna")
@SOME
@given(st.lists(st.fixed_dictionaries({"rooms": VALUES, "price": VALUES}), min_size=1, max_size=8))
def test_labelled_rows_as_dropna(rows: list[dict[str, Any]]) -> None:
    table = pd.DataFrame(rows, dtype=object)
    for target in table.columns:
        assert kinds.labelled_rows(rows, target) == table.dropna(subset=[target]).index.tolist()


@oracle("p.01.4", "scikit-learn's DummyClassifier and DummyRegressor, and their estimator types")
@SOME
@given(st.lists(st.integers(0, 4), min_size=1, max_size=9))
def test_baseline_as_dummy(targets: list[int]) -> None:
    names: list[str] = []
    for model, between in [(DummyClassifier(), False), (DummyRegressor(), True)]:
        task, prediction = kinds.baseline(targets, between)
        expected = model.fit(np.zeros((len(targets), 1)), targets).predict([[0]])[0]
        names.append(task)
        kind = {"classifier": "classification", "regressor": "regression"}[get_tags(model).estimator_type]
        assert task == kind
        if between:
            assert prediction == pytest.approx(expected)
        else:
            assert targets.count(prediction) == targets.count(expected)  # of equals, any
    assert sorted(kinds.P_01_4_CHOICE) == sorted(names)


@oracle("p.01.5", "the product of CountVectorizer's table with itself")
@SOME
@given(st.lists(st.lists(WORDS, min_size=2, max_size=6), min_size=1, max_size=9))
def test_pairs_by_product(baskets: list[list[str]]) -> None:
    vectorizer = CountVectorizer(analyzer=list, binary=True)
    counts = vectorizer.fit_transform(baskets).toarray()
    together = np.triu(counts.T @ counts, 1)
    assume(together.max() > 0)
    names = vectorizer.get_feature_names_out().tolist()
    first, second = kinds.bought_together(baskets)
    assert first < second
    assert together[names.index(first), names.index(second)] == together.max()


@oracle("p.01.5", "scikit-learn's NearestNeighbors")
@SOME
@given(seed=SEEDS, n=st.integers(3, 12), d=st.integers(1, 3))
def test_loneliest_by_neighbours(seed: int, n: int, d: int) -> None:
    X = np.random.default_rng(seed).standard_t(2, size=(n, d))
    distances, _ = NearestNeighbors(n_neighbors=1).fit(X).kneighbors()  # nobody is their own neighbour
    assert distances[kinds.odd_one_out(X)] == pytest.approx(distances.max())


@oracle("p.01.6", "pandas' groupby")
@SOME
@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("xyz"), st.integers(-9, 9)), min_size=1, max_size=20))
def test_moves_by_groups(experience: list[tuple[str, str, float]]) -> None:
    means = pd.DataFrame(experience, columns=["ground", "move", "reward"]).groupby(["ground", "move"])["reward"].mean()
    policy = kinds.best_moves(experience)
    best = means.groupby("ground").max()
    assert set(policy) == set(best.index)
    assert [means[ground, move] for ground, move in policy.items()] == pytest.approx([best[g] for g in policy])


@oracle("p.01.7", "scikit-learn's AgglomerativeClustering; the nearest by SciPy's cdist")
@SOME
@given(seed=SEEDS, k=st.integers(2, 5))
def test_groups_far_apart(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    kind = np.arange(8 * k) % k
    X, new = (np.column_stack([20 * kind, -9 * kind]) + rng.normal(size=(8 * k, 2)) for _ in range(2))
    for other in (kind, AgglomerativeClustering(k).fit_predict(X)):
        assert adjusted_rand_score(other, kinds.find_groups(X, k)) == 1
    names = np.array(["rare", "loyal", "rare", "new", "rare"])[kind]  # some groups are of several kinds
    assigned = kinds.assign_groups(X, names.tolist(), new)
    assert assigned == names.tolist() == names[cdist(new, X).argmin(axis=1)].tolist()


@oracle("p.01.8", "scikit-learn's CountVectorizer, class by class")
@SOME
@given(st.lists(st.tuples(st.lists(WORDS, min_size=1, max_size=4), st.integers(0, 1)), min_size=1, max_size=6))
def test_spam_words_counted(marked: list[tuple[list[str], int]]) -> None:
    mails, labels = [" ".join(words) for words, _ in marked], [label for _, label in marked]
    vectorizer = CountVectorizer(token_pattern=r"\S+")
    counts = vectorizer.fit_transform(mails).toarray()
    spam, wanted = np.array(labels) @ counts, (1 - np.array(labels)) @ counts
    assert spam_words(mails, labels) == vectorizer.get_feature_names_out()[(spam > 0) & (wanted == 0)].tolist()


@oracle("p.01.9", "scikit-learn's SGDRegressor, example by example; pandas' moving average")
@SOME
@given(seed=SEEDS, rate=st.floats(0.01, 0.5))
def test_stream_as_sgd(seed: int, rate: float) -> None:
    x, y = np.random.default_rng(seed).normal(1, 1, size=(2, 12))
    model = SGDRegressor(penalty=None, fit_intercept=False, learning_rate="constant", eta0=rate)
    model.partial_fit([[0.0]], [0.0])  # learns nothing, and begins at 0
    expected = []
    for value, answer in zip(x, y, strict=True):
        expected.append(model.predict([[value]])[0])
        model.partial_fit([[value]], [answer])
    assert learning.predict_then_learn(x, y, rate) == pytest.approx(expected)
    average = pd.Series([0.0, *y]).ewm(alpha=rate, adjust=False).mean()[:-1]  # what it is if all x are 1
    assert learning.predict_then_learn(np.ones(12), y, rate) == pytest.approx(average.tolist())


def _wealth(seed: int, n: int) -> tuple[Array, Array]:
    """Draw examples whose feature is as large as dollars."""
    rng = np.random.default_rng(seed)
    x = rng.uniform(20_000, 90_000, n)
    return x, 4 + x / 30_000 + rng.normal(size=n)


@oracle("p.01.10", "SciPy's linregress on the whole table")
@oracle("p.01.13", "SciPy's linregress")
@SOME
@given(seed=SEEDS, n=st.integers(3, 30), cuts=st.lists(st.integers(1, 29), max_size=4))
def test_lines_as_linregress(seed: int, n: int, cuts: list[int]) -> None:
    x, y = _wealth(seed, n)
    theirs = linregress(x, y)
    expected = pytest.approx((theirs.intercept, theirs.slope), rel=1e-6, abs=1e-9)
    ends = [0, *sorted({min(cut, n) for cut in cuts} | {n})]
    assert learning.fit_line_in_chunks((x[a:b], y[a:b]) for a, b in pairwise(ends)) == expected
    assert learning.search_line(x, y) == expected


@oracle("p.01.11", "scikit-learn's KNeighborsRegressor")
@SOME
@given(seed=SEEDS, n=st.integers(1, 15), share=st.floats(0, 1), new=st.floats(10_000, 99_000))
def test_neighbours_as_regressor(seed: int, n: int, share: float, new: float) -> None:
    x, y = _wealth(seed, n)
    k = 1 + int(share * (n - 1))
    theirs = KNeighborsRegressor(k).fit(x[:, None], y).predict([[new]])
    assert learning.predict_by_neighbours(x, y, new, k) == pytest.approx(theirs[0])


@oracle("p.01.12", "scikit-learn's Ridge")
@SOME
@given(seed=SEEDS, n=st.integers(3, 20), alpha=st.floats(0, 50))
def test_penalty_as_ridge(seed: int, n: int, alpha: float) -> None:
    x, y = np.random.default_rng(seed).normal(3, 2, size=(2, n))
    theirs = Ridge(alpha).fit(x[:, None], y)
    expected = {"intercept": theirs.intercept_, "slope": theirs.coef_[0]}
    assert learning.fit_with_penalty(x, y, alpha) == pytest.approx(expected)


@oracle("p.01.12", "scikit-learn's names: settings are in get_params, what is learned comes with fit")
def test_what_is_learned() -> None:
    places: dict[str, tuple[Any, str]] = {
        "a": (LinearRegression(), "coef_"),
        "b": (KNeighborsRegressor(), "n_neighbors"),
        "c": (Ridge(), "alpha"),
        "d": (MLPRegressor(), "coefs_"),
        "e": (KMeans(2), "cluster_centers_"),
        "f": (KMeans(2), "n_clusters"),
        "g": (SGDRegressor(), "eta0"),
        "h": (StandardScaler(), "mean_"),
        "i": (DecisionTreeRegressor(), "tree_"),
        "j": (DecisionTreeRegressor(), "max_depth"),
    }
    X, y = np.arange(12.0).reshape(6, 2), np.arange(6.0)
    learned = []
    for letter, (model, name) in places.items():
        before = hasattr(model, name)
        getattr(model, "partial_fit" if letter == "d" else "fit")(X, y)
        assert hasattr(model, name) and before == (name in model.get_params())
        learned += [] if before else [letter]
    assert learned == learning.P_01_12_LEARNED


@oracle("p.01.13", "scikit-learn's mean_squared_error and LinearRegression")
def test_line_of_countries() -> None:
    x, y = _wealth(13, 27)
    model = LinearRegression().fit(x[:, None], y)
    line = learning.search_line(x, y)
    assert learning.cost(line, x, y) == pytest.approx(mean_squared_error(y, model.predict(x[:, None])))
    assert learning.cost((1.0, 1e-5), x, y) == pytest.approx(mean_squared_error(y, np.polyval([1e-5, 1.0], x)))
    assert learning.predict_line(line, 37_655.0) == pytest.approx(model.predict([[37_655.0]])[0])


@oracle("p.01.14", "pandas' value_counts")
@SOME
@given(sample=st.lists(WORDS, min_size=1, max_size=9), rest=st.lists(WORDS, max_size=9))
def test_shares_by_value_counts(sample: list[str], rest: list[str]) -> None:
    for drawn, population in [(sample, sample + rest), (rest or sample, sample)]:
        shares = [pd.Series(groups).value_counts(normalize=True) for groups in (drawn, population)]
        expected = shares[0].reindex(shares[1].index, fill_value=0) - shares[1]
        assert learning.shares_off(drawn, population) == pytest.approx(expected.to_dict())


def _polynomial(degree: int) -> Any:
    """Return scikit-learn's polynomial by least squares."""
    return make_pipeline(PolynomialFeatures(degree, include_bias=False), LinearRegression())


def _wave(rng: np.random.Generator, n: int) -> tuple[Array, Array]:
    """Draw a wave with noise."""
    x = rng.uniform(-1, 1, n)
    return x, np.sin(3 * x) + rng.normal(0, 0.3, n)


@oracle("p.01.15", "scikit-learn's PolynomialFeatures, LinearRegression and root_mean_squared_error")
@SOME
@given(seed=SEEDS, degree=st.integers(1, 4), n=st.integers(6, 30))
def test_two_errors_as_pipeline(seed: int, degree: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    (x, y), (x_new, y_new) = _wave(rng, n), _wave(rng, 9)
    model = _polynomial(degree).fit(x[:, None], y)
    expected = [root_mean_squared_error(b, model.predict(a[:, None])) for a, b in [(x, y), (x_new, y_new)]]
    assert testing.train_and_new_error(x, y, x_new, y_new, degree) == pytest.approx(expected)


@oracle("p.01.16", "property: a partition, drawn anew by each seed (hypothesis)")
@SOME
@given(n=st.integers(8, 40), test_rows=st.integers(2, 6), seed=SEEDS)
def test_rows_put_aside_once(n: int, test_rows: int, seed: int) -> None:
    train, test = testing.hold_out(n, test_rows / n, seed)
    assert len(test) == test_rows and sorted([*train, *test]) == list(range(n))
    assert np.array_equal(test, testing.hold_out(n, test_rows / n, seed)[1])
    assert len({frozenset(testing.hold_out(n, test_rows / n, seed + i)[1].tolist()) for i in range(20)}) > 5


@oracle("p.01.16", "closed form: each row, and each pair, is put aside as often as chance has it")
def test_rows_put_aside_by_chance() -> None:
    tests = np.array([np.isin(np.arange(10), testing.hold_out(10, 0.3, seed)[1]) for seed in range(2000)], dtype=float)
    together = tests.T @ tests  # a binomial number of the 2000
    for counts, chance in [(np.diag(together), 0.3), (together[np.triu_indices(10, 1)], 3 / 10 * 2 / 9)]:
        low, high = binom.interval(0.9999, 2000, chance)
        assert low <= counts.min() and counts.max() <= high


@oracle("p.01.17", "scikit-learn's GridSearchCV on one split, which fits the winner again")
@SOME
@given(seed=SEEDS, n=st.integers(8, 25))
def test_choice_as_grid_search(seed: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    train, validation, test = _wave(rng, n), _wave(rng, 8), _wave(rng, 9)
    x, y = np.concatenate([train, validation], axis=1)
    search = GridSearchCV(
        _polynomial(1),
        {"polynomialfeatures__degree": [1, 2, 3, 4]},
        cv=PredefinedSplit([-1] * n + [0] * 8),
        scoring="neg_root_mean_squared_error",
    ).fit(x[:, None], y)
    degree, error = testing.choose_degree(train, validation, test, [1, 2, 3, 4])
    assert degree == search.best_params_["polynomialfeatures__degree"]
    assert error == pytest.approx(-search.score(test[0][:, None], test[1]))


@oracle("p.01.18", "experiment: models whose trouble is known; property: only differences count (hypothesis)")
@SOME
@given(seed=SEEDS, raised=st.integers(0, 50))
def test_known_troubles(seed: int, raised: int) -> None:
    rng = np.random.default_rng(seed)
    x = rng.uniform(0, 9, 600)
    y = x + rng.normal(0, 1, 600)
    train, dev = np.arange(300), np.arange(300, 600)
    cases: list[tuple[Any, float, list[str]]] = [
        (LinearRegression(), 0, []),
        (DummyRegressor(), 0, ["underfitting"]),
        (KNeighborsRegressor(1), 0, ["overfitting"]),
        (LinearRegression(), 9, ["mismatch"]),
        (KNeighborsRegressor(1), 9, ["overfitting", "mismatch"]),
    ]
    for model, moved, troubles in cases:
        model.fit(x[train, None], y[train])
        errors = [root_mean_squared_error(y[rows], model.predict(x[rows, None])) for rows in (train, dev)]
        errors.append(root_mean_squared_error(y[dev] + moved, model.predict(x[dev, None])))
        trained, developed, validated = (error + raised for error in errors)
        assert testing.diagnose(1.0 + raised, trained, developed, validated, gap=0.4) == troubles


@oracle("p.01.19", "scikit-learn's accuracy_score")
@SOME
@given(seed=SEEDS, m=st.integers(1, 6), n=st.integers(1, 12))
def test_winner_by_accuracy(seed: int, m: int, n: int) -> None:
    rng = np.random.default_rng(seed)
    test, fresh = rng.random((m, n)) < 0.6, rng.random((m, 9)) < 0.6
    scores = [(accuracy_score(np.ones(n), a), accuracy_score(np.ones(9), b)) for a, b in zip(test, fresh, strict=True)]
    best = sorted(scores, reverse=True)
    assume(m == 1 or best[0][0] > best[1][0])
    assert testing.optimism(test, fresh) == pytest.approx(best[0])


@oracle("p.01.19", "closed form: the expected largest of 30 binomial numbers")
def test_optimism_of_coin_tossers() -> None:
    rng = np.random.default_rng(19)
    runs = [testing.optimism(rng.random((30, 50)) < 0.5, rng.random((30, 50)) < 0.5) for _ in range(1000)]
    largest = np.sum(1 - binom.cdf(np.arange(50), 50, 0.5) ** 30) / 50
    assert np.mean(runs, axis=0) == pytest.approx((largest, 0.5), abs=0.01)


@oracle("tf1.01.19", "scikit-learn's KFold: the sizes; property: each row validates once (hypothesis)")
@SOME
@given(n=st.integers(2, 25), share=st.floats(0, 1))
def test_folds_as_kfold(n: int, share: float) -> None:
    k = 2 + int(share * (n - 2))
    plan = testing.folds(n, k)
    theirs = [len(validation) for _, validation in KFold(k).split(np.zeros(n))]
    assert sorted(len(validation) for _, validation in plan) == sorted(theirs)
    assert sorted(np.concatenate([validation for _, validation in plan])) == list(range(n))
    assert all(sorted([*train, *validation]) == list(range(n)) for train, validation in plan)
