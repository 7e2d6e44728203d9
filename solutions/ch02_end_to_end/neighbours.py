"""Chapter 2, incomes nearby as a feature (p.02.4): the answers."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, RegressorMixin, TransformerMixin, clone
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.neighbors import KNeighborsRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils.validation import check_is_fitted


class FeatureFromRegressor(TransformerMixin, BaseEstimator):
    """Turn what a regressor predicts into a feature.

    Parameters
    ----------
    regressor : any regressor, not fitted; it is left as it is, and a clone does the
        work. None stands for the mean of the 5 nearest neighbours.
    target : what is predicted. None: the `y` that is given to `fit`. Else the name of a
        column of `X`, which is then a DataFrame; it is predicted from the other
        columns, and `y` plays no part.

    Attributes
    ----------
    regressor_ : the clone, fitted.

    Examples
    --------
    >>> X, y = np.array([[0.0], [10.0]]), np.array([7.0, 9.0])
    >>> near = FeatureFromRegressor(KNeighborsRegressor(1)).fit(X, y)
    >>> near.transform(np.array([[1.0], [8.0], [12.0]])).tolist()
    [[7.0], [9.0], [9.0]]
    >>> len(near.get_feature_names_out())
    1
    """

    def __init__(self, regressor: RegressorMixin | None = None, target: str | None = None) -> None:
        self.regressor = regressor
        self.target = target

    def fit(self, X: pd.DataFrame | NDArray[Any], y: ArrayLike | None = None) -> "FeatureFromRegressor":
        """Train a clone of the regressor on `X`, (n, d), an array or a DataFrame;
        return the transformer.
        """
        regressor = KNeighborsRegressor() if self.regressor is None else clone(self.regressor)
        self.regressor_ = regressor.fit(self._inputs(X), y if self.target is None else X[self.target])
        return self

    def transform(self, X: pd.DataFrame | NDArray[Any]) -> NDArray[Any]:
        """Return the predictions for the rows of `X` as one column, (n, 1) floats; the
        target's values are not looked at. Raises NotFittedError before `fit`.
        """
        check_is_fitted(self)
        return np.asarray(self.regressor_.predict(self._inputs(X)), dtype=float).reshape(-1, 1)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Return an array of one text, the column's name, which you may choose."""
        return np.array([f"predicted_{self.target or 'y'}"], dtype=object)

    def _inputs(self, X: Any) -> Any:
        return X if self.target is None else X.drop(columns=self.target)


def prepare_with_location(n_neighbors: int = 10) -> ColumnTransformer:
    """Return a preparation of the housing table, not fitted,
    that knows what people earn around a place.

    The columns that come out are, in any order:

    - the eight numeric columns (all but the label, `median_house_value`), gaps filled
      with the column's median, each scaled to mean 0 and standard deviation 1;
    - `ocean_proximity`, one column of 0 and 1 per value; a value that was not there in
      `fit` is 0 in all of them;
    - the mean `median_income` of the `n_neighbors` nearest districts among those it was
      fitted to, by latitude and longitude in plain degrees, all neighbours counting
      alike. Made with `FeatureFromRegressor`; not scaled.

    It needs neither a `y` nor the label's column, in `fit` or in `transform`; if they
    are there, they change nothing.

    Examples
    --------
    >>> places = pd.DataFrame({"longitude": [0.0, 1.0, 9.0], "latitude": 0.0})
    >>> table = places.assign(
    ...     median_income=[2.0, 4.0, 9.0], housing_median_age=30, total_rooms=50,
    ...     total_bedrooms=20, population=25, households=10)
    >>> table["ocean_proximity"] = ["INLAND", "ISLAND", "INLAND"]
    >>> preparation = prepare_with_location(2).fit(table)
    >>> preparation.transform(table).shape
    (3, 11)
    >>> preparation.transform(table.iloc[:1].assign(ocean_proximity="AT SEA")).shape
    (1, 11)
    """
    numbers = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population"]
    numbers += ["households", "median_income"]
    filled = SimpleImputer(strategy="median").set_output(transform="pandas")  # with the names of its columns
    location = make_pipeline(filled, FeatureFromRegressor(KNeighborsRegressor(n_neighbors), target="median_income"))
    return ColumnTransformer(
        [
            ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), numbers),
            ("categories", OneHotEncoder(handle_unknown="ignore"), ["ocean_proximity"]),
            ("location", location, ["latitude", "longitude", "median_income"]),
        ],
        sparse_threshold=0,
    )
