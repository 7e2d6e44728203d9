"""Chapter 2, incomes nearby as a feature (p.02.4): wrong answers that must fail, and right ones that must pass."""

import copy

import numpy as np
from scipy.spatial import cKDTree
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.exceptions import NotFittedError
from sklearn.impute import SimpleImputer
from sklearn.model_selection import cross_val_predict
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

from autograder.testing import alternative, mutant
from solutions.ch02_end_to_end.neighbours import FeatureFromRegressor

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


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_is_an_estimator")
class OthersOnlyInTraining(FeatureFromRegressor):
    """In training your feature comes from a cross-validation, so that no row is its own neighbour: `fit_transform` is
    to give what `fit` and then `transform` give."""

    def fit_transform(self, X, y=None):
        self.fit(X, y)
        target = y if self.target is None else X[self.target]
        return cross_val_predict(clone(self.regressor_), self._inputs(X), target).reshape(-1, 1)


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_has_one_name")
class NamesOfTheInputs(FeatureFromRegressor):
    """You return the names of the columns that went in: it is one column that comes out."""

    def get_feature_names_out(self, input_features=None):
        names = input_features if input_features is not None else [f"x{i}" for i in range(3)]
        return np.asarray(names, dtype=object)


@mutant("p.02.4", replaces="FeatureFromRegressor", fails="test_feature_has_one_name")
class BesideTheInputs(FeatureFromRegressor):
    """The columns that went in come out again beside the new one: one column is asked for."""

    def transform(self, X):
        return np.column_stack([np.asarray(X), super().transform(X)])

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)


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


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_knows_incomes_nearby")
def degrees_are_scaled(n_neighbors=10):
    """You scale latitude and longitude before neighbours are sought, which changes who is near: the distance is in
    plain degrees."""
    nearest = make_pipeline(StandardScaler(), KNeighborsRegressor(n_neighbors))
    return _prepared_by(FeatureFromRegressor(nearest, target="median_income"))


@mutant("p.02.4", replaces="prepare_with_location", fails="test_table_has_all_the_rest")
def bedrooms_alone_are_filled(n_neighbors=10):
    """You fill the gaps of `total_bedrooms` only, since the others have none so far: fill whichever column has some."""
    location = FeatureFromRegressor(KNeighborsRegressor(n_neighbors), target="median_income")
    whole = make_column_selector(r"^(?!total_bedrooms)", dtype_include="number")
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["total_bedrooms"]),
        (StandardScaler(), whole),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
        (location, ["latitude", "longitude", "median_income"]),
    )


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


@alternative("p.02.4", replaces="FeatureFromRegressor")
class ListsItsTargets(TransformerMixin, BaseEstimator):
    """Takes a list of targets, as a table has several columns, and one more parameter, which has its default."""

    def __init__(self, regressor=None, target=None, dtype=float):
        self.regressor = regressor
        self.target = target
        self.dtype = dtype

    def _targets(self):
        if isinstance(self.target, str):
            raise TypeError("targets come in a list")
        return self.target

    def fit(self, X, y=None):
        self.regressor_ = clone(self.regressor) if self.regressor is not None else KNeighborsRegressor()
        targets = self._targets()
        self.regressor_.fit(X if targets is None else X.drop(columns=targets), y if targets is None else X[targets])
        return self

    def transform(self, X):
        check_is_fitted(self)
        found = self.regressor_.predict(X if self._targets() is None else X.drop(columns=self._targets()))
        return np.asarray(found, dtype=self.dtype).reshape(len(X), -1)

    def get_feature_names_out(self, input_features=None):
        return np.array(["prediction"], dtype=object)


@alternative("p.02.4", replaces="prepare_with_location")
def income_beside_its_places(n_neighbors=10):
    """The new column comes beside the very columns that it was made of."""

    class Beside(FeatureFromRegressor):
        def transform(self, X):
            return np.column_stack([X[["latitude", "longitude"]], super().transform(X)])

        def fit_transform(self, X, y=None):
            return self.fit(X, y).transform(X)

        def get_feature_names_out(self, input_features=None):
            return np.array(["latitude", "longitude", "nearby"], dtype=object)

    return _prepared_by(Beside(KNeighborsRegressor(n_neighbors), target="median_income"))


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
