"""The pictures and figures of chapter 4 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import heights, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch04_training_models"


def test_the_validation_error_rises_where_the_training_error_goes_on_falling() -> None:
    degree, penalty, rows = (heights(axis) for axis in shown(CHAPTER, "sweeps = [")["axes"])
    for curves in (degree, penalty):
        best = int(np.argmin(curves["validation"]))
        assert 0 < best < len(curves["validation"]) - 1
        assert min(curves["validation"][[0, -1]]) > curves["validation"][best] + 0.5
    assert np.all(np.diff(degree["training"]) < 0.01)
    gaps = rows["validation"] - rows["training"]
    assert gaps[-1] < gaps[0] / 10


def test_training_stops_by_itself_at_its_best() -> None:
    model = shown(CHAPTER, "load_iris(")["model"]
    assert len(model.losses_) < model.max_epochs
    assert np.argmin(model.losses_) == len(model.losses_) - 1 - model.patience


def test_patience_saves_what_training_on_would_lose() -> None:
    curves = heights(shown(CHAPTER, "(1000, ")["plt"].gca())
    assert curves["patience 1000"][-1] > 1.5 * curves["patience 1000"].min()
    assert curves["patience 20"].min() == curves["patience 1000"].min()
    assert len(curves["patience 20"]) < 100


def test_three_runs_three_pieces_of_advice() -> None:
    axes = shown(CHAPTER, "what_to_do(")["axes"]
    assert [axis.get_title() for axis in axes] == ["go on", "stop", "lower the rate"]
