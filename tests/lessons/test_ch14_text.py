"""What chapter 14's pictures and figures are there to show is true, with our answers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def test_a_wider_beam_finds_likelier_sentences() -> None:
    means = list(shown("ch14_text", "beam_search(following")["means"].values())
    assert np.all(np.diff(means) >= 0)
    assert means[1] > means[0] + 0.1
    assert means[-1] - means[-2] < means[1] - means[0]


def test_reviews_are_known_by_their_words() -> None:
    names = shown("ch14_text", "friendly_probability(net, frequent")
    assert names["right"] > 0.75
    friendly = dict(zip(names["frequent"], names["friendly"], strict=True))
    for good, bad in (("excellent", "awful"), ("superb", "terrible"), ("wonderful", "boring")):
        if good in friendly and bad in friendly:
            assert friendly[good] > 0.5 > friendly[bad]


def test_the_string_net_sees_which_symbol_is_wrong() -> None:
    names = shown("ch14_text", "valid_probability(net, some)")
    said = names["valid_probability"](names["net"], [names["string"], *names["spoilt"]])
    assert said[0] > 0.5
    assert np.mean(said[1:] < 0.5) > 0.8


def test_the_rain_is_forecast_better_than_by_its_median() -> None:
    names = shown("ch14_text", "forecast_rain(net, valid)")
    assert names["off"] < names["naive"] / 2


def test_a_digit_is_written_while_its_letters_are_read() -> None:
    names = shown("ch14_text", "model.attention_weights(")
    assert names["written"] == "2019-04-22"
    looked = np.asarray(names["weights"]).argmax(axis=1)
    year, month, day = looked[1:4], looked[5:7], looked[8:10]
    assert np.median(year) > np.median(day) > np.median(month)


def test_the_map_of_a_translation_has_a_row_for_each_word() -> None:
    names = shown("ch14_text", "translator.alignment(sentence)")
    weights = np.asarray(names["weights"])
    assert weights.shape == (len(names["translation"]), len(names["sentence"].split()))
    assert weights.max(axis=1).mean() > 0.5  # most words look at one


def test_a_hot_text_has_more_kinds_of_letters_than_a_cold_one() -> None:
    written = shown("ch14_text", "generate(model, tokens[:60]")["written"]
    kinds = [len(set(text)) for text in written.values()]
    assert kinds[0] < kinds[-1]
