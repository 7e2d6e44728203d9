"""Hidden checks of chapter 13: training the networks for ridership (p.13.9)."""

from functools import partial

import numpy as np
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch13_sequences.inputs_ridership import (
    AHEAD,
    MODEL,
    another_city,
    features_of,
    invented_city,
    known_model,
    last_forecasts,
    own_form,
    ridership,
    said,
    windows_of,
)
from autograder.testing import check
from autograder.testing.modules import (
    beats,
    built,
    evaluates,
    has_two_modes,
    ignores_rows,
    repeats,
    stops_early,
    weights_of,
)

# ---------------------------------------------------------------- training


def _measure(model, series: np.ndarray, window: int) -> float:
    X, Y = windows_of(series, window)
    model.eval()
    return float(np.abs(said(model, X) - Y).mean())


@check("p.13.9", core=True, weight=5, at_most=True, hint="Does your error fall from epoch to epoch? Compare it for "
       "tomorrow with that of last week's numbers, on days that were not used.")  # fmt: skip
def test_beats_last_week(student, rng) -> float:
    """Trained for 25 epochs on 300 days of a city where one working day in three is a holiday, your network misses
    tomorrow's rides by no more than {threshold:.0%} of what last week's numbers miss them by, on the mean of rail and
    bus."""
    series = invented_city(rng, 560)
    model = built(student, student.Seq2SeqBoth, rng)
    student.fit_forecaster(model, series, 300, 60, **MODEL)
    found, right, week = last_forecasts(model, series[360:], MODEL["window"])
    return float(np.mean([beats(found[:, line, 0], right[:, line, 0], week[:, line, 0], by=np.inf) for line in (0, 1)]))


@check("p.13.9", weight=2, hint="Are the 14 values in the right order? Does the network get to see tomorrow's type?")
def test_tomorrow_is_easier(student, rng):
    """In a city whose rides go up and down as Chicago's do, with holidays on any day, a trained network knows tomorrow
    better than the day in two weeks; and it expects fewer rides if tomorrow is said to be a holiday."""
    series = another_city(rng, 560)
    model = built(student, student.Seq2SeqBoth, rng)
    student.fit_forecaster(model, series, 300, 60, **MODEL)
    found, right, _ = last_forecasts(model, series[360:], MODEL["window"])
    error = np.abs(found - right).mean(axis=0)  # (2, 14)
    assert (error[:, 0] < error[:, -1]).all()
    X = windows_of(series[360:], MODEL["window"])[0]
    X[:, -1, 2:] = [0, 0, 1]
    workday = said(model, X)[:, -1]
    X[:, -1, 2:] = [0, 1, 0]
    holiday = said(model, X)[:, -1]
    assert np.median((workday - holiday)[:, [0, AHEAD]], axis=0).min() > 0.05


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
    has the weights of the best epoch, and the losses are its mean absolute errors, in evaluation mode. It learns in
    training mode."""
    series, seed = _contrary(rng), int(rng.integers(2**31))
    weight, form = rng.normal(0, 0.01, (2 * AHEAD, 5)), own_form(student, rng)

    def train(dropout: float, patience: int, n_epochs: int):
        model = known_model(student, weight, dropout, form)
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
    model, _ = train(0.4, 9, 3)
    assert False not in list(model.learned_in)


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
    weight, form = rng.normal(0, 0.1, (2 * AHEAD, 5)), own_form(student, rng)
    X = rng.uniform(0, 1, (3, 14, 5))

    def learn(table: np.ndarray, n_epochs: int):
        model = known_model(student, weight, 0.0, form)
        options = {"window": 14, "n_epochs": n_epochs, "patience": 5, "seed": seed}
        losses = student.fit_forecaster(model, table.astype(np.float32), 110, 50, **options)
        found = said(model, X)
        return (weights_of(model), found) if n_epochs == 1 else (weights_of(model), found, losses)

    ignores_rows(partial(learn, n_epochs=3), series, slice(160, None), slice(0, 110), rng)
    ignores_rows(partial(learn, n_epochs=1), series, slice(110, None), slice(0, 110), rng)


@check("p.13.9", full=True, data="cta_ridership", hint="Which windows does your network learn from, and for how long?")
def test_two_weeks_of_rail_and_bus(student, rng):
    """Trained for at most 30 epochs on Chicago's years 2016 to 2018, with the first five months of 2019 to tell when to
    stop, your network forecasts the rest of 2019 better than last week's numbers do, by rail and by bus: tomorrow, and
    on the mean of 14 days."""
    table = ridership()[ridership()["service_date"] >= "2016-01-01"].reset_index(drop=True)
    series = features_of(table)
    n_train, n_known = (int((table["service_date"] < day).sum()) for day in ("2019-01-01", "2019-06-01"))
    model = built(student, student.Seq2SeqBoth, rng)
    student.fit_forecaster(model, series, n_train, n_known - n_train, n_epochs=30)
    found, right, week = last_forecasts(model, series[n_known - 56 :], 56)
    for line in range(2):
        beats(found[:, line], right[:, line], week[:, line])
        beats(found[:, line, 0], right[:, line, 0], week[:, line, 0])


# ---------------------------------------------------------------- forecasts


@check("p.13.9", core=True, hint="Which of the outputs are said after the last day? Which of them are rail?")
def test_forecast_in_rides(student, rng):
    """`forecast` has a row for each of the 14 days ahead, with the rides by rail and by bus, as the network says them
    after the last of the days it is shown."""
    weight = rng.uniform(0, 0.3, (2 * AHEAD, 5))
    model = known_model(student, weight, 0.0, own_form(student, rng))
    for days in (1, int(rng.integers(10, 60))):
        recent = rng.uniform(0, 1, (days, 5)).astype(np.float32)
        found = np.asarray(student.forecast(model, recent), dtype=float)
        assert found.shape == (AHEAD, 2)
        assert_allclose(found, (weight @ recent[-1]).reshape(2, AHEAD).T * 1e6, rtol=1e-4)


@check("p.13.9", hint="Dropout has no place in a forecast. And who trains on afterwards wants it back.")
def test_forecast_leaves_the_mode(student, rng):
    """A network is asked in evaluation mode, and is in the mode it was in when the forecast is done."""
    model = known_model(student, rng.uniform(0, 0.3, (2 * AHEAD, 5)), 0.5, own_form(student, rng))
    recent = rng.uniform(0.1, 1, (20, 5)).astype(np.float32)
    has_two_modes(model, recent[None].repeat(2, axis=0))
    evaluates(student, model, lambda: np.asarray(student.forecast(model, recent), dtype=float))
    _, (_, after) = student.watch_("forecast", model, recent)
    assert_array_equal(after, recent)
