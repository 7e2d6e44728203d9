"""Inputs shared by the checks of chapter 2: transformers, pipelines and the project."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest

from autograder.checks.ch02_end_to_end.inputs import without_freaks
from autograder.testing import Handle, StudentRaised
from course.datasets import load


def refuses(call: Callable[[], object], *kinds: str) -> None:
    """Assert that the submission raises an error of one of these kinds, and none that merely happened on the way."""
    with pytest.raises(StudentRaised) as raised:
        call()
    assert raised.value.type_name in kinds


def table_of(reply: object, shape: tuple[int, ...]) -> np.ndarray:
    """Return a reply as an array of finite floats of this shape: nothing that would only broadcast to it."""
    assert not isinstance(reply, Handle)
    table = np.asarray(reply)
    assert table.dtype.kind == "f"
    assert table.shape == shape
    assert np.isfinite(table).all()
    return table.astype(float)


def names_of(reply: object) -> list[str]:
    """Return the names in an array, a list, or an index of texts: what holds them is another check's business."""
    assert not isinstance(reply, str)
    names = list(reply)
    assert all(isinstance(name, str) for name in names)
    return [str(name) for name in names]


def feature_of(reply: object, X: np.ndarray | pd.DataFrame) -> np.ndarray:
    """Return the one column, (n,), that a transformer has made of `X`: by itself, or beside columns that it got."""
    assert not isinstance(reply, Handle)
    table, given = np.asarray(reply, dtype=float), np.asarray(X, dtype=float)
    assert table.ndim == 2
    assert len(table) == len(given)
    assert np.isfinite(table).all()
    if table.shape[1] > 1:
        copies = [any(np.array_equal(column, other) for other in given.T) for column in table.T]
        table = table[:, ~np.array(copies)]
    assert table.shape[1] == 1
    return np.array(table[:, 0])


def fitted_to_column(make: Callable[[object], Handle], target: str, X: pd.DataFrame, y: object = None) -> Handle:
    """Return what ``make(target)`` makes, fitted; one that wants a list of names gets one."""
    try:
        return make(target).fit(X, y)
    except StudentRaised:
        return make([target]).fit(X, y)


def measurements(rng, size: int, columns: int) -> np.ndarray:
    """Return (size, columns) numbers whose columns differ in mean and spread by orders of magnitude."""
    return rng.normal(size=(size, columns)) * 10.0 ** rng.uniform(-2, 3, columns) + rng.normal(0, 50, columns)


def named(rng, X: np.ndarray) -> pd.DataFrame:
    """Return the columns as a table with made-up names."""
    words = rng.choice(["age", "rooms", "income", "people", "rent", "floor", "area", "trees"], X.shape[1], False)
    return pd.DataFrame(X, columns=[str(word) for word in words], index=rng.permutation(len(X)) + 100)


def copied(model):
    """Return scikit-learn's clone of an estimator."""
    from sklearn.base import clone

    return clone(model)


@cache
def _housing() -> pd.DataFrame:
    return without_freaks(load("california_housing").frame)


def districts(rng, *sizes: int) -> list[pd.DataFrame]:
    """Draw tables of districts that have none in common, each moved a little, so that no two are equally near and none
    can be looked up. Some have gaps in `total_bedrooms`."""
    rows = _housing().iloc[rng.permutation(len(_housing()))[: sum(sizes)]].copy()
    for column in ("latitude", "longitude"):
        rows[column] += rng.normal(0, 0.01, len(rows))
    rows["median_income"] += rng.normal(0, 0.01, len(rows))
    rows.loc[rng.random(len(rows)) < 0.05, "total_bedrooms"] = np.nan
    rows.index = pd.Index(rng.permutation(len(rows)))
    ends = np.cumsum(sizes)
    return [rows.iloc[end - size : end] for size, end in zip(sizes, ends, strict=True)]


def neighbours(n_neighbors):
    """Return nearest neighbours, not fitted."""
    from sklearn.neighbors import KNeighborsRegressor

    return KNeighborsRegressor(n_neighbors)


def straight_line():
    """Return linear regression, not fitted."""
    from sklearn.linear_model import LinearRegression

    return LinearRegression()


# ---------------------------------------------------------------- p.02.7

HOURS = 1400  # of one spell of bike rentals: eight weeks and a bit
WEEK = 7 * 24  # hours


@cache
def _bikes() -> pd.DataFrame:
    hours = load("bike_sharing").frame
    moment = pd.to_datetime(hours["dteday"]) + pd.to_timedelta(hours["hr"], unit="h")
    return hours.drop(columns=["instant", "dteday"]).assign(moment=moment)


def bike_hours(rng, size: int = HOURS, eighth: int | None = None) -> pd.DataFrame:
    """Return a spell of hours on end, of all the time there is or of the middle of one eighth of it, give or take half
    a week, in any order of rows and moved to other years."""
    if eighth is None:
        first = int(rng.integers(len(_bikes()) - size))
    else:  # nearly the same weeks in every draw, since some are harder to foretell than others
        span = len(_bikes()) // 8
        first = eighth * span + (span - size) // 2 - WEEK // 2 + int(rng.integers(WEEK))
    spell = _bikes().iloc[first : first + size]
    later = pd.Timedelta(days=364 * int(rng.integers(1, 9)))
    return spell.assign(moment=spell["moment"] + later).sample(frac=1, random_state=rng)


@cache
def _cars(table: str) -> pd.DataFrame:
    return load("cardekho").frames[table].drop_duplicates()


def used_cars(rng, size: int, table: str = "details_v3") -> pd.DataFrame:
    """Draw different cars, their prices and distances changed a little, so that none can be looked up."""
    cars = _cars(table).iloc[rng.permutation(len(_cars(table)))[:size]].reset_index(drop=True)
    cars["selling_price"] = (cars["selling_price"] * rng.normal(1, 0.01, size)).round()
    cars["km_driven"] = (cars["km_driven"] * rng.normal(1, 0.01, size)).round()
    return cars


def exact_sum(frame: pd.DataFrame, target: str) -> bool:
    """Return whether numeric columns add up to the target exactly, each times a number, in all rows without gaps."""
    numbers = frame.select_dtypes("number").dropna().astype(float)
    if len(numbers) <= numbers.shape[1] + 1 or numbers.shape[1] < 2:
        return False
    X, y = numbers.drop(columns=target).to_numpy(), numbers[target].to_numpy()
    X = np.column_stack([np.ones(len(X)), (X - X.mean(axis=0)) / np.where(np.ptp(X, axis=0) > 0, X.std(axis=0), 1)])
    left = y - X @ np.linalg.lstsq(X, y, rcond=None)[0]
    return bool(np.abs(left).max() < 1e-6 * y.std())


def watchful_models(columns, target, when=None):
    """Return models, not fitted, that predict what a column says; but a billion too much for rows that they were fitted
    to or, with `when`, that are not later, and for all rows if the target was among the inputs or y was not the target.
    A column called "size" stands for the truth plus the number of rows fitted."""
    import numpy as np
    from sklearn.base import BaseEstimator, RegressorMixin

    class Watchful(RegressorMixin, BaseEstimator):
        def __init__(self, column="", target="", when=None):
            self.column = column
            self.target = target
            self.when = when

        def fit(self, X, y):
            self.rows_ = sorted(X["id"].tolist())
            self.latest_ = X[self.when].max() if self.when else None
            self.spoilt_ = self.target in X or not np.array_equal(np.asarray(y), X["truth"])
            return self

        def predict(self, X):
            known = X["id"].isin(self.rows_).to_numpy() | self.spoilt_ | (self.target in X)
            if self.when:
                known = known | (X[self.when] <= self.latest_).to_numpy()
            said = X["truth"] + len(self.rows_) if self.column == "size" else X[self.column]
            return said.to_numpy() + 1e9 * known

    return {column: Watchful(column, target, when) for column in columns}


def mean_cube(y_true, y_pred):
    """An error that nobody has seen before: what is too high counts twice."""
    import numpy as np

    off = np.asarray(y_pred) - np.asarray(y_true)
    return float(np.mean(np.abs(off) ** 3 * np.where(off > 0, 2, 1)))


def watched_rows(rng, size: int, errors: dict[str, float], first: int = 0) -> pd.DataFrame:
    """Return rows with an id, a target "y", a copy of it called "truth", a moment, and columns that are always off by
    the error given for them, in one direction or the other."""
    y = rng.normal(0, 10, size)
    off = {name: y + error * rng.choice([-1, 1], size) for name, error in errors.items()}
    moment = pd.Timestamp("2031-05-01") + pd.to_timedelta(np.arange(first, first + size), unit="h")
    frame = pd.DataFrame({"id": np.arange(first, first + size), "y": y, "truth": y, **off, "moment": moment})
    return frame.sample(frac=1, random_state=rng)
