# %% right
# Intent: An RBF machine with a scaled target inside the pipeline; C and gamma are both drawn on a log scale, from the
# range that makes sense once all numbers are of size one.
from scipy.stats import loguniform
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVR

NUMBERS: list[str] = [
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
    "median_income",
]


def _machine() -> Pipeline:
    numbers = Pipeline(
        [("gaps", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    preparation = ColumnTransformer([("numbers", numbers, NUMBERS), ("places", places, ["ocean_proximity"])])
    machine = TransformedTargetRegressor(SVR(kernel="rbf"), transformer=StandardScaler())
    return Pipeline([("preparation", preparation), ("svr", machine)])


def random_search(X, y, *, n_iter: int = 20, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    settings = {
        "svr__regressor__C": loguniform(1e-1, 2e3),
        "svr__regressor__gamma": loguniform(1e-3, 1e0),
    }
    search = RandomizedSearchCV(
        _machine(),
        settings,
        n_iter=n_iter,
        cv=KFold(cv),
        scoring="neg_root_mean_squared_error",
        random_state=seed,
    )
    return search.fit(X, y)


# %% wrong: random_search
# Misconception: Thinks that a long list of values is as good as a distribution, so has gamma drawn from nine values
# on a grid.
import numpy as np


def random_search(X, y, *, n_iter: int = 20, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    settings = {
        "svr__regressor__C": loguniform(1e-1, 2e3),
        "svr__regressor__gamma": np.logspace(-3, 0, 9).tolist(),
    }
    search = RandomizedSearchCV(
        _machine(), settings, n_iter=n_iter, cv=KFold(cv), scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)


# %% wrong: random_search
# Misconception: Thinks that a uniform distribution is the impartial one, so that from 0.01 to 1000 it tries small
# values of C and large ones alike.
from scipy.stats import uniform


def random_search(X, y, *, n_iter: int = 20, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    settings = {
        "svr__regressor__C": uniform(0.01, 1000),
        "svr__regressor__gamma": loguniform(1e-3, 1e0),
    }
    search = RandomizedSearchCV(
        _machine(), settings, n_iter=n_iter, cv=KFold(cv), scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)
