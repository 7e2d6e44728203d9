"""Chapter 2, a support vector regressor (p.02.1): the answers."""

from typing import Any

import pandas as pd
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR

P_02_1 = """
On 2,000 districts and in cross-validation, the RBF kernel with C = 10 and gamma = 0.1 is off by 60,400 dollars (root
mean squared), and by 61,100 on the test set. To say the mean every time would be off by 116,700, so nearly half of
the error is gone.

The kernel made the difference: the best machine with a linear one is off by 71,600, no better than an ordinary linear
regression (72,100). Prices don't go straight up or down with longitude and latitude, and a line can't say "near the
bay". The target had to be scaled for that; in dollars, C would have to be larger by the same factor. And it is no
wonder machine: a random forest with default settings is off by 61,300 on the same rows, and needs neither scaling nor
a search.
"""
P_02_1_RUBRIC = """
- 1 point: figures of its own, beside a naive answer (the mean) and another model, on the same rows and by the same
  error
- 1 point: a reason that fits them (a curved kernel for what is not straight; scales of columns and target; settings)
"""


def _preparation(*more: tuple[str, Any, list[str]]) -> ColumnTransformer:
    """Return what turns raw districts into numbers of one scale, without gaps; `more` adds features of your own."""
    numbers = make_pipeline(SimpleImputer(strategy="median"), StandardScaler())
    categories = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    return ColumnTransformer(
        [
            ("numbers", numbers, make_column_selector(dtype_include="number")),
            ("categories", categories, ["ocean_proximity"]),
            *more,
        ]
    )


def _svr(**settings: Any) -> TransformedTargetRegressor:
    """Return a support vector regressor for dollars: `C` and `epsilon` are in units of the target, so scale that."""
    return TransformedTargetRegressor(SVR(**settings), transformer=StandardScaler())


def tune_svr(X: pd.DataFrame, y: pd.Series, *, n_rows: int = 5000, cv: int = 3) -> dict[str, Any]:
    """Find good settings of a support vector regressor, by cross-validation.

    Parameters
    ----------
    X : (n, 9) districts with all columns of the housing table but
        ``median_house_value``; any number may be missing.
    y : (n,) their median house values.
    n_rows : only the first `n_rows` rows are used, for anything.
    cv : number of folds of consecutive rows, as scikit-learn makes them of a number.

    Returns
    -------
    dict with

    - ``"tried"``: a list with one dict for each candidate: its ``"kernel"``
      (``"linear"`` or ``"rbf"``), its ``"C"``, with RBF its ``"gamma"``, and its
      ``"rmse"``, the mean of the RMSEs of all folds. Both kernels are tried, each with
      values of C whose largest is at least 100 times the smallest, and RBF with several
      values of gamma;
    - ``"best_kernel"``, ``"cv_rmse"``: those of the best candidate;
    - ``"best_params"``: dict of its settings, as ``best_estimator.set_params`` wants;
    - ``"best_estimator"``: a pipeline with these settings that starts from raw
      districts, fitted to all the rows used.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(90)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> found = tune_svr(X, y, n_rows=60)
    >>> sorted(found)
    ['best_estimator', 'best_kernel', 'best_params', 'cv_rmse', 'tried']
    >>> found["cv_rmse"] > 0
    True
    >>> found["best_estimator"].predict(X.tail(2)).shape
    (2,)
    """
    linear = {"svr__regressor__kernel": ["linear"], "svr__regressor__C": [0.01, 0.1, 1]}
    rbf = {
        "svr__regressor__kernel": ["rbf"],
        "svr__regressor__C": [1, 10, 100],
        "svr__regressor__gamma": [0.01, 0.03, 0.1],
    }
    pipeline = Pipeline([("prepare", _preparation()), ("svr", _svr())])
    search = GridSearchCV(pipeline, [linear, rbf], cv=cv, scoring="neg_root_mean_squared_error")
    search.fit(X[:n_rows], y[:n_rows])
    results = search.cv_results_
    tried = [
        {name.split("__")[-1]: value for name, value in params.items()} | {"rmse": -score}
        for params, score in zip(results["params"], results["mean_test_score"].tolist(), strict=True)
    ]
    return {
        "tried": tried,
        "best_kernel": search.best_params_["svr__regressor__kernel"],
        "cv_rmse": float(-search.best_score_),
        "best_params": search.best_params_,
        "best_estimator": search.best_estimator_,
    }
