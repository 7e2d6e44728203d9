"""Hidden checks of chapter 2: incomes nearby as a feature (p.02.4)."""

import numpy as np
from numpy.testing import assert_allclose
from scipy.sparse import issparse
from sklearn.preprocessing import StandardScaler

from autograder.checks.ch02_end_to_end.inputs_parts import (
    copied,
    districts,
    feature_of,
    fitted_to_column,
    named,
    names_of,
    neighbours,
    refuses,
    straight_line,
    table_of,
)
from autograder.testing import check

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
        assert_allclose(feature_of(feature.transform(new), new), ours.fit(X, y).predict(new), rtol=1e-9)


@check("p.02.4", hint="Of the columns that come in, which are inputs of the regressor and which is its target?")
def test_feature_predicts_a_named_column(student, rng):
    """If a column is named as the target, it is predicted from the other columns; y plays no part, and the target's own
    values in new rows don't either."""
    train, new = (part[["median_income", "latitude", "longitude"]] for part in districts(rng, 120, 30))
    n_neighbors, place = int(rng.integers(3, 12)), ["latitude", "longitude"]
    expected = neighbours(n_neighbors).fit(train[place], train["median_income"]).predict(new[place])
    for y, later in ((rng.normal(size=120), new), (None, new.assign(median_income=rng.normal(size=30)))):
        feature = fitted_to_column(
            lambda target: student.FeatureFromRegressor(student.probe_(neighbours)(n_neighbors), target=target),
            "median_income",
            train,
            y,
        )
        assert_allclose(feature_of(feature.transform(later), later), expected, rtol=1e-9)


@check("p.02.4", hint="Does `transform` fit anything?")
def test_feature_of_a_row_is_its_own(student, rng):
    """Rows get the same feature alone as among others: `transform` learns nothing."""
    train, new = districts(rng, 100, 40)
    columns = ["latitude", "longitude", "median_income"]
    feature = fitted_to_column(
        lambda target: student.FeatureFromRegressor(target=target), "median_income", train[columns]
    )
    new = new[columns]
    together = feature_of(feature.transform(new), new)
    half = feature_of(feature.transform(new.iloc[:20]), new.iloc[:20])
    alone = [feature_of(feature.transform(new.iloc[[row]]), new.iloc[[row]]) for row in range(20, 40)]
    assert np.ptp(together) > 0
    assert_allclose(np.concatenate([half, *alone]), together, rtol=1e-9)


def _in_a_pipeline(feature, X, y):
    from sklearn.pipeline import make_pipeline

    return make_pipeline(feature, "passthrough").fit_transform(X, y)


@check("p.02.4", hint="What may `__init__` do, and which regressor is to be fitted: the one handed over, or a clone?")
def test_feature_is_an_estimator(student, rng):
    """The regressor that is handed over is left unfitted; parameters come back from `get_params` as they were given; a
    clone, set to other parameters, does what they say, and so it does as a step of a pipeline."""
    X, new, y = rng.normal(size=(60, 2)), rng.normal(size=(15, 2)), rng.normal(size=60)
    regressor = student.probe_(neighbours)(4)
    feature = student.FeatureFromRegressor(regressor)
    feature.fit(X, y)
    assert not hasattr(regressor, "n_features_in_")
    assert int(feature.get_params()["regressor__n_neighbors"]) == 4
    bare = student.FeatureFromRegressor().get_params()
    assert bare["regressor"] is None  # whatever else there is
    assert bare["target"] is None
    copy = student.probe_(copied)(feature)
    refuses(lambda: copy.transform(new), "NotFittedError")
    copy.set_params(regressor__n_neighbors=9)
    expected = neighbours(9).fit(X, y).predict(new)
    assert_allclose(feature_of(copy.fit(X, y).transform(new), new), expected, rtol=1e-9)
    found = student.probe_(_in_a_pipeline)(copy, X, y)
    assert_allclose(feature_of(found, X), neighbours(9).fit(X, y).predict(X), rtol=1e-9)


@check("p.02.4", weight=0.5, hint="One column comes out: how many names are there, and what holds them?")
def test_feature_has_one_name(student, rng):
    """One column comes out, and `get_feature_names_out` returns one text, whatever the columns that went in are
    called."""
    X, y = rng.normal(size=(30, 3)), rng.normal(size=30)
    for table in (X, named(rng, X)):
        feature = student.FeatureFromRegressor().fit(table, y)
        table_of(feature.transform(table), (30, 1))
        assert isinstance(feature.get_feature_names_out(), np.ndarray)
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
    """The prepared table has the eight numbers, filled and scaled by the training rows, whichever of them have gaps,
    one column of 0 and 1 for each value of `ocean_proximity`, the new column, and nothing else but, perhaps, what the
    new one was made of; an unknown value is no trouble."""
    train, new = districts(rng, 300, 60)
    new = new.assign(ocean_proximity=np.where(rng.random(60) < 0.2, "AT SEA", new["ocean_proximity"]))
    gappy = ["housing_median_age", "total_rooms", "total_bedrooms", "population", "households"]
    train, new = (part.assign(**part[gappy].mask(rng.random((len(part), 5)) < 0.1)) for part in (train, new))
    found = _prepared(student.prepare_with_location().fit(train, train["median_house_value"]), new)
    numbers = train.columns.drop(["median_house_value", "ocean_proximity"])
    filled = [part[numbers].fillna(train[numbers].median()) for part in (train, new)]
    expected = StandardScaler().fit(filled[0]).transform(filled[1])
    values = train["ocean_proximity"].unique()
    made_of = new[["latitude", "longitude", "median_income"]].to_numpy().T
    extra = sum(any(np.array_equal(column, other) for other in made_of) for column in found.T)
    assert found.shape[1] - extra == 8 + len(values) + 1
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
