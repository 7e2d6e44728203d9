"""Chapter 2, one pipeline from raw data to prediction (tf2.02.4): wrong answers, and right ones."""

import copy
from functools import partial

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_selection import SelectKBest, f_regression, mutual_info_regression, r_regression
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, OrdinalEncoder, StandardScaler

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- tf2.02.4, wrong


def _prepared(numbers=None, text=None):
    numbers = numbers or make_pipeline(SimpleImputer(), StandardScaler())
    text = text or OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")), (text, ["ocean_proximity"]), remainder="drop"
    )


def _three(prep, select, model):
    return Pipeline([("prep", prep), ("select", select), ("model", clone(model))])


def _best(k):
    return SelectKBest(f_regression, k=k)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_model_gets_so_many_columns_of_numbers")
def all_are_kept(model, k=8):
    """Nothing is selected: the model gets every feature, however small `k` is."""
    return _three(_prepared(), SelectKBest(f_regression, k="all"), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_model_gets_so_many_columns_of_numbers")
def selection_before_the_preparation(model, k=8):
    """You select before you prepare: texts and gaps can't be ranked, so `prep` has to come first."""
    return Pipeline([("select", _best(k)), ("prep", _prepared()), ("model", clone(model))])


def _by_place(X, y):
    return -np.arange(X.shape[1], dtype=float)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_what_matters_is_selected")
def first_columns(model, k=8):
    """You keep the first columns, whatever they are: which ones say most, the values have to tell."""
    return _three(_prepared(), SelectKBest(_by_place, k=k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_what_matters_is_selected")
def sign_of_the_correlation_counts(model, k=8):
    """You rank by correlations as they are, so a column that the values fall with comes last: it is their size that
    counts."""
    return _three(_prepared(), SelectKBest(r_regression, k=k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_what_matters_is_selected")
def scores_for_classes(model, k=8):
    """You take `SelectKBest` as it comes, whose score is for classes, so that each house value is a class of its own:
    give it one for regression, such as `f_regression`."""
    return _three(_prepared(), SelectKBest(k=k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_same_rows_give_the_same_answer")
def scores_with_dice(model, k=8):
    """`mutual_info_regression` adds a little noise, so that the same rows select other columns the next time: hand it a
    `random_state`, with `functools.partial` for one."""
    return _three(_prepared(), SelectKBest(mutual_info_regression, k=k), model)


def _spread(X, y):
    return np.var(X, axis=0)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_what_matters_is_selected")
def what_varies_most(model, k=8):
    """You keep what varies most, which says nothing about the values: rank the features by what they tell of y."""
    return _three(_prepared(SimpleImputer()), SelectKBest(_spread, k=k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_text_can_be_selected")
def numbers_only(model, k=8):
    """Your preparation drops `ocean_proximity`, which may say more than all the numbers: turn it into numbers, too."""
    numbers = make_pipeline(SimpleImputer(), StandardScaler())
    return _three(make_column_transformer((numbers, make_column_selector(dtype_include="number"))), _best(k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_takes_raw_districts")
def stranger_stops_the_encoder(model, k=8):
    """A category that was not there in `fit` is an error to your encoder: tell it what to do with strangers."""
    return _three(_prepared(text=OneHotEncoder(sparse_output=False)), _best(k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_takes_raw_districts")
def gaps_of_one_column_only(model, k=8):
    """You fill the gaps of `total_bedrooms` only, since the others have none so far: any number may be missing."""
    others = make_column_transformer(
        (SimpleImputer(), ["total_bedrooms"]),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
        remainder="passthrough",
    )
    return _three(others, _best(k), model)


class _EachTableAnew(TransformerMixin, BaseEstimator):
    """Scales every table by its own mean and spread."""

    def fit(self, X, y=None):
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return (X - X.mean(axis=0)) / (X.std(axis=0) + 1e-9)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_takes_raw_districts")
def new_rows_by_their_own_scale(model, k=8):
    """New rows are scaled by their own mean, so a prediction depends on the rows beside it: learn the scale in
    `fit`."""
    return _three(_prepared(make_pipeline(SimpleImputer(), _EachTableAnew())), _best(k), model)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_tuned_as_one")
def prepared_all_in_one_step(model, k=8):
    """Preparation and selection hide in one function without settings, so that a search can't reach into them: make
    them steps with names of their own."""
    return _three(_Sealed(), _best(k), model)


class _Sealed(TransformerMixin, BaseEstimator):
    """A preparation without settings."""

    def fit(self, X, y=None):
        self.columns_ = _prepared().fit(X)
        return self

    def transform(self, X):
        return self.columns_.transform(X)


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_tuned_as_one")
def default_model(model, k=8):
    """You make a new model of the same kind, without the settings that it was given: `clone` keeps those."""
    return _three(_prepared(), _best(k), type(model)())


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_pipeline_can_be_saved")
def function_without_a_name(model, k=8):
    """A lambda inside the pipeline can't be pickled: use a function that has a name, or none at all."""
    rows = FunctionTransformer(lambda X: X)
    return Pipeline([("rows", rows), ("prep", _prepared()), ("select", _best(k)), ("model", clone(model))])


@mutant("tf2.02.4", replaces="full_pipeline", fails="test_model_is_left_as_it_is")
def model_is_shared(model, k=8):
    """The pipeline fits the very object that was handed over: the next one made with it will change this one."""
    return Pipeline([("prep", _prepared()), ("select", _best(k)), ("model", model)])


# ---------------------------------------------------------------- tf2.02.4, right


class _ByForest(TransformerMixin, BaseEstimator):
    """Keeps the k features that trees find most important."""

    def __init__(self, k=8):
        self.k = k

    def fit(self, X, y):
        importance = ExtraTreesRegressor(30, random_state=0).fit(X, y).feature_importances_
        self.kept_ = np.sort(np.argsort(importance)[-self.k :])
        return self

    def transform(self, X):
        return X[:, self.kept_]


@alternative("tf2.02.4", replaces="full_pipeline")
def selected_by_trees(model, k=8):
    """A selection of its own, by the importances of extra-trees; texts as ordinal numbers."""
    ordinal = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1)
    return _three(_prepared(text=ordinal), _ByForest(k), model)


@alternative("tf2.02.4", replaces="full_pipeline")
def selected_by_information(model, k=8):
    """By mutual information, whose noise has a seed."""
    return _three(_prepared(), SelectKBest(partial(mutual_info_regression, random_state=0), k=k), model)


def _with_ratios(X):
    return X.assign(
        rooms=X["total_rooms"] / X["households"], people=X["population"] / X["households"]
    )  # gaps stay gaps


@alternative("tf2.02.4", replaces="full_pipeline")
def ratios_and_renamed_steps(model, k=8):
    """By make_pipeline, with the names put right afterwards; ratios of columns, as a step before; a deep copy."""
    pipeline = make_pipeline(FunctionTransformer(_with_ratios), _prepared(), _best(k), copy.deepcopy(model))
    names = ("raw", "prep", "select", "model")
    pipeline.steps = [(name, part) for name, (_, part) in zip(names, pipeline.steps, strict=True)]
    return pipeline


@alternative("tf2.02.4", replaces="full_pipeline")
def sparse_and_set_afterwards(model, k=8):
    """Categories as a sparse matrix; the steps set afterwards, the model made anew with all of its settings."""
    pipeline = Pipeline([(name, "passthrough") for name in ("prep", "select", "model")])
    sparse = _prepared(text=OneHotEncoder(handle_unknown="ignore"))
    anew = type(model)(**model.get_params())
    return pipeline.set_params(prep=sparse, select=_best(k), model=anew)
