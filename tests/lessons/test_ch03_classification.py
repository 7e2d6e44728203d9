"""The pictures and figures of chapter 3 show what they are there for, with our answers and real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch03_classification"


@needs_mirror
@pytest.mark.full
def test_moved_copies_help_at_every_size() -> None:
    scores = shown(CHAPTER, "augment(")["scores"]
    assert np.all(np.array(scores["augmented"]) > scores["as they are"])


@needs_mirror
@pytest.mark.full
def test_a_model_beats_women_only() -> None:
    gains = shown(CHAPTER, "fit_titanic(")["gains"]
    assert np.mean(gains) > 0.02
