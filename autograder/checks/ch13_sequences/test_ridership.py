"""Hidden checks of chapter 13: rail and bus ridership as series (p.13.9)."""

import numpy as np
import pandas as pd
import torch
from numpy.testing import assert_allclose

from autograder.checks.ch13_sequences.inputs_ridership import (
    AHEAD,
    FORMS,
    features_of,
    flat,
    items,
    said,
    some_days,
    windows_of,
)
from autograder.testing import check
from autograder.testing.modules import built, gradients_flow, has_parameters, is_causal, is_complete

# ---------------------------------------------------------------- the days


def _features(student, table: pd.DataFrame, n_days: int) -> np.ndarray:
    found = np.asarray(student.daily_features(table), dtype=float)
    assert found.shape == (n_days, 5)
    return found


@check("p.13.9", core=True, hint="Print the first rows beside the table: which unit, which column, whose day type?")
def test_features_of_a_day(student, rng):
    """`daily_features` has a row for each day, with the rides by rail and by bus in millions, and with the type of the
    day that *follows*."""
    for size in (int(rng.integers(30, 60)), 5):
        table = some_days(rng, size)
        found = _features(student, table, size)
        assert_allclose(found[:-1], features_of(table)[:-1], atol=1e-6)
        assert_allclose(found[-1, :2], features_of(table)[-1, :2], atol=1e-6)


@check("p.13.9", hint="Look for dates that come up more than once in the table of the city.")
def test_each_day_once(student, rng):
    """Days that are in the table twice, and rows in any order, make no difference."""
    table = some_days(rng, 40)
    twice = pd.concat([table, table.iloc[rng.permutation(40)[:15]]])
    shuffled = twice.iloc[rng.permutation(55)].reset_index(drop=True)
    assert_allclose(_features(student, shuffled, 40)[:-1], features_of(table)[:-1], atol=1e-6)


@check("p.13.9", hint="What do you know of the day after the last one?")
def test_last_day_has_no_next_one(student, rng):
    """After the last day nothing is known: its three columns for the next day's type are 0, and nothing is missing."""
    table = some_days(rng, 30)
    assert_allclose(_features(student, table, 30), features_of(table), atol=1e-6)


# ---------------------------------------------------------------- windows and targets


def _items(student, series: np.ndarray, window: int, numbers: list[int]) -> tuple[int, list]:
    length, found = student.probe_(items)(student.Seq2SeqBothDataset(series, window), numbers)
    pairs = [[np.asarray(part) for part in pair] for pair in found]
    assert all(inputs.shape == (window, 5) for inputs, _ in pairs)
    assert all(target.shape in [(window, *form) for form in FORMS] for _, target in pairs)
    return length, [[inputs, flat(target, 1)] for inputs, target in pairs]


@check("p.13.9", core=True, weight=2, hint="Take a series that counts up by 1 and look at the first and the last row "
       "of a target.")  # fmt: skip
def test_targets_are_the_days_ahead(student, rng):
    """Row t of a target holds the 14 values of rail, then the 14 of bus, which follow day t of its window."""
    size, window = int(rng.integers(60, 80)), int(rng.integers(5, 12))
    series = rng.normal(size=5) + np.arange(size)[:, None] * rng.uniform(0.5, 2, 5)
    X, Y = windows_of(series, window)
    numbers = [0, *map(int, rng.integers(1, len(X) - 1, 3)), len(X) - 1]
    _, pairs = _items(student, series, window, numbers)
    for number, (inputs, target) in zip(numbers, pairs, strict=True):
        assert_allclose(inputs, X[number], rtol=1e-5)
        assert_allclose(target, Y[number], rtol=1e-5)


@check("p.13.9", hint="Which is the last window that has all of its 14 days after it?")
def test_number_of_windows(student, rng):
    """The dataset has one item for each window that is followed by 14 days, and none for a window that is not."""
    for window in map(int, rng.integers(3, 30, 4)):
        for spare in (0, 1, int(rng.integers(2, 40))):
            series = rng.normal(size=(window + AHEAD + spare, 5))
            assert student.probe_(items)(student.Seq2SeqBothDataset(series, window), [])[0] == spare + 1
    assert student.probe_(items)(student.Seq2SeqBothDataset(series[: window + AHEAD - 1], window), [])[0] == 0


@check("p.13.9", hint="`nn.Linear` and `nn.GRU` work in single precision.")
def test_items_are_what_a_network_takes(student, rng):
    """Both parts of an item are float32 tensors, whatever numbers the series is made of."""
    for series in (rng.integers(0, 9, (40, 5)), rng.normal(size=(40, 5)).tolist()):
        _, found = student.probe_(items)(student.Seq2SeqBothDataset(series, 10), [3])
        assert [(type(part), part.dtype) for part in found[0]] == [(torch.Tensor, torch.float32)] * 2


# ---------------------------------------------------------------- the network


@check("p.13.9", core=True, hint="The output layer is for the state after every day, and for 28 values.")
def test_forecasts_after_each_day(student, rng):
    """The network maps windows of any number and length to 28 finite values for each day."""
    model = built(student, student.Seq2SeqBoth, rng)
    for batch, days in ((2, 56), (5, 20), (3, 1)):
        said(model, rng.uniform(0, 1, (batch, days, 5)))


@check("p.13.9", core=True, weight=2, hint="Change the last days of a window: which outputs change? Then change the "
       "first ones.")  # fmt: skip
def test_no_later_day_is_used(student, rng):
    """What the network says after a day depends on that day and the days before it, and on no later day."""
    model = built(student, student.Seq2SeqBoth, rng)
    X, other = rng.uniform(0, 1, (2, 4, 30, 5))
    for t in (4, int(rng.integers(8, 26))):
        is_causal(model, X, other, t)


@check(
    "p.13.9", hint="Which dimension is the batch? A network can mix up the windows and still return the right shape."
)
def test_windows_do_not_mix(student, rng):
    """In evaluation mode the forecasts for a window are the same whatever other windows are in the batch."""
    model, X = built(student, student.Seq2SeqBoth, rng), rng.uniform(0, 1, (6, 20, 5))
    model.eval()
    together = said(model, X)
    alone = [said(model, X[[row]])[0] for row in range(6)]
    assert_allclose(together, alone, atol=2e-5)


@check("p.13.9", hint="`self.layer = …` registers a layer; a plain list of layers does not.")
def test_all_parameters_are_trained(student, rng):
    """All of the network's parameters are registered, so that they are saved and loaded, and the error reaches every
    one of them."""
    model, X = built(student, student.Seq2SeqBoth, rng), rng.uniform(0, 1, (4, 20, 5))
    has_parameters(student, model, at_least=100)
    is_complete(lambda: built(student, student.Seq2SeqBoth, rng), X, rng=rng)
    gradients_flow(student, model, X, rng=rng)
