"""What is said of generated pictures: good ones get high figures, and those that are bad in one way a low one."""

from __future__ import annotations

import numpy as np
import pytest

from autograder.testing.modules import closeness, coverage, newness, precision


def drawn(
    rng: np.random.Generator, n: int, middles: tuple[float, ...] = (-4.0, 4.0), spread: float = 1.0
) -> np.ndarray:
    """Pictures of 2 x 2 pixels of some kinds."""
    middle = rng.permutation(np.resize(middles, n))
    return middle[:, None, None] + spread * rng.normal(size=(n, 2, 2))


def test_the_real_thing_is_near_everywhere_and_new(rng: np.random.Generator) -> None:
    real, other, learned = (drawn(rng, 200) for _ in range(3))
    assert precision(other, real) > 0.9
    assert coverage(other, real) > 0.9
    assert closeness(other, real, real.mean(axis=0, keepdims=True)) > 0.95
    assert newness(other, learned, real) == pytest.approx(1, abs=0.25)


def test_a_kind_that_is_left_out_is_not_covered(rng: np.random.Generator) -> None:
    real, one = drawn(rng, 200), drawn(rng, 200, (-4.0,))
    assert precision(one, real) > 0.9
    assert coverage(one, real) < 0.55
    assert closeness(one, real, real.mean(axis=0, keepdims=True)) < 0.5


def test_what_is_made_up_is_not_near(rng: np.random.Generator) -> None:
    real, other = drawn(rng, 200), drawn(rng, 200, (-4.0, 4.0, 20.0, 30.0))
    assert precision(other, real) < 0.6
    assert coverage(other, real) > 0.8
    mean = real.mean(axis=0, keepdims=True)
    assert precision(mean, real) == coverage(mean, real) == 0
    assert closeness(np.repeat(mean, 50, axis=0), real, mean) == pytest.approx(0, abs=1e-9)


def test_copies_are_not_new(rng: np.random.Generator) -> None:
    real, learned = drawn(rng, 100), drawn(rng, 100)
    assert newness(learned[rng.permutation(100)], learned, real) == 0
    assert closeness(learned, real, real.mean(axis=0, keepdims=True)) > 0.9
    with pytest.raises(ValueError, match="among those that were learned from"):
        newness(real, learned, learned)


@pytest.mark.parametrize("bad", [np.zeros((5, 2, 3)), np.zeros((0, 2, 2)), np.full((5, 2, 2), np.nan)])
def test_pictures_of_another_kind(bad: np.ndarray, rng: np.random.Generator) -> None:
    real = drawn(rng, 50)
    for figure in (precision, coverage):
        with pytest.raises(AssertionError):
            figure(bad, real)
    with pytest.raises(AssertionError):
        closeness(bad, real, real[:1])
    with pytest.raises(AssertionError):
        newness(bad, drawn(rng, 50), real)


def test_too_few_to_say(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="too few"):
        precision(drawn(rng, 9), drawn(rng, 5), k=5)
    real = drawn(rng, 50)
    with pytest.raises(ValueError, match="can't be told"):
        closeness(real, real, real)
