# %% right
# Intent: fit notes which columns it learned from and transform picks just these, so the target may be there or not;
# in the preparation the three columns are filled first and then stay a DataFrame, so the target can be named.
import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted

NUMBERS: list[str] = [
    "longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population", "households",
    "median_income",
]


class FeatureFromRegressor(TransformerMixin, BaseEstimator):
    def __init__(self, regressor=None, target: str | None = None) -> None:
        self.regressor = regressor
        self.target = target

    def _labels(self, X, y):
        """What the regressor is to learn."""
        if self.target is None:
            if y is None:
                raise ValueError("without the name of a target, fit needs a y")
            return np.asarray(y)
        return X[self.target].to_numpy()

    def fit(self, X, y=None) -> "FeatureFromRegressor":
        is_table = isinstance(X, pd.DataFrame)
        if self.target is not None and (not is_table or self.target not in X.columns):
            raise ValueError(f"there is no column {self.target!r}")
        self.columns_ = [name for name in X.columns if name != self.target] if is_table else None
        labels = self._labels(X, y)
        if labels.ndim == 2 and labels.shape[1] == 1:
            labels = labels[:, 0]
        regressor = KNeighborsRegressor(5) if self.regressor is None else clone(self.regressor)
        self.regressor_ = regressor.fit(self._inputs(X), labels)
        self.n_features_in_ = X.shape[1] if hasattr(X, "shape") else len(X[0])
        return self

    def _inputs(self, X):
        if isinstance(X, pd.DataFrame) and self.columns_ is not None:
            return X[self.columns_]
        return X

    def transform(self, X):
        check_is_fitted(self, "regressor_")
        predicted = self.regressor_.predict(self._inputs(X))
        return np.asarray(predicted, dtype=np.float64).reshape(-1, 1)

    def get_feature_names_out(self, input_features=None):
        name = "predicted" if self.target is None else f"predicted_{self.target}"
        return np.array([name], dtype=object)


def prepare_with_location(n_neighbors: int = 10) -> ColumnTransformer:
    numbers = Pipeline([("gaps", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    neighbors = KNeighborsRegressor(n_neighbors, weights="uniform")
    surroundings = Pipeline(
        [
            ("gaps", SimpleImputer(strategy="median").set_output(transform="pandas")),
            ("income", FeatureFromRegressor(neighbors, target="median_income")),
        ]
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("places", places, ["ocean_proximity"]),
            ("surroundings", surroundings, ["latitude", "longitude", "median_income"]),
        ],
        sparse_threshold=0.0,
    )


# %% wrong: FeatureFromRegressor, prepare_with_location
# Misconception: Thinks that the y that a pipeline hands to fit is always what has to be learned, and that the named
# column only stands in for it where there is none.
class FeatureFromRegressor(TransformerMixin, BaseEstimator):
    def __init__(self, regressor=None, target: str | None = None) -> None:
        self.regressor = regressor
        self.target = target

    def fit(self, X, y=None) -> "FeatureFromRegressor":
        self.columns_ = None
        if isinstance(X, pd.DataFrame):
            self.columns_ = [name for name in X.columns if name != self.target]
        labels = np.asarray(y) if y is not None else X[self.target].to_numpy()
        regressor = KNeighborsRegressor(5) if self.regressor is None else clone(self.regressor)
        self.regressor_ = regressor.fit(self._inputs(X), labels)
        return self

    def _inputs(self, X):
        if isinstance(X, pd.DataFrame) and self.columns_ is not None:
            return X[self.columns_]
        return X

    def transform(self, X):
        check_is_fitted(self, "regressor_")
        return np.asarray(self.regressor_.predict(self._inputs(X)), dtype=np.float64).reshape(-1, 1)

    def get_feature_names_out(self, input_features=None):
        return np.array(["predicted" if self.target is None else f"predicted_{self.target}"], dtype=object)


# %% wrong: prepare_with_location
# Misconception: Thinks that nearest neighbours always need standardized inputs, so scales latitude and longitude
# before the distances are taken.
def prepare_with_location(n_neighbors: int = 10) -> ColumnTransformer:
    numbers = Pipeline([("gaps", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    places = OneHotEncoder(handle_unknown="ignore", sparse_output=False)
    neighbors = Pipeline([("scale", StandardScaler()), ("near", KNeighborsRegressor(n_neighbors))])
    surroundings = Pipeline(
        [
            ("gaps", SimpleImputer(strategy="median").set_output(transform="pandas")),
            ("income", FeatureFromRegressor(neighbors, target="median_income")),
        ]
    )
    return ColumnTransformer(
        [
            ("numbers", numbers, NUMBERS),
            ("places", places, ["ocean_proximity"]),
            ("surroundings", surroundings, ["latitude", "longitude", "median_income"]),
        ],
        sparse_threshold=0.0,
    )
