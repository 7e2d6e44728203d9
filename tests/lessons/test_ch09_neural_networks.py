"""What the pictures of chapter 9 are there to show is true, with our answers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch09_neural_networks"


def heights(axis) -> dict[str, np.ndarray]:
    """The curves of a picture, by their labels."""
    return {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in axis.get_lines()}


def test_two_units_never_close_the_ring_three_at_times_eight_always() -> None:
    rates = shown(CHAPTER, "def circles(")["rates"]
    assert rates[2] == 0
    assert 0.3 <= rates[3] < 1
    assert rates[8] == 1


def test_eight_units_in_two_layers_learn_the_spiral_and_two_do_not() -> None:
    names = shown(CHAPTER, "def spiral(")
    X, y = names["spiral"]()
    scores = {hidden: names["small_net"](X, y, hidden).score(X, y) for hidden in [(2,), (8, 8)]}
    assert scores[2,] < 0.8 < 0.95 < scores[8, 8]


def test_the_network_lights_up_two_of_four_corners() -> None:
    names = shown(CHAPTER, "n_hidden = ")
    axis = names["axes"][-1]
    picture = np.asarray(axis.images[0].get_array())
    corners = [picture[row, column] for row in (30, 89) for column in (30, 89)]  # around 0 and 1
    assert corners == [0, 1, 1, 0]


def test_the_perceptron_takes_longer_as_the_gap_closes_and_never_ends_in_the_end() -> None:
    epochs = shown(CHAPTER, "perceptron_epochs(X, y, 2_000)")["epochs"]
    assert epochs[0] is not None
    assert epochs[0] < 20
    assert epochs[-1] is None


def test_first_layers_get_small_gradients_and_the_wave_is_learned() -> None:
    names = shown(CHAPTER, "arriving = ")
    assert names["arriving"][0] < names["arriving"][-1] / 20
    assert names["losses"][-1] < 0.05 * names["losses"][0]


def test_the_network_beats_the_most_frequent_type() -> None:
    names = shown(CHAPTER, 'cover = load("covtype")')
    assert names["share"] > names["majority"] + 0.1


def test_the_sweep_is_a_valley_and_the_rate_is_below_the_cliff() -> None:
    names = shown(CHAPTER, "picked = ")
    losses, rates = names["losses"], names["rates"]
    best = int(np.argmin(losses))
    assert losses[0] > 1.5 * losses[best]
    assert losses[-1] > 2 * losses[best]
    assert rates[0] < names["picked"] <= rates[best] * 1.01 or names["picked"] < rates[best + 1]


def test_the_interrupted_training_is_the_same() -> None:
    names = shown(CHAPTER, "checkpoint = None")
    curves = heights(names["axes"][0])
    np.testing.assert_allclose(curves["interrupted"], curves["at one go"])
    assert curves["at one go"][-1] < curves["at one go"][0]
