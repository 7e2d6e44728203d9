"""Chapter 2, a scaler that knows the way back (p.02.6): wrong answers that must fail, and right ones that must pass."""

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, OneToOneFeatureMixin, TransformerMixin
from sklearn.exceptions import NotFittedError
from sklearn.utils.validation import (
    _check_feature_names,
    _check_feature_names_in,
    check_array,
    check_is_fitted,
    validate_data,
)

from autograder.testing import alternative, mutant
from solutions.ch02_end_to_end.scaler import StandardScalerClone

# ---------------------------------------------------------------- p.02.6, wrong


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_agrees_with_the_original")
class SampleSpread(StandardScalerClone):
    """You divide by the standard deviation of a sample (n - 1): asked for is that of the population, `np.std`'s own."""

    def fit(self, X, y=None):
        super().fit(X)
        self.scale_ = np.asarray(X, float).std(axis=0, ddof=1)
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_agrees_with_the_original")
class LearnsFromEachTable(StandardScalerClone):
    """You take mean and spread from the rows that are being transformed: they are learned in `fit`, once."""

    def transform(self, X):
        check_is_fitted(self)
        return self.fit(X)._scaled(X)

    def _scaled(self, X):
        return super().transform(X)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_takes_tables")
class StdOfWhateverComes(StandardScalerClone):
    """You call `X.std` of whatever comes: a DataFrame's divides by n - 1, an array's by n. Make an array of it
    first."""

    def fit(self, X, y=None):
        super().fit(X)
        constant = np.ptp(np.asarray(X, dtype=float), axis=0) == 0
        self.scale_ = np.where(constant, 1.0, X.std(axis=0))
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_takes_tables")
class ColumnsByNumber(StandardScalerClone):
    """You ask for columns by `X[:, j]`, which a DataFrame doesn't know: make an array of it first."""

    def transform(self, X):
        check_is_fitted(self)
        if np.ndim(X) != 2 or X.shape[1] != self.n_features_in_:
            raise ValueError("another number of columns")
        means = self.mean_ * self.with_mean
        return np.column_stack([(X[:, j] - means[j]) / self.scale_[j] for j in range(X.shape[1])])


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_what_was_learned_can_be_read")
class NoMeanWithoutUse(StandardScalerClone):
    """With `with_mean=False` your `mean_` is 0: it is the columns' mean all the same, only that none is taken away."""

    def fit(self, X, y=None):
        super().fit(X)
        self.mean_ = self.mean_ * self.with_mean
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_table_is_left_alone")
class WorksInTheCallersArray(StandardScalerClone):
    """You scale in the caller's own array: `X -= …` changes it, and `validate_data` doesn't copy what is fine as it is;
    make a new one."""

    def transform(self, X):
        check_is_fitted(self)
        X = validate_data(self, X, dtype=float, reset=False)
        X -= self.mean_ * self.with_mean
        X /= self.scale_
        return X


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_goes_back")
class WayBackInTheSameOrder(StandardScalerClone):
    """On the way back you add the mean first and multiply then: undo the last step first."""

    def inverse_transform(self, X):
        check_is_fitted(self)
        return (validate_data(self, X, reset=False) + self.mean_ * self.with_mean) * self.scale_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_goes_back")
class AddsAMeanNeverTaken(StandardScalerClone):
    """With `with_mean=False` no mean was taken away, so none may be added on the way back."""

    def inverse_transform(self, X):
        check_is_fitted(self)
        return validate_data(self, X, reset=False) * self.scale_ + self.mean_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_column_without_spread")
class DividesByZero(StandardScalerClone):
    """A column that holds one number everywhere has the standard deviation 0, and you divide by it: NaN."""

    def fit(self, X, y=None):
        super().fit(X)
        self.scale_ = np.asarray(X, float).std(axis=0)
        return self

    def transform(self, X):
        with np.errstate(all="ignore"):
            return super().transform(X)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_column_without_spread_but_for_rounding")
class LooksForExactZeros(StandardScalerClone):
    """Rounding leaves a constant column with a tiny standard deviation instead of 0, and divided by it, errors of
    rounding become ones: compare the values, or allow for a little."""

    def fit(self, X, y=None):
        super().fit(X)
        spread = np.asarray(X, float).std(axis=0)
        self.scale_ = np.where(spread == 0, 1.0, spread)
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_column_without_spread_but_for_rounding")
class TakesTinyForNone(StandardScalerClone):
    """You take every spread below some tiny number for none, and `np.isclose(…, 0)` does: a column in a large unit has
    tiny values that differ all the same. Compare the values, or the spread with their size."""

    def fit(self, X, y=None):
        super().fit(X)
        spread = np.asarray(X, float).std(axis=0)
        self.scale_ = np.where(np.isclose(spread, 0), 1.0, spread)
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_remembers_the_columns")
class KeepsOldNames(StandardScalerClone):
    """After a fit to an array the names of the table before are still there: remove them in `fit`."""

    def fit(self, X, y=None):
        before = getattr(self, "feature_names_in_", None)
        super().fit(X)
        if before is not None and not hasattr(self, "feature_names_in_"):
            self.feature_names_in_ = before
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_remembers_the_columns")
class NamesForArraysToo(StandardScalerClone):
    """You make up `feature_names_in_` for an array: it is for the names of a DataFrame only."""

    def fit(self, X, y=None):
        super().fit(X)
        self.feature_names_in_ = self.get_feature_names_out()
        return self


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_names_that_come_out")
class NamesInAList(StandardScalerClone):
    """The names come in a list: scikit-learn wants an array of them."""

    def get_feature_names_out(self, input_features=None):
        return super().get_feature_names_out(input_features).tolist()


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_names_that_come_out")
class ForgetsTheTablesNames(StandardScalerClone):
    """You always return x0, x1, … if no names are given: a fitted DataFrame has names of its own."""

    def get_feature_names_out(self, input_features=None):
        plain = np.array([f"x{i}" for i in range(self.n_features_in_)], dtype=object)
        return plain if input_features is None else super().get_feature_names_out(input_features)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_names_that_come_out")
class AsksWhetherNamesAreTrue(StandardScalerClone):
    """`if not input_features` fails with an array of names, which is neither true nor false: ask whether it is None."""

    def get_feature_names_out(self, input_features=None):
        return super().get_feature_names_out(input_features if input_features else None)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_wrong_names_are_refused")
class TakesAnyNames(StandardScalerClone):
    """Whatever names are given, you return them: check how many there are, and that they are those fitted."""

    def get_feature_names_out(self, input_features=None):
        if input_features is None:
            return super().get_feature_names_out()
        return np.asarray(input_features, dtype=object)


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_refuses_what_it_does_not_know")
class BroadcastsAnything(StandardScalerClone):
    """A table with a single column is stretched to all columns by broadcasting: compare the number of columns."""

    def transform(self, X):
        check_is_fitted(self)
        return (np.asarray(X, float) - self.mean_ * self.with_mean) / self.scale_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_refuses_what_it_does_not_know")
class TripsWhenNotFitted(StandardScalerClone):
    """Before `fit`, your scaler trips over an attribute that is not there: raise a NotFittedError, which says what to
    do."""

    def transform(self, X):
        return (check_array(X) - self.mean_ * self.with_mean) / self.scale_


@mutant("p.02.6", replaces="StandardScalerClone", fails="test_scaler_is_an_estimator")
class ReturnsNothingFromFit(StandardScalerClone):
    """`fit` has to take a y, even if it has no use for one: pipelines hand it over."""

    def fit(self, X):
        return super().fit(X)


# ---------------------------------------------------------------- p.02.6, right


@alternative("p.02.6", replaces="StandardScalerClone")
class ByHand(BaseEstimator):
    """Without any of scikit-learn's helpers, column by column, tables kept as lists."""

    def __init__(self, with_mean=True):
        self.with_mean = with_mean

    def fit(self, X, y=None):
        if hasattr(X, "columns"):
            self.feature_names_in_ = np.array(list(X.columns), dtype=object)
        else:
            vars(self).pop("feature_names_in_", None)
        columns = np.asarray(X, dtype=float).T
        self.n_features_in_ = len(columns)
        self.mean_ = np.array([sum(column) / len(column) for column in columns])
        spread = [float(np.mean((c - m) ** 2)) ** 0.5 for c, m in zip(columns, self.mean_, strict=True)]
        self.scale_ = np.array([1.0 if len(set(c)) == 1 else s for c, s in zip(columns, spread, strict=True)])
        return self

    def _table(self, X):
        if not hasattr(self, "mean_"):
            raise NotFittedError("fit it first")
        X = np.asarray(X, dtype=float)
        assert X.ndim == 2
        assert X.shape[1] == self.n_features_in_
        return X

    def transform(self, X):
        X = self._table(X)
        return ((X - self.mean_) if self.with_mean else X) / self.scale_

    def fit_transform(self, X, y=None):
        return self.fit(X, y).transform(X)

    def inverse_transform(self, X):
        back = self._table(X) * self.scale_
        return back + self.mean_ if self.with_mean else back

    def get_feature_names_out(self, input_features=None):
        seen = getattr(self, "feature_names_in_", None)
        if input_features is None:
            return np.array([f"x{i}" for i in range(self.n_features_in_)]) if seen is None else seen.copy()
        assert len(input_features) == self.n_features_in_
        assert seen is None or list(seen) == list(input_features)
        return np.array(input_features)


@alternative("p.02.6", replaces="StandardScalerClone")
class WithAMixin(OneToOneFeatureMixin, TransformerMixin, BaseEstimator):
    """Names by scikit-learn's mixin; spread by the mean of squares; a scale next to nothing counts as none; and a
    parameter more, as scikit-learn's scaler has it."""

    def __init__(self, with_mean=True, copy=True):
        self.with_mean, self.copy = with_mean, copy

    def fit(self, X, y=None):
        X = validate_data(self, X, dtype=float)
        self.mean_ = X.mean(axis=0)
        spread = np.sqrt(((X - self.mean_) ** 2).mean(axis=0))
        self.scale_ = np.where(spread <= 1e-12 * np.abs(self.mean_), 1.0, spread)
        return self

    def transform(self, X):
        check_is_fitted(self)
        return (validate_data(self, X, reset=False) - self.mean_ * self.with_mean) / self.scale_

    def inverse_transform(self, X):
        check_is_fitted(self)
        X = check_array(X)
        if X.shape[1] != self.n_features_in_:
            raise ValueError("another number of columns")
        return X * self.scale_ + self.mean_ * self.with_mean


@alternative("p.02.6", replaces="StandardScalerClone")
class WithPandas(TransformerMixin, BaseEstimator):
    """Tables throughout, and scikit-learn's own way to ask whether there are names."""

    def __init__(self, with_mean=True):
        self.with_mean = with_mean

    def fit(self, X, y=None):
        table = pd.DataFrame(X)
        _check_feature_names(self, X, reset=True)
        self.n_features_in_ = table.shape[1]
        self.mean_ = table.mean().to_numpy()
        self.scale_ = table.std(ddof=0).mask(table.nunique() == 1, 1.0).to_numpy()
        return self

    def _checked(self, X):
        check_is_fitted(self)
        table = pd.DataFrame(np.asarray(X, dtype=float))
        if table.shape[1] != self.n_features_in_:
            raise ValueError("another number of columns")
        return table

    def transform(self, X):
        return self._checked(X).sub(self.mean_ * self.with_mean).div(self.scale_).to_numpy()

    def inverse_transform(self, X):
        return self._checked(X).mul(self.scale_).add(self.mean_ * self.with_mean).to_numpy()

    def get_feature_names_out(self, input_features=None):
        check_is_fitted(self)
        return _check_feature_names_in(self, input_features)


@alternative("p.02.6", replaces="StandardScalerClone")
class WithMoreParameters(WithAMixin):
    """One more parameter, as the original has."""

    def __init__(self, with_mean=True, copy=True):
        super().__init__(with_mean)
        self.copy = copy
