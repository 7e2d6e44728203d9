"""Inputs of chapter 2's checks of searches and selection, drawn afresh for every submission, and readers of replies."""

from functools import cache
from typing import Any, TypeAlias

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from autograder.testing import Student
from course.datasets import load

Rows: TypeAlias = tuple[pd.DataFrame, pd.Series]  # raw districts (n, 9), their house values (n,)
TARGET = "median_house_value"
FEW = 0.02  # the share of the rows that count least in an error: those on which a model is most wrong


@cache
def _table() -> pd.DataFrame:
    return without_freaks(load("california_housing").frame)


def without_freaks(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out districts that a ratio or a logarithm sends far away: barracks with 1,250 people per household, holiday
    homes with 140 rooms, places with a handful of people. One of them among hundreds would decide a check."""
    ratios = pd.DataFrame({name: frame[name] / frame["households"] for name in ("total_rooms", "population")})
    numbers = pd.concat([ratios, frame[["population", "households", "total_rooms"]]], axis=1)
    low, high = numbers.quantile(0.005), numbers.quantile(0.995)
    return frame[((numbers >= low) & (numbers <= high)).all(axis=1)]


def draw_districts(rng: np.random.Generator, size: int) -> Rows:
    """Draw districts without replacement and touch up all their numbers a little; a few have gaps."""
    frame = _table().iloc[rng.permutation(len(_table()))[:size]].reset_index(drop=True)
    numbers = frame.columns.drop("ocean_proximity")
    frame[numbers] *= rng.normal(1, 0.002, (size, len(numbers)))
    frame.loc[rng.random(size) < 0.03, "total_bedrooms"] = np.nan
    return frame.drop(columns=TARGET), frame[TARGET]


def draw_unrelated(rng: np.random.Generator, size: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return districts whose columns have been shuffled, each by itself, without gaps; and the columns of numbers as
    ranks, from -1 to 1."""
    X, _ = draw_districts(rng, size)
    X = X.fillna(X["total_bedrooms"].median())
    X = X.assign(**{name: X[name].array[rng.permutation(size)] for name in X.columns})
    ranks = X.drop(columns="ocean_proximity").rank(method="first")
    return X, 2 * (ranks - 1) / (size - 1) - 1


def two_that_matter(rng: np.random.Generator, size: int) -> tuple[pd.DataFrame, pd.Series, list[str]]:
    """Return districts whose values depend on two columns of numbers, drawn at random, and on nothing else: in
    proportion, and these two are spread evenly, so that a straight line tells as much of it as any other model."""
    X, ranks = draw_unrelated(rng, size)
    columns = rng.choice(ranks.columns, 2, replace=False).tolist()
    low, high = X[columns].min(), X[columns].max()
    X[columns] = low + (ranks[columns] + 1) / 2 * (high - low)
    y = 300_000 + 100_000 * ranks[columns].sum(axis=1) + rng.normal(0, 10_000, size)
    return X, y.rename("median_house_value"), columns


def mixed(rng: np.random.Generator, X: pd.DataFrame, column: str) -> pd.DataFrame:
    """Return the districts with one column shuffled, so that it says nothing any more."""
    return X.assign(**{column: X[column].array[rng.permutation(len(X))]})


def stray_rows(rng: np.random.Generator, X: pd.DataFrame, cv: int) -> pd.DataFrame:
    """Return the districts with a few of one fold's far away from all others, in all their numbers."""
    size, numbers = len(X), X.columns.drop("ocean_proximity")
    fold = rng.integers(cv)
    rows = rng.choice(np.arange(fold * size // cv + 1, (fold + 1) * size // cv - 1), 6, replace=False)
    strayed = X.copy()
    strayed.loc[rows, numbers] *= 1_000
    return strayed


def gaps_in_one_of_two_folds(rng: np.random.Generator, size: int) -> Rows:
    """Return districts whose values go up with the income, which is high and has gaps in one half of the rows, so that
    an error in two folds says by which rows these have been filled."""
    X, _ = draw_unrelated(rng, size)
    income = rng.uniform(1, 12, size)
    held = np.arange(size) // (size // 2) == rng.integers(2)
    income[held] = rng.uniform(11.5, 12, held.sum())
    y = pd.Series(50_000 * income + rng.normal(0, 2_000, size), name=TARGET)
    return X.assign(median_income=np.where(held & (rng.random(size) < 0.4), np.nan, income)), y


def predicted(model: Any, X: pd.DataFrame) -> NDArray[np.float64]:
    """Return a model's predictions, one finite number per district."""
    values = np.asarray(model.predict(X), dtype=np.float64)
    assert values.shape in ((len(X),), (len(X), 1))
    assert np.isfinite(values).all()
    return values.ravel()


def rmse(values: NDArray[np.float64], y: pd.Series) -> float:
    return float(np.sqrt(np.mean((values - y.to_numpy()) ** 2)))


def robust_rmse(values: NDArray[np.float64] | float, y: pd.Series) -> float:
    """Return the RMSE without the few rows on which it is worst, so that one wild guess decides nothing."""
    errors = np.sort(np.abs(values - y.to_numpy()))
    return float(np.sqrt(np.mean(errors[: len(y) - int(FEW * len(y))] ** 2)))


def relative_error(model: Any, X: pd.DataFrame, y: pd.Series) -> float:
    """Return a model's error as a share of that of always predicting the mean, both without the few worst rows."""
    return robust_rmse(predicted(model, X), y) / robust_rmse(float(y.mean()), y)


def cross_rmse(model: Any, X: pd.DataFrame, y: pd.Series, cv: int) -> float:
    """Fit `model` to all folds but one, for each in turn; return the mean RMSE on the one left out.

    The folds are consecutive rows, and the first ones have the rows left over, as scikit-learn's are.
    """
    errors = []
    for held_back in np.array_split(np.arange(len(X)), cv):
        rest = np.setdiff1d(np.arange(len(X)), held_back)
        model.fit(X.iloc[rest], y.iloc[rest])
        errors.append(rmse(predicted(model, X.iloc[held_back]), y.iloc[held_back]))
    return float(np.mean(errors))


def agree(found: Any, wanted: float) -> None:
    """Assert that two errors are the same but for the chance that a model may have in it."""
    assert np.ndim(found) == 0 and abs(float(found) - wanted) <= 0.02 * wanted


def takes_what_comes(model: Any, rng: np.random.Generator, X: pd.DataFrame) -> None:
    """Assert that a fitted model predicts each raw district, whatever the table around it looks like."""
    expected = predicted(model, X)
    mixed = X[list(np.roll(X.columns, rng.integers(1, X.shape[1])))].set_index(rng.permutation(len(X)) + 5000)
    np.testing.assert_allclose(predicted(model, mixed), expected, rtol=1e-6)
    for row in rng.permutation(len(X))[:3]:
        np.testing.assert_allclose(predicted(model, X.iloc[[row]]), expected[[row]], rtol=1e-6)
    gaps = X.copy()
    for column in X.columns.drop("ocean_proximity"):
        gaps.loc[rng.random(len(X)) < 0.2, column] = np.nan
    predicted(model, gaps)
    predicted(model, X.assign(ocean_proximity="ON THE MOON"))


def tried_and_scores(search):
    """Return a search's candidates and their scores; of its results, the times would differ from run to run."""
    results = search.cv_results_
    return [dict(settings) for settings in results["params"]], [float(score) for score in results["mean_test_score"]]


def candidates(student: Student, search: Any) -> tuple[list[dict[str, Any]], NDArray[np.float64]]:
    """Return the settings that a search has tried, and their scores."""
    tried, scores = student.probe_(tried_and_scores)(search)
    assert tried and len(tried) == len(scores) and all(isinstance(settings, dict) and settings for settings in tried)
    return [{str(name): value for name, value in settings.items()} for settings in tried], np.asarray(scores, float)


def last_part(settings: dict[str, Any], word: str) -> Any:
    """Return the setting whose name ends with `word`, whatever steps it is in; None if there is none."""
    return next((value for name, value in settings.items() if name.split("__")[-1] == word), None)
