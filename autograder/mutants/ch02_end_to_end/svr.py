"""Chapter 2, a support vector regressor (p.02.1): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import pandas as pd
from sklearn.base import clone
from sklearn.compose import TransformedTargetRegressor, make_column_selector, make_column_transformer
from sklearn.impute import SimpleImputer
from sklearn.metrics import make_scorer, root_mean_squared_error
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    ParameterGrid,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, RobustScaler, StandardScaler
from sklearn.svm import SVR, LinearSVR

from autograder.testing import alternative, mutant, naive

RMSE = "neg_root_mean_squared_error"
GRID = [
    {"svr__regressor__kernel": ["linear"], "svr__regressor__C": [0.01, 0.1, 1]},
    {"svr__regressor__kernel": ["rbf"], "svr__regressor__C": [0.1, 1, 10], "svr__regressor__gamma": [0.03, 0.3]},
]


def _columns(scaler="passthrough", unknown="ignore"):
    return make_column_transformer(
        (make_pipeline(SimpleImputer(strategy="median"), scaler), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown=unknown, sparse_output=False), ["ocean_proximity"]),
    )


def _scaled(model):
    return TransformedTargetRegressor(model, transformer=StandardScaler())


def _pipeline(**how):
    return Pipeline([("prepare", _columns(**{"scaler": StandardScaler(), **how})), ("svr", _scaled(SVR()))])


def _searched(X, y, cv, grid=GRID, scoring=RMSE, pipeline=None):
    return GridSearchCV(pipeline or _pipeline(), grid, cv=cv, scoring=scoring).fit(X, y)


def _reported(search, sign=-1):
    """Return what `tune_svr` returns, of a finished search."""
    scores = (sign * search.cv_results_["mean_test_score"]).tolist()
    settings = [{n.split("__")[-1]: v for n, v in params.items()} for params in search.cv_results_["params"]]
    return {
        "tried": [params | {"rmse": score} for params, score in zip(settings, scores, strict=True)],
        "best_kernel": search.best_params_.get("svr__regressor__kernel", "rbf"),
        "cv_rmse": float(sign * search.best_score_),
        "best_params": search.best_params_,
        "best_estimator": search.best_estimator_,
    }


# ---------------------------------------------------------------- p.02.1, wrong


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_reports_the_score(X, y, *, n_rows=5000, cv=3):
    """You report the score as it is, which is the *negative* RMSE: take the minus away."""
    return _reported(_searched(X[:n_rows], y[:n_rows], cv), sign=1)


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_squared_error(X, y, *, n_rows=5000, cv=3):
    """You report the mean squared error, in dollars squared: its root is asked for."""
    return _reported(_searched(X[:n_rows], y[:n_rows], cv, scoring="neg_mean_squared_error"))


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_root_of_the_mean_square(X, y, *, n_rows=5000, cv=3):
    """You take the mean of the squared errors over the folds, and its root at the end: asked for is the mean of the
    folds' RMSEs, which is less where one fold is harder than the others."""
    found = _reported(_searched(X[:n_rows], y[:n_rows], cv, scoring="neg_mean_squared_error"))
    tried = [one | {"rmse": one["rmse"] ** 0.5} for one in found["tried"]]
    return found | {"tried": tried, "cv_rmse": found["cv_rmse"] ** 0.5}


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_shuffled_folds(X, y, *, n_rows=5000, cv=3):
    """You shuffle the rows before you cut them into folds: here folds are consecutive rows, as a plain number for `cv`
    makes them."""
    return _reported(_searched(X[:n_rows], y[:n_rows], KFold(cv, shuffle=True, random_state=42)))


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_always_three_folds(X, y, *, n_rows=5000, cv=3):
    """You make three folds whatever `cv` says."""
    return _reported(_searched(X[:n_rows], y[:n_rows], 3))


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_training_error(X, y, *, n_rows=5000, cv=3):
    """You measure the error on the rows the model was trained on: that says little about others."""
    X, y = X[:n_rows], y[:n_rows]
    search = _searched(X, y, cv)
    return _reported(search) | {"cv_rmse": root_mean_squared_error(y, search.predict(X))}


@mutant("p.02.1", replaces="tune_svr", fails="test_error_is_that_of_cross_validation")
def svr_training_scores(X, y, *, n_rows=5000, cv=3):
    """Your search compares the candidates by the rows they were trained on, so that the one that knows them by heart
    wins: judge each by rows that it hasn't seen."""
    X, y = X[:n_rows], y[:n_rows]
    rows = np.arange(len(X))
    search = GridSearchCV(_pipeline(), GRID, cv=[(rows, rows)] * cv, scoring=RMSE).fit(X, y)
    return _reported(search)


@mutant("p.02.1", replaces="tune_svr", fails="test_best_candidate_has_the_lowest_error")
def svr_highest_error_wins(X, y, *, n_rows=5000, cv=3):
    """Your search takes the RMSE for a score, so the candidate with the *highest* error wins: use its negative."""
    search = _searched(X[:n_rows], y[:n_rows], cv, scoring=make_scorer(root_mean_squared_error))
    return _reported(search, sign=1)


@mutant("p.02.1", replaces="tune_svr", fails="test_best_candidate_has_the_lowest_error")
def svr_default_settings(X, y, *, n_rows=5000, cv=3):
    """You search, and then return an estimator as it comes: it has to have the settings of the best candidate."""
    X, y = X[:n_rows], y[:n_rows]
    return _reported(_searched(X, y, cv)) | {"best_estimator": _pipeline().fit(X, y)}


@mutant("p.02.1", replaces="tune_svr", fails="test_preparation_is_learned_within_each_fold")
def svr_prepared_before_the_search(X, y, *, n_rows=5000, cv=3):
    """You impute and scale all rows before the search, so the validation rows have a say in it: put the preparation
    into the pipeline that is searched."""
    X, y = X[:n_rows], y[:n_rows]
    prepare = _columns(StandardScaler()).fit(X)
    search = _searched(prepare.transform(X), y, cv, pipeline=Pipeline([("svr", _scaled(SVR()))]))
    whole = Pipeline([("prepare", prepare), ("svr", search.best_estimator_["svr"])])
    return _reported(search) | {"best_estimator": whole}


@mutant("p.02.1", replaces="tune_svr", fails="test_preparation_is_learned_within_each_fold")
def svr_gaps_filled_before(X, y, *, n_rows=5000, cv=3):
    """You fill gaps with medians of all rows before the search, although your pipeline could fill them: so the
    validation rows have a say in what the others are filled with."""
    X = X[:n_rows]
    return _reported(_searched(X.fillna(X.median(numeric_only=True)), y[:n_rows], cv))


@mutant("p.02.1", replaces="tune_svr", fails="test_both_kernels_get_a_fair_trial")
def svr_one_value_of_c(X, y, *, n_rows=5000, cv=3):
    """You try one value of C only: it decides how closely the training rows are fitted, and has to be tuned."""
    grid = [dict(part, svr__regressor__C=[1]) for part in GRID]
    return _reported(_searched(X[:n_rows], y[:n_rows], cv, grid))


@mutant("p.02.1", replaces="tune_svr", fails="test_both_kernels_get_a_fair_trial")
def svr_narrow_values_of_c(X, y, *, n_rows=5000, cv=3):
    """Your values of C are too close together: go up in factors, of 10 say, not in steps."""
    grid = [dict(part, svr__regressor__C=[1, 2, 3]) for part in GRID]
    return _reported(_searched(X[:n_rows], y[:n_rows], cv, grid))


@mutant("p.02.1", replaces="tune_svr", fails="test_both_kernels_get_a_fair_trial")
def svr_gamma_for_both(X, y, *, n_rows=5000, cv=3):
    """You combine gamma with the linear kernel too, which has none: the same model is trained several times."""
    grid = GRID[1] | {"svr__regressor__kernel": ["linear", "rbf"], "svr__regressor__C": [0.01, 0.1, 1]}
    return _reported(_searched(X[:n_rows], y[:n_rows], cv, grid))


@naive("p.02.1", replaces="tune_svr", fails=["test_svr_learns_new_regions", "test_right_kernel_is_found"])
def svr_linear_only(X, y, *, n_rows=5000, cv=3):
    """You try the linear kernel only, which can't follow a curve."""
    return _reported(_searched(X[:n_rows], y[:n_rows], cv, GRID[:1]))


@naive("p.02.1", replaces="tune_svr", fails="test_svr_learns_new_regions")
def svr_as_it_comes(X, y, *, n_rows=5000, cv=3):
    """Your best estimator has the settings that SVR comes with, whatever the search has found: C and gamma have to be
    tuned."""
    X, y = X[:n_rows], y[:n_rows]
    grid = {"svr__regressor__kernel": ["rbf"], "svr__regressor__C": [1.0], "svr__regressor__gamma": ["scale"]}
    return _reported(_searched(X, y, cv, grid))


@mutant("p.02.1", replaces="tune_svr", fails="test_svr_learns_new_regions")
def svr_small_c_for_dollars(X, y, *, n_rows=5000, cv=3):
    """C is measured in units of the target: for values in dollars these C are far too small, and the model hardly
    leaves the mean. Scale the target, or let C go up to a million."""
    pipeline = Pipeline([("prepare", _columns(StandardScaler())), ("svr", SVR())])
    grid = [{name.replace("regressor__", ""): values for name, values in part.items()} for part in GRID]
    search = _searched(X[:n_rows], y[:n_rows], cv, grid, pipeline=pipeline)
    return _reported(search) | {"best_kernel": search.best_params_["svr__kernel"]}


@mutant("p.02.1", replaces="tune_svr", fails="test_svr_learns_new_regions")
def svr_unfitted(X, y, *, n_rows=5000, cv=3):
    """Your best estimator has not been fitted: after the search, fit it to all the rows used."""
    found = _reported(_searched(X[:n_rows], y[:n_rows], cv))
    return found | {"best_estimator": clone(found["best_estimator"])}


@mutant("p.02.1", replaces="tune_svr", fails="test_only_the_first_rows_are_used")
def svr_fitted_to_all_rows(X, y, *, n_rows=5000, cv=3):
    """The search uses the first rows, but the final model is fitted to all of them."""
    found = _reported(_searched(X[:n_rows], y[:n_rows], cv))
    return found | {"best_estimator": found["best_estimator"].fit(X, y)}


@mutant("p.02.1", replaces="tune_svr", fails="test_only_the_first_rows_are_used")
def svr_uses_all_rows(X, y, *, n_rows=5000, cv=3):
    """You search over all rows: SVR gets slow with many, so only the first `n_rows` are to be used."""
    return _reported(_searched(X, y, cv))


@mutant("p.02.1", replaces="tune_svr", fails="test_svr_takes_raw_districts")
def svr_refuses_new_places(X, y, *, n_rows=5000, cv=3):
    """Your encoder raises an error on an ocean_proximity that it has not met: it has the option `handle_unknown`."""
    return _reported(_searched(X[:n_rows], y[:n_rows], cv, GRID[1:], pipeline=_pipeline(unknown="error")))


@mutant("p.02.1", replaces="tune_svr", fails="test_svr_takes_raw_districts")
def svr_drops_rows_with_gaps(X, y, *, n_rows=5000, cv=3):
    """You drop the districts with gaps before training, and so your pipeline can't predict one: fill the gaps."""
    X = X[:n_rows].dropna()
    columns = make_column_transformer(
        (StandardScaler(), make_column_selector(dtype_include="number")),
        (OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["ocean_proximity"]),
    )
    return _reported(
        _searched(X, y.loc[X.index], cv, pipeline=Pipeline([("prepare", columns), ("svr", _scaled(SVR()))]))
    )


# ---------------------------------------------------------------- p.02.1, right


@alternative("p.02.1", replaces="tune_svr")
def svr_on_the_logarithm(X, y, *, n_rows=5000, cv=3):
    """Logarithm of the target, around the whole pipeline; LinearSVR for the linear kernel; one search for each."""
    grids = {
        "linear": (LinearSVR(random_state=0, max_iter=3000), {"C": [0.001, 0.01, 0.1, 1]}),
        "rbf": (SVR(), {"C": [0.1, 1, 10], "gamma": ["scale", 0.03]}),
    }
    tried, searches = [], {}
    for kernel, (svr, grid) in grids.items():
        steps = make_pipeline(_columns(RobustScaler()), svr)
        model = TransformedTargetRegressor(steps, func=np.log, inverse_func=lambda z: np.exp(np.clip(z, 5, 15)))
        grid = {f"regressor__{type(svr).__name__.lower()}__{name}": values for name, values in grid.items()}
        searches[kernel] = search = GridSearchCV(model, grid, cv=cv, scoring=RMSE).fit(X.iloc[:n_rows], y.iloc[:n_rows])
        for settings, score in zip(search.cv_results_["params"], search.cv_results_["mean_test_score"], strict=True):
            tried.append({name.split("__")[-1]: value for name, value in settings.items()})
            tried[-1].update(kernel=kernel, rmse=-score)
    kernel, search = max(searches.items(), key=lambda item: item[1].best_score_)
    return {
        "tried": tried,
        "best_kernel": kernel,
        "cv_rmse": -search.best_score_,
        "best_params": search.best_params_,
        "best_estimator": search.best_estimator_,
    }


@alternative("p.02.1", replaces="tune_svr")
def svr_from_a_table(X, y, *, n_rows=5000, cv=3):
    """What was tried, as the rows of a table, which has NaN where the linear kernel has no gamma."""
    search = _searched(X[:n_rows], y[:n_rows], cv)
    table = pd.DataFrame(search.cv_results_["params"]).rename(columns=lambda name: name.split("__")[-1])
    table["rmse"] = -search.cv_results_["mean_test_score"]
    return _reported(search) | {"tried": table.to_dict("records")}


@alternative("p.02.1", replaces="tune_svr")
def svr_in_dollars(X, y, *, n_rows=5000, cv=3):
    """No scaling of the target, but values of C to match; one cross-validation after the other."""
    X, y = X.head(n_rows), y.head(n_rows)
    grid = ParameterGrid(
        [
            {"svr__kernel": ["linear"], "svr__C": np.geomspace(300, 30_000, 3)},
            {"svr__kernel": ["rbf"], "svr__C": [10_000, 100_000, 1_000_000], "svr__gamma": ["scale", 0.1]},
        ]
    )
    pipeline = make_pipeline(_columns(StandardScaler()), SVR())
    tried = []
    for settings in grid:
        scores = cross_val_score(clone(pipeline).set_params(**settings), X, y, cv=KFold(cv), scoring=RMSE)
        tried.append({**{name[5:]: value for name, value in settings.items()}, "rmse": -np.mean(scores)})
    best = min(range(len(grid)), key=lambda number: tried[number]["rmse"])
    return {
        "tried": tuple(tried),
        "best_kernel": tried[best]["kernel"],
        "cv_rmse": tried[best]["rmse"],
        "best_params": grid[best],
        "best_estimator": clone(pipeline).set_params(**grid[best]).fit(X, y),
    }


@alternative("p.02.1", replaces="tune_svr")
def svr_in_dollars_wide(X, y, *, n_rows=5000, cv=3):
    """A plain grid in dollars; where its values of C end, the linear kernel may be the best that it finds."""
    pipeline = Pipeline([("prepare", _columns(StandardScaler())), ("svr", SVR())])
    grid = [
        {"svr__kernel": ["linear"], "svr__C": [10.0, 100.0, 1_000.0, 10_000.0, 30_000.0]},
        {"svr__kernel": ["rbf"], "svr__C": [10.0, 100.0, 1_000.0], "svr__gamma": [0.01, 0.1, 1.0]},
    ]
    search = _searched(X[:n_rows], y[:n_rows], cv, grid, pipeline=pipeline)
    return _reported(search) | {"best_kernel": search.best_params_["svr__kernel"]}


@alternative("p.02.1", replaces="tune_svr")
def svr_with_ratios(X, y, *, n_rows=5000, cv=3):
    """With more features, and logarithms of the long-tailed ones; `gamma` is None where there is none."""

    def more(districts):
        logs = np.log1p(districts[["total_rooms", "total_bedrooms", "population", "households"]].clip(0))
        logs["rooms"], logs["people"] = (logs[c] - logs["households"] for c in ("total_rooms", "population"))
        return districts.assign(**logs)

    pipeline = Pipeline([("more", FunctionTransformer(more)), *_pipeline().steps])
    found = _reported(_searched(X[:n_rows], y[:n_rows], cv, pipeline=pipeline))
    return found | {"tried": [{"gamma": None, **settings} for settings in found["tried"]]}
