"""What a picture or a figure of chapter 18 is there to show is true, with our answers, and with real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import heights, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch18_generative"


def test_what_is_known_by_heart_helps_with_nothing_new() -> None:
    errors = shown(CHAPTER, "by_heart = np.asarray(")["errors"]
    assert errors["learned"][0] == 0
    assert errors["others"][0] > 2 * errors["others"][1]
    assert errors["others"][1] < 2 * errors["learned"][1]


def test_more_codings_lose_less_until_nothing_is_lost() -> None:
    least = np.array(shown(CHAPTER, "least_error(digits, k)")["least"])
    assert np.all(np.diff(least) <= 1e-12)
    assert least[-2:].max() < 1e-12 < least[0] / 100


def test_units_like_digits_that_look_like_their_weights() -> None:
    names = shown(CHAPTER, "weight_pictures(layer, (28, 28))")
    for weights, rows in zip(names["pictures"], names["liked"], strict=True):
        alike = names["digits"] @ (weights.ravel() - 0.5)
        assert set(rows.tolist()) <= set(np.argsort(-alike)[:20].tolist())


def test_codings_that_are_drawn_together_look_like_digits() -> None:
    """They are nearer to a real digit than those that were drawn from anywhere."""
    names = shown(CHAPTER, "draw_codings(codings, 8)")

    def apart(some: np.ndarray) -> float:
        pictures = names["pca"].inverse_transform(some)
        return float(np.mean([((names["digits"] - one) ** 2).mean(axis=1).min() for one in pictures]))

    assert apart(names["drawn"]) < 0.7 * apart(names["anywhere"])


def test_no_rate_leads_the_players_to_the_middle() -> None:
    axis = shown(CHAPTER, "play(1.0, 0.0, rate")["plt"].gca()
    curves = [curve for label, curve in heights(axis).items() if label.startswith("rate")]
    assert len(curves) == 3
    names = shown(CHAPTER, "play(1.0, 0.0, rate")
    assert np.all(np.diff(np.linalg.norm(names["path"], axis=1)) > 0)


def test_the_picture_drowns_in_noise() -> None:
    names = shown(CHAPTER, "noise_levels(np.linspace")
    assert names["a"][0] > 0.99
    assert names["a"][-1] < 0.1
    assert names["s"][-1] > 0.99
    np.testing.assert_allclose(names["a"] ** 2 + names["s"] ** 2, 1)


@pytest.mark.full
class TestTraining:
    def test_digits_are_cleaned_and_pretraining_pays(self) -> None:
        names = shown(CHAPTER, "cleaned = autoencoder(")
        clean = names["X_test"][:8]
        assert ((names["cleaned"] - clean) ** 2).mean() < 0.3 * ((names["grainy"] - clean) ** 2).mean()
        gains = [one["pretrained"] - one["scratch"] for one in names["scores"]]
        assert np.mean(gains) > 0

    def test_noise_makes_bits_of_codings_and_digits_find_their_like(self) -> None:
        names = shown(CHAPTER, "fit_hashing(X, noise=noise")
        assert names["edges"][4.0] > 0.8 > 0.3 > names["edges"][0.0]
        assert names["pure"][4.0][1] > 0.7
