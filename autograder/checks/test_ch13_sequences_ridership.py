"""Hidden checks of chapter 13: rail and bus ridership, 14 days ahead (p.13.9)."""

from functools import partial

import numpy as np
import pandas as pd
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder import check
from autograder.checks.inputs_ch13_sequences_ridership import (
    AHEAD,
    MODEL,
    another_city,
    features_of,
    invented_city,
    items,
    last_forecasts,
    linear_model,
    some_days,
    windows_of,
)
from autograder.modules import (
    beats,
    built,
    evaluates,
    gradients_flow,
    has_parameters,
    has_two_modes,
    ignores_rows,
    is_causal,
    is_complete,
    outputs,
    repeats,
    stops_early,
    tensor,
    weights_of,
)

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
    assert [[part.shape for part in pair] for pair in pairs] == [[(window, 5), (window, 2 * AHEAD)]] * len(numbers)
    return length, pairs


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
    for batch, days in ((1, 56), (5, 20), (3, 1)):
        outputs(model, rng.uniform(0, 1, (batch, days, 5)), shape=(batch, days, 2 * AHEAD))


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
    together = outputs(model, X, shape=(6, 20, 2 * AHEAD))
    alone = [outputs(model, X[[row]], shape=(1, 20, 2 * AHEAD))[0] for row in range(6)]
    assert_allclose(together, alone, atol=2e-5)


@check("p.13.9", hint="`self.layer = …` registers a layer; a plain list of layers does not.")
def test_all_parameters_are_trained(student, rng):
    """All of the network's parameters are registered, so that they are saved and loaded, and the error reaches every
    one of them."""
    model, X = built(student, student.Seq2SeqBoth, rng), rng.uniform(0, 1, (4, 20, 5))
    has_parameters(student, model, at_least=100)
    is_complete(lambda: built(student, student.Seq2SeqBoth, rng), X, rng=rng)
    gradients_flow(student, model, X, rng=rng)


# ---------------------------------------------------------------- training


def _measure(model, series: np.ndarray, window: int) -> float:
    X, Y = windows_of(series, window)
    model.eval()
    return float(np.abs(outputs(model, X, shape=Y.shape) - Y).mean())


@check("p.13.9", core=True, weight=3, hint="Does your error fall from epoch to epoch? Try other learning rates.")
def test_beats_last_week(student, rng):
    """Trained for 25 epochs on 400 days of a city with holidays on any day, your network is closer to tomorrow's rides,
    by rail and by bus, than last week's numbers are."""
    series = invented_city(rng, 700)
    model = built(student, student.Seq2SeqBoth, rng)
    student.fit_forecaster(model, series, 400, 80, **MODEL)
    found, right, week = last_forecasts(model, series[480:], MODEL["window"])
    for line in range(2):
        beats(found[:, line, 0], right[:, line, 0], week[:, line, 0])


@check("p.13.9", weight=2, hint="Are the 14 values in the right order? Does the network get to see tomorrow's type?")
def test_tomorrow_is_easier(student, rng):
    """In a city with holidays on any day, a trained network knows tomorrow better than the day in two weeks; and it
    expects fewer rides if tomorrow is said to be a holiday."""
    series = invented_city(rng, 700)
    model = built(student, student.Seq2SeqBoth, rng)
    student.fit_forecaster(model, series, 400, 80, **MODEL)
    found, right, _ = last_forecasts(model, series[480:], MODEL["window"])
    error = np.abs(found - right).mean(axis=0)  # (2, 14)
    assert (error[:, 0] < error[:, -1]).all()
    X = windows_of(series[480:], MODEL["window"])[0]
    X[:, -1, 2:] = [0, 0, 1]
    workday = outputs(model, X, shape=(len(X), MODEL["window"], 2 * AHEAD))[:, -1]
    X[:, -1, 2:] = [0, 1, 0]
    holiday = outputs(model, X, shape=(len(X), MODEL["window"], 2 * AHEAD))[:, -1]
    assert np.median((workday - holiday)[:, [0, AHEAD]], axis=0).min() > 0.05


@check("p.13.9", core=True, weight=2, hint="Compare the error for tomorrow with that of last week's numbers, on days "
       "that were not used.")  # fmt: skip
def test_forecasts_another_city(student, rng):
    """Trained for 25 epochs on 400 days of a city whose rides go up and down as Chicago's do, but which has its own
    week, holidays and trend, your network is closer to tomorrow's rides, by both lines, than last week's numbers."""
    series = another_city(rng, 660)
    model = built(student, student.Seq2SeqBoth, rng)
    student.fit_forecaster(model, series, 400, 80, **MODEL)
    found, right, week = last_forecasts(model, series[480:], MODEL["window"])
    for line in range(2):
        beats(found[:, line, 0], right[:, line, 0], week[:, line, 0])


def _contrary(rng) -> np.ndarray:
    """Return 120 training days around 0.8, and 60 validation days around 0.3, which a model passes on its way."""
    series = rng.uniform(0, 1, (180, 5)).astype(np.float32)
    series[:, :2] = rng.normal(0.8, 0.02, (180, 2))
    series[120:, :2] = rng.normal(0.3, 0.02, (60, 2))
    return series


@check("p.13.9", weight=2, hint="`state_dict()` shows the weights as they are now, and as they will be: copy it. In "
       "which mode do you validate?")  # fmt: skip
def test_best_epoch_is_kept(student, rng):
    """Training ends when the validation loss has not improved for `patience` epochs, or after `n_epochs`; the network
    has the weights of the best epoch, and the losses are its mean absolute errors, in evaluation mode."""
    series, seed = _contrary(rng), int(rng.integers(2**31))
    weight = tensor(rng.normal(0, 0.01, (2 * AHEAD, 5)))

    def train(dropout: float, patience: int, n_epochs: int):
        model = student.probe_(linear_model)(weight, dropout)
        losses = student.fit_forecaster(
            model, series, 120, 60, window=14, n_epochs=n_epochs, patience=patience, seed=seed
        )
        return model, losses

    for dropout, patience in ((0.0, 2), (0.4, 4)):
        stops_early(
            partial(train, dropout, patience),
            lambda model: _measure(model, series[120:], 14),
            n_epochs=40,
            patience=patience,
        )


@check("p.13.9", hint="Draw the order of the windows, and all else that is random, from `seed`.")
def test_seed_decides(student, rng):
    """From the same weights the same seed gives the same network and losses, another seed others."""
    series, start = invented_city(rng, 200), weights_of(built(student, student.Seq2SeqBoth, rng))

    def run(seed: int):
        model = built(student, student.Seq2SeqBoth, rng)
        model.load_state_dict({name: torch.from_numpy(value) for name, value in start.items()})
        losses = student.fit_forecaster(model, series, 120, 60, window=14, n_epochs=2, patience=2, seed=seed)
        return losses, weights_of(model)

    repeats(run, (int(rng.integers(1, 1000)), int(rng.integers(1000, 2000))))


@check("p.13.9", weight=2, hint="Which days are in the last windows of the training period, and in their targets?")
def test_periods_are_kept_apart(student, rng):
    """What is learned does not depend on the test period at all, and the validation period decides only which epoch is
    the best."""
    series, seed = invented_city(rng, 220), int(rng.integers(2**31))
    weight = tensor(rng.normal(0, 0.1, (2 * AHEAD, 5)))
    X = rng.uniform(0, 1, (3, 14, 5))

    def learn(table: np.ndarray, n_epochs: int):
        model = student.probe_(linear_model)(weight, 0.0)
        options = {"window": 14, "n_epochs": n_epochs, "patience": 5, "seed": seed}
        losses = student.fit_forecaster(model, table.astype(np.float32), 110, 50, **options)
        found = outputs(model, X, shape=(3, 14, 2 * AHEAD))
        return (weights_of(model), found) if n_epochs == 1 else (weights_of(model), found, losses)

    ignores_rows(partial(learn, n_epochs=3), series, slice(160, None), slice(0, 110), rng)
    ignores_rows(partial(learn, n_epochs=1), series, slice(110, None), slice(0, 110), rng)


# ---------------------------------------------------------------- forecasts


@check("p.13.9", core=True, hint="Which of the outputs are said after the last day? Which of them are rail?")
def test_forecast_in_rides(student, rng):
    """`forecast` has a row for each of the 14 days ahead, with the rides by rail and by bus, as the network says them
    after the last of the days it is shown."""
    weight = rng.uniform(0, 0.3, (2 * AHEAD, 5))
    model = student.probe_(linear_model)(tensor(weight), 0.0)
    for days in (1, int(rng.integers(10, 60))):
        recent = rng.uniform(0, 1, (days, 5)).astype(np.float32)
        found = np.asarray(student.forecast(model, recent), dtype=float)
        assert found.shape == (AHEAD, 2)
        assert_allclose(found, (weight @ recent[-1]).reshape(2, AHEAD).T * 1e6, rtol=1e-4)


@check("p.13.9", hint="Dropout has no place in a forecast. And who trains on afterwards wants it back.")
def test_forecast_leaves_the_mode(student, rng):
    """A network is asked in evaluation mode, and is in the mode it was in when the forecast is done."""
    model = student.probe_(linear_model)(tensor(rng.uniform(0, 0.3, (2 * AHEAD, 5))), 0.5)
    recent = rng.uniform(0.1, 1, (20, 5)).astype(np.float32)
    has_two_modes(model, recent[None].repeat(2, axis=0))
    evaluates(student, model, lambda: np.asarray(student.forecast(model, recent), dtype=float))
    _, (_, after) = student.watch_("forecast", model, recent)
    assert_array_equal(after, recent)
