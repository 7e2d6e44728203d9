"""Hidden checks of chapter 2: one pipeline from raw data to prediction (tf2.02.4)."""

import numpy as np
import pandas as pd
from numpy.testing import assert_allclose
from sklearn.metrics import r2_score

from autograder.checks.ch02_end_to_end.inputs import (
    draw_districts,
    draw_unrelated,
    mixed,
    predicted,
    takes_what_comes,
    two_that_matter,
)
from autograder.checks.ch02_end_to_end.inputs_parts import table_of
from autograder.testing import check

# ---------------------------------------------------------------- tf2.02.4

NUMBERS = 8  # columns of a raw district that hold numbers, so that there are as many features at least


def _ridge(alpha):
    """Return ridge regression, not fitted."""
    from sklearn.linear_model import Ridge

    return Ridge(alpha)


def _tree():
    """Return a small tree, not fitted: what is coded in numbers is told apart by it, however it is coded."""
    from sklearn.tree import DecisionTreeRegressor

    return DecisionTreeRegressor(max_depth=4, random_state=0)


def _noting():
    """Return a regressor, not fitted, that notes what it gets, and always says 0."""
    import numpy as np
    from sklearn.base import BaseEstimator, RegressorMixin

    class Noting(RegressorMixin, BaseEstimator):
        def _plain(self, X):
            return np.asarray(X.toarray() if hasattr(X, "toarray") else X, dtype=float)

        def fit(self, X, y):
            self.learned_, self.values_ = self._plain(X), np.asarray(y, dtype=float)
            return self

        def predict(self, X):
            self.asked_ = self._plain(X)
            return np.zeros(len(self.asked_))

    return Noting()


@check("tf2.02.4", core=True, weight=2, hint="Print what the model gets to see in `fit`, and in `predict`.")
def test_model_gets_so_many_columns_of_numbers(student, rng):
    """Fitted to a raw table with gaps and texts, the pipeline hands as many columns to the model as `k` says, numbers
    without gaps, in training and later, and the values as they are."""
    X, y = draw_districts(rng, 250)
    for k in rng.permutation(np.arange(2, NUMBERS))[:2].tolist():
        pipeline = student.full_pipeline(student.probe_(_noting)(), k).fit(X[:200], y[:200])
        predicted(pipeline, X[200:])
        model = pipeline.named_steps["model"]
        table_of(model.learned_, (200, k))
        table_of(model.asked_, (50, k))
        assert_allclose(table_of(model.values_, (200,)), y[:200], rtol=1e-9)


@check("tf2.02.4", core=True, weight=2, hint="Which columns does your selection keep when others matter than usual?")
def test_what_matters_is_selected(student, rng):
    """Where the values depend on two columns only, whichever they are, these are among the three features that the
    model gets: without either of them it says something else, and most of the others have lost all influence."""
    for sign in (1, -1):  # what the values fall with matters as much
        (X, y, columns), alpha = two_that_matter(rng, 400), float(rng.uniform(0.5, 2))
        pipeline = student.full_pipeline(student.probe_(_ridge)(alpha), 3).fit(X, sign * y)
        assert pipeline.named_steps["model"].alpha == alpha  # another model's selection promises nothing
        before = predicted(pipeline, X)
        numbers = X.columns.drop("ocean_proximity")
        idle = {name for name in numbers if np.allclose(predicted(pipeline, mixed(rng, X, name)), before, rtol=1e-6)}
        assert not idle & set(columns)
        assert len(idle) > (len(numbers) - len(columns)) / 2


@check("tf2.02.4", hint="ocean_proximity is text: is it turned into numbers before the selection?")
def test_text_can_be_selected(student, rng):
    """Where the values depend on whether a district is inland, and on the income a little, the predictions show it."""
    X, ranks = draw_unrelated(rng, 600)
    inland = (X["ocean_proximity"] == "INLAND").to_numpy()
    y = 200_000 + 20_000 * ranks["median_income"] - 100_000 * inland + rng.normal(0, 10_000, 600)
    pipeline = student.full_pipeline(student.probe_(_tree)(), NUMBERS).fit(
        X[:400], y[:400].rename("median_house_value")
    )
    values = predicted(pipeline, X[400:])
    assert values[~inland[400:]].mean() - values[inland[400:]].mean() > 50_000


@check("tf2.02.4", weight=1.5, hint="Whatever a preparation learns (medians, means, categories) it learns in `fit`.")
def test_pipeline_takes_raw_districts(student, rng):
    """The pipeline predicts raw districts: one alone as among many, columns in any order, numbers missing in any of
    them, and an ocean_proximity that it has never met."""
    X, y = draw_districts(rng, 250)
    pipeline = student.full_pipeline(student.probe_(_ridge)(1.0), NUMBERS).fit(X[:200], y[:200])
    assert np.ptp(predicted(pipeline, X[200:])) > 0
    takes_what_comes(pipeline, rng, X[200:])


def _searched(pipeline, table, y, grid):
    """Return the mean scores of a grid search, in the grid's order."""
    from sklearn.model_selection import GridSearchCV

    found = GridSearchCV(pipeline, grid, cv=3, error_score="raise").fit(table, y)
    return [float(score) for score in found.cv_results_["mean_test_score"]]


def _mean_score(student, X: pd.DataFrame, y: pd.Series, k: int, alpha: float) -> float:
    """Fit a pipeline that is made with these settings to two of three folds, for each in turn."""
    scores = []
    for held_back in np.array_split(np.arange(len(X)), 3):
        rest = np.setdiff1d(np.arange(len(X)), held_back)
        pipeline = student.full_pipeline(student.probe_(_ridge)(alpha), k).fit(X.iloc[rest], y.iloc[rest])
        scores.append(r2_score(y.iloc[held_back], predicted(pipeline, X.iloc[held_back])))
    return float(np.mean(scores))


@check("tf2.02.4", weight=1.5, hint="Which names do the parts have? `get_params()` lists all settings.")
def test_pipeline_can_be_tuned_as_one(student, rng):
    """A search reaches settings of the preparation under `prep__`, the number of features as `select__k`, and the
    model's under `model__`; each of its scores is that of pipelines which are made with these settings."""
    X, y = draw_districts(rng, 210)
    y = y / 1000
    settings = [(2, float(rng.uniform(0.1, 1))), (6, float(rng.uniform(50, 500)))]
    grid = [{"select__k": [k], "model__alpha": [alpha]} for k, alpha in settings]
    pipeline = student.full_pipeline(student.probe_(_ridge)(7.0), 4)
    assert any(str(name).startswith("prep__") for name in pipeline.get_params())
    found = student.probe_(_searched)(pipeline, X, y, grid)
    wanted = [_mean_score(student, X, y, k, alpha) for k, alpha in settings]
    assert_allclose(np.array(found, dtype=float), wanted, rtol=1e-6)
    assert abs(wanted[0] - wanted[1]) > 1e-6


@check("tf2.02.4", weight=0.5, hint="Does your selection draw random numbers? Where could they get a seed from?")
def test_same_rows_give_the_same_answer(student, rng):
    """Fitted to the same rows, pipelines say the same, also where it is by chance which columns say most."""
    for k in (3, 5, 7, 3, 5, 7):
        X, ranks = draw_unrelated(rng, 90)
        X = X.assign(**(10 + 4 * ranks).round())  # few values, often repeated, so that a little noise changes much
        y = pd.Series(rng.normal(200_000, 50_000, 90), name="median_house_value")
        said = [
            predicted(student.full_pipeline(student.probe_(_ridge)(1.0), k).fit(X[:60], y[:60]), X[60:])
            for _ in range(3)
        ]
        for again in said[1:]:
            assert_allclose(again, said[0], rtol=1e-9)
        assert np.ptp(said[0]) > 0


def _saved_and_loaded(pipeline):
    import pickle

    return pickle.loads(pickle.dumps(pipeline))  # noqa: S301  # made on the line itself


@check("tf2.02.4", hint="What in your object can't be written to a file? A function without a name, perhaps.")
def test_pipeline_can_be_saved(student, rng):
    """Saved with pickle and loaded again, the fitted pipeline makes the same predictions."""
    X, y = draw_districts(rng, 250)
    pipeline = student.full_pipeline(student.probe_(_ridge)(2.0), 5).fit(X[:200], y[:200])
    said = predicted(pipeline, X[200:])
    assert np.ptp(said) > 0
    assert_allclose(predicted(student.probe_(_saved_and_loaded)(pipeline), X[200:]), said, rtol=1e-9)


@check("tf2.02.4", hint="Build two pipelines with the same model, fit them to different tables, and compare. What does "
       "`sklearn.base.clone` do?")  # fmt: skip
def test_model_is_left_as_it_is(student, rng):
    """The model that is handed over is not fitted, and two pipelines made with it don't disturb each other."""
    X, y = draw_districts(rng, 350)
    model = student.probe_(_ridge)(1.0)
    first = student.full_pipeline(model, 6).fit(X[:150], y[:150])
    before = predicted(first, X[300:])
    second = student.full_pipeline(model, 6).fit(X[150:300], y[150:300])
    assert np.abs(predicted(second, X[300:]) - before).max() > 1
    assert_allclose(predicted(first, X[300:]), before, rtol=1e-9)
    assert not hasattr(model, "coef_")
