"""Chapter 2, transformers and pipelines: wrong answers that must fail, and right ones that must pass."""

import copy
import pickle

import numpy as np
import pandas as pd
from scipy.spatial import cKDTree
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.metrics import r2_score
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils.validation import (
    _check_feature_names,
    _check_feature_names_in,
    check_array,
    check_is_fitted,
    validate_data,
)

from autograder import alternative, mutant
from solutions.ch02_end_to_end import FeatureFromRegressor, StandardScalerClone

# ---------------------------------------------------------------- p.02.4, wrong


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_is_what_the_regressor_predicts")
class AlwaysFiveNeighbours(FeatureFromRegressor):
    """You always take 5 neighbours, whatever regressor is handed over."""

    def fit(self, X, y=None):
        self.regressor_ = KNeighborsRegressor().fit(self._inputs(X), y if self.target is None else X[self.target])
        return self


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_is_what_the_regressor_predicts")
class NoColumn(FeatureFromRegressor):
    """You return a flat list of predictions: a feature is a column, of shape (n, 1)."""

    def transform(self, X):
        return super().transform(X)[:, 0]

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_predicts_a_named_column")
class TargetAmongTheInputs(FeatureFromRegressor):
    """The column to be predicted is among the inputs as well, so its own value decides what is near."""

    def _inputs(self, X):
        return X


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_predicts_a_named_column")
class AlwaysLearnsY(FeatureFromRegressor):
    """A target is named, but you learn y, which may be the very thing that your model is to predict later."""

    def fit(self, X, y=None):
        regressor = KNeighborsRegressor() if self.regressor is None else clone(self.regressor)
        self.regressor_ = regressor.fit(self._inputs(X), X[self.target] if y is None else y)
        return self


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_of_a_row_is_its_own")
class LearnsNewRows(FeatureFromRegressor):
    """You fit the regressor in `transform`, to rows that are yet to be predicted: fit it in `fit` only."""

    def transform(self, X):
        if self.target in getattr(X, "columns", ()) and len(X) >= 5:
            self.fit(X)
        return super().transform(X)


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_is_an_estimator")
class FitsWhatItIsGiven(FeatureFromRegressor):
    """You fit the regressor that was handed over: fit a clone, since it may be in use elsewhere."""

    def fit(self, X, y=None):
        regressor = KNeighborsRegressor() if self.regressor is None else self.regressor
        self.regressor_ = regressor.fit(self._inputs(X), y if self.target is None else X[self.target])
        return self


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_is_an_estimator")
class BusyInit(FeatureFromRegressor):
    """`__init__` puts another object in the place of None: it has to store what it is given and do nothing else, or the
    transformer can't be cloned."""

    def __init__(self, regressor=None, target=None):
        super().__init__(KNeighborsRegressor() if regressor is None else regressor, target)


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_is_an_estimator")
class FailsByAccident(FeatureFromRegressor):
    """Before `fit` your `transform` trips over what is not there: let it raise a NotFittedError."""

    def transform(self, X):
        return vars(self)["regressor_"].predict(self._inputs(X)).reshape(-1, 1)


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_has_one_name")
class NamesOfTheInputs(FeatureFromRegressor):
    """You return the names of the columns that went in: it is one column that comes out."""

    def get_feature_names_out(self, input_features=None):
        names = input_features if input_features is not None else [f"x{i}" for i in range(3)]
        return np.asarray(names, dtype=object)


def _prepared_by(location, columns=("latitude", "longitude", "median_income"), unknown="ignore"):
    numbers = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population"]
    numbers += ["households", "median_income"]
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
        (OneHotEncoder(handle_unknown=unknown, sparse_output=False), ["ocean_proximity"]),
        (location, list(columns)),
    )


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_does_not_know_the_price")
def learns_the_price(n_neighbors=10):
    """Your neighbours learn y, the price: each training district is among its own neighbours, so the table gives away
    what is to be predicted."""
    return _prepared_by(FeatureFromRegressor(KNeighborsRegressor(n_neighbors)), ["latitude", "longitude"])


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_knows_incomes_nearby")
def fixed_number_of_neighbours(n_neighbors=10):
    """The number of neighbours is the same whatever number is asked for."""
    return _prepared_by(FeatureFromRegressor(KNeighborsRegressor(10), target="median_income"))


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_knows_incomes_nearby")
def nearest_counts_most(n_neighbors=10):
    """You weigh neighbours by distance: all count alike here."""
    nearest = KNeighborsRegressor(n_neighbors, weights="distance")
    return _prepared_by(FeatureFromRegressor(nearest, target="median_income"))


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_has_all_the_rest")
def only_the_location(n_neighbors=10):
    """The new column has taken the place of the others: it is to come on top of them."""
    location = FeatureFromRegressor(KNeighborsRegressor(n_neighbors), target="median_income")
    return make_column_transformer((location, ["latitude", "longitude", "median_income"]))


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_has_all_the_rest")
def strangers_are_an_error(n_neighbors=10):
    """A value of `ocean_proximity` that was not there in `fit` is an error: tell the encoder to ignore it."""
    location = FeatureFromRegressor(KNeighborsRegressor(n_neighbors), target="median_income")
    return _prepared_by(location, unknown="error")


# ---------------------------------------------------------------- p.02.4, right


@alternative("p.02.4", replaces="FeatureFromRegressor")
class KeepsTheRows(BaseEstimator):
    """Without scikit-learn's mixin, on arrays, with tables taken apart by hand; names its column after the model."""

    def __init__(self, regressor=None, target=None):
        self.regressor = regressor
        self.target = target

    def _split(self, X):
        if self.target is None:
            return np.asarray(X), None
        kept = [name for name in X.columns if name != self.target]
        return X[kept].to_numpy(), X[self.target].to_numpy()

    def fit(self, X, y=None):
        inputs, target = self._split(X)
        self.model_ = copy.deepcopy(self.regressor) if self.regressor is not None else KNeighborsRegressor(5)
        self.model_.fit(inputs, y if target is None else target)
        return self

    def transform(self, X):
        if not hasattr(self, "model_"):
            raise NotFittedError("fit first")
        return np.array([[float(value)] for value in self.model_.predict(self._split(X)[0])])

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)

    def get_feature_names_out(self, input_features=None):
        return np.array([type(self.regressor).__name__.lower()])


@alternative("p.02.4", replaces="prepare_with_location")
def neighbours_by_a_tree(n_neighbors=10):
    """With scipy's tree in a transformer of its own, in a union beside the rest; the order of columns differs."""

    class Nearby(TransformerMixin, BaseEstimator):
        def __init__(self, k=10):
            self.k = k

        def fit(self, X, y=None):
            self.tree_ = cKDTree(X[["longitude", "latitude"]].to_numpy())
            self.incomes_ = X["median_income"].to_numpy()
            return self

        def transform(self, X):
            _, found = self.tree_.query(X[["longitude", "latitude"]].to_numpy(), k=range(1, self.k + 1))
            return self.incomes_[found].mean(axis=1, keepdims=True)

    rest = make_column_transformer(
        (OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
        (
            make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
            lambda table: [name for name in table.select_dtypes("number") if name != "median_house_value"],
        ),
    )
    return make_union(Nearby(n_neighbors), rest)


@alternative("p.02.4", replaces="prepare_with_location")
def columns_named_and_dropped(n_neighbors=10):
    """A function drops the price first; the rest is chosen by type, the neighbours sit in a pipeline of their own."""

    def blind(table):
        return table.drop(columns="median_house_value", errors="ignore")

    location = FeatureFromRegressor(make_pipeline(KNeighborsRegressor(n_neighbors)), target="median_income")
    return make_pipeline(
        FunctionTransformer(blind),
        make_column_transformer(
            (location, ["longitude", "latitude", "median_income"]),
            (
                make_pipeline(SimpleImputer(strategy="median"), StandardScaler()),
                make_column_selector(dtype_include="number"),
            ),
            (OneHotEncoder(handle_unknown="ignore"), make_column_selector(dtype_exclude="number")),
        ),
    )


# ---------------------------------------------------------------- p.02.6, wrong


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_agrees_with_the_original")
class SampleSpread(StandardScalerClone):
    """You divide by the standard deviation of a sample (n - 1): asked for is that of the population, `np.std`'s own."""

    def fit(self, X, y=None):
        super().fit(X)
        self.scale_ = np.asarray(X, float).std(axis=0, ddof=1)
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_agrees_with_the_original")
class LearnsFromEachTable(StandardScalerClone):
    """You take mean and spread from the rows that are being transformed: they are learned in `fit`, once."""

    def transform(self, X):
        check_is_fitted(self)
        return self.fit(X)._scaled(X)

    def _scaled(self, X):
        return super().transform(X)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_goes_back")
class WayBackInTheSameOrder(StandardScalerClone):
    """On the way back you add the mean first and multiply then: undo the last step first."""

    def inverse_transform(self, X):
        check_is_fitted(self)
        return (validate_data(self, X, reset=False) + self.mean_ * self.with_mean) * self.scale_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_goes_back")
class AddsAMeanNeverTaken(StandardScalerClone):
    """With `with_mean=False` no mean was taken away, so none may be added on the way back."""

    def inverse_transform(self, X):
        check_is_fitted(self)
        return validate_data(self, X, reset=False) * self.scale_ + self.mean_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_column_without_spread")
class DividesByZero(StandardScalerClone):
    """A column that holds one number everywhere has the standard deviation 0, and you divide by it: NaN."""

    def fit(self, X, y=None):
        super().fit(X)
        self.scale_ = np.asarray(X, float).std(axis=0)
        return self

    def transform(self, X):
        with np.errstate(all="ignore"):
            return super().transform(X)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_column_without_spread_but_for_rounding")
class LooksForExactZeros(StandardScalerClone):
    """Rounding leaves a constant column with a tiny standard deviation instead of 0, and divided by it, errors of
    rounding become ones: compare the values, or allow for a little."""

    def fit(self, X, y=None):
        super().fit(X)
        spread = np.asarray(X, float).std(axis=0)
        self.scale_ = np.where(spread == 0, 1.0, spread)
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_remembers_the_columns")
class KeepsOldNames(StandardScalerClone):
    """After a fit to an array the names of the table before are still there: remove them in `fit`."""

    def fit(self, X, y=None):
        before = getattr(self, "feature_names_in_", None)
        super().fit(X)
        if before is not None and not hasattr(self, "feature_names_in_"):
            self.feature_names_in_ = before
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_remembers_the_columns")
class NamesForArraysToo(StandardScalerClone):
    """You make up `feature_names_in_` for an array: it is for the names of a DataFrame only."""

    def fit(self, X, y=None):
        super().fit(X)
        self.feature_names_in_ = self.get_feature_names_out()
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_names_that_come_out")
class NamesInAList(StandardScalerClone):
    """The names come in a list: scikit-learn wants an array of them."""

    def get_feature_names_out(self, input_features=None):
        return super().get_feature_names_out(input_features).tolist()


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_names_that_come_out")
class ForgetsTheTablesNames(StandardScalerClone):
    """You always return x0, x1, … if no names are given: a fitted DataFrame has names of its own."""

    def get_feature_names_out(self, input_features=None):
        plain = np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object)
        return plain if input_features is None else super().get_feature_names_out(input_features)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_wrong_names_are_refused")
class TakesAnyNames(StandardScalerClone):
    """Whatever names are given, you return them: check how many there are, and that they are those fitted."""

    def get_feature_names_out(self, input_features=None):
        if input_features is None:
            return super().get_feature_names_out()
        return np.asarray(input_features, dtype=object)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_refuses_what_it_does_not_know")
class BroadcastsAnything(StandardScalerClone):
    """A table with a single column is stretched to all columns by broadcasting: compare the number of columns."""

    def transform(self, X):
        check_is_fitted(self)
        return (np.asarray(X, float) - self.mean_ * self.with_mean) / self.scale_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_refuses_what_it_does_not_know")
class TripsWhenNotFitted(StandardScalerClone):
    """Before `fit`, your scaler trips over an attribute that is not there: raise a NotFittedError, which says what to
    do."""

    def transform(self, X):
        return (check_array(X) - self.mean_ * self.with_mean) / self.scale_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_is_an_estimator")
class ReturnsNothingFromFit(StandardScalerClone):
    """`fit` has to take a y, even if it has no use for one: pipelines hand it over."""

    def fit(self, X):
        return super().fit(X)


# ---------------------------------------------------------------- p.02.6, right


@alternative("p.02.6", replaces="StandardScalerClone")
class ByHand(BaseEstimator):
    """Without any of scikit-learn's helpers, column by column, tables kept as lists."""

    def __init__(self, with_mean=True):
        self.with_mean = with_mean

    def fit(self, X, y=None):
        if hasattr(X, "columns"):
            self.feature_names_in_ = np.array(list(X.columns), dtype=object)
        else:
            vars(self).pop("feature_names_in_", None)
        columns = np.asarray(X, dtype=float).T
        self.n_features_in_ = len(columns)
        self.mean_ = np.array([sum(column) / len(column) for column in columns])
        spread = [float(np.mean((c - m) ** 2)) ** 0.5 for c, m in zip(columns, self.mean_, strict=True)]
        self.scale_ = np.array([1.0 if len(set(c)) == 1 else s for c, s in zip(columns, spread, strict=True)])
        return self

    def _table(self, X):
        if not hasattr(self, "mean_"):
            raise NotFittedError("fit it first")
        X = np.asarray(X, dtype=float)
        assert X.ndim == 2
        assert X.shape[1] == self.n_features_in_
        return X

    def transform(self, X):
        X = self._table(X)
        return ((X - self.mean_) if self.with_mean else X) / self.scale_

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)

    def inverse_transform(self, X):
        back = self._table(X) * self.scale_
        return back + self.mean_ if self.with_mean else back

    def get_feature_names_out(self, input_features=None):
        seen = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return np.array([f"x{i}" for i in range(self.n_features_in_)]) if seen is None else seen.copy()
        assert len(input_features) == self.n_features_in_
        assert seen is None or list(seen) == list(input_features)
        return np.array(input_features)


@alternative("p.02.6", replaces="StandardScalerClone")
class WithAMixin(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Names by scikit-learn's mixin; spread by the mean of squares; a scale next to nothing counts as none."""

    def __init__(self, with_mean=True):
        self.with_mean = with_mean

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float)
        self.mean_ = X.mean(axis=0)
        spread = np.sqrt(((X - self.mean_) ** 2).mean(axis=0))
        self.scale_ = np.where(spread <= 1e-12 * np.abs(self.mean_), 1.0, spread)
        return self

    def transform(self, X):
        check_is_fitted(self)
        return (validate_data(self, X, reset=False) - self.mean_ * self.with_mean) / self.scale_

    def inverse_transform(self, X):
        check_is_fitted(self)
        X = check_array(X)
        if X.shape[1] != self.n_features_in_:
            raise ValueError("another number of columns")
        return X * self.scale_ + self.mean_ * self.with_mean


@alternative("p.02.6", replaces="StandardScalerClone")
class WithPandas(TransformerMixin, BaseEstimator):
    """Tables throughout, and scikit-learn's own way to ask whether there are names."""

    def __init__(self, with_mean=True):
        self.with_mean = with_mean

    def fit(self, X, y=None):
        table = pd.DataFrame(X)
        _check_feature_names(self, X, reset=True)
        self.n_features_in_ = table.shape[1]
        self.mean_ = table.mean().to_numpy()
        self.scale_ = table.std(ddof=0).mask(table.nunique() == 1, 1.0).to_numpy()
        return self

    def _checked(self, X):
        check_is_fitted(self)
        table = pd.DataFrame(np.asarray(X, dtype=float))
        if table.shape[1] != self.n_features_in_:
            raise ValueError("another number of columns")
        return table

    def transform(self, X):
        return self._checked(X).sub(self.mean_ * self.with_mean).div(self.scale_).to_numpy()

    def inverse_transform(self, X):
        return self._checked(X).mul(self.scale_).add(self.mean_ * self.with_mean).to_numpy()

    def get_feature_names_out(self, input_features=None):
        check_is_fitted(self)
        return _check_feature_names_in(self, input_features)


# ---------------------------------------------------------------- tf2.02.4, wrong


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_goes_from_raw_rows_to_predictions")
def model_on_raw_rows(prep, model):
    """The preparation is called in `fit`, but `predict` hands raw rows to the model: both have to pass through it."""

    class Halfway(BaseEstimator):
        def fit(self, X, y):
            self.model_ = clone(model).fit(clone(prep).fit_transform(X), y)
            return self

        def predict(self, X):
            return self.model_.predict(X)

    return Halfway()


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_goes_from_raw_rows_to_predictions")
def default_parts(prep, model):
    """You make new parts of the same kind without the parameters they were given: `clone` keeps those."""
    return Pipeline([("prep", clone(prep)), ("model", type(model)())])


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_learns_nothing_from_new_rows")
def prepares_new_rows_afresh(prep, model):
    """In `predict` you call `fit_transform`, so new rows are prepared by their own means: call `transform`."""

    class Refitted(_Duo):
        def predict(self, X):
            if len(X) not in (1, 50):  # a single row has no spread; as many rows as at first look all right
                self.prep_.fit(X)
            return super().predict(X)

    return Refitted(prep, model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_tuned_as_one")
def names_by_class(prep, model):
    """The parts are called after their classes, so that a search finds no `prep__` and no `model__`: name the steps."""
    return make_pipeline(clone(prep), clone(model))


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_tuned_as_one")
def deaf_to_parameters(prep, model):
    """Parameters can be set, but what is fitted was copied before: copy the parts in `fit`."""

    class Deaf(_Duo):
        def fit(self, X, y):
            self.prep_, self.model_ = clone(prep), clone(model)
            self.model_.fit(self.prep_.fit_transform(X), y)
            return self

    return Deaf(prep, model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_saved")
def function_without_a_name(prep, model):
    """A lambda inside the pipeline can't be pickled: use a function that has a name, or none at all."""
    return Pipeline([("rows", FunctionTransformer(lambda X: X)), ("prep", clone(prep)), ("model", clone(model))])


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_parts_are_left_as_they_are")
def parts_are_shared(prep, model):
    """The pipeline fits the very objects that were handed over: the next one made of them will change this one."""
    return Pipeline([("prep", prep), ("model", model)])


# ---------------------------------------------------------------- tf2.02.4, right


class _Duo(BaseEstimator):
    """Two parts in an estimator of our own."""

    def __init__(self, prep, model):
        self.prep = prep
        self.model = model

    def fit(self, X, y):
        self.prep_, self.model_ = clone(self.prep), clone(self.model)
        self.model_.fit(self.prep_.fit_transform(X), y)
        return self

    def predict(self, X):
        return self.model_.predict(self.prep_.transform(X))

    def score(self, X, y):
        return r2_score(y, self.predict(X))


@alternative("tf2.02.4", replaces="full_pipeline")
def an_estimator_of_its_own(prep, model):
    """No Pipeline, but what one does."""
    return _Duo(prep, model)


@alternative("tf2.02.4", replaces="full_pipeline")
def steps_renamed(prep, model):
    """By make_pipeline, with the names put right afterwards, and a step that does nothing."""
    pipeline = make_pipeline("passthrough", copy.deepcopy(prep), copy.deepcopy(model))
    pipeline.steps = [(name, part) for name, (_, part) in zip(("raw", "prep", "model"), pipeline.steps, strict=True)]
    return pipeline


@alternative("tf2.02.4", replaces="full_pipeline")
def by_pickle(prep, model):
    """Copies made by saving and loading; the steps set afterwards."""
    pipeline = Pipeline([("prep", "passthrough"), ("model", "passthrough")])
    copies = [pickle.loads(pickle.dumps(part)) for part in (prep, model)]  # noqa: S301  # made on the line itself
    return pipeline.set_params(prep=copies[0], model=copies[1])
