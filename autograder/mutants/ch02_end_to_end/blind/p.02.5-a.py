# %% right
# Intent: An RBF machine with a scaled target; searched are how gaps are filled, how numbers are scaled (as they are,
# or by rank), how far out they may lie, and C and gamma of the machine on log scales.
import numpy as np
from scipy.stats import loguniform
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.impute import SimpleImputer
from sklearn.model_selection import KFold, RandomizedSearchCV
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, QuantileTransformer, StandardScaler
from sklearn.svm import SVR

NUMBERS: list[str] = [
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
    "median_income",
]


class Clipper(TransformerMixin, BaseEstimator):
    """Pull in what lies far out, after scaling."""

    def __init__(self, limit: float = 3.0) -> None:
        self.limit = limit

    def fit(self, X, y=None) -> "Clipper":
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X):
        return np.clip(X, -self.limit, self.limit)

    def get_feature_names_out(self, input_features=None):
        return input_features


def search_prep(X, y, *, n_iter: int = 15, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    by_rank = QuantileTransformer(n_quantiles=30, output_distribution="normal", random_state=seed)
    numbers = Pipeline(
        [
            ("gaps", SimpleImputer(strategy="median", keep_empty_features=True)),
            ("scale", StandardScaler()),
            ("clip", Clipper(3.0)),
        ]
    )
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    machine = TransformedTargetRegressor(SVR(kernel="rbf"), transformer=StandardScaler())
    pipeline = Pipeline(
        [
            ("prep", ColumnTransformer([("numbers", numbers, NUMBERS), ("places", places, ["ocean_proximity"])])),
            ("svr", machine),
        ]
    )
    settings = {
        "prep__numbers__gaps__strategy": ["median", "mean"],
        "prep__numbers__scale": [StandardScaler(), by_rank],
        "prep__numbers__clip__limit": [2.5, 4.0],
        "svr__regressor__C": loguniform(1.0, 100.0),
        "svr__regressor__gamma": loguniform(0.02, 0.5),
    }
    search = RandomizedSearchCV(
        pipeline,
        settings,
        n_iter=n_iter,
        cv=KFold(cv),
        scoring="neg_root_mean_squared_error",
        random_state=seed,
    )
    return search.fit(X, y)


# %% wrong: search_prep
# Misconception: Thinks that how numbers are scaled matters to every model, so searches over that in front of a
# forest, whose trees only ask which of two numbers is larger.
from scipy.stats import randint
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.preprocessing import RobustScaler


def search_prep(X, y, *, n_iter: int = 15, cv: int = 3, seed: int = 42) -> RandomizedSearchCV:
    numbers = Pipeline(
        [("gaps", SimpleImputer(strategy="median", keep_empty_features=True)), ("scale", StandardScaler())]
    )
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    pipeline = Pipeline(
        [
            ("prep", ColumnTransformer([("numbers", numbers, NUMBERS), ("places", places, ["ocean_proximity"])])),
            ("forest", ExtraTreesRegressor(60, random_state=seed)),
        ]
    )
    settings = {
        "prep__numbers__scale": [StandardScaler(), RobustScaler(), "passthrough"],
        "forest__min_samples_leaf": randint(1, 5),
        "forest__max_features": [0.5, 0.7, 1.0],
    }
    search = RandomizedSearchCV(
        pipeline, settings, n_iter=n_iter, cv=KFold(cv), scoring="neg_root_mean_squared_error", random_state=seed
    )
    return search.fit(X, y)
