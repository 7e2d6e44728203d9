# %% right
# Intent: the scaler is the affine map x -> (x - shift) / scale; transform and inverse_transform share one check of
# their rows and one shift, and the spread is an einsum of the centred columns.
import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted, validate_data


class StandardScalerClone(TransformerMixin, BaseEstimator):
    def __init__(self, with_mean=True):
        self.with_mean = with_mean

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=np.float64)
        constant = X.min(axis=0) == X.max(axis=0)
        self.mean_ = np.where(constant, X[0], X.mean(axis=0))
        centred = X - self.mean_
        spread = np.sqrt(np.einsum("nd,nd->d", centred, centred) / len(X))
        self.scale_ = np.where(constant | (spread == 0), 1.0, spread)
        return self

    def _shift(self):
        return self.mean_ if self.with_mean else np.zeros_like(self.mean_)

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=np.float64, reset=False)
        return (X - self._shift()) / self.scale_

    def inverse_transform(self, X):
        check_is_fitted(self)
        X = check_array(X, dtype=np.float64)
        if X.shape[1] != self.n_features_in_:
            raise ValueError(f"X has {X.shape[1]} columns, but the scaler was fitted to {self.n_features_in_}")
        return X * self.scale_ + self._shift()

    def get_feature_names_out(self, input_features=None):
        check_is_fitted(self)
        seen = getattr(self, "feature_names_in_", None)
        if input_features is None:
            names = [f"x{i}" for i in range(self.n_features_in_)] if seen is None else seen
            return np.array(names, dtype=object)
        names = np.asarray(input_features, dtype=object)
        if names.shape != (self.n_features_in_,):
            raise ValueError(f"{self.n_features_in_} names are needed")
        if seen is not None and list(names) != list(seen):
            raise ValueError("these are not the names that fit has seen")
        return names.copy()


# %% wrong: StandardScalerClone
# Misconception: Thinks that without a mean the spread has to be measured from zero, too: with_mean=False divides by
# the root mean square instead of the standard deviation.
right_scaler = StandardScalerClone


class StandardScalerClone(right_scaler):
    def fit(self, X, y=None):
        super().fit(X)
        if not self.with_mean:
            X = validate_data(self, X, dtype=np.float64)
            size = np.sqrt(np.einsum("nd,nd->d", X, X) / len(X))
            self.scale_ = np.where((X.min(axis=0) == X.max(axis=0)) | (size == 0), 1.0, size)
        return self


# %% wrong: StandardScalerClone
# Misconception: Thinks that whoever passes names knows them best: get_feature_names_out returns them as they are,
# without a look at how many there are or what fit has seen.
plain_scaler = StandardScalerClone


class StandardScalerClone(plain_scaler):
    def get_feature_names_out(self, input_features=None):
        if input_features is not None:
            return np.array(input_features, dtype=object)
        return super().get_feature_names_out()
