"""Full-size figures of chapter 2: incomes nearby (p.02.4) and the project (p.02.7)."""

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression
from sklearn.metrics import mean_absolute_error
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline

from autograder.testing import headline
from course.datasets import load
from solutions.ch02_end_to_end.neighbours import prepare_with_location
from solutions.ch02_end_to_end.project import find_leaks, load_project, split_project
from solutions.ch02_end_to_end.project_models import make_models, run_project

# ---------------------------------------------------------------- p.02.4


@cache
def _linear(with_incomes_nearby: bool) -> tuple[float, str]:
    """Cross-validated RMSE of linear regression on the chapter's training rows, 80% of all."""
    train, _ = train_test_split(load("california_housing").frame, test_size=0.2, random_state=42)
    preparation = prepare_with_location(10)
    if not with_incomes_nearby:
        preparation.set_params(location="drop")
    model = make_pipeline(preparation, LinearRegression())
    scores = cross_val_score(
        model, train, train["median_house_value"], cv=10, scoring="neg_root_mean_squared_error", error_score="raise"
    )
    return -float(scores.mean()), f"{len(train):,} rows, 10 folds"


@headline("p.02.4", "linear, CV RMSE, no incomes nearby", book="68,973 (other features)", data="california_housing",
          holds=lambda value: 60_000 < value < 75_000)  # fmt: skip
def without_location() -> tuple[float, str]:
    """The book's figure is of a pipeline with ratios and clusters, judged on its training rows."""
    return _linear(False)


@headline("p.02.4", "linear, CV RMSE, with incomes nearby", book="", data="california_housing",
          holds=lambda value: value < _linear(False)[0])  # fmt: skip
def with_location() -> tuple[float, str]:
    """One column more."""
    return _linear(True)


# ---------------------------------------------------------------- p.02.7


@cache
def _bikes() -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    project = load_project()
    train, test = split_project(project["frame"], project["ordered_by"])
    models = make_models(project["leaky"])
    return run_project(models, train, test, project["target"], project["ordered_by"]), train, test


def _size(train: pd.DataFrame, test: pd.DataFrame) -> str:
    return f"{len(train):,} / {len(test):,}"


@headline("p.02.7", "bikes: columns that add up to the target", book="", data="bike_sharing",
          holds=lambda value: value == 2)  # fmt: skip
def leaks_of_bikes() -> tuple[float, str]:
    """Casual and registered riders."""
    frame = load_project()["frame"]
    return float(len(find_leaks(frame, "cnt"))), f"{len(frame):,} rows"


@headline("p.02.7", "bikes: best model, cross-validated MAE", book="", data="bike_sharing",
          holds=lambda value: value < _bikes()[0]["errors"]["baseline"])  # fmt: skip
def bikes_cross_validated() -> tuple[float, str]:
    """Five folds that go forward in time."""
    found, train, test = _bikes()
    return found["errors"][found["best"]], _size(train, test)


@cache
def _last_week() -> float:
    """Error on the test rows of a forecast that repeats the last week of training."""
    _, train, test = _bikes()
    week = train[train["moment"] > train["moment"].max() - pd.Timedelta(days=7)]
    known = week.groupby(["weekday", "hr"])["cnt"].mean()
    said = known.reindex(pd.MultiIndex.from_frame(test[["weekday", "hr"]])).fillna(train["cnt"].mean())
    return float(mean_absolute_error(test["cnt"], said))


@headline("p.02.7", "bikes: last week repeated, test MAE", book="", data="bike_sharing",
          holds=lambda value: value > 0)  # fmt: skip
def bikes_last_week() -> tuple[float, str]:
    """What the model has to beat."""
    return _last_week(), _size(*_bikes()[1:])


@headline("p.02.7", "bikes: best model, test MAE", book="below seasonal naive", data="bike_sharing",
          holds=lambda value: value < _last_week())  # fmt: skip
def bikes_tested() -> tuple[float, str]:
    """Later than all training rows."""
    found, train, test = _bikes()
    return found["test_error"], _size(train, test)


@cache
def _cars() -> tuple[dict[str, Any], pd.DataFrame, pd.DataFrame]:
    train, test = split_project(load("cardekho").frames["details_v3"])
    return run_project(make_models(), train, test, "selling_price"), train, test


@headline("p.02.7", "used cars: mean as prediction, test MAE in rupees", book="", data="cardekho",
          holds=lambda value: value > 0)  # fmt: skip
def cars_mean() -> tuple[float, str]:
    """What the model has to beat."""
    _, train, test = _cars()
    mean = np.full(len(test), train["selling_price"].mean())
    return float(mean_absolute_error(test["selling_price"], mean)), _size(train, test)


@headline("p.02.7", "used cars: best model, test MAE in rupees", book="", data="cardekho",
          holds=lambda value: value < cars_mean()[0])  # fmt: skip
def cars_tested() -> tuple[float, str]:
    """No car is in both parts."""
    found, train, test = _cars()
    return found["test_error"], _size(train, test)
