"""What a picture or a figure of chapter 18 is there to show is true, with our answers."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.datasets import load_digits
from sklearn.neighbors import KNeighborsClassifier

from tests.support.shown import shown

pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.full]
CHAPTER = "ch18_generative"


def _said(made: np.ndarray) -> np.ndarray:
    few = load_digits(n_class=5)
    return np.asarray(KNeighborsClassifier().fit(few.data / 16, few.target).predict(made.reshape(-1, 64)))


def test_codes_of_a_digit_lie_together() -> None:
    names = shown(CHAPTER, "torch.cartesian_prod(")
    codes, digits = names["mu"].numpy(), load_digits().target
    within = np.mean([codes[digits == one].var(axis=0).sum() for one in range(10)])
    assert within < 0.5 * codes.var(axis=0).sum()


def test_made_digits_are_as_bright_as_real_ones() -> None:
    names = shown(CHAPTER, "generator = fit_gan(")
    assert np.abs(names["made"].mean() - names["X"].mean()) < 0.1
    assert names["made"].std(axis=0).mean() > 0.5 * names["X"].std(axis=0).mean()


def test_most_digits_are_what_was_asked_for() -> None:
    made = shown(CHAPTER, "generate_classes(generator,")["made"]
    assert np.mean(_said(made) == np.repeat(np.arange(5), 12)) > 0.6


def test_most_diffused_digits_are_what_was_asked_for() -> None:
    names = shown(CHAPTER, "made = sample_diffusion(")
    assert np.mean(_said(names["made"]) == names["asked"]) > 0.7
