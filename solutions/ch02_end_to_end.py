"""Chapter 2, an end-to-end project: the answers.

Where these depart from what is usually done, and what was measured on the first 5,000 rows of the training set, in
three folds:

- The support vector regressor sees a *scaled* target. In dollars, `C` has to be a hundred thousand times larger: with
  values up to 1,000 the linear kernel seems to be the better one (71,600 against 86,500 for RBF), which is an accident
  of the grid. With `C` large enough, or the target scaled, RBF wins by far (58,700 against 70,600).
- `tune_svr` takes no seed: a search over a grid leaves nothing to chance.
"""

from typing import Any

import pandas as pd
from scipy.stats import loguniform, randint
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor, make_column_selector
from sklearn.ensemble import RandomForestRegressor
from sklearn.feature_selection import SelectFromModel
from sklearn.impute import SimpleImputer
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR


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
    X : (n, 9) districts with all columns of the housing table but ``median_house_value``; any number may be missing.
    y : (n,) their median house values.
    n_rows : only the first `n_rows` rows are used, for anything.
    cv : number of folds, which are consecutive rows, as scikit-learn makes them of a number.

    Returns
    -------
    dict with

    - ``"tried"``: a list with one dict for each candidate: its ``"kernel"`` (``"linear"`` or ``"rbf"``), its ``"C"``,
      with RBF its ``"gamma"``, and its ``"rmse"``, the mean of the RMSEs of all folds. Both kernels are tried, each
      with values of C whose largest is at least 100 times the smallest, and RBF with several values of gamma;
    - ``"best_kernel"``, ``"cv_rmse"``: those of the best candidate;
    - ``"best_params"``: dict of its settings, named as ``best_estimator.set_params`` takes them;
    - ``"best_estimator"``: a pipeline with these settings that starts from raw districts, fitted to all the rows used.

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
        "svr__regressor__C": [0.1, 1, 10],
        "svr__regressor__gamma": [0.03, 0.1, 0.3],
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


def random_search(
    X: pd.DataFrame, y: pd.Series, *, n_iter: int = 20, cv: int = 3, seed: int = 42
) -> RandomizedSearchCV:
    """Find good settings of a support vector regressor, among some that are drawn at random.

    Parameters
    ----------
    X : (n, 9) districts with all columns of the housing table but ``median_house_value``; any number may be missing.
    y : (n,) their median house values.
    n_iter : number of candidates.
    cv : number of folds, which are consecutive rows.
    seed : the same seed draws the same candidates, another one draws others.

    Returns
    -------
    The fitted `RandomizedSearchCV` over a pipeline that starts from raw districts. Its scores are negative RMSEs. ``C``
    is drawn on a log scale, which spans four powers of ten or more, and ``gamma`` of RBF from a continuous
    distribution, too.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(60)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> search = random_search(X, y, n_iter=4)
    >>> len(search.cv_results_["params"])
    4
    >>> search.best_score_ < 0
    True
    >>> search.predict(X.tail(2)).shape
    (2,)
    """
    # RBF only: the first exercise has settled the kernel.
    distributions = {"svr__regressor__C": loguniform(1e-2, 1e2), "svr__regressor__gamma": loguniform(1e-3, 1)}
    pipeline = Pipeline([("prepare", _preparation()), ("svr", _svr())])
    search = RandomizedSearchCV(
        pipeline, distributions, n_iter=n_iter, cv=cv, scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)


def make_select_pipeline(threshold: str | float = "median", seed: int = 42) -> Pipeline:
    """Return a pipeline that predicts from the important features only, not fitted.

    Parameters
    ----------
    threshold : how important a feature has to be, as `SelectFromModel` takes it: a number, or text such as ``"median"``
        or ``"1.5*mean"``.
    seed : for all that is random in it.

    Returns
    -------
    A `Pipeline` for raw districts, of which any number may be missing: preparation, then a step named ``"select"``,
    which is a `SelectFromModel`, then the model that predicts house values, as the last step.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(60)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> model = make_select_pipeline()
    >>> model.get_params()["select__threshold"]
    'median'
    >>> kept = model.fit(X, y)["select"].get_support()
    >>> 0 < kept.sum() < len(kept)
    True
    >>> model.predict(X.tail(2)).shape
    (2,)
    """
    forest = RandomForestRegressor(50, random_state=seed)
    return Pipeline(
        [
            ("prepare", _preparation()),
            ("select", SelectFromModel(forest, threshold=threshold)),
            ("svr", _svr(C=10, gamma=0.1)),
        ]
    )


def search_prep(X: pd.DataFrame, y: pd.Series, *, n_iter: int = 15, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    """Find good settings of the preparation and of the model together.

    Parameters
    ----------
    X : (n, 9) districts with all columns of the housing table but ``median_house_value``; any number may be missing,
        and n is 60 or more.
    y : (n,) their median house values.
    n_iter : number of candidates.
    cv : number of folds, which are consecutive rows.
    seed : for all that is random: the same seed tries the same candidates.

    Returns
    -------
    The fitted `RandomizedSearchCV`, with negative RMSEs for scores. Its estimator is a `Pipeline` that starts from raw
    districts and whose last step is the model. At least one of the settings searched over belongs to that last step,
    and at least one that makes a difference belongs to the steps before.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(60)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> search = search_prep(X, y, n_iter=4)
    >>> len(search.cv_results_["params"])
    4
    >>> search.predict(X.tail(2)).shape
    (2,)
    """
    places = make_pipeline(
        SimpleImputer(), KMeans(random_state=seed), StandardScaler()
    )  # distances to the centres of clusters
    distributions = {
        "prepare__numbers__simpleimputer__strategy": ["mean", "median", "most_frequent"],
        "prepare__places__kmeans__n_clusters": randint(2, 31),
        "svr__regressor__C": loguniform(1e-1, 1e2),
        "svr__regressor__gamma": loguniform(1e-3, 1),
    }
    pipeline = Pipeline([("prepare", _preparation(("places", places, ["longitude", "latitude"]))), ("svr", _svr())])
    search = RandomizedSearchCV(
        pipeline, distributions, n_iter=n_iter, cv=cv, scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)
