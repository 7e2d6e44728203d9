"""Chapter 2, selecting features and searching over the preparation: wrong answers that must fail, right ones that must
pass."""

import numpy as np
from scipy.stats import loguniform, randint
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.compose import make_column_selector, make_column_transformer
from sklearn.ensemble import ExtraTreesRegressor, HistGradientBoostingRegressor, RandomForestRegressor
from sklearn.feature_selection import SelectFromModel, SelectKBest, SelectorMixin, VarianceThreshold, f_regression
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, root_mean_squared_error
from sklearn.model_selection import RandomizedSearchCV
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    OneHotEncoder,
    OrdinalEncoder,
    QuantileTransformer,
    RobustScaler,
    StandardScaler,
)
from sklearn.svm import SVR

from autograder import alternative, mutant
from autograder.mutants.ch02_end_to_end_search import RMSE, _columns, _scaled


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


# ---------------------------------------------------------------- p.02.3, right


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


# ---------------------------------------------------------------- p.02.5, wrong

PLACES = ["longitude", "latitude"]
SPACE = {
    "prepare__pipeline__simpleimputer__strategy": ["mean", "median"],
    "prepare__pipeline__scaler": [StandardScaler(), RobustScaler(), QuantileTransformer(n_quantiles=30)],
    "svr__regressor__C": loguniform(0.1, 100),
    "svr__regressor__gamma": loguniform(1e-3, 1),
}
PREP = [name for name in SPACE if name.startswith("prepare")]


def _two_parts(unknown="ignore"):
    numbers = Pipeline([("simpleimputer", SimpleImputer()), ("scaler", StandardScaler())])
    prepare = make_column_transformer(
        (numbers, make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown=unknown, sparse_output=False), ["ocean_proximity"]),
    )
    return Pipeline([("prepare", prepare), ("svr", _scaled(SVR()))])


def _prep_searched(X, y, n_iter, cv, seed, space=None, pipeline=None, scoring=RMSE, **more):
    search = RandomizedSearchCV(
        pipeline or _two_parts(), space or SPACE, n_iter=n_iter, cv=cv, scoring=scoring, random_state=seed, **more
    )
    return search.fit(X, y)


@mutant("p.02.5", replaces="search_prep", fails="test_both_parts_are_searched")
def prep_model_only(X, y, *, n_iter=15, cv=3, seed=42):
    """You tune the model only: let the search choose among ways to prepare the data, too."""
    return _prep_searched(X, y, n_iter, cv, seed, {name: SPACE[name] for name in SPACE if name not in PREP})


@mutant("p.02.5", replaces="search_prep", fails="test_both_parts_are_searched")
def prep_preparation_only(X, y, *, n_iter=15, cv=3, seed=42):
    """You tune the preparation only: which one is best may depend on the model's settings."""
    pipeline = _two_parts().set_params(svr__regressor__C=5, svr__regressor__gamma=0.1)
    space = {"prepare__pipeline__simpleimputer__strategy": ["mean", "median", "most_frequent", "constant"]}
    space["prepare__pipeline__scaler"] = [
        StandardScaler(),
        RobustScaler(),
        QuantileTransformer(n_quantiles=30),
        "passthrough",
    ]
    return _prep_searched(X, y, n_iter, cv, seed, space, pipeline)


@mutant("p.02.5", replaces="search_prep", fails="test_both_parts_are_searched")
def prep_list_of_one(X, y, *, n_iter=15, cv=3, seed=42):
    """Your lists of settings of the preparation have one entry each: there is nothing to choose."""
    return _prep_searched(X, y, n_iter, cv, seed, {k: v[:1] if k in PREP else v for k, v in SPACE.items()})


@mutant("p.02.5", replaces="search_prep", fails="test_preparation_makes_a_difference")
def prep_without_effect(X, y, *, n_iter=15, cv=3, seed=42):
    """The settings of the preparation that you search over change nothing of what the model gets to see."""
    space = {name: values for name, values in SPACE.items() if name not in PREP}
    space |= {"prepare__n_jobs": [None, 1], "prepare__verbose_feature_names_out": [True, False]}
    return _prep_searched(X, y, n_iter, cv, seed, space)


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_done_before(X, y, *, n_iter=15, cv=3, seed=42):
    """You prepare the data before the search, so the validation rows have a say in it: search over the whole pipeline,
    which prepares anew in each fold."""
    whole = _two_parts()
    Z = whole["prepare"].fit_transform(X)
    pipeline = Pipeline([("prepare", SelectKBest(f_regression)), ("svr", _scaled(SVR()))])
    space = {k: v for k, v in SPACE.items() if k not in PREP} | {"prepare__k": range(5, 10)}
    search = _prep_searched(Z, y, n_iter, cv, seed, space, pipeline)
    fitted = [("first", whole["prepare"]), *search.best_estimator_.steps]
    search.estimator = Pipeline([("first", whole["prepare"]), *search.estimator.steps])
    search.best_estimator_ = Pipeline(fitted)
    return search


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_default_scoring(X, y, *, n_iter=15, cv=3, seed=42):
    """Your scores are R², the default of a regressor: choose the negative RMSE with `scoring`."""
    return _prep_searched(X, y, n_iter, cv, seed, scoring=None)


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_always_three_folds(X, y, *, n_iter=15, cv=3, seed=42):
    """You make three folds whatever `cv` says."""
    return _prep_searched(X, y, n_iter, 3, seed)


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_highest_error(X, y, *, n_iter=15, cv=3, seed=42):
    """Your search takes the RMSE for a score, so the candidate with the *highest* error wins: use its negative."""
    return _prep_searched(X, y, n_iter, cv, seed, scoring=make_scorer(root_mean_squared_error))


@mutant("p.02.5", replaces="search_prep", fails="test_prep_search_follows_number_and_seed")
def prep_seed_of_its_own(X, y, *, n_iter=15, cv=3, seed=42):
    """You write a number of your own for the seed: another seed should try other candidates."""
    return _prep_searched(X, y, n_iter, cv, 42)


@mutant("p.02.5", replaces="search_prep", fails="test_prep_search_follows_number_and_seed")
def prep_ten_candidates(X, y, *, n_iter=15, cv=3, seed=42):
    """You forget to pass `n_iter` on, so there are always ten candidates."""
    return _prep_searched(X, y, 10, cv, seed)


@mutant("p.02.5", replaces="search_prep", fails="test_prep_search_learns_new_regions")
def prep_not_fitted(X, y, *, n_iter=15, cv=3, seed=42):
    """You return the search before it has searched: call its `fit`."""
    return RandomizedSearchCV(_two_parts(), SPACE, n_iter=n_iter, cv=cv, scoring=RMSE, random_state=seed)


@mutant("p.02.5", replaces="search_prep", fails="test_prep_search_learns_new_regions")
def prep_c_too_small_for_dollars(X, y, *, n_iter=15, cv=3, seed=42):
    """C is measured in units of the target: for values in dollars these C are far too small, and no preparation makes
    up for that. Scale the target, or let C go up to a million."""
    space = {name.replace("regressor__", ""): values for name, values in SPACE.items()}
    return _prep_searched(X, y, n_iter, cv, seed, space, Pipeline([*_two_parts().steps[:1], ("svr", SVR())]))


@mutant("p.02.5", replaces="search_prep", fails="test_prep_search_keeps_the_best")
def prep_refit_forgotten(X, y, *, n_iter=15, cv=3, seed=42):
    """The pipeline that predicts has not got the best settings: let the search fit it again (`refit`)."""
    search = _prep_searched(X, y, n_iter, cv, seed)
    search.best_estimator_ = _two_parts().fit(X, y)
    return search


@mutant("p.02.5", replaces="search_prep", fails="test_prep_search_takes_raw_districts")
def prep_refuses_new_places(X, y, *, n_iter=15, cv=3, seed=42):
    """Your encoder raises an error on an ocean_proximity that it has not met: it has the option `handle_unknown`."""
    return _prep_searched(X, y, n_iter, cv, seed, pipeline=_two_parts("error"), error_score=-1e9)


# ---------------------------------------------------------------- p.02.5, right


@alternative("p.02.5", replaces="search_prep")
def prep_of_boosted_trees(X, y, *, n_iter=15, cv=3, seed=42):
    """Boosted trees; a ratio that is used or passed over; gaps filled or left to the trees."""

    def ratio(districts):
        return districts.assign(rooms=districts["total_rooms"] / districts["households"])

    codes = OrdinalEncoder(handle_unknown="use_encoded_value", unknown_value=-1)
    columns = make_column_transformer((codes, ["ocean_proximity"]), remainder="passthrough")
    model = HistGradientBoostingRegressor(max_iter=40, min_samples_leaf=10, random_state=seed)
    pipeline = Pipeline([("ratio", "passthrough"), ("columns", columns), ("gaps", "passthrough"), ("trees", model)])
    space = {
        "ratio": ["passthrough", FunctionTransformer(ratio)],
        "gaps": ["passthrough", SimpleImputer(keep_empty_features=True)],
        "trees__learning_rate": loguniform(0.05, 0.3),
        "trees__max_leaf_nodes": randint(4, 12),
    }
    return _prep_searched(X, y, n_iter, cv, seed, space, pipeline)


@alternative("p.02.5", replaces="search_prep")
def prep_of_neighbours(X, y, *, n_iter=15, cv=3, seed=42):
    """Nearest neighbours; the weight of places among the features, and the imputer's own neighbours."""
    columns = make_column_transformer(
        (make_pipeline(KNNImputer(), StandardScaler()), ["median_income", "housing_median_age", "total_bedrooms"]),
        (make_pipeline(SimpleImputer(), StandardScaler()), PLACES),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
    )
    names = [name for name, *_ in columns.transformers]
    space = {
        "columns__transformer_weights": [
            dict(zip(names, (1, w, v), strict=True)) for w in (0.5, 1, 3) for v in (0.3, 1)
        ],
        "columns__pipeline-1__knnimputer__n_neighbors": randint(1, 20),
        "knn__n_neighbors": randint(3, 20),
        "knn__weights": ["uniform", "distance"],
    }
    pipeline = Pipeline([("columns", columns), ("knn", KNeighborsRegressor())])
    return _prep_searched(X, y, n_iter, cv, seed, space, pipeline)


@alternative("p.02.5", replaces="search_prep")
def prep_with_whole_steps(X, y, *, n_iter=15, cv=3, seed=42):
    """Scalers and imputers as settings, which are objects; support vectors with the target scaled."""
    space = SPACE | {"prepare__pipeline__simpleimputer": [SimpleImputer(strategy="median"), KNNImputer()]}
    del space["prepare__pipeline__simpleimputer__strategy"]
    return _prep_searched(X, y, n_iter, cv, seed, space)
