"""Chapter 2, searching over the preparation (p.02.5): wrong answers that must fail, and right ones that must pass."""

from scipy.stats import loguniform, randint
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.ensemble import HistGradientBoostingRegressor
from sklearn.feature_selection import SelectKBest, f_regression
from sklearn.impute import KNNImputer, SimpleImputer
from sklearn.kernel_ridge import KernelRidge
from sklearn.linear_model import Ridge
from sklearn.metrics import make_scorer, root_mean_squared_error
from sklearn.model_selection import RandomizedSearchCV
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

from autograder.mutants.ch02_end_to_end.svr import RMSE, _scaled
from autograder.testing import alternative, mutant, naive

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
def prep_gaps_filled_before(X, y, *, n_iter=15, cv=3, seed=42):
    """You fill gaps with medians of all rows before the search, although your pipeline could fill them: so the
    validation rows have a say in what the others are filled with."""
    return _prep_searched(X.fillna(X.median(numeric_only=True)), y, n_iter, cv, seed)


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_default_scoring(X, y, *, n_iter=15, cv=3, seed=42):
    """Your scores are R², the default of a regressor: choose the negative RMSE with `scoring`."""
    return _prep_searched(X, y, n_iter, cv, seed, scoring=None)


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_always_three_folds(X, y, *, n_iter=15, cv=3, seed=42):
    """You make three folds whatever `cv` says."""
    return _prep_searched(X, y, n_iter, 3, seed)


@mutant("p.02.5", replaces="search_prep", fails="test_every_score_can_be_measured_again")
def prep_training_scores(X, y, *, n_iter=15, cv=3, seed=42):
    """Your scores are those of the training rows, and the candidate that knows them by heart wins: judge each by rows
    that it hasn't seen."""
    rows = list(range(len(X)))
    return _prep_searched(X, y, n_iter, [(rows, rows)] * cv, seed)


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


@naive("p.02.5", replaces="search_prep", fails="test_prep_search_learns_new_regions")
def prep_of_a_straight_line(X, y, *, n_iter=15, cv=3, seed=42):
    """Your model is linear in the columns, and no way to scale them or to fill gaps lets it follow a curve: take
    another one, or make features that can."""
    space = {name: SPACE[name] for name in PREP} | {"ridge__alpha": loguniform(0.1, 100)}
    space["prepare__pipeline__scaler"] = [StandardScaler(), RobustScaler()]
    return _prep_searched(X, y, n_iter, cv, seed, space, Pipeline([*_two_parts().steps[:1], ("ridge", Ridge())]))


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
def prep_of_ridge(X, y, *, n_iter=15, cv=3, seed=42):
    """Ridge regression with a kernel; the weight of places among the features, and the imputer's neighbours."""
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
        "ridge__regressor__gamma": loguniform(0.02, 0.3),
        "ridge__regressor__alpha": loguniform(0.01, 1),
    }
    ridge = TransformedTargetRegressor(KernelRidge(kernel="rbf"), transformer=StandardScaler())
    pipeline = Pipeline([("columns", columns), ("ridge", ridge)])
    return _prep_searched(X, y, n_iter, cv, seed, space, pipeline)


@alternative("p.02.5", replaces="search_prep")
def prep_of_gaps_alone(X, y, *, n_iter=15, cv=3, seed=42):
    """Of the preparation, one choice between two: how gaps are filled."""
    space = {name: values for name, values in SPACE.items() if not name.endswith("scaler")}
    return _prep_searched(X, y, n_iter, cv, seed, space)


@alternative("p.02.5", replaces="search_prep")
def prep_with_whole_steps(X, y, *, n_iter=15, cv=3, seed=42):
    """Scalers and imputers as settings, which are objects; support vectors with the target scaled."""
    space = SPACE | {"prepare__pipeline__simpleimputer": [SimpleImputer(strategy="median"), KNNImputer()]}
    del space["prepare__pipeline__simpleimputer__strategy"]
    return _prep_searched(X, y, n_iter, cv, seed, space)
