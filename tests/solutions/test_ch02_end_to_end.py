"""Chapter 2's references beside preparations by hand, scikit-learn, closed forms, brute force and properties."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.stats import kstest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.cluster import KMeans
from sklearn.ensemble import RandomForestRegressor
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import ParameterSampler
from sklearn.neighbors import KNeighborsRegressor
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

from solutions.ch02_end_to_end.neighbours import FeatureFromRegressor, prepare_with_location
from solutions.ch02_end_to_end.pipeline import full_pipeline
from solutions.ch02_end_to_end.preparation import search_prep
from solutions.ch02_end_to_end.project import find_leaks, load_project, split_project
from solutions.ch02_end_to_end.project_models import make_models, run_project
from solutions.ch02_end_to_end.random_search import random_search
from solutions.ch02_end_to_end.scaler import StandardScalerClone
from solutions.ch02_end_to_end.selection import make_select_pipeline
from solutions.ch02_end_to_end.svr import tune_svr
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}

Floats = NDArray[np.float64]
NUMBERS = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population"]
NUMBERS += ["households", "median_income"]
RECORD: list[tuple[str, list[int], list[int]]] = []  # who of p.02.7 was fitted to which rows, and asked about which

seeds = st.integers(0, 10_000)
few = settings(max_examples=25, deadline=None, derandomize=True)
tables = arrays(float, (7, 3), elements=st.integers(-999, 999).map(lambda number: number / 8))


def districts(seed: int, m: int = 75, gaps: tuple[str, ...] = ("total_bedrooms", "median_income")) -> Any:
    """Return made-up districts with gaps, and their values in dollars, which go up and down with the place."""
    rng = np.random.default_rng(seed)
    X = pd.DataFrame(rng.gamma(2, size=(m, 8)) * [3, 3, 10, 900, 200, 700, 150, 2], columns=NUMBERS)
    X["ocean_proximity"] = rng.choice(["INLAND", "NEAR BAY", "<1H OCEAN"], m)
    y = (
        90_000 * (2 + np.sin(X["longitude"] / 2))
        + 30_000 * X["median_income"]
        + 40_000 * (X["ocean_proximity"] == "INLAND")
    )
    for name in gaps:
        X.loc[rng.choice(m, m // 8, replace=False), name] = np.nan
    return X, y.rename("median_house_value")


def standard(learned: Any, new: Any) -> Any:
    """Return new numbers in standard deviations from the mean of those learned from."""
    return (new - learned.mean(axis=0)) / np.asarray(learned).std(axis=0)


def prepared(learned: pd.DataFrame, new: pd.DataFrame, filler: str = "median") -> Floats:
    """Prepare districts by hand: fill gaps, scale numbers, then a column for each place by the ocean."""
    numbers = learned[NUMBERS]
    fill = numbers.mode().iloc[0] if filler == "most_frequent" else numbers.agg(filler)
    scaled = standard(numbers.fillna(fill), new[NUMBERS].fillna(fill))
    kinds = sorted(learned["ocean_proximity"].unique())
    return np.column_stack([scaled, *(new["ocean_proximity"] == kind for kind in kinds)]).astype(float)


def svr(Z: Floats, y: Any, Z_new: Floats, **how: Any) -> Floats:
    """Return the predictions in dollars of a machine that was trained on a scaled target."""
    return np.asarray(SVR(**how).fit(Z, standard(y, y)).predict(Z_new) * np.std(y) + np.mean(y))


def rmse(y: Any, said: Any) -> float:
    return float(np.sqrt(np.mean((np.asarray(y) - said) ** 2)))


def held_out(m: int, cv: int) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the rows to learn from and those held out, `cv` times, the latter one after the other."""
    return [(np.setdiff1d(np.arange(m), fold), fold) for fold in np.array_split(np.arange(m), cv)]


def prepared_folds(X: pd.DataFrame, y: pd.Series, cv: int) -> list[Any]:
    """Return all that a machine needs for cross-validation: rows and values to learn from, and those held out."""
    folds = [(X.iloc[learn], y.iloc[learn], X.iloc[hold], y.iloc[hold]) for learn, hold in held_out(len(X), cv)]
    return [(prepared(A, A), y_A, prepared(A, B), y_B) for A, y_A, B, y_B in folds]


def own_error(folds: list[Any], **how: Any) -> float:
    """Cross-validate a machine by hand."""
    return float(np.mean([rmse(y_new, svr(Z, y, Z_new, **how)) for Z, y, Z_new, y_new in folds]))


@oracle("p.02.1", "cross-validation and preparation by hand, with numpy and pandas")
def test_errors_of_all_candidates_are_those_by_hand() -> None:
    X, y = districts(0)
    found = tune_svr(X, y, n_rows=60, cv=3)
    tried, folds = found["tried"], prepared_folds(X[:60], y[:60], 3)
    for candidate in tried:
        how = {name: value for name, value in candidate.items() if name != "rmse"}
        assert candidate["rmse"] == pytest.approx(own_error(folds, **how), rel=1e-3)
    best = min(tried, key=lambda candidate: candidate["rmse"])
    assert (found["cv_rmse"], found["best_kernel"]) == (best["rmse"], best["kernel"])
    how = {name: value for name, value in best.items() if name != "rmse"}
    expected = svr(prepared(X[:60], X[:60]), y[:60], prepared(X[:60], X), **how)
    np.testing.assert_allclose(found["best_estimator"].predict(X), expected, rtol=1e-3)


@oracle("p.02.2", "cross-validation by hand; a Kolmogorov-Smirnov test of what is drawn")
def test_settings_are_drawn_evenly_on_a_logarithmic_scale() -> None:
    X, y = districts(1, m=60)
    search, folds = random_search(X, y, n_iter=4, cv=4, seed=3), prepared_folds(X, y, 4)
    for settings_, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True):
        how = {name.split("__")[-1]: value for name, value in settings_.items()}
        assert set(how) >= {"C", "gamma"}
        assert -score == pytest.approx(own_error(folds, **how), rel=1e-3)
    drawn = pd.DataFrame(ParameterSampler(search.param_distributions, 500, random_state=0))
    for name in drawn:
        logs = np.log10(drawn[name].to_numpy())
        low, high = np.log10(search.param_distributions[name].support())
        assert kstest(logs, "uniform", args=(low, high - low)).pvalue > 0.01
        assert high - low >= (4 if str(name).endswith("C") else 1)


@oracle("p.02.3", "a forest's importances and a machine on columns prepared by hand")
@pytest.mark.parametrize("threshold", ["median", "1.5*mean", 0.05])
def test_the_features_kept_are_those_that_reach_the_threshold(threshold: Any) -> None:
    X, y = districts(2, m=90)
    model = make_select_pipeline(threshold, seed=5).fit(X[:70], y[:70])
    Z, Z_new = prepared(X[:70], X[:70]), prepared(X[:70], X[70:])
    importances = RandomForestRegressor(50, random_state=5).fit(Z, y[:70]).feature_importances_
    least = {"median": np.median(importances), "1.5*mean": 1.5 * np.mean(importances)}.get(threshold, threshold)
    kept = importances >= least
    assert model["select"].get_support().tolist() == kept.tolist()
    how = {name: model[-1].regressor_.get_params()[name] for name in ("kernel", "C", "gamma")}
    np.testing.assert_allclose(model.predict(X[70:]), svr(Z[:, kept], y[:70], Z_new[:, kept], **how), rtol=1e-3)


@oracle("p.02.3", "property: what alone decides is kept")
@pytest.mark.parametrize("number", [0, 3, 7])
def test_a_column_that_decides_alone_is_kept_alone(number: int) -> None:
    X, _ = districts(3, gaps=())
    model = make_select_pipeline("2*mean").fit(X, 1_000 * X[NUMBERS[number]])
    assert np.flatnonzero(model["select"].get_support()).tolist() == [number]


@oracle("p.02.4", "nearest neighbours by brute force (hypothesis)")
@few
@given(seeds, st.integers(1, 8))
def test_the_feature_is_the_mean_of_the_nearest(seed: int, k: int) -> None:
    rng = np.random.default_rng(seed)
    X, new, y = rng.normal(size=(12, 2)), rng.normal(size=(5, 2)), rng.normal(size=12)
    nearest = np.argsort(cdist(new, X), axis=1)
    for regressor, count in ((KNeighborsRegressor(k), k), (None, 5)):
        found = FeatureFromRegressor(regressor).fit(X, y).transform(new)
        np.testing.assert_allclose(found, y[nearest[:, :count]].mean(axis=1, keepdims=True))
    table = pd.DataFrame(X, columns=["a", "b"]).assign(z=y)
    named = FeatureFromRegressor(KNeighborsRegressor(k), target="z").fit(table, -y)  # the y passed in plays no part
    found = named.transform(pd.DataFrame(new, columns=["a", "b"]).assign(z=9.0))
    np.testing.assert_allclose(found, y[nearest[:, :k]].mean(axis=1, keepdims=True))


@oracle("p.02.4", "a preparation by hand, neighbours by brute force")
@pytest.mark.parametrize("k", [1, 4, 60])
def test_the_preparation_is_that_by_hand(k: int) -> None:
    X, y = districts(4, gaps=("total_bedrooms",))
    learned, new = X[:60], X[60:].assign(ocean_proximity="AT SEA")
    place = ["latitude", "longitude"]
    nearest = np.argsort(cdist(new[place], learned[place]), axis=1)[:, :k]
    expected = np.column_stack([prepared(learned, new), learned["median_income"].to_numpy()[nearest].mean(axis=1)])
    model = prepare_with_location(k).fit(learned.join(y), y[:60])
    found = np.asarray(model.transform(new))
    np.testing.assert_allclose(found[:, np.lexsort(found)], expected[:, np.lexsort(expected)], atol=1e-9)
    np.testing.assert_array_equal(prepare_with_location(k).fit(learned).transform(new), found)


@oracle("p.02.5", "cross-validation by hand, clusters included")
def test_each_error_of_the_search_is_that_by_hand() -> None:
    X, y = districts(5, m=96)
    search = search_prep(X, y, n_iter=6, cv=2, seed=7)
    place = ["longitude", "latitude"]
    for settings_, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True):
        how = {name.split("__")[-1]: value for name, value in settings_.items()}
        errors = []
        for learn, hold in held_out(96, 2):
            A, B = X.iloc[learn], X.iloc[hold]
            centres = KMeans(how["n_clusters"], random_state=7).fit(A[place].to_numpy()).cluster_centers_
            far = [cdist(rows[place], centres) for rows in (A, B)]
            Z, Z_new = (
                np.column_stack([prepared(A, rows, how["strategy"]), standard(far[0], one)])
                for rows, one in zip((A, B), far, strict=True)
            )
            errors.append(rmse(y.iloc[hold], svr(Z, y.iloc[learn], Z_new, C=how["C"], gamma=how["gamma"])))
        assert -score == pytest.approx(np.mean(errors), rel=1e-3)
    assert search.best_score_ == max(search.cv_results_["mean_test_score"])


@oracle("p.02.6", "scikit-learn's StandardScaler (hypothesis)")
@few
@given(tables, tables, st.booleans())
def test_the_scaler_is_scikit_learn_s(X: Floats, new: Floats, with_mean: bool) -> None:
    X[:, 2] = 0.1 if X[0, 0] > 0 else X[:, 2]  # often a column of one value
    ours, theirs = StandardScalerClone(with_mean=with_mean).fit(X), StandardScaler(with_mean=with_mean).fit(X)
    np.testing.assert_allclose(ours.mean_, X.mean(axis=0))
    np.testing.assert_allclose(ours.scale_, theirs.scale_)
    np.testing.assert_allclose(ours.transform(new), theirs.transform(new), atol=1e-9)
    np.testing.assert_allclose(ours.inverse_transform(new), theirs.inverse_transform(new), atol=1e-9)
    np.testing.assert_allclose(ours.inverse_transform(ours.transform(new)), new, atol=1e-9)
    assert ours.get_feature_names_out().tolist() == theirs.get_feature_names_out().tolist()


@oracle("p.02.6", "scikit-learn's StandardScaler: names, and what it refuses")
@pytest.mark.parametrize("kind", [StandardScaler, StandardScalerClone])
def test_the_scaler_names_and_refuses_as_scikit_learn_s(kind: Any) -> None:
    table = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [0.0, 1.0, 5.0]})
    scaler = kind()
    for call in (scaler.transform, scaler.inverse_transform, lambda _: scaler.get_feature_names_out()):
        with pytest.raises(NotFittedError):
            call(table)
    assert scaler.fit(table).get_feature_names_out().tolist() == ["a", "b"]
    assert scaler.get_feature_names_out(["a", "b"]).tolist() == scaler.feature_names_in_.tolist() == ["a", "b"]
    for names in (["a"], ["a", "c"]):
        with pytest.raises(ValueError, match=r"names|input_features"):
            scaler.get_feature_names_out(names)
    scaler.fit(table.to_numpy())
    assert scaler.get_feature_names_out().tolist() == ["x0", "x1"]
    assert scaler.get_feature_names_out(["p", "q"]).tolist() == ["p", "q"]
    assert not hasattr(scaler, "feature_names_in_")
    for call in (scaler.transform, scaler.inverse_transform):
        with pytest.raises(ValueError, match=r"features|columns|broadcast"):
            call(np.ones((2, 3)))


@oracle("p.02.7", "the files' dates; parts and their total")
@pytest.mark.filterwarnings("ignore::course.datasets.api.StandInWarning")
def test_the_project_s_bikes_add_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COURSE_DATA_OFFLINE", "1")  # a stand-in where there are no files
    project = load_project()
    frame = project["frame"]
    assert (frame["casual"] + frame["registered"]).equals(frame[project["target"]])
    assert sorted(project["leaky"]) == ["casual", "registered"] == sorted(find_leaks(frame, project["target"]))
    when = frame[project["ordered_by"]].dt
    parts = {"hr": when.hour, "mnth": when.month, "yr": when.year - 2011, "weekday": (when.day_of_week + 1) % 7}
    for name, part in parts.items():
        assert (frame[name] == part).all(), name


@oracle("p.02.7", "targets made of known parts (hypothesis)")
@few
@given(
    arrays(int, (9, 4), elements=st.integers(-20, 20)), arrays(int, 4, elements=st.integers(-3, 3)), st.integers(0, 8)
)
def test_leaks_are_the_parts_that_a_target_was_made_of(
    X: NDArray[np.int64], weights: NDArray[np.int64], row: int
) -> None:
    assume(np.linalg.matrix_rank(np.column_stack([X, np.ones(9)])) == 5)  # else there are several ways to add up
    assume(weights.any())
    frame = pd.DataFrame(X, columns=list("abcd")).assign(y=X @ weights + 7, text="t")
    expected = [name for name, weight in zip("abcd", weights, strict=True) if weight]
    assert sorted(find_leaks(frame, "y")) == expected
    frame["y"] += np.arange(9) == row
    exact = np.linalg.matrix_rank(np.column_stack([X, np.ones(9), frame["y"]])) == 5
    assert bool(find_leaks(frame, "y")) == exact
    gap = frame.astype({"a": float})
    gap.loc[row, "a"] = np.nan  # now the row that is off is left out of account
    rest = np.delete(np.column_stack([X, np.ones(9)]), row, axis=0)
    if np.linalg.matrix_rank(rest) == 5:
        assert sorted(find_leaks(gap, "y")) == expected


@oracle("p.02.7", "brute force over all cuts; property: no case in both parts (hypothesis)")
@few
@given(st.lists(st.integers(0, 9), min_size=8, max_size=30), st.sampled_from([0.2, 0.35, 0.5]), seeds)
def test_the_split_keeps_cases_and_moments_together(days: list[int], share: float, seed: int) -> None:
    cases = pd.DataFrame({"day": days, "id": range(len(days))})
    frame = pd.concat([cases, cases[::3]]).sample(frac=1, random_state=seed)
    train, test = split_project(frame, "day", test_size=share)
    sizes = [sum(day >= start for day in days) for start in range(11)]  # of the test part, for each cut
    assert len(test) == min(size for size in sizes if size >= round(share * len(days)))
    assert train.empty or train["day"].max() < test["day"].min()
    drawn = split_project(frame, None, test_size=share, seed=seed)
    assert abs(len(drawn[1]) - share * len(days)) <= 0.5
    for parts in ((train, test), drawn):
        assert sorted([*parts[0]["id"], *parts[1]["id"]]) == list(range(len(days)))
    assert split_project(frame, None, test_size=share, seed=seed)[1].equals(drawn[1])


class Line(RegressorMixin, BaseEstimator):  # type: ignore[misc]  # scikit-learn has no types
    """Fits a line to one column, and notes which rows it was fitted to and asked about."""

    def __init__(self, column: str) -> None:
        self.column = column

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Line:
        self.rows_, self.line_ = sorted(X["row"]), np.polyfit(X[self.column], y, 1)
        return self

    def predict(self, X: pd.DataFrame) -> Floats:
        RECORD.append((self.column, self.rows_, sorted(X["row"])))
        return np.polyval(self.line_, X[self.column])


@oracle("p.02.7", "errors by closed form from a record of who saw which rows")
@pytest.mark.parametrize("ordered_by", [None, "day"])
def test_the_project_s_errors_are_those_of_the_rows_on_record(ordered_by: str | None) -> None:
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(80, 2)), columns=["a", "b"]).assign(row=range(80), day=rng.permutation(80))
    frame["y"] = 3 * frame["a"] + frame["b"] + rng.normal(size=80)
    train, test = frame[frame["day"] < 60], frame[frame["day"] >= 60]

    def dear(y: Any, said: Any) -> float:  # to be too low costs twice as much
        return float(np.mean(np.maximum(2 * (np.asarray(y) - said), said - np.asarray(y))))

    def error(rows: list[int], asked: list[int], column: str | None) -> float:
        learned, held = frame.loc[rows], frame.loc[asked]
        if column is None:
            return dear(held["y"], learned["y"].mean())
        slope = np.cov(learned[column], learned["y"])[0, 1] / learned[column].var()
        return dear(held["y"], learned["y"].mean() + slope * (held[column] - learned[column].mean()))

    RECORD.clear()
    found = run_project({"one": Line("a"), "other": Line("b")}, train, test, "y", ordered_by, dear)
    best, rows, asked = RECORD.pop()
    assert (found["best"], best, rows, asked) == ("one", "a", sorted(train["row"]), sorted(test["row"]))
    assert found["test_error"] == pytest.approx(error(rows, asked, "a"))
    for name, column in {"one": "a", "other": "b", "baseline": None}.items():
        folds = [(learned, held) for one, learned, held in RECORD if one == (column or "a")]
        assert len(folds) == 5
        assert found["errors"][name] == pytest.approx(np.mean([error(*fold, column) for fold in folds]))
    for learned, held in folds:
        if ordered_by:
            assert frame.loc[learned, "day"].max() < frame.loc[held, "day"].min()
        else:
            assert sorted(learned + held) == sorted(train["row"])
    if ordered_by is None:
        assert sorted(row for _, held in folds for row in held) == sorted(train["row"])


@oracle("p.02.7", "ridge regression's closed form on a table prepared by hand; property: leaks and times have no say")
def test_models_are_those_by_hand_and_blind_for_leaks() -> None:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"size": rng.normal(5, 2, size=80), "kind": ["a"] * 40 + ["b"] * 30 + ["c"] * 6 + ["d"] * 4})
    y = 3.0 * (X["size"] > 5) + (X["kind"] == "a") + rng.normal(scale=0.1, size=80)
    X.loc[::9, "size"] = np.nan
    leaky = X.assign(total=10 * y, when=pd.date_range("2020-01-01", periods=80, freq="h"))
    models = {name: model.fit(leaky, y) for name, model in make_models(["total"]).items()}
    new = pd.DataFrame({"size": [1.0, np.nan, 7.0, 4.0], "kind": ["a", "c", "never seen", "b"]})
    fill = X["size"].median()

    def table(rows: pd.DataFrame) -> Floats:
        kinds = rows["kind"].where(rows["kind"].isin(["a", "b"]), "rare")
        scaled = standard(X["size"].fillna(fill), rows["size"].fillna(fill))
        return np.column_stack([scaled, *(kinds == kind for kind in ("a", "b", "rare"))]).astype(float)

    Z, mean = table(X) - table(X).mean(axis=0), table(X).mean(axis=0)
    weights = np.linalg.solve(Z.T @ Z + np.eye(4), Z.T @ (y - y.mean()))
    np.testing.assert_allclose(
        models["linear"].predict(new.assign(when=pd.Timestamp("2021-01-01"))), y.mean() + (table(new) - mean) @ weights
    )
    errors = {name: rmse(y, model.predict(leaky.assign(total=-1.0))) for name, model in models.items()}
    assert errors["boosting"] < 0.6 * errors["linear"]  # the target has a step


@oracle("tf2.02.4", "the largest correlations; least squares by numpy.linalg.lstsq")
@pytest.mark.parametrize("k", [1, 3, 6])
def test_the_pipeline_is_least_squares_on_the_most_correlated(k: int) -> None:
    X, y = districts(6, m=100)
    learned, new = X[:80], X[80:].replace("INLAND", "AT SEA")
    Z, Z_new = prepared(learned, learned), prepared(learned, new)
    strength = [abs(np.corrcoef(column, y[:80])[0, 1]) for column in Z.T]
    top = np.argsort(strength)[-k:]
    weights = np.linalg.lstsq(np.column_stack([Z[:, top], np.ones(80)]), y[:80])[0]
    line = LinearRegression()
    pipeline = full_pipeline(line, k).fit(learned, y[:80])
    expected = np.column_stack([Z_new[:, top], np.ones(20)]) @ weights
    np.testing.assert_allclose(pipeline.predict(new), expected)
    again = pickle.loads(pickle.dumps(pipeline))  # noqa: S301  # our own
    np.testing.assert_array_equal(again.predict(new), pipeline.predict(new))
    assert not hasattr(line, "coef_")
