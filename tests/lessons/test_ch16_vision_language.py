"""What a picture or a figure of chapter 16 is there to show is true, with our answers, and with real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import heights, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
pytest.importorskip("transformers")
CHAPTER = "ch16_vision_language"


def test_windows_cost_four_times_as_much_and_all_pairs_sixteen_times() -> None:
    curves = heights(shown(CHAPTER, "kinds = [pairs_attended(")["plt"].gca())
    full, reduced, windowed = (np.array(curves[kind]) for kind in ("full", "reduced", "windowed"))
    np.testing.assert_allclose(full[1:] / full[:-1], 16)
    np.testing.assert_allclose(windowed[1:] / windowed[:-1], 4)
    assert np.all(reduced * 64 == full)


@needs_mirror
def test_tokens_are_those_of_the_small_vit() -> None:
    names = shown(CHAPTER, "layer = vit.vit.embeddings")
    assert (names["tokens"] - names["layer"](names["pixels"])).abs().max() < 1e-4
    assert len(set(names["named"])) > 2


def test_clip_names_unseen_pairs_and_mixes_up_shapes() -> None:
    shares = shown(CHAPTER, "named_rightly = {")["named_rightly"]
    assert shares["both"] > 0.3
    assert shares["the colour"] > shares["the shape"] + 0.2


def test_most_photos_that_are_found_are_the_right_ones() -> None:
    assert np.mean(shown(CHAPTER, "engine = PhotoSearch(")["hits"]) > 0.6
