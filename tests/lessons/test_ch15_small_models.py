"""What chapter 15's pictures and figures are there to show is true, with our answers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def test_only_the_fine_tuned_encoder_knows_what_comes_last() -> None:
    bag, frozen, tuned = shown("ch15_transformers", "finetune_classifier(model, tokenizer, (texts")["scores"].values()
    assert bag < 0.6
    assert tuned > max(bag, frozen) + 0.05
    assert tuned > 0.9


def test_each_knob_makes_the_likeliest_likelier() -> None:
    chances = shown("ch15_transformers", "knobs.items()")["chances"]
    plain, *others = chances.values()
    assert all(other.max() > plain.max() for other in others)
    assert np.count_nonzero(chances["top_k 5"]) == 5
    assert np.count_nonzero(chances["temperature 0.5"]) == len(plain)


def test_the_small_writer_goes_on_to_learn() -> None:
    unsure = shown("ch15_transformers", "finetune_writer(model, blocks[:half]")["unsure"]
    assert unsure["after"] < unsure["before"]
