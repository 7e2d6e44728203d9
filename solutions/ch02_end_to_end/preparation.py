"""Chapter 2, searching over the preparation (p.02.5): the answers."""

import pandas as pd
from scipy.stats import loguniform, randint
from sklearn.cluster import KMeans
from sklearn.impute import SimpleImputer
from sklearn.model_selection import RandomizedSearchCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler

from solutions.ch02_end_to_end.svr import _preparation, _svr


def search_prep(X: pd.DataFrame, y: pd.Series, *, n_iter: int = 15, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    """Find good settings of the preparation and of the model together.

    Parameters
    ----------
    X : (n, 9) districts with all columns of the housing table but
        ``median_house_value``; any number may be missing, and n is 60 or more.
    y : (n,) their median house values.
    n_iter : number of candidates.
    cv : number of folds, which are consecutive rows.
    seed : for all that is random: the same seed tries the same candidates.

    Returns
    -------
    The fitted `RandomizedSearchCV`, with negative RMSEs for scores. Its estimator is a
    `Pipeline` that starts from raw districts and whose last step is the model. At least
    one of the settings searched over belongs to that last step, and at least one that
    makes a difference belongs to the steps before.

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
