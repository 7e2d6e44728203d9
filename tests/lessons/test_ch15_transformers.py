"""What chapter 15's pictures and figures are there to show is true, with our answers."""

from __future__ import annotations

import numpy as np
import pytest

from course.datasets import load
from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def test_the_knobs_matter_more_to_a_model_that_is_not_sure() -> None:
    drawn = shown("ch15_transformers", "next_shares(one, **knobs)")["drawn"]
    kept = {key: int((shares > 0).sum()) for key, shares in drawn.items()}
    assert kept["sure", "top_p 0.8"] < 4 < kept["not sure", "top_p 0.8"]
    assert kept["sure", "top_k 4"] == kept["not sure", "top_k 4"] == 4
    largest = {key: float(shares.max()) for key, shares in drawn.items()}
    for who in ("sure", "not sure"):
        assert largest[who, "temperature 2"] < largest[who, "as they are"] < largest[who, "temperature 0.5"]


def test_an_exercise_has_gaps_and_a_label_for_each() -> None:
    names = shown("ch15_transformers", "words[token] for token in inputs[row]")
    inputs, labels = names["inputs"][:5], names["labels"][:5]
    assert (labels >= 0).any(axis=1).sum() >= 4  # nearly each of the five that are shown
    assert (labels[inputs == 0] >= 0).all()
    assert np.mean(names["labels"] >= 0) == pytest.approx(0.15, abs=0.03)


def test_an_encoder_has_a_state_for_each_token() -> None:
    names = shown("ch15_transformers", "states = encoder(**batch)")
    assert names["states"].shape[:2] == names["batch"]["input_ids"].shape
    assert names["batch"]["attention_mask"].min() == 0  # padding is seen


def test_films_are_found_in_other_words_better_than_by_words() -> None:
    recall = shown("ch15_transformers", "recall[search, name]")["recall"]
    if load("wiki_movie_plots").source == "real":
        words, meaning = (np.array(recall[search, "other words"]) for search in ("TF-IDF", "encoder"))
        assert (meaning > 1.5 * words).all()
        assert recall["TF-IDF", "own words"][0] > recall["encoder", "own words"][0]
    assert all(list(found) == sorted(found) for found in recall.values())


def test_a_search_names_three_films() -> None:
    names = shown("ch15_transformers", "index.search(query, 3)")
    assert len(names["index"].search(names["query"], 3)) == 3


def test_the_bot_cites_a_film_for_each_answer() -> None:
    talk = shown("ch15_transformers", "talk = [")["talk"]
    assert all(len(titles) == 1 and answer.endswith("]") for _, answer, titles in talk)
