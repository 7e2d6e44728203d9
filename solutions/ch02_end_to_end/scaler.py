"""Chapter 2, a scaler that knows the way back (p.02.6): the answers."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_is_fitted, validate_data


class StandardScalerClone(TransformerMixin, BaseEstimator):
    """Bring each column to mean 0 and standard deviation 1, and back.

    Parameters
    ----------
    with_mean : False leaves the mean where it is; the column is only scaled.

    Attributes
    ----------
    mean_, scale_ : (d,) mean and population standard deviation of each column, learned
        in `fit`, whatever `with_mean` is. A column whose values are all the same has
        the scale 1, others have their own, however tiny their values are.
    n_features_in_ : d, the number of columns.
    feature_names_in_ : (d,) names of the columns. There is no such attribute if `fit`
        was last called with a table without names.

    Examples
    --------
    >>> scaler = StandardScalerClone().fit(np.array([[1.0, 10.0], [3.0, 10.0]]))
    >>> scaler.transform(np.array([[2.0, 10.0], [4.0, 12.0]])).tolist()
    [[0.0, 0.0], [2.0, 2.0]]
    >>> scaler.inverse_transform(np.array([[5.0, 0.0]])).tolist()
    [[7.0, 10.0]]
    >>> scaler.get_feature_names_out().tolist()
    ['x0', 'x1']
    """

    def __init__(self, with_mean: bool = True) -> None:
        self.with_mean = with_mean

    def fit(self, X: ArrayLike, y: object = None) -> "StandardScalerClone":
        """Learn mean and spread of each column of `X`, shape (n, d),
        an array or a DataFrame; return the scaler.
        """
        X = validate_data(self, X, dtype=float)  # sets n_features_in_, and sets or removes feature_names_in_
        self.mean_ = X.mean(axis=0)
        # Asked of the values: rounding leaves a thousand times 0.1 with a standard deviation of 1e-15.
        self.scale_ = np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 1.0)
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return the scaled columns, (n, d) floats; `X` is left as it is.

        Raises NotFittedError before `fit`, and ValueError if the number of columns is
        another than in `fit`.
        """
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        return (X - self.mean_ if self.with_mean else X) / self.scale_

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        """Return, (n, d) floats, what `transform` has made `X` from; `X` is left as
        it is. Raises what `transform` raises.
        """
        check_is_fitted(self)
        X = np.asarray(X, dtype=float)
        if X.ndim != 2 or X.shape[1] != self.n_features_in_:
            raise ValueError(f"{X.shape} is not a table of {self.n_features_in_} columns")
        return X * self.scale_ + (self.mean_ if self.with_mean else 0.0)

    def get_feature_names_out(self, input_features: ArrayLike | None = None) -> NDArray[Any]:
        """Return the names of the columns after scaling, (d,) texts in an array;
        they are those before scaling.

        Parameters
        ----------
        input_features : (d,) names, or None for those that `fit` has seen; where it has
            seen none: x0, x1, …

        Raises ValueError if there are not d of them, or if `fit` has seen others.
        """
        check_is_fitted(self)
        seen = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object) if seen is None else seen
        names = np.asarray(input_features, dtype=object)
        if len(names) != self.n_features_in_:
            raise ValueError(f"{len(names)} names for {self.n_features_in_} columns")
        if seen is not None and not np.array_equal(names, seen):
            raise ValueError("these are not the names of the columns that were fitted")
        return names
