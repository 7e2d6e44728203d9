"""Chapter 2, a random search (p.02.2): the answers."""

import pandas as pd
from scipy.stats import loguniform
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import Pipeline

from solutions.ch02_end_to_end.svr import _preparation, _svr


def random_search(
    X: pd.DataFrame, y: pd.Series, *, n_iter: int = 20, cv: int = 3, seed: int = 42
) -> RandomizedSearchCV:
    """Find good settings of a support vector regressor,
    among some that are drawn at random.

    Parameters
    ----------
    X : (n, 9) districts with all columns of the housing table but
        ``median_house_value``; any number may be missing.
    y : (n,) their median house values.
    n_iter : number of candidates.
    cv : number of folds, which are consecutive rows.
    seed : the same seed draws the same candidates, another one draws others.

    Returns
    -------
    The fitted `RandomizedSearchCV` over a pipeline that starts from raw districts. Its
    scores are negative RMSEs. ``C`` is drawn on a log scale, which spans four powers of
    ten or more, and ``gamma`` of RBF from a continuous distribution, too.

    Examples
    --------
    >>> from course.datasets import load
    >>> X = load("california_housing").frame.drop(columns="median_house_value").head(60)
    >>> y = 5_000 * X["housing_median_age"]  # made up
    >>> search = random_search(X, y, n_iter=4)
    >>> len(search.cv_results_["params"])
    4
    >>> bool(search.best_score_ < 0)
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
