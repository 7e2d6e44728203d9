"""What the cells to look at of training on several devices are there to show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def curves(names: dict[str, Any]) -> dict[str, np.ndarray]:
    """The curves of a picture, by their labels."""
    return {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in names["plt"].gca().get_lines()}


def test_a_gpu_looks_full_when_nothing_is_in_use() -> None:
    allocated, reserved = shown("parallel_training", "allocator_memory(")["seen"][-1]
    assert allocated == 0
    assert reserved == 150


def test_streams_of_their_own_are_quicker() -> None:
    ends = shown("parallel_training", "stream_ends(")["ends"]
    assert max(ends["three streams"]) < 0.6 * max(ends["one stream"])


def test_loading_in_turn_needs_an_eighth_of_the_memory() -> None:
    peaks = shown("parallel_training", "peak_memory(")["peaks"]
    assert peaks["at once"] > 7 * peaks["in turn"]


def test_splitting_the_data_sends_less_for_large_batches_only() -> None:
    found = curves(shown("parallel_training", "numbers_sent("))
    better = found["the data split"] < found["the model split"]
    assert not better[0]
    assert better[-1]


def test_only_synchronous_workers_suffer_from_a_slow_one() -> None:
    speeds = shown("parallel_training", "rows_per_second(")["speeds"]
    assert speeds["synchronous"][-1] < 0.3 * speeds["synchronous"][0]
    assert speeds["one spare"][-1] == pytest.approx(speeds["one spare"][0])
    assert speeds["asynchronous"][-1] > 0.9 * speeds["asynchronous"][0]


def test_nonsense_fails_alone_and_small_networks_are_not_chosen() -> None:
    names = shown("parallel_training", "best_three(")
    assert [bool(one["error"]) for one in names["found"]] == [True] + [False] * 7
    assert len(names["best"]) == 3
    assert all(one["config"]["lr"] == 0.1 for one in names["best"])


def test_three_are_better_than_the_best() -> None:
    compared = shown("parallel_training", "compare_members(")["compared"]
    assert compared["gain"] > 0


def test_two_processes_lose_what_one_loses() -> None:
    names = shown("parallel_training", "train_rank(")
    for losses in names["together"]:
        np.testing.assert_allclose(losses, names["alone"], rtol=1e-3)
    assert names["alone"][-1] < 0.8 * names["alone"][0]


def test_a_server_costs_more_than_one_device_for_a_small_network() -> None:
    prices = shown("parallel_training", "compare_strategies(")["prices"]
    assert prices[16]["one device"] == 1
    assert prices[16]["central"] > 1


def test_all_ways_learn_and_three_of_them_the_same() -> None:
    ways = shown("parallel_training", "compare_ways(")["ways"]
    losses = {name: way["loss"] for name, way in ways.items()}
    assert losses["split"] == pytest.approx(losses["one process"], rel=1e-3)
    assert losses["synchronous"] == pytest.approx(losses["one process"], rel=1e-3)
    assert losses["asynchronous"] < 0.6
    assert ways["synchronous"]["seconds"] > ways["one process"]["seconds"]
