"""What the cells to look at of data pipelines and record files are there to show."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.support.shown import shown

pytestmark = pytest.mark.filterwarnings("ignore")  # a reader sees them, and the picture all the same


def curves(names: dict[str, Any]) -> dict[str, np.ndarray]:
    """The curves of a picture, by their labels."""
    return {line.get_label(): np.asarray(line.get_ydata(), dtype=float) for line in names["plt"].gca().get_lines()}


def test_a_buffer_alone_brings_no_late_record_to_the_beginning() -> None:
    found = curves(shown("pipelines_records", "earliest_place("))
    assert found["files in order"][-1] > 1_800
    assert found["files in an order of chance"].max() < 200


def test_four_workers_are_enough() -> None:
    names = shown("pipelines_records", "epoch_seconds(")
    seconds = np.asarray(names["plt"].gca().get_lines()[0].get_ydata(), dtype=float)
    assert seconds[0] > 4 * seconds[4]
    assert seconds[4] - seconds[10] < 0.02 * seconds[4]


def test_a_message_shows_numbers_and_no_names(capsys: pytest.CaptureFixture[str]) -> None:
    shown("pipelines_records", "Ada Lovelace")
    said = capsys.readouterr().out
    assert "field 1: b'Ada Lovelace'" in said
    assert "field 2: 1815" in said
    assert said.count("field 3") == 2


def test_only_the_first_epoch_is_slow_and_chance_stays() -> None:
    names = shown("pipelines_records", "def slowly(")
    assert names["seconds"][0] > 3 * max(names["seconds"][1:])


def test_an_embedding_is_a_product_with_one_hot_vectors() -> None:
    names = shown("pipelines_records", "nn.Embedding(6, 2)")
    assert np.allclose(names["by_product"].detach(), names["table"](names["codes"]).detach())
    assert names["codes"].tolist()[0] == names["codes"].tolist()[3]


def test_only_open_files_and_a_buffer_mix_the_records() -> None:
    orders = shown("pipelines_records", "orders = {}")["orders"]
    strays = {how: np.abs(np.array(order) - np.arange(1_000)).mean() for how, order in orders.items()}
    assert strays[1, 1] == 0
    assert strays[1, 100] < 150 < strays[5, 100]
    first = np.array(orders[5, 100][:200]) // 100  # the files that the first records come from
    assert len(set(first)) == 5


def test_two_workers_bring_each_record_once() -> None:
    found = shown("pipelines_records", "num_workers=2")["found"]
    assert sorted(found.tolist()) == list(range(90))


def test_the_network_knows_most_clothes() -> None:
    assert shown("pipelines_records", 'load("fashion_mnist")')["right"] > 0.75
