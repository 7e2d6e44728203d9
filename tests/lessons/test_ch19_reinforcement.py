"""What chapter 19's pictures and figures are there to show is true, with our answers."""

from __future__ import annotations

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def test_who_looks_farther_ahead_waits_longer() -> None:
    best = shown("ch19_reinforcement", "sell at once")["best"]
    assert best[0] == 0
    assert best[-1] == 2
    assert set(best) == {0, 1, 2}
    assert np.all(np.diff(best) >= 0)


def test_one_episode_says_little() -> None:
    totals = np.array(shown("ch19_reinforcement", "plt.boxplot(totals)")["totals"])
    assert totals.std(axis=1).min() > 0.3
    assert np.ptp(totals.mean(axis=1)) < np.ptp(totals)


def test_the_way_leads_to_the_fruit() -> None:
    names = shown("ch19_reinforcement", "plt.arrow(")
    orchard, steps = names["orchard"], names["steps"]
    reached = 0
    for field in np.flatnonzero(~orchard.ends):
        at = int(field)
        for _ in range(30):
            if orchard.ends[at]:
                break
            at = int(steps[at])
        reached += orchard.gains[at] > 0
    assert reached >= 0.8 * (~orchard.ends).sum()


def test_training_brings_the_boat_to_the_buoy() -> None:
    ended = shown("ch19_reinforcement", "reach the buoy")["ended"]
    assert sum(ended["after"]) >= 11
    assert sum(ended["before"]) <= 4


def test_the_bat_catches_balls() -> None:
    points = shown("ch19_reinforcement", "balls caught")["points"]
    assert len(points) == 10
    assert points.count(1.0) >= 8


def test_the_network_knows_what_fields_are_worth() -> None:
    names = shown("ch19_reinforcement", "the network's values")
    live = ~names["orchard"].ends
    assert np.corrcoef(names["said"][live], names["true"][live])[0, 1] > 0.8


def test_gliders_stay_where_they_are_best_off() -> None:
    rewards = shown("ch19_reinforcement", "of 50 points")["rewards"]
    assert np.mean([sum(got) for got in rewards]) > 30
    assert np.mean([got[-1] for got in rewards]) > 0.7


def test_the_robot_reaches_the_lamp_or_stops() -> None:
    reached = shown("ch19_reinforcement", "reach the lamp")["reached"]
    assert min(reached) >= 0
    assert reached.count(1.0) >= 6
