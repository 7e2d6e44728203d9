# %% right
# Intent: NumPy for the arithmetic, validate_data for the bookkeeping, and scikit-learn's OneToOneFeatureMixin for the
# names, which are the same before and after.
from sklearn.base import OneToOneFeatureMixin
from sklearn.utils.validation import check_array


class StandardScalerClone(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, with_mean: bool = True) -> None:
        self.with_mean = with_mean

    def fit(self, X: ArrayLike, y: object = None) -> "StandardScalerClone":
        X = validate_data(self, X, dtype=np.float64)
        self.mean_ = X.mean(axis=0)
        self.scale_ = np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return (X - self.mean_ if self.with_mean else X) / self.scale_

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        X = check_array(X, dtype=np.float64)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} columns, fit has seen {self.n_features_in_}")
        return X * self.scale_ + (self.mean_ if self.with_mean else 0)


# %% wrong: StandardScalerClone
# Misconception: Thinks that the standard deviation of a column whose values are all the same comes out as exactly 0 in
# floating-point numbers, so that it is enough to look for zeros.
class StandardScalerClone(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, with_mean: bool = True) -> None:
        self.with_mean = with_mean

    def fit(self, X: ArrayLike, y: object = None) -> "StandardScalerClone":
        X = validate_data(self, X, dtype=np.float64)
        self.mean_ = X.mean(axis=0)
        spread = X.std(axis=0)
        self.scale_ = np.where(spread == 0, 1.0, spread)
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return (X - self.mean_ if self.with_mean else X) / self.scale_

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        X = check_array(X, dtype=np.float64)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} columns, fit has seen {self.n_features_in_}")
        return X * self.scale_ + (self.mean_ if self.with_mean else 0)


# %% wrong: StandardScalerClone
# Misconception: Thinks that the way back is always "times the spread, plus the mean", also where the mean was never
# taken off.
class StandardScalerClone(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    def __init__(self, with_mean: bool = True) -> None:
        self.with_mean = with_mean

    def fit(self, X: ArrayLike, y: object = None) -> "StandardScalerClone":
        X = validate_data(self, X, dtype=np.float64)
        self.mean_ = X.mean(axis=0)
        self.scale_ = np.where(X.max(axis=0) == X.min(axis=0), 1.0, X.std(axis=0))
        return self

    def transform(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return (X - self.mean_ if self.with_mean else X) / self.scale_

    def inverse_transform(self, X: ArrayLike) -> NDArray[Any]:
        check_is_fitted(self)
        X = check_array(X, dtype=np.float64)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} columns, fit has seen {self.n_features_in_}")
        return X * self.scale_ + self.mean_
