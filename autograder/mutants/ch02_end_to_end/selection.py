"""Chapter 2, selecting features (p.02.3): wrong answers that must fail, and right ones that must pass."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.feature_selection import SelectFromModel, SelectKBest, SelectorMixin, VarianceThreshold, f_regression
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVR

from autograder.mutants.ch02_end_to_end.svr import _columns, _scaled
from autograder.testing import alternative, mutant


def _selecting(select, model=None, prepare=None):
    # `is None`, since the truth of a forest is its number of trees, which it has only when fitted.
    model = _scaled(SVR(C=10, gamma=0.1)) if model is None else model
    prepare = _columns(StandardScaler()) if prepare is None else prepare
    return Pipeline([("prepare", prepare), ("select", select), ("model", model)])


def _forest(seed=0, size=40):
    return RandomForestRegressor(size, random_state=seed)


# ---------------------------------------------------------------- p.02.3, wrong


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_decides_how_much_is_kept")
def select_default_threshold(threshold="median", seed=42):
    """You don't pass the threshold on, so the selector takes its default, the mean."""
    return _selecting(SelectFromModel(_forest(seed)))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_decides_how_much_is_kept")
def select_five_best(threshold="median", seed=42):
    """You always keep five features: how many pass is for the threshold to decide."""
    return _selecting(SelectKBest(f_regression, k=5))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_decides_how_much_is_kept")
def select_columns_known_beforehand(threshold="median", seed=42):
    """You have written down the numbers of the columns that matter in the housing data: let the selector find them."""

    class Listed(SelectorMixin, BaseEstimator):
        def __init__(self, threshold=None):
            self.threshold = threshold

        def fit(self, X, y=None):
            self.n_features_in_ = X.shape[1]
            return self

        def _get_support_mask(self):
            return np.isin(np.arange(self.n_features_in_), (0, 1, 2, 7, 9))

    return _selecting(Listed(threshold))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_decides_how_much_is_kept")
def select_by_variance(threshold="median", seed=42):
    """You judge features by their variance, which says nothing about the values to predict."""
    return _selecting(VarianceThreshold(0.0 if threshold in ("median", 0) else 0.5))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_decides_how_much_is_kept")
def select_by_coefficients_per_unit(threshold="median", seed=42):
    """A coefficient is per unit of its column: where one column counts thousands of rooms and another degrees, their
    sizes say nothing. Scale the columns before a linear model selects."""
    select = SelectFromModel(Ridge(), threshold=threshold)
    return _selecting(select, _forest(seed), _columns("passthrough"))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_columns_that_matter_are_kept")
def select_the_unimportant(threshold="median", seed=42):
    """You keep the features *below* the threshold: those are the ones to drop."""

    class Below(SelectFromModel):
        def _get_support_mask(self):
            return ~super()._get_support_mask()

    return _selecting(Below(_forest(seed), threshold=threshold))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_decides_how_much_is_kept")
def select_by_shuffled_values(threshold="median", seed=42):
    """Your importances are not learned from the values that belong to the rows: fit the selector to X and y as they
    are."""

    class Unrelated(RandomForestRegressor):
        def fit(self, X, y):
            return super().fit(X, np.random.default_rng(0).permutation(np.asarray(y)))

    return _selecting(SelectFromModel(Unrelated(20, random_state=seed), threshold=threshold))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_category_that_matters_is_kept")
def select_numbers_only(threshold="median", seed=42):
    """You leave ocean_proximity out, since it is text: encode it, and let the selector decide."""
    numbers = make_column_transformer(
        (make_pipeline(SimpleImputer(), StandardScaler()), make_column_selector(dtype_include="number"))
    )
    return _selecting(SelectFromModel(_forest(seed), threshold=threshold), prepare=numbers)


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_selection_predicts_unseen_districts")
def select_beside_the_rest(threshold="median", seed=42):
    """The features you have selected are put beside all the others, so nothing is dropped."""

    class Everything(SelectFromModel):
        def transform(self, X):
            return np.hstack([X, super().transform(X)])

        def get_support(self, indices=False):
            return np.ones(len(super().get_support()), dtype=bool)

    return _selecting(Everything(_forest(seed), threshold=threshold))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_selection_predicts_unseen_districts")
def select_without_a_model(threshold="median", seed=42):
    """Your pipeline ends with the selection: a model that predicts has to come after it."""
    return Pipeline(
        [("prepare", _columns(StandardScaler())), ("select", SelectFromModel(_forest(seed), threshold=threshold))]
    )


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_selection_predicts_unseen_districts")
def select_for_dollars(threshold="median", seed=42):
    """The model after the selection hardly leaves the mean: an SVR wants a scaled target, or a much larger C."""
    return _selecting(SelectFromModel(_forest(seed), threshold=threshold), SVR())


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_threshold_can_be_tuned")
def select_hidden_in_the_preparation(threshold="median", seed=42):
    """Your selection is no step of the pipeline, so that a search can't reach its threshold: let it be one, named
    `select`."""
    both = Pipeline(
        [("prepare", _columns(StandardScaler())), ("select", SelectFromModel(_forest(seed), threshold=threshold))]
    )
    return Pipeline([("prepare", both), ("model", _scaled(SVR(C=10, gamma=0.1)))])


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_predicting_selects_nothing")
def select_again_when_predicting(threshold="median", seed=42):
    """You select anew from the rows that are to be predicted: what is kept is learned once, from the training rows."""

    class Eager(SelectFromModel):
        def transform(self, X):
            if hasattr(self, "known_"):
                width = int(self.get_support().sum())
                drawn = np.argsort(-np.var(X, axis=0))[:width]
                self.known_ = np.isin(np.arange(X.shape[1]), drawn)
                return X[:, self.known_]
            return super().transform(X)

        def fit(self, X, y=None):
            self.__dict__.pop("known_", None)
            super().fit(X, y)
            return self

        def fit_transform(self, X, y=None):
            chosen = self.fit(X, y).transform(X)
            self.known_ = super()._get_support_mask()
            return chosen

        def _get_support_mask(self):
            return self.known_ if hasattr(self, "known_") else super()._get_support_mask()

    return _selecting(Eager(_forest(seed), threshold=threshold))


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_selection_takes_raw_districts")
def select_refuses_new_places(threshold="median", seed=42):
    """Your encoder raises an error on an ocean_proximity that it has not met: it has the option `handle_unknown`."""
    columns = _columns(StandardScaler(), unknown="error")
    return _selecting(SelectFromModel(_forest(seed), threshold=threshold), prepare=columns)


@mutant("p.02.3", replaces="make_select_pipeline", fails="test_predicting_selects_nothing")
def select_seed_for_one_of_two(threshold="median", seed=42):
    """Your selector follows the seed, but the model after it is random, too, and has a number of its own."""
    return _selecting(SelectFromModel(_forest(seed), threshold=threshold), _forest(0))


# ---------------------------------------------------------------- p.02.3, right


@alternative("p.02.3", replaces="make_select_pipeline")
def select_for_a_line(threshold="median", seed=42):
    """A forest decides, and ridge regression as it comes predicts."""
    return _selecting(SelectFromModel(_forest(seed), threshold=threshold), Ridge())


@alternative("p.02.3", replaces="make_select_pipeline")
def select_by_coefficients(threshold="median", seed=42):
    """The coefficients of ridge regression decide, a forest predicts."""
    select = SelectFromModel(Ridge(), threshold=threshold)
    return _selecting(
        select, RandomForestRegressor(60, random_state=seed), _columns(QuantileTransformer(n_quantiles=50))
    )


@alternative("p.02.3", replaces="make_select_pipeline")
def select_by_extra_trees(threshold="median", seed=42):
    """Extra-trees decide, boosted trees predict; with ratios among the features, and a cap on how many pass."""

    def ratios(districts):
        rooms = districts["total_rooms"] / districts["households"]
        return districts.assign(rooms=rooms, people=districts["population"] / districts["households"])

    prepare = make_pipeline(FunctionTransformer(ratios), _columns(RobustScaler()))
    trees = ExtraTreesRegressor(60, random_state=seed)
    model = HistGradientBoostingRegressor(max_iter=60, min_samples_leaf=8, random_state=seed)
    return _selecting(SelectFromModel(trees, threshold=threshold, max_features=lambda X: X.shape[1]), model, prepare)


@alternative("p.02.3", replaces="make_select_pipeline")
def select_by_shuffling_columns(threshold="median", seed=42):
    """Importance is what a model loses when a column is shuffled; nearest neighbours predict."""

    class Shuffled(RegressorMixin, BaseEstimator):
        def __init__(self, seed=0):
            self.seed = seed

        def fit(self, X, y):
            rng = np.random.default_rng(self.seed)
            model, y = _forest(self.seed, 30).fit(X, y), np.asarray(y)
            losses = []
            for column in range(X.shape[1]):
                mixed = X.copy()
                mixed[:, column] = rng.permutation(mixed[:, column])
                losses.append(np.mean((model.predict(mixed) - y) ** 2) - np.mean((model.predict(X) - y) ** 2))
            self.feature_importances_ = np.maximum(losses, 0)
            return self

    return _selecting(SelectFromModel(Shuffled(seed), threshold=threshold), KNeighborsRegressor(8, weights="distance"))
