"""Chapter 2, a random search (p.02.2): wrong answers that must fail, and right ones that must pass."""

from types import SimpleNamespace

import numpy as np
from scipy.stats import expon, loguniform, uniform
from sklearn.compose import TransformedTargetRegressor
from sklearn.metrics import make_scorer, root_mean_squared_error
from sklearn.model_selection import (
    KFold,
    ParameterSampler,
    RandomizedSearchCV,
    cross_val_score,
)
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import RobustScaler, StandardScaler
from sklearn.svm import SVR

from autograder.mutants.ch02_end_to_end.svr import RMSE, _columns, _pipeline, _scaled
from autograder.testing import alternative, mutant, naive

DRAWN = {"svr__regressor__C": loguniform(1e-2, 1e2), "svr__regressor__gamma": loguniform(1e-3, 1)}


# ---------------------------------------------------------------- p.02.2, wrong


def _drawn(X, y, n_iter, cv, seed, space=None, scoring=RMSE, pipeline=None, **more):
    search = RandomizedSearchCV(
        pipeline or _pipeline(), space or DRAWN, n_iter=n_iter, cv=cv, scoring=scoring, random_state=seed, **more
    )
    return search.fit(X, y)


@mutant("p.02.2", replaces="random_search", fails="test_candidates_come_from_a_log_scale")
def random_values_from_a_list(X, y, *, n_iter=20, cv=3, seed=42):
    """You give lists of a few values, a grid in disguise: let C and gamma be drawn from distributions."""
    space = {"svr__regressor__C": np.geomspace(0.01, 100, 12), "svr__regressor__gamma": np.geomspace(0.001, 1, 12)}
    return _drawn(X, y, n_iter, cv, seed, space)


@mutant("p.02.2", replaces="random_search", fails="test_candidates_come_from_a_log_scale")
def random_uniform_c(X, y, *, n_iter=20, cv=3, seed=42):
    """You draw C from a uniform distribution, which hardly ever gives a small value: draw it on a log scale."""
    return _drawn(X, y, n_iter, cv, seed, DRAWN | {"svr__regressor__C": uniform(0.01, 100)})


@mutant("p.02.2", replaces="random_search", fails="test_candidates_come_from_a_log_scale")
def random_gamma_fixed(X, y, *, n_iter=20, cv=3, seed=42):
    """You tune C only: gamma, the width of the RBF kernel, matters as much."""
    return _drawn(X, y, n_iter, cv, seed, {"svr__regressor__C": DRAWN["svr__regressor__C"]})


@mutant("p.02.2", replaces="random_search", fails="test_number_and_seed_decide_the_candidates")
def random_seed_of_its_own(X, y, *, n_iter=20, cv=3, seed=42):
    """You write a number of your own for the seed: another seed should draw other candidates."""
    return _drawn(X, y, n_iter, cv, 42)


@mutant("p.02.2", replaces="random_search", fails="test_number_and_seed_decide_the_candidates")
def random_ten_candidates(X, y, *, n_iter=20, cv=3, seed=42):
    """You forget to pass `n_iter` on, so there are always ten candidates."""
    return _drawn(X, y, 10, cv, seed)


@mutant("p.02.2", replaces="random_search", fails="test_best_score_can_be_measured_again")
def random_prepared_before(X, y, *, n_iter=20, cv=3, seed=42):
    """You impute and scale all rows before the search, so the validation rows have a say in it: put the preparation
    into the pipeline that is searched."""
    prepare = _columns(StandardScaler()).fit(X)
    search = _drawn(prepare.transform(X), y, n_iter, cv, seed, pipeline=Pipeline([("svr", _scaled(SVR()))]))
    search.best_estimator_ = Pipeline([("prepare", prepare), ("svr", search.best_estimator_["svr"])])
    return search


@mutant("p.02.2", replaces="random_search", fails="test_best_score_can_be_measured_again")
def random_gaps_filled_before(X, y, *, n_iter=20, cv=3, seed=42):
    """You fill gaps with medians of all rows before the search, although your pipeline could fill them: so the
    validation rows have a say in what the others are filled with."""
    return _drawn(X.fillna(X.median(numeric_only=True)), y, n_iter, cv, seed)


@mutant("p.02.2", replaces="random_search", fails="test_best_score_can_be_measured_again")
def random_default_scoring(X, y, *, n_iter=20, cv=3, seed=42):
    """Your scores are R², the default of a regressor: choose the negative RMSE with `scoring`."""
    return _drawn(X, y, n_iter, cv, seed, scoring=None)


@mutant("p.02.2", replaces="random_search", fails="test_best_score_can_be_measured_again")
def random_training_scores(X, y, *, n_iter=20, cv=3, seed=42):
    """Your scores are those of the training rows, and the candidate that knows them by heart wins: judge each by rows
    that it hasn't seen."""
    rows = np.arange(len(X))
    return _drawn(X, y, n_iter, [(rows, rows)] * cv, seed)


@mutant("p.02.2", replaces="random_search", fails="test_best_score_can_be_measured_again")
def random_five_folds(X, y, *, n_iter=20, cv=3, seed=42):
    """You forget to pass `cv` on, so there are always five folds."""
    return _drawn(X, y, n_iter, None, seed)


@mutant("p.02.2", replaces="random_search", fails="test_best_score_can_be_measured_again")
def random_shuffled_folds(X, y, *, n_iter=20, cv=3, seed=42):
    """You shuffle the rows before you cut them into folds: here folds are consecutive rows, as a plain number for `cv`
    makes them."""
    return _drawn(X, y, n_iter, KFold(cv, shuffle=True, random_state=seed), seed)


@mutant("p.02.2", replaces="random_search", fails="test_random_search_keeps_the_best")
def random_highest_error(X, y, *, n_iter=20, cv=3, seed=42):
    """Your search takes the RMSE for a score, so the candidate with the *highest* error wins: use its negative."""
    return _drawn(X, y, n_iter, cv, seed, scoring=make_scorer(root_mean_squared_error))


@mutant("p.02.2", replaces="random_search", fails="test_random_search_keeps_the_best")
def random_default_settings(X, y, *, n_iter=20, cv=3, seed=42):
    """The pipeline that predicts has not got the best settings: let the search fit it again (`refit`)."""
    search = _drawn(X, y, n_iter, cv, seed)
    search.best_estimator_ = _pipeline().fit(X, y)
    return search


@mutant("p.02.2", replaces="random_search", fails="test_random_search_learns_new_regions")
def random_not_fitted(X, y, *, n_iter=20, cv=3, seed=42):
    """You return the search before it has searched: call its `fit`."""
    return RandomizedSearchCV(_pipeline(), DRAWN, n_iter=n_iter, cv=cv, scoring=RMSE, random_state=seed)


@naive("p.02.2", replaces="random_search", fails="test_random_search_learns_new_regions")
def random_as_it_comes(X, y, *, n_iter=20, cv=3, seed=42):
    """Your best estimator has the settings that SVR comes with, whatever the search has found."""
    return _drawn(X, y, 1, cv, seed, {"svr__regressor__C": [1.0], "svr__regressor__gamma": ["scale"]})


@naive("p.02.2", replaces="random_search", fails="test_random_search_learns_new_regions")
def random_linear_only(X, y, *, n_iter=20, cv=3, seed=42):
    """You draw C for the linear kernel only, which can't follow a curve."""
    pipeline = _pipeline().set_params(svr__regressor__kernel="linear")
    return _drawn(X, y, min(n_iter, 8), cv, seed, {"svr__regressor__C": loguniform(1e-3, 10)}, pipeline=pipeline)


@mutant("p.02.2", replaces="random_search", fails="test_random_search_learns_new_regions")
def random_c_too_small_for_dollars(X, y, *, n_iter=20, cv=3, seed=42):
    """C is measured in units of the target: for values in dollars these C are far too small. Scale the target, or let
    C go up to a million."""
    space = {name.replace("regressor__", ""): values for name, values in DRAWN.items()}
    pipeline = Pipeline([("prepare", _columns(StandardScaler())), ("svr", SVR())])
    return _drawn(X, y, n_iter, cv, seed, space, pipeline=pipeline)


@mutant("p.02.2", replaces="random_search", fails="test_random_search_takes_raw_districts")
def random_refuses_new_places(X, y, *, n_iter=20, cv=3, seed=42):
    """Your encoder raises an error on an ocean_proximity that it has not met: it has the option `handle_unknown`."""
    return _drawn(X, y, n_iter, cv, seed, pipeline=_pipeline(unknown="error"), error_score=-1e9)


# ---------------------------------------------------------------- p.02.2, right


@alternative("p.02.2", replaces="random_search")
def random_in_dollars_with_expon(X, y, *, n_iter=20, cv=3, seed=42):
    """C in dollars, over seven powers of ten; gamma from an exponential distribution."""
    pipeline = make_pipeline(_columns(StandardScaler()), SVR())
    space = {"svr__C": loguniform(1, 2e6), "svr__gamma": expon(scale=0.3)}
    return _drawn(X, y, n_iter, cv, seed, space, pipeline=pipeline)


@alternative("p.02.2", replaces="random_search")
def random_both_kernels(X, y, *, n_iter=20, cv=3, seed=42):
    """Kernel, C and gamma in one space; C in dollars, over four powers of ten."""
    pipeline = make_pipeline(_columns(StandardScaler()), SVR())
    space = {"svr__kernel": ["linear", "rbf"], "svr__C": loguniform(20, 200_000), "svr__gamma": expon(scale=1.0)}
    return _drawn(X, y, n_iter, cv, seed, space, pipeline=pipeline)


@alternative("p.02.2", replaces="random_search")
def random_two_spaces(X, y, *, n_iter=20, cv=3, seed=42):
    """One space for each kernel, in a list; the logarithm of the target; a distribution of its own."""

    class PowerOfTen:
        def rvs(self, random_state=None):
            return float(10 ** random_state.uniform(-3, 2))

    steps = make_pipeline(_columns(RobustScaler()), SVR(max_iter=20_000))
    model = TransformedTargetRegressor(steps, func=np.log, inverse_func=lambda z: np.exp(np.clip(z, 5, 15)))
    kernel, C, gamma = (f"regressor__svr__{name}" for name in ("kernel", "C", "gamma"))
    space = [{kernel: ["linear"], C: PowerOfTen()}, {kernel: ["rbf"], C: PowerOfTen(), gamma: loguniform(0.01, 1)}]
    return _drawn(X, y, n_iter, KFold(cv), seed, space, pipeline=model)


@alternative("p.02.2", replaces="random_search")
def random_by_hand(X, y, *, n_iter=20, cv=3, seed=42):
    """The candidates drawn and scored in a loop, in an object that looks like a search."""
    space = {"svr__regressor__C": loguniform(1e-2, 1e3), "svr__regressor__gamma": loguniform(1e-3, 0.5)}
    tried = list(ParameterSampler(space, n_iter, random_state=seed))
    models = [_pipeline().set_params(**settings) for settings in tried]
    scores = [cross_val_score(model, X, y, cv=cv, scoring=RMSE).mean() for model in models]
    best = int(np.argmax(scores))
    model = models[best].fit(X, y)
    return SimpleNamespace(
        cv_results_={"params": tried, "mean_test_score": scores},
        best_params_=tried[best],
        best_score_=scores[best],
        best_estimator_=model,
        predict=model.predict,
    )
