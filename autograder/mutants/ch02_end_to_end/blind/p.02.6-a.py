# %% right
# Intent: validate_data keeps the books in fit and only checks in transform; mean and spread are worked out by hand,
# and the way back checks the number of columns itself.
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted, validate_data


class StandardScalerClone(TransformerMixin, BaseEstimator):
    def __init__(self, with_mean: bool = True) -> None:
        self.with_mean = with_mean

    def fit(self, X, y=None) -> "StandardScalerClone":
        numbers = validate_data(self, X, dtype=np.float64)
        n_rows, n_columns = numbers.shape
        mean = np.zeros(n_columns)
        scale = np.ones(n_columns)
        for j in range(n_columns):
            column = numbers[:, j]
            if column.min() == column.max():
                mean[j] = column[0]
                continue
            mean[j] = column.sum() / n_rows
            spread = float(np.sqrt(np.sum((column - mean[j]) ** 2) / n_rows))
            scale[j] = spread if spread > 0 else 1.0
        self.mean_ = mean
        self.scale_ = scale
        return self

    def transform(self, X):
        check_is_fitted(self)
        numbers = validate_data(self, X, dtype=np.float64, reset=False)
        if self.with_mean:
            numbers = numbers - self.mean_
        return numbers / self.scale_

    def inverse_transform(self, X):
        check_is_fitted(self)
        numbers = check_array(X, dtype=np.float64)
        if numbers.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {numbers.shape[1]} columns, but fit has seen {self.n_features_in_}")
        numbers = numbers * self.scale_
        return numbers + self.mean_ if self.with_mean else numbers

    def get_feature_names_out(self, input_features=None):
        check_is_fitted(self)
        seen = getattr(self, "feature_names_in_", None)
        if input_features is None:
            names = [f"x{j}" for j in range(self.n_features_in_)] if seen is None else list(seen)
            return np.array(names, dtype=object)
        names = list(input_features)
        if len(names) != self.n_features_in_:
            raise ValueError(f"there should be {self.n_features_in_} names, not {len(names)}")
        if seen is not None and names != list(seen):
            raise ValueError("these are not the names that fit has seen")
        return np.array(names, dtype=object)


# %% wrong: StandardScalerClone
# Misconception: Thinks that validate_data merely looks whether X is a sound table, so calls it in transform in the
# same way as in fit, where it notes the columns anew.
class StandardScalerClone(StandardScalerClone):
    def transform(self, X):
        check_is_fitted(self)
        numbers = validate_data(self, X, dtype=np.float64)
        if self.with_mean:
            numbers = numbers - self.mean_
        return numbers / self.scale_


# %% wrong: StandardScalerClone
# Misconception: Thinks that with_mean is a matter of transform only, and that the way back always multiplies by the
# scale and adds the mean.
class StandardScalerClone(StandardScalerClone):
    def inverse_transform(self, X):
        check_is_fitted(self)
        numbers = check_array(X, dtype=np.float64)
        if numbers.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {numbers.shape[1]} columns, but fit has seen {self.n_features_in_}")
        return numbers * self.scale_ + self.mean_
