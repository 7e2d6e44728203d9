"""Hidden checks of chapter 2: one pipeline from raw data to prediction (tf2.02.4)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose

from autograder.checks.ch02_end_to_end.inputs_parts import (
    districts,
    neighbours,
    table_of,
)
from autograder.testing import check

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
