"""What the pictures of chapter 11 are there to show is true, with our answers, and with real data if any."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.data_mirror import needs_mirror
from tests.support.shown import heights, shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same
CHAPTER = "ch11_deep_networks"


def test_he_keeps_signals_and_gradients_and_small_weights_lose_them() -> None:
    signals, gradients = (heights(axis) for axis in shown(CHAPTER, "starts = {")["axes"])
    for curves in (signals, gradients):
        assert 0.2 < curves["He"][-1] / curves["He"][0] < 5
        assert curves["0.01 everywhere"].max() < 1e-10 or curves["0.01 everywhere"][-1] < 1e-15
    assert signals["LeCun"][-1] < 0.01 * signals["LeCun"][0]
    assert gradients["LeCun"].max() < 0.05 * gradients["He"].min()


def test_without_friction_it_swings_for_ages() -> None:
    paths = shown(CHAPTER, "momentum_path(")["paths"]
    assert abs(paths[0.9][-1]) < 1e-3 and abs(paths[0.5][-1]) < 0.01
    swinging = np.array(paths[0.99999])
    assert swinging[-200:].min() < -0.9 and swinging[-200:].max() > 0.9


def test_silu_shrinks_signals_and_selu_and_batch_norm_keep_them() -> None:
    mean, std = (heights(axis) for axis in shown(CHAPTER, "layer_statistics(")["axes"])
    assert std["base"][-1] < 0.05 * std["base"][0]
    assert np.all((std["selu"] > 0.7) & (std["selu"] < 1.4)) and np.abs(mean["selu"]).max() < 0.2
    assert std["batch norm"].min() > 0.3


@needs_mirror
def test_selu_learns_soonest_and_batch_norm_bears_the_largest_rate() -> None:
    sweeps = shown(CHAPTER, "sweep_rates(")["sweeps"]
    best = {variant: int(np.nanargmin(losses)) for variant, losses in sweeps.items()}
    assert best["selu"] + 15 < best["batch norm"]
    losses = sweeps["selu"]
    assert losses[best["selu"]] < losses[2] - 0.1 and not losses[-1] < 3
    assert sweeps["base"][best["selu"]] > losses[best["selu"]] + 0.1


def test_samples_are_less_sure_of_themselves() -> None:
    names = shown(CHAPTER, "mc_predict(")
    assert names["often"].max(axis=1).mean() < names["once"].max(axis=1).mean() - 0.005


@needs_mirror
class TestOnRealData:
    """On the real sets, or the part of them that is in the mirror."""

    def test_all_variants_learn_and_the_rate_goes_round_once(self) -> None:
        names = shown(CHAPTER, "time.perf_counter() - began) / len(")
        accuracies = {row[0]: row[2] for row in names["table"]}
        assert accuracies["selu, one cycle"] > 0.2 and accuracies["batch norm"] > 0.2
        rates = names["curves"]["selu, one cycle"]["rates"]
        assert rates[-1] < rates[0] < 0.1 * max(rates)

    def test_upper_layers_are_worth_unfreezing_and_a_cache_costs_nothing(self) -> None:
        found = shown(CHAPTER, "some_of_each(")["found"]
        assert abs(found["{}"] - found["{'cached': True}"]) < 0.005
        assert found["{'n_reused': 4, 'n_unfrozen': 2}"] > found["{}"] + 0.03

    def test_pairs_of_new_pictures_are_told_apart(self) -> None:
        assert shown(CHAPTER, "make_pairs(")["right"] > 0.7
