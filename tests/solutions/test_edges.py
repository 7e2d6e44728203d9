"""Edges at which oracles have found our references wrong: each was mended, and stays so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import BaseEstimator, RegressorMixin
from sklearn.linear_model import LogisticRegression

from solutions.ch02_end_to_end.neighbours import prepare_with_location
from solutions.ch02_end_to_end.project import find_leaks, split_project
from solutions.ch02_end_to_end.project_models import run_project
from solutions.ch05_trees.questions import balanced_depth
from solutions.svm_support_vectors.kernels import calibrated

SEEN: list[tuple[float, float]] = []


class Watchful(RegressorMixin, BaseEstimator):
    """Notes the last day that it was fitted to, and the first that it is asked about."""

    def fit(self, X: pd.DataFrame, y: pd.Series) -> Watchful:
        """Called by a search."""
        self.last_ = float(X["day"].max())
        return self

    def predict(self, X: pd.DataFrame) -> np.ndarray:
        """Called by a search."""
        SEEN.append((self.last_, float(X["day"].min())))
        return np.zeros(len(X))


@pytest.mark.parametrize("power", [48, 49, 50, 52, 60])
def test_depth_of_very_many_rows(power: int) -> None:
    assert balanced_depth(2**power) == power and balanced_depth(2**power + 1) == power + 1


def test_rows_of_one_day_are_on_one_side_of_a_fold() -> None:
    table = pd.DataFrame({"day": np.repeat(np.arange(10.0), 5), "x": np.arange(50.0), "y": np.arange(50.0)})
    SEEN.clear()
    run_project({"watchful": Watchful()}, table[table["day"] < 8], table[table["day"] >= 8], "y", "day")
    assert len(SEEN) == 5 and all(last < first for last, first in SEEN)


def test_too_few_rows_to_test_on() -> None:
    table = pd.DataFrame({"day": [3, 1, 2], "y": [1, 2, 3]})
    assert [len(part) for part in split_project(table, "day", test_size=0.1)] == [3, 0]


def test_where_every_row_has_a_gap_nothing_is_told() -> None:
    assert find_leaks(pd.DataFrame({"a": [1.0, 2.0], "gone": [np.nan, np.nan], "y": [1.0, 2.0]}), "y") == []


@pytest.mark.parametrize("column", ["latitude", "longitude", "median_income"])
def test_a_gap_in_a_place_is_filled(column: str) -> None:
    rng = np.random.default_rng(1)
    names = ["longitude", "latitude", "housing_median_age", "total_rooms", "total_bedrooms", "population"]
    table = pd.DataFrame(rng.random((30, 8)), columns=[*names, "households", "median_income"])
    table["ocean_proximity"] = "INLAND"
    table.loc[4, column] = np.nan
    assert np.isfinite(np.asarray(prepare_with_location(3).fit_transform(table), dtype=float)).all()


def test_scores_far_from_zero_are_calibrated_as_those_around_it() -> None:
    rng = np.random.default_rng(2)
    near = rng.normal(size=200)
    y = (near + rng.normal(size=200) > 0).astype(int)
    wanted = LogisticRegression(C=np.inf, tol=1e-10).fit(near[:, None], y).predict_proba(near[:, None])[:, 1]
    for far in (near * 1e4 + 3e5, near * 10 + 1e4):
        np.testing.assert_allclose(calibrated(far, y, far), wanted, atol=1e-3)
