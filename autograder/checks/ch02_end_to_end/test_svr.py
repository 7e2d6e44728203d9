"""Hidden checks of chapter 2: a support vector regressor (p.02.1)."""

import numpy as np
import pandas as pd

from autograder.checks.ch02_end_to_end.inputs import (
    agree,
    cross_rmse,
    draw_districts,
    draw_unrelated,
    gaps_in_one_of_two_folds,
    last_part,
    predicted,
    stray_rows,
    takes_what_comes,
)
from autograder.checks.ch02_end_to_end.inputs_regions import error_beside_untuned
from autograder.testing import Handle, check


@check("p.02.1", core=True, weight=2, at_most=True, hint="Compare your best estimator with the same one at C=1: which "
       "values of C are good where the target is as large as yours?")  # fmt: skip
def test_svr_learns_new_regions(student, rng):
    """In three made-up regions, each with a rule of its own of what makes houses dear, your best estimator learns from
    220 districts, and its error on others is at most {threshold:.0%} of that of an untuned one."""
    return error_beside_untuned(rng, lambda X, y: student.tune_svr(X, y, cv=2)["best_estimator"], 3)


@check("p.02.1", weight=2, hint="Compare `tried` for both kernels: are the best C and gamma at the edge of what you "
       "try?")  # fmt: skip
def test_right_kernel_is_found(student, rng):
    """Where districts at both ends are dear and those in the middle cheap, so that a straight line can say no more than
    the mean, RBF is found to be the better kernel."""
    X, ranks = draw_unrelated(rng, 240)
    column = rng.choice(["median_income", "housing_median_age"])
    y = (20_000 + 25_000 * ranks[column] ** 2 + rng.normal(0, 500, len(X))).rename("median_house_value")
    assert student.tune_svr(X, y, cv=2)["best_kernel"] == "rbf"


@check("p.02.1", hint="A score whose name begins with `neg_` is higher, the smaller the error is. And what becomes of "
       "`cv`?")  # fmt: skip
def test_error_is_that_of_cross_validation(student, rng):
    """`cv_rmse` is what you get when the best estimator is cross-validated anew, in dollars and positive, whatever the
    number of folds."""
    X, y = draw_districts(rng, 160)
    # Dear, then cheap: how many folds there are makes a difference, and one fold's error is far above the others'.
    y = y + 300_000 * (np.arange(160) < 40)
    found = student.tune_svr(X, y, cv=4)
    agree(found["cv_rmse"], cross_rmse(found["best_estimator"], X, y, 4))


@check("p.02.1", hint="Which rows does your scaler see before the folds are made? And what are gaps filled "
       "with, and when?")  # fmt: skip
def test_preparation_is_learned_within_each_fold(student, rng):
    """The rows of a fold are held back from everything, from imputing and scaling too: the error is right even if one
    fold has the gaps and other numbers, or a few rows that are very different from all others."""
    for number in range(3):
        X, y = draw_districts(rng, 120) if number else gaps_in_one_of_two_folds(rng, 120)
        X = stray_rows(rng, X, 2) if number else X
        found = student.tune_svr(X, y, cv=2)
        agree(found["cv_rmse"], cross_rmse(found["best_estimator"], X, y, 2))


@check("p.02.1", hint="Both X and y have to be cut, for the search and for the final fit.")
def test_only_the_first_rows_are_used(student, rng):
    """Rows after the first `n_rows` play no part, neither in `cv_rmse` nor in the best estimator."""
    X, y = draw_districts(rng, 400)
    strange = y.copy()
    strange[150:300] = 40 * rng.permutation(y[150:300])
    found = student.tune_svr(X[:300], strange[:300], n_rows=150, cv=2)
    model, rest = found["best_estimator"], X[300:]
    said = predicted(model, rest)
    agree(found["cv_rmse"], cross_rmse(model, X[:150], y[:150], 2))
    again = predicted(model.fit(X[:150], y[:150]), rest)
    assert np.median(np.abs(said - again)) < 0.02 * np.median(np.abs(again))


def _tried(found) -> dict[str, list[dict]]:
    """Return the candidates by kernel."""
    tried = found["tried"]
    assert isinstance(tried, list | tuple) and all(isinstance(one, dict) for one in tried)
    assert {one["kernel"] for one in tried} == {"linear", "rbf"}
    return {kernel: [one for one in tried if one["kernel"] == kernel] for kernel in ("linear", "rbf")}


def _gamma(one: dict) -> str:
    """Return a candidate's gamma as text. A table of candidates has NaN where there is none, as good as None."""
    gamma = one.get("gamma")
    return "none" if pd.isna(gamma) else str(gamma)


@check("p.02.1", hint="A grid may be a list of dicts, one for each kernel.")
def test_both_kernels_get_a_fair_trial(student, rng):
    """Both kernels are tried, each with values of C that span a factor of 100 or more; gamma is varied with RBF only,
    since the linear kernel has none."""
    tried = _tried(student.tune_svr(*draw_districts(rng, 90), cv=2))
    for trial in tried.values():
        values = [float(one["C"]) for one in trial]
        assert 0 < 99.9 * min(values) <= max(values)
    assert len({_gamma(one) for one in tried["rbf"]} - {"none"}) > 1
    assert len({_gamma(one) for one in tried["linear"]}) == 1
    settings = [(one["kernel"], float(one["C"]), _gamma(one)) for both in tried.values() for one in both]
    assert len(set(settings)) == len(settings)


@check("p.02.1", hint="Sort `tried` by its `rmse` and look at the first entry.")
def test_best_candidate_has_the_lowest_error(student, rng):
    """Of all candidates in `tried` the best is that with the lowest `rmse`; `cv_rmse`, `best_kernel`, `best_params` and
    the best estimator itself all say the same of it."""
    X, _ = draw_unrelated(rng, 120)
    numbers = X.drop(columns="ocean_proximity")
    # Straight up or down with each number, so that the linear kernel may be the best.
    slopes = 10_000 * rng.choice([-1, 1], numbers.shape[1]) / numbers.std()
    y = 300_000 + (numbers - numbers.mean()) @ slopes + rng.normal(0, 2_000, 120)
    found = student.tune_svr(X, y.rename("median_house_value"), cv=2)
    best = min((one for both in _tried(found).values() for one in both), key=lambda one: float(one["rmse"]))
    assert len({round(float(one["rmse"]), 3) for one in found["tried"]}) > 3
    np.testing.assert_allclose(float(found["cv_rmse"]), float(best["rmse"]), rtol=1e-6)
    assert found["best_kernel"] == best["kernel"]
    assert float(last_part(found["best_params"], "C")) == float(best["C"])
    settings = found["best_estimator"].get_params()
    assert found["best_params"].keys() <= settings.keys()
    plain = [name for name, value in found["best_params"].items() if not isinstance(value, Handle)]
    assert all(settings[name] == found["best_params"][name] for name in plain)


@check("p.02.1", hint="Does all of the preparation happen inside the pipeline? How does your encoder treat a value "
       "that was not there when it was fitted?")  # fmt: skip
def test_svr_takes_raw_districts(student, rng):
    """The best estimator predicts raw districts: one alone or many, columns in any order, numbers missing in any of
    them, and an ocean_proximity that it has never met."""
    X, y = draw_districts(rng, 160)
    takes_what_comes(student.tune_svr(X[:120], y[:120], cv=2)["best_estimator"], rng, X[120:])
