# %% right
# Intent: Used cars, raw, random split. Leaks are found as the columns that depend linearly on one another together
# with the target (fundamental circuits of the centred columns). The models share one reader that turns any table into
# numbers; ordered folds are blocks of whole moments, each judged by a model of all earlier blocks.
import re
from typing import Any

import numpy as np
import pandas as pd
from pandas.api.types import is_bool_dtype, is_datetime64_any_dtype, is_numeric_dtype
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor, GradientBoostingRegressor
from sklearn.impute import SimpleImputer
from sklearn.linear_model import Ridge
from sklearn.metrics import mean_absolute_error
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from course.datasets import load


def load_project() -> dict[str, Any]:
    cars = load("cardekho").frames["details_v3"]
    frame = cars.drop_duplicates().reset_index(drop=True)
    return {"frame": frame, "target": "selling_price", "ordered_by": None, "leaky": []}


TOLERANCE: float = 1e-9


def _floats(column: pd.Series) -> np.ndarray:
    values = column.to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(values), values, np.nan)


def _unit(values: np.ndarray) -> np.ndarray | None:
    """Centred and of length 1; None for a constant."""
    largest = np.abs(values).max()
    if largest == 0:
        return None
    centred = values / largest
    centred = centred - centred.mean()
    length = np.linalg.norm(centred)
    if length <= 1e-13 * np.sqrt(len(values)):
        return None
    return centred / length


def _root(parent: dict[str, str], name: str) -> str:
    while parent[name] != name:
        name = parent[name]
    return name


def find_leaks(frame: pd.DataFrame, target: str) -> list[str]:
    numbers: dict[str, np.ndarray] = {}
    for name in frame.columns:
        if is_numeric_dtype(frame[name]):
            values = _floats(frame[name])
            if name == target or not np.isnan(values).all():
                numbers[name] = values
    if target not in numbers or len(numbers) < 2:
        return []
    complete = ~np.isnan(np.column_stack(list(numbers.values()))).any(axis=1)
    if complete.sum() < 3:
        return []
    units: dict[str, np.ndarray] = {}
    for name, values in numbers.items():
        unit = _unit(values[complete])
        if unit is not None:
            units[name] = unit
    if target not in units:
        return []

    # Columns that occur in one minimal dependency are joined; the target comes last, so it is never part of the basis.
    parent = {name: name for name in units}
    basis: list[str] = []
    order = [name for name in units if name != target] + [target]
    for name in order:
        unit = units[name]
        if basis:
            B = np.column_stack([units[other] for other in basis])
            weights = np.linalg.lstsq(B, unit, rcond=None)[0]
            rest = np.linalg.norm(unit - B @ weights)
        else:
            weights, rest = np.zeros(0), 1.0
        if rest > TOLERANCE:
            if name == target:
                return []
            basis.append(name)
            continue
        if name == target and len(basis) >= complete.sum() - 1:
            return _copies(units, target)
        for other, weight in zip(basis, weights):
            if abs(weight) > 1e-7:
                parent[_root(parent, other)] = _root(parent, name)
    root = _root(parent, target)
    return [name for name in units if name != target and _root(parent, name) == root]


def _copies(units: dict[str, np.ndarray], target: str) -> list[str]:
    """With no rows to spare anything adds up to anything; then only plain copies are believed."""
    copies: list[str] = []
    for name, unit in units.items():
        if name != target and abs(abs(float(unit @ units[target])) - 1) < TOLERANCE:
            copies.append(name)
    return copies


def split_project(
    frame: pd.DataFrame, ordered_by: str | None = None, test_size: float = 0.2, seed: int = 42
) -> tuple[pd.DataFrame, pd.DataFrame]:
    cases = frame.drop_duplicates()
    n_cases = len(cases)
    n_test = min(max(1, round(test_size * n_cases)), n_cases - 1)
    if ordered_by is None:
        order = np.random.default_rng(seed).permutation(n_cases)
        return cases.iloc[order[n_test:]].copy(), cases.iloc[order[:n_test]].copy()
    cases = cases.sort_values(ordered_by, kind="stable")
    moments = cases[ordered_by].to_numpy()
    starts = [i for i in range(1, n_cases) if moments[i] != moments[i - 1]]
    if not starts:
        raise ValueError("all rows are of the same moment")
    cut = min(starts, key=lambda start: abs(start - (n_cases - n_test)))
    return cases.iloc[:cut].copy(), cases.iloc[cut:].copy()


NUMBER_FIRST = re.compile(r"\s*[-+]?\d[\d,]*(?:\.\d+)?")
DATE_FIRST = re.compile(r"\s*\d{4}-\d{1,2}-\d{1,2}")


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _first_number(value: Any) -> float:
    found = NUMBER_FIRST.match(value) if _is_text(value) else None
    if found:
        return float(found.group().replace(",", ""))
    if _is_text(value) or isinstance(value, bool):
        return np.nan
    return float(value) if isinstance(value, (int, float)) else np.nan


class TableReader(TransformerMixin, BaseEstimator):
    """Numbers from any table: decided column by column in fit, by type and values, not by name."""

    def __init__(self, leaky=(), max_words: int = 30, min_rows: int = 3) -> None:
        self.leaky = leaky
        self.max_words = max_words
        self.min_rows = min_rows

    def _words(self, values: list[Any]) -> list[str]:
        counts: dict[str, int] = {}
        for value in values:
            if _is_text(value):
                counts[value] = counts.get(value, 0) + 1
        often = [word for word in counts if counts[word] >= self.min_rows]
        often.sort(key=lambda word: (-counts[word], word))
        return often[: self.max_words]

    def _texts(self, column: pd.Series) -> list[Any]:
        return [None if pd.isna(value) else str(value) for value in column.tolist()]

    @staticmethod
    def _share(values: list[Any], pattern: re.Pattern[str]) -> float:
        texts = [value for value in values if value is not None]
        return sum(bool(pattern.match(text)) for text in texts) / len(texts) if texts else 0.0

    def fit(self, X: pd.DataFrame, y: Any = None) -> "TableReader":
        leaky = set(self.leaky)
        self.plan_: list[tuple[Any, str, list[str], list[str]]] = []
        for name in X.columns:
            if name in leaky:
                continue
            column = X[name]
            if is_datetime64_any_dtype(column):
                self.plan_.append((name, "time", [], []))
            elif is_numeric_dtype(column) or is_bool_dtype(column):
                self.plan_.append((name, "number", [], []))
            else:
                texts = self._texts(column)
                if self._share(texts, DATE_FIRST) > 0.9:
                    self.plan_.append((name, "time", [], []))
                    continue
                if self._share(texts, NUMBER_FIRST) > 0.9:
                    self.plan_.append((name, "measure", [], []))
                    continue
                firsts: list[str] = []
                words = self._words(texts)
                if len(set(texts)) > self.max_words:
                    firsts = self._words([text.split()[0] if text and text.split() else None for text in texts])
                self.plan_.append((name, "text", words, firsts))
        self.n_features_in_ = X.shape[1]
        return self

    def transform(self, X: pd.DataFrame) -> np.ndarray:
        check_is_fitted(self, "plan_")
        columns: list[np.ndarray] = [np.zeros(len(X))]  # so that a table is never without a column
        for name, kind, words, firsts in self.plan_:
            column = X[name]
            if kind == "number":
                numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
                columns.append(np.where(np.isfinite(numbers), numbers, np.nan))
            elif kind == "measure":
                columns.append(np.array([_first_number(value) for value in column.tolist()], dtype=np.float64))
            elif kind == "time":
                columns.extend(self._calendar(column))
            else:
                texts = self._texts(column)
                for word in words:
                    columns.append(np.array([float(text == word) for text in texts]))
                begins = [text.split()[0] if text and text.split() else None for text in texts]
                for word in firsts:
                    columns.append(np.array([float(begin == word) for begin in begins]))
        return np.column_stack(columns)

    @staticmethod
    def _calendar(column: pd.Series) -> list[np.ndarray]:
        times = pd.to_datetime(column, errors="coerce", utc=True).dt.tz_localize(None)
        days = (times - pd.Timestamp("2000-01-01")).dt.total_seconds() / 86_400
        parts = (days, times.dt.hour, times.dt.day_of_week, times.dt.day_of_year)
        return [part.to_numpy(dtype=np.float64, na_value=np.nan) for part in parts]


def make_models(leaky=()) -> dict[str, Any]:
    def from_table(*steps: tuple[str, Any]) -> Pipeline:
        gaps = SimpleImputer(strategy="median", keep_empty_features=True)
        return Pipeline([("read", TableReader(tuple(leaky))), ("gaps", gaps), *steps])

    boosting = GradientBoostingRegressor(
        n_estimators=150, learning_rate=0.08, max_depth=5, min_samples_leaf=4, subsample=0.7, max_features=0.5,
        random_state=0,
    )
    forest = ExtraTreesRegressor(120, random_state=0)
    return {
        "ridge": from_table(("scale", StandardScaler()), ("model", Ridge(alpha=10.0))),
        "trees": from_table(("model", forest)),
        "boosting": from_table(("model", boosting)),
    }


def _random_folds(n_rows: int, n_folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    order = np.random.default_rng(0).permutation(n_rows)
    folds: list[tuple[np.ndarray, np.ndarray]] = []
    for fold in range(n_folds):
        held_out = np.sort(order[fold::n_folds])
        folds.append((np.setdiff1d(np.arange(n_rows), held_out), held_out))
    return folds


def _ordered_folds(moments: np.ndarray, n_folds: int) -> list[tuple[np.ndarray, np.ndarray]]:
    """`moments` is sorted. Cut into one block more than folds, at the beginnings of moments."""
    n_rows = len(moments)
    starts = [i for i in range(1, n_rows) if moments[i] != moments[i - 1]]
    n_folds = min(n_folds, len(starts))
    cuts: list[int] = []
    for fold in range(n_folds):
        wish = (fold + 1) * n_rows / (n_folds + 1)
        left = n_folds - fold - 1  # so many cuts are still to come
        allowed = [start for start in starts[: len(starts) - left] if not cuts or start > cuts[-1]]
        cuts.append(min(allowed, key=lambda start: abs(start - wish)))
    ends = cuts[1:] + [n_rows]
    return [(np.arange(cut), np.arange(cut, end)) for cut, end in zip(cuts, ends)]


def run_project(models, train, test, target, ordered_by=None, metric=mean_absolute_error) -> dict[str, Any]:
    candidates: dict[str, Any] = {name: clone(model) for name, model in models.items()}
    candidates["baseline"] = DummyRegressor(strategy="mean")
    if ordered_by is not None:
        train = train.sort_values(ordered_by, kind="stable")
        folds = _ordered_folds(train[ordered_by].to_numpy(), 5)
    else:
        folds = _random_folds(len(train), min(5, len(train)))
    X, y = train.drop(columns=target), train[target]

    errors: dict[str, float] = {}
    for name, candidate in candidates.items():
        parts: list[float] = []
        for rest, held_out in folds:
            fitted = clone(candidate).fit(X.iloc[rest], y.iloc[rest])
            parts.append(float(metric(y.iloc[held_out], fitted.predict(X.iloc[held_out]))))
        errors[name] = float(np.mean(parts))
    best = min(errors, key=lambda name: errors[name])
    model = candidates[best].fit(X, y)
    test_error = float(metric(test[target], model.predict(test.drop(columns=target))))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}


# %% wrong: run_project
# Misconception: Thinks that TimeSeriesSplit looks after the time by itself, so the rows are handed over as they stand
# in the table, whatever their order.
from sklearn.model_selection import KFold, TimeSeriesSplit


def run_project(models, train, test, target, ordered_by=None, metric=mean_absolute_error) -> dict[str, Any]:
    candidates: dict[str, Any] = {name: clone(model) for name, model in models.items()}
    candidates["baseline"] = DummyRegressor(strategy="mean")
    X, y = train.drop(columns=target), train[target]
    splitter = KFold(5, shuffle=True, random_state=0) if ordered_by is None else TimeSeriesSplit(5)
    errors: dict[str, float] = {}
    for name, candidate in candidates.items():
        parts: list[float] = []
        for rest, held_out in splitter.split(X):
            fitted = clone(candidate).fit(X.iloc[rest], y.iloc[rest])
            parts.append(float(metric(y.iloc[held_out], fitted.predict(X.iloc[held_out]))))
        errors[name] = float(np.mean(parts))
    best = min(errors, key=lambda name: errors[name])
    model = candidates[best].fit(X, y)
    test_error = float(metric(test[target], model.predict(test.drop(columns=target))))
    return {"errors": errors, "best": best, "model": model, "test_error": test_error}


# %% wrong: split_project
# Misconception: Thinks that a table sorted by time may be cut anywhere, since what follows the cut is never earlier;
# that several rows of one moment may end up on both sides of it does not occur to the student.
def split_project(
    frame: pd.DataFrame, ordered_by: str | None = None, test_size: float = 0.2, seed: int = 42
) -> tuple[pd.DataFrame, pd.DataFrame]:
    cases = frame.drop_duplicates()
    n_cases = len(cases)
    n_test = min(max(1, round(test_size * n_cases)), n_cases - 1)
    if ordered_by is None:
        order = np.random.default_rng(seed).permutation(n_cases)
        return cases.iloc[order[n_test:]].copy(), cases.iloc[order[:n_test]].copy()
    cases = cases.sort_values(ordered_by, kind="stable")
    return cases.iloc[: n_cases - n_test].copy(), cases.iloc[n_cases - n_test :].copy()
