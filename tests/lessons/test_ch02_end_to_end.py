"""The pictures and figures of chapter 2 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch02_end_to_end"


@needs_mirror
@pytest.mark.full
def test_a_bent_regression_beats_a_straight_one() -> None:
    tried = shown(CHAPTER, "tune_svr(")["tried"]
    best = tried.groupby("kernel")["rmse"].min()
    assert best["rbf"] < 0.95 * best["linear"]


@needs_mirror
@pytest.mark.full
def test_the_income_around_helps_a_linear_model(capsys: pytest.CaptureFixture[str]) -> None:
    shown(CHAPTER, "FeatureFromRegressor(")
    lines = [line for line in capsys.readouterr().out.splitlines() if "neighbours:" in line]
    errors = [float(line.split()[-2].replace(",", "")) for line in lines]  # of 1, 10, 100, 1,600 neighbours
    assert errors[1] < min(errors[0], errors[2], errors[3] - 1_000)
