"""Hidden checks of chapter 2: transformers of your own (p.02.4, p.02.6) and one pipeline (tf2.02.4)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from scipy.sparse import issparse
from sklearn.preprocessing import StandardScaler

from autograder import check
from autograder.checks.inputs_ch02_end_to_end_parts import (
    copied,
    districts,
    measurements,
    named,
    names_of,
    neighbours,
    refuses,
    straight_line,
    table_of,
)

# ---------------------------------------------------------------- p.02.4


@check("p.02.4", core=True, weight=2, hint="Which object predicts in `transform`, and what was it fitted to?")
def test_feature_is_what_the_regressor_predicts(student, rng):
    """For rows that it was not fitted to, the feature is what the regressor that was handed over predicts, whichever it
    is: neighbours, a straight line, or the 5 nearest neighbours if none was."""
    X, new = rng.normal(size=(80, 3)), rng.normal(size=(25, 3))
    y = X @ rng.normal(size=3) + rng.normal(size=80)
    n_neighbors = int(rng.integers(6, 20))
    for ours, handed in [
        (neighbours(n_neighbors), [student.probe_(neighbours)(n_neighbors)]),
        (straight_line(), [student.probe_(straight_line)()]),
        (neighbours(5), []),
    ]:
        feature = student.FeatureFromRegressor(*handed).fit(X, y)
        assert_allclose(table_of(feature.transform(new), (25, 1))[:, 0], ours.fit(X, y).predict(new), rtol=1e-9)


@check("p.02.4", hint="Of the columns that come in, which are inputs of the regressor and which is its target?")
def test_feature_predicts_a_named_column(student, rng):
    """If a column is named as the target, it is predicted from the other columns; y plays no part, and the target's own
    values in new rows don't either."""
    train, new = (part[["median_income", "latitude", "longitude"]] for part in districts(rng, 120, 30))
    n_neighbors, place = int(rng.integers(3, 12)), ["latitude", "longitude"]
    expected = neighbours(n_neighbors).fit(train[place], train["median_income"]).predict(new[place])
    for y, later in ((rng.normal(size=120), new), (None, new.assign(median_income=rng.normal(size=30)))):
        feature = student.FeatureFromRegressor(student.probe_(neighbours)(n_neighbors), target="median_income")
        found = table_of(feature.fit(train, y).transform(later), (30, 1))
        assert_allclose(found[:, 0], expected, rtol=1e-9)


@check("p.02.4", hint="Does `transform` fit anything?")
def test_feature_of_a_row_is_its_own(student, rng):
    """Rows get the same feature alone as among others: `transform` learns nothing."""
    train, new = districts(rng, 100, 40)
    columns = ["latitude", "longitude", "median_income"]
    feature = student.FeatureFromRegressor(target="median_income").fit(train[columns])
    together = table_of(feature.transform(new[columns]), (40, 1))
    half = table_of(feature.transform(new[columns].iloc[:20]), (20, 1))
    alone = [table_of(feature.transform(new[columns].iloc[[row]]), (1, 1)) for row in range(20, 40)]
    assert np.ptp(together) > 0
    assert_allclose(np.concatenate([half, *alone]), together, rtol=1e-9)


@check("p.02.4", hint="What may `__init__` do, and which regressor is to be fitted: the one handed over, or a clone?")
def test_feature_is_an_estimator(student, rng):
    """The regressor that is handed over is left unfitted; parameters come back from `get_params` as they were given; a
    clone, set to other parameters, does what they say."""
    X, new, y = rng.normal(size=(60, 2)), rng.normal(size=(15, 2)), rng.normal(size=60)
    regressor = student.probe_(neighbours)(4)
    feature = student.FeatureFromRegressor(regressor)
    feature.fit(X, y)
    assert not hasattr(regressor, "n_features_in_")
    assert int(feature.get_params()["regressor__n_neighbors"]) == 4
    bare = student.FeatureFromRegressor().get_params()
    assert bare == {"regressor": None, "target": None}
    copy = student.probe_(copied)(feature)
    refuses(lambda: copy.transform(new), "NotFittedError")
    copy.set_params(regressor__n_neighbors=9)
    expected = neighbours(9).fit(X, y).predict(new)
    assert_allclose(table_of(copy.fit(X, y).transform(new), (15, 1))[:, 0], expected, rtol=1e-9)


@check("p.02.4", weight=0.5, hint="One column comes out: how many names are there, and what holds them?")
def test_feature_has_one_name(student, rng):
    """`get_feature_names_out` returns an array with one text, whatever the columns that went in are called."""
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    for table in (X, named(rng, X)):
        feature = student.FeatureFromRegressor().fit(table, y)
        assert len(set(names_of(feature.get_feature_names_out()))) == 1
        assert len(names_of(feature.get_feature_names_out(["a", "b", "c"]))) == 1


def _prepared(preparation, table) -> np.ndarray:
    found = preparation.transform(table)
    found = np.asarray(found.toarray() if issparse(found) else found, dtype=float)
    assert found.ndim == 2
    assert len(found) == len(table)
    assert np.isfinite(found).all()
    return found


def _closest(found: np.ndarray, wanted: np.ndarray) -> float:
    """Return the largest difference from a wanted column in the column that is most like it."""
    return float(np.abs(found - wanted[:, None]).max(axis=0).min())


@check("p.02.4", core=True, weight=2, hint="Which columns does the transformer get? Which of them is its target, and "
       "what are the others?")  # fmt: skip
def test_table_knows_incomes_nearby(student, rng):
    """In the prepared table of new districts there is a column with the mean income of the nearest districts of the
    training table, for several numbers of neighbours."""
    train, new = districts(rng, 300, 60)
    place = ["latitude", "longitude"]
    for n_neighbors in (int(rng.integers(2, 6)), int(rng.integers(7, 30))):
        expected = neighbours(n_neighbors).fit(train[place], train["median_income"]).predict(new[place])
        preparation = student.prepare_with_location(n_neighbors).fit(train, train["median_house_value"])
        assert _closest(_prepared(preparation, new), expected) < 1e-6


@check("p.02.4", hint="Print the names of the columns that come out of your preparation.")
def test_table_has_all_the_rest(student, rng):
    """The prepared table has the eight numbers, filled and scaled by the training rows, one column of 0 and 1 for each
    value of `ocean_proximity`, the new column, and nothing else; an unknown value is no trouble."""
    train, new = districts(rng, 300, 60)
    new = new.assign(ocean_proximity=np.where(rng.random(60) < 0.2, "AT SEA", new["ocean_proximity"]))
    found = _prepared(student.prepare_with_location().fit(train, train["median_house_value"]), new)
    numbers = train.columns.drop(["median_house_value", "ocean_proximity"])
    filled = [part[numbers].fillna(train[numbers].median()) for part in (train, new)]
    expected = StandardScaler().fit(filled[0]).transform(filled[1])
    values = train["ocean_proximity"].unique()
    assert found.shape[1] == 8 + len(values) + 1
    for column in expected.T:
        assert _closest(found, column) < 1e-6
    for value in values:
        assert _closest(found, (new["ocean_proximity"] == value).to_numpy(float)) < 1e-6


@check("p.02.4", hint="What does your transformer learn: incomes or prices?")
def test_table_does_not_know_the_price(student, rng):
    """Other prices, or none at all, make no difference to the prepared table, whether in the table or as y."""
    train, new = districts(rng, 200, 40)
    price = train["median_house_value"]
    shuffled = rng.permutation(price.to_numpy())
    blind = new.drop(columns="median_house_value")
    first = _prepared(student.prepare_with_location().fit(train.drop(columns="median_house_value"), price), blind)
    assert np.ptp(first, axis=0).max() > 0
    for table, y in ((train.drop(columns="median_house_value"), shuffled), (train, None)):
        again = _prepared(student.prepare_with_location().fit(table, y), blind if y is not None else new)
        assert again.shape == first.shape
        assert_allclose(again, first, rtol=1e-9, atol=1e-9)


def _cross_validated(preparation, table, price):
    from sklearn.linear_model import Ridge
    from sklearn.model_selection import cross_val_score
    from sklearn.pipeline import make_pipeline

    scores = cross_val_score(make_pipeline(preparation, Ridge()), table, price, cv=3, error_score="raise")
    return [float(score) for score in scores]


@check("p.02.4", hint="A model is fitted to each fold's rows: does everything in your preparation follow?")
def test_table_can_be_cross_validated(student, rng):
    """In a pipeline with a model of ours your preparation can be cross-validated, and prices are predicted better than
    by their mean."""
    (train,) = districts(rng, 400)
    table, price = train.drop(columns="median_house_value"), train["median_house_value"]
    scores = student.probe_(_cross_validated)(student.prepare_with_location(), table, price)
    assert len(scores) == 3
    assert float(np.mean(np.array(scores, dtype=float))) > 0


# ---------------------------------------------------------------- p.02.6


@check("p.02.6", core=True, weight=2, hint="Compare your `scale_` with `np.std` of a column. What is learned from "
       "which rows?")  # fmt: skip
def test_scaler_agrees_with_the_original(student, rng):
    """On rows that it was not fitted to, your scaler gives what scikit-learn's gives, with the mean and without."""
    for with_mean in (True, False):
        size, columns = int(rng.integers(5, 20)), int(rng.integers(2, 6))
        X, new = measurements(rng, size, columns), measurements(rng, 7, columns)
        expected = StandardScaler(with_mean=with_mean).fit(X).transform(new)
        scaler = student.StandardScalerClone(with_mean=with_mean).fit(X)
        assert_allclose(table_of(scaler.transform(new), new.shape), expected, rtol=1e-7, atol=1e-9)


@check("p.02.6", core=True, hint="Undo the steps of `transform` in the opposite order, and only those that it has "
       "done.")  # fmt: skip
def test_scaler_goes_back(student, rng):
    """`inverse_transform` turns scaled columns back into the numbers they came from, with the mean and without, and
    also numbers that were never scaled."""
    for with_mean in (True, False):
        X = rng.normal(rng.normal(0, 30, 4), rng.uniform(0.5, 20, 4), (30, 4))
        scaler = student.StandardScalerClone(with_mean=with_mean).fit(X)
        back = scaler.inverse_transform(np.asarray(scaler.transform(X)))
        assert_allclose(table_of(back, X.shape), X, rtol=0, atol=1e-9)
        scaled = rng.normal(size=(6, 4))
        expected = StandardScaler(with_mean=with_mean).fit(X).inverse_transform(scaled)
        assert_allclose(table_of(scaler.inverse_transform(scaled), scaled.shape), expected, rtol=1e-7, atol=1e-9)


@check("p.02.6", hint="What becomes of a column that holds the same number everywhere?")
def test_column_without_spread(student, rng):
    """A column whose values are all the same becomes 0 everywhere, its scale is 1, and the other columns are scaled as
    ever."""
    X = measurements(rng, 12, 3)
    X[:, 1] = float(rng.integers(1, 9))
    scaler = student.StandardScalerClone().fit(X)
    found = table_of(scaler.transform(X), X.shape)
    assert_allclose(found, StandardScaler().fit_transform(X), rtol=1e-7, atol=1e-9)
    assert_allclose(table_of(scaler.scale_, (3,))[1], 1.0)


@check("p.02.6", weight=0.5, hint="Print the standard deviation of a thousand times 0.1. Why is it not 0, and what do "
       "you divide?")  # fmt: skip
def test_column_without_spread_but_for_rounding(student, rng):
    """That holds for numbers that a computer can't store exactly, too, such as 0.1."""
    for value in (0.1, -0.3, *rng.uniform(0.01, 1000, 8)):
        X = np.column_stack([rng.normal(size=1_000), np.full(1_000, value)])
        found = table_of(student.StandardScalerClone().fit(X).transform(X), X.shape)
        assert np.abs(found[:, 1]).max() < 1e-6


@check("p.02.6", hint="When are names to be there, and what if the same scaler is fitted again, to an array?")
def test_scaler_remembers_the_columns(student, rng):
    """`n_features_in_` is the number of columns; `feature_names_in_` holds their names after a fit to a DataFrame, and
    does not exist after a fit to an array, whatever was fitted before."""
    X = measurements(rng, 9, 4)
    frame = named(rng, X)
    scaler = student.StandardScalerClone().fit(X)
    assert int(scaler.n_features_in_) == 4
    assert not hasattr(scaler, "feature_names_in_")
    scaler = scaler.fit(frame)
    assert names_of(scaler.feature_names_in_) == list(frame.columns)
    scaler = scaler.fit(X[:, :3])
    assert int(scaler.n_features_in_) == 3
    assert not hasattr(scaler, "feature_names_in_")


@check("p.02.6", hint="Try all four: names given or not, fitted to a table with names or without.")
def test_names_that_come_out(student, rng):
    """`get_feature_names_out` returns an array of the names it is given, else of those of the fitted DataFrame, else
    x0, x1, …"""
    X = measurements(rng, 9, int(rng.integers(2, 7)))
    frame, plain = named(rng, X), [f"x{i}" for i in range(X.shape[1])]
    scaler = student.StandardScalerClone().fit(X)
    assert names_of(scaler.get_feature_names_out()) == plain
    given = [name.upper() for name in frame.columns]
    assert names_of(scaler.get_feature_names_out(given)) == given
    scaler = student.StandardScalerClone().fit(frame)
    assert names_of(scaler.get_feature_names_out()) == list(frame.columns)
    assert names_of(scaler.get_feature_names_out(list(frame.columns))) == list(frame.columns)


@check("p.02.6", hint="Compare the length, and the names with those of the fitted table, before you return anything.")
def test_wrong_names_are_refused(student, rng):
    """Too many or too few names are refused, and names that are not those of the fitted DataFrame, too."""
    X = measurements(rng, 9, 4)
    frame = named(rng, X)
    plain, tabled = student.StandardScalerClone().fit(X), student.StandardScalerClone().fit(frame)
    right = list(frame.columns)
    assert names_of(tabled.get_feature_names_out(right)) == right
    refuses(lambda: plain.get_feature_names_out(["a", "b", "c"]), "ValueError", "AssertionError")
    refuses(lambda: plain.get_feature_names_out(["a", "b", "c", "d", "e"]), "ValueError", "AssertionError")
    refuses(lambda: tabled.get_feature_names_out(right[::-1]), "ValueError", "AssertionError")


@check("p.02.6", hint="`check_is_fitted` and `n_features_in_` are there for that.")
def test_scaler_refuses_what_it_does_not_know(student, rng):
    """Before `fit` both directions raise a NotFittedError, and afterwards a ValueError if the number of columns is
    another, be it a single one."""
    X = measurements(rng, 9, 4)
    scaler = student.StandardScalerClone()
    refuses(lambda: scaler.transform(X), "NotFittedError")
    refuses(lambda: scaler.inverse_transform(X), "NotFittedError")
    scaler.fit(X)
    for wrong in (X[:, :3], X[:, :1], np.hstack([X, X])):
        refuses(lambda wrong=wrong: scaler.transform(wrong), "ValueError", "AssertionError")
        refuses(lambda wrong=wrong: scaler.inverse_transform(wrong), "ValueError", "AssertionError")


def _in_a_pipeline(scaler, X, new):
    from sklearn.base import clone
    from sklearn.pipeline import make_pipeline

    return make_pipeline(scaler, clone(scaler)).fit(X).transform(new)


@check("p.02.6", hint="Does `__init__` do more than store its parameters, and does `fit` return the scaler?")
def test_scaler_is_an_estimator(student, rng):
    """It can be cloned with its parameters and set to others, works inside a pipeline, and `fit_transform` takes a y as
    well."""
    X, new = measurements(rng, 20, 3), measurements(rng, 8, 3)
    scaler = student.StandardScalerClone(with_mean=False)
    copy = student.probe_(copied)(scaler)
    assert dict(copy.get_params()) == {"with_mean": False}
    expected = StandardScaler(with_mean=False).fit(X)
    assert_allclose(table_of(copy.fit_transform(X, np.arange(20)), X.shape), expected.transform(X), atol=1e-9)
    once = StandardScaler().fit(X)
    twice = StandardScaler().fit(once.transform(X)).transform(once.transform(new))
    scaler.set_params(with_mean=True)
    found = student.probe_(_in_a_pipeline)(student.StandardScalerClone(), X, new)
    assert_allclose(table_of(found, new.shape), twice, rtol=1e-7, atol=1e-9)
    assert_allclose(table_of(scaler.fit(X).transform(new), new.shape), once.transform(new), rtol=1e-7, atol=1e-9)


# ---------------------------------------------------------------- tf2.02.4


def _housing_preparation():
    """Return a preparation of the housing table, not fitted, made of scikit-learn's own parts."""
    from sklearn.compose import make_column_selector, make_column_transformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler

    steps = [("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())]
    return make_column_transformer(
        (Pipeline(steps), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
    )


def _ridge(alpha):
    """Return ridge regression, not fitted."""
    from sklearn.linear_model import Ridge

    return Ridge(alpha)


def _two_parts(rng) -> tuple[pd.DataFrame, pd.Series, pd.DataFrame]:
    """Return districts without their price, their prices, and other districts, some with what was never seen."""
    train, new = districts(rng, 300, 50)
    new = new.assign(ocean_proximity=np.where(rng.random(50) < 0.1, "AT SEA", new["ocean_proximity"]))
    price = train.pop("median_house_value")
    return train, price, new.drop(columns="median_house_value")


def _parts(student, alpha: float) -> tuple[object, object]:
    return student.probe_(_housing_preparation)(), student.probe_(_ridge)(alpha)


def _expected(train, price, new, alpha: float) -> np.ndarray:
    """Prepare and predict by hand, step by step."""
    preparation = _housing_preparation()
    return _ridge(alpha).fit(preparation.fit_transform(train), price).predict(preparation.transform(new))


@check("tf2.02.4", core=True, weight=2, hint="Print what the model gets to see in `fit`, and in `predict`.")
def test_pipeline_goes_from_raw_rows_to_predictions(student, rng):
    """Fitted to a raw table with gaps and texts, the pipeline predicts for raw rows what preparing and predicting by
    hand give, whatever preparation and model it is made of."""
    train, price, new = _two_parts(rng)
    alpha = float(rng.uniform(0.5, 20))
    pipeline = student.full_pipeline(*_parts(student, alpha)).fit(train, price)
    assert_allclose(table_of(pipeline.predict(new), (50,)), _expected(train, price, new, alpha), rtol=1e-6)
    X, y = rng.normal(size=(40, 2)), rng.normal(size=40)
    X[::7, 0] = np.nan
    pipeline = student.full_pipeline(student.probe_(_mean_for_gaps)(), student.probe_(neighbours)(3)).fit(X, y)
    filled = np.nan_to_num(X, nan=np.nanmean(X[:, 0]))
    expected = neighbours(3).fit(filled, y).predict(filled)
    assert_allclose(table_of(pipeline.predict(X), (40,)), expected, rtol=1e-6)


def _mean_for_gaps():
    """Return an imputer, not fitted."""
    from sklearn.impute import SimpleImputer

    return SimpleImputer()


@check("tf2.02.4", hint="Whatever a preparation learns (medians, means, values) it learns in `fit`.")
def test_pipeline_learns_nothing_from_new_rows(student, rng):
    """A district gets the same prediction alone as among others."""
    train, price, new = _two_parts(rng)
    pipeline = student.full_pipeline(*_parts(student, 1.0)).fit(train, price)
    together = table_of(pipeline.predict(new), (50,))
    assert np.ptp(together) > 0
    alone = np.concatenate([table_of(pipeline.predict(new.iloc[[row]]), (1,)) for row in range(20)])
    assert_allclose(alone, together[:20], rtol=1e-6)
    assert_allclose(table_of(pipeline.predict(new.iloc[20:]), (30,)), together[20:], rtol=1e-6)


def _searched(pipeline, table, y, grid):
    """Return the mean scores of a grid search, in the grid's order."""
    from sklearn.model_selection import GridSearchCV

    found = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(table, y)
    return [float(score) for score in found.cv_results_["mean_test_score"]]


@check("tf2.02.4", weight=1.5, hint="Which names do the two parts have in your pipeline?")
def test_pipeline_can_be_tuned_as_one(student, rng):
    """A grid search reaches the parameters of the preparation under `prep__` and those of the model under `model__`,
    and prepares anew in each fold."""
    from sklearn.pipeline import Pipeline

    train, price, _ = _two_parts(rng)
    grid = {
        "prep__pipeline__impute__strategy": ["median", "most_frequent"],
        "prep__pipeline__scale__with_mean": [True, False],
        "model__alpha": [float(rng.uniform(0.1, 1)), float(rng.uniform(50, 500))],
    }
    train["total_bedrooms"] = train["total_bedrooms"].mask(rng.random(300) < 0.5)
    scores = student.probe_(_searched)(student.full_pipeline(*_parts(student, 1.0)), train, price, grid)
    ours = Pipeline([("prep", _housing_preparation()), ("model", _ridge(1.0))])
    assert len(scores) == 8
    assert_allclose(np.array(scores, dtype=float), _searched(ours, train, price, grid), rtol=1e-6)


def _saved_and_loaded(pipeline):
    import pickle

    return pickle.loads(pickle.dumps(pipeline))  # noqa: S301  # made on the line itself


@check("tf2.02.4", hint="What in your object can't be written to a file? A function without a name, perhaps.")
def test_pipeline_can_be_saved(student, rng):
    """Saved with pickle and loaded again, the fitted pipeline makes the same predictions."""
    train, price, new = _two_parts(rng)
    pipeline = student.full_pipeline(*_parts(student, 2.0)).fit(train, price)
    loaded = student.probe_(_saved_and_loaded)(pipeline)
    assert_allclose(table_of(loaded.predict(new), (50,)), _expected(train, price, new, 2.0), rtol=1e-6)


@check("tf2.02.4", hint="Build two pipelines of the same parts, fit them to different tables, and compare. What does "
       "`sklearn.base.clone` do?")  # fmt: skip
def test_parts_are_left_as_they_are(student, rng):
    """What is handed over is not fitted, and two pipelines made of the same parts don't disturb each other."""
    train, price, new = _two_parts(rng)
    preparation, model = _parts(student, 1.0)
    first = student.full_pipeline(preparation, model).fit(train[:150], price[:150])
    second = student.full_pipeline(preparation, model).fit(train[150:], price[150:])
    for pipeline, rows in ((first, slice(150)), (second, slice(150, None))):
        expected = _expected(train[rows], price[rows], new, 1.0)
        assert_allclose(table_of(pipeline.predict(new), (50,)), expected, rtol=1e-6)
    assert not hasattr(preparation, "transformers_")
    assert not hasattr(model, "coef_")
