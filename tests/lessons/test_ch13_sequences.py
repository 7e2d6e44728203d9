"""The pictures and figures of chapter 13 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch13_sequences"


@needs_mirror
@pytest.mark.full
def test_a_forecast_beats_last_week_and_most_of_all_tomorrow() -> None:
    names = shown(CHAPTER, "fit_forecaster(")
    ours, last = (np.abs(names[said] - names["came"]).mean(axis=0) for said in ("ahead", "again"))  # (14, 2)
    assert np.all(ours.mean(axis=0) < 0.9 * last.mean(axis=0))
    assert ours[0].mean() < 0.75 * last[0].mean()
    assert ours[7:].mean() > 1.2 * ours[0].mean()


@needs_mirror
@pytest.mark.full
def test_a_net_predicts_more_notes_than_repeating_does() -> None:
    names = shown(CHAPTER, "fit_chorales(")
    assert names["guessed"] > names["repeated"] + 0.02
    assert names["moved"] > 0.2


@needs_mirror
@pytest.mark.full
def test_more_sketches_teach_more(capsys: pytest.CaptureFixture[str]) -> None:
    names = shown(CHAPTER, "fit_sketches(")
    assert names["n"] >= 300
    lines = [line for line in capsys.readouterr().out.splitlines() if line.startswith("trained on")]
    few, all_of_them = (float(line.split()[3].rstrip("%")) for line in lines)
    assert all_of_them > few + 5 > 100 / len(names["words"]) + 15


@needs_mirror
@pytest.mark.full
def test_words_of_other_recordings_are_understood() -> None:
    names = shown(CHAPTER, "fit_words(")
    said = names["name_words"](names["model"], names["words"], names["speech"].rate)
    assert np.mean(said == names["labels"]) > 0.9
