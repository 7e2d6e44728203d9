"""Hidden checks of chapter 14: an hour's rain from what a radar has seen (tf1.14.8)."""

import numpy as np
import pandas as pd
import torch
from numpy.testing import assert_allclose, assert_array_equal

from autograder.checks.ch14_text.inputs_rain import Radar
from autograder.testing import check
from autograder.testing.modules import (
    built,
    gradients_flow,
    has_parameters,
    ignores_padding,
    is_complete,
    outputs,
    repeats,
    weights_of,
)


def _wanted(table: pd.DataFrame) -> dict[int, np.ndarray]:
    """Return the rows of each hour in which there is a Ref, one hour after the other."""
    found = {}
    for number in sorted(set(table["Id"])):
        rows = table[table["Id"] == number].sort_values("minutes_past")
        if rows["Ref"].notna().any():
            ref = rows["Ref"].to_numpy()
            there = ~np.isnan(ref)
            found[number] = np.column_stack([rows["minutes_past"] / 60, rows["radardist_km"] / 10,
                                             np.where(there, ref, 0) / 50, there])  # fmt: skip
    return found


def _sequences(student, table):
    X, lengths, y, ids = student.make_sequences(table)
    ids = [int(number) for number in np.asarray(ids)]
    return np.asarray(X), np.asarray(lengths), np.asarray(y), ids


@check(
    "tf1.14.8",
    core=True,
    weight=2,
    hint="Take an hour of three scans by hand: in which order are its rows, and what stands behind them?",
)
def test_scans_of_an_hour_in_order(student, rng):
    """Each hour's scans are a sequence, by minutes, with the four columns as they are described and zeros behind its
    end; the hours are in the order of their Ids."""
    table = Radar(rng).hours(rng, 30)
    wanted = _wanted(table)
    X, lengths, y, ids = _sequences(student, table)
    assert ids == list(wanted)
    assert X.shape == (len(wanted), max(map(len, wanted.values())), 4)
    for sequence, length, rows in zip(X, lengths, wanted.values(), strict=True):
        assert length == len(rows)
        assert_allclose(sequence[: len(rows)], rows, atol=1e-5)
        assert_array_equal(sequence[len(rows) :], 0)
    said = table.groupby("Id")["Expected"].first()
    assert_allclose(y, said.loc[ids], rtol=1e-5)


@check(
    "tf1.14.8", hint="What does an hour tell in which the radar has seen nothing at all? And what does an index say?"
)
def test_hours_without_any_value_are_left_out(student, rng):
    """Hours in which every Ref is missing are left out, whatever index the table has; types are as described, and the
    table is not changed."""
    table = Radar(rng).hours(rng, 12)
    gone = sorted(set(table["Id"]))[3]
    table.loc[table["Id"] == gone, "Ref"] = np.nan
    table.index = rng.permutation(len(table)) // 2
    result, (after,) = student.watch_("make_sequences", table)
    X, lengths, y, ids = result
    assert gone not in np.asarray(ids).tolist()
    assert [part.dtype for part in (X, lengths, y)] == [torch.float32, torch.int64, torch.float32]
    assert np.isfinite(np.asarray(X)).all()
    pd.testing.assert_frame_equal(after, table)


@check(
    "tf1.14.8",
    core=True,
    hint="Scans of one hour are nearly the same question: what if some are in one part, and some in the other?",
)
def test_hours_are_not_torn_apart(student, rng):
    """Each row is in one of the two tables, and all scans of an hour in the same; as many hours as asked for are
    drawn at random by the seed."""
    table = Radar(rng).hours(rng, 40)
    parts = []
    for seed in (1, 2, 1):
        train, valid = student.split_hours(table, 0.3, seed)
        assert not set(train["Id"]) & set(valid["Id"])
        assert valid["Id"].nunique() == 12
        assert len(train) + len(valid) == len(table)
        both = pd.concat([train, valid]).sort_values(["Id", "minutes_past"])
        assert_array_equal(both["Ref"], table.sort_values(["Id", "minutes_past"])["Ref"])
        parts.append(sorted(set(valid["Id"])))
    assert parts[0] == parts[2] != parts[1]
    ids = sorted(set(table["Id"]))
    assert parts[0] not in (ids[:12], ids[-12:])


def _padded(rng, lengths) -> np.ndarray:
    X = np.zeros((len(lengths), max(lengths), 4))
    for row, length in zip(X, lengths, strict=True):
        row[:length] = rng.normal(0, 3, (length, 4))
    return X


@check("tf1.14.8", hint="Which output is the one after an hour's last scan?")
def test_padding_is_no_rain(student, rng):
    """Whatever stands in the padding, and however much of it there is, the forecast is the same; the last scan
    matters."""
    lengths = rng.permutation([3, 12, 7])
    net = built(student, student.RainNet, rng, 32)
    X, other = _padded(rng, lengths), _padded(rng, lengths)
    empty = np.arange(12) >= lengths[:, None]
    X[empty] = other[empty] = 2.0
    ignores_padding(net, X, other, lengths, fill=2.0)
    net.eval()
    found = outputs(net, X, lengths, shape=(3,))
    X[empty] = 0.0
    assert_allclose(outputs(net, X, lengths, shape=(3,)), found, atol=1e-4)


@check("tf1.14.8", hint="How many recurrent layers does your net have? Does each of its weights matter?")
def test_rain_net_is_deep_and_learns(student, rng):
    """The net has two recurrent layers, of whichever kind, and all of its weights get a gradient."""
    lengths = np.array([12, 5, 8])
    X = _padded(rng, lengths) / 6
    net = built(student, student.RainNet, rng, 16)
    has_parameters(student, net, at_least=16 * (4 + 16) + 16 * (16 + 16))  # two plain layers, without biases
    # None has such a name in a recurrence of one's own; both directions of a layer are one.
    assert len({name.removesuffix("_reverse") for name in weights_of(net) if "weight_hh" in name}) != 1
    outputs(net, X, lengths, shape=(3,))
    gradients_flow(student, net, X, lengths, rng=rng, spared=lambda name: "in_proj_bias" in name or "key" in name)
    is_complete(lambda: built(student, student.RainNet, rng, 16), X, lengths, rng=rng)


def _error(student, rng) -> float:
    """Return by how much forecasts are off, as a share of what the median is off by, on hours with good gauges."""
    radar = Radar(rng)
    train, other = radar.hours(rng, 800), radar.hours(rng, 300, broken=0.0)
    model = student.fit_rain(train, n_hidden=32, n_steps=300, seed=int(rng.integers(1000)))
    found = student.forecast_rain(model, other)
    seen = other.groupby("Id")["Ref"].count()
    ids = seen[seen > 0].index
    right = other.groupby("Id")["Expected"].first().loc[ids].to_numpy()
    said = np.asarray(found.loc[ids], dtype=float)
    assert np.isfinite(said).all()
    median = train.groupby("Id")["Expected"].first().median()
    return float(np.abs(said - right).mean() / np.abs(median - right).mean())


@check(
    "tf1.14.8",
    core=True,
    weight=4,
    at_most=True,
    hint="Is your loss the absolute error? How much do gauges that report 1,000 mm weigh in it?",
)
def test_beats_the_median(student, rng):
    """Trained with 300 steps on 800 hours of a radar that is made up for you, your net is off by far less than the
    median, on hours that it has not seen."""
    return _error(student, rng)


@check("tf1.14.8", hint="Which hours does your series have, and in which order? Can it rain less than nothing?")
def test_forecast_for_each_hour(student, rng):
    """There is a forecast for each hour, with the Ids as index in ascending order, none below 0, and 0 where the radar
    has seen nothing; no hour depends on the others, and none on its gauge."""
    radar = Radar(rng)
    table = radar.hours(rng, 40)
    model = student.fit_rain(table, n_hidden=8, n_steps=150)
    table = radar.hours(rng, 20, broken=0.0)
    gone = sorted(set(table["Id"]))[5]
    table.loc[table["Id"] == gone, "Ref"] = np.nan
    found = student.forecast_rain(model, table)
    assert isinstance(found, pd.Series)
    assert found.index.tolist() == sorted(set(table["Id"]))
    assert (found >= 0).all()
    assert found[gone] == 0
    assert found.nunique() > 3
    few = table[table["Id"].isin(found.index[6:9])].assign(Expected=99.0)
    assert_allclose(student.forecast_rain(model, few), found.iloc[6:9], atol=1e-4)


@check("tf1.14.8", hint="What does chance decide: the first weights, the order of hours? Set the seed first.")
def test_seed_decides_the_rain_net(student, rng):
    """The same seed trains the same net, another seed another one."""
    table = Radar(rng).hours(rng, 20)
    repeats(
        lambda seed: weights_of(student.fit_rain(table, n_hidden=4, n_steps=3, seed=seed)),
        tuple(int(seed) for seed in rng.permutation(1000)[:2]),
    )


@check("tf1.14.8", full=True, hint="Trained for longer, and with more hours: is your net better than with few?")
def test_twenty_times_the_hours(student, rng):
    """Trained with 2,000 steps on 8,000 hours, your net is off by less than a third of what the median is off by."""
    radar = Radar(rng)
    train, other = radar.hours(rng, 8000), radar.hours(rng, 1000, broken=0.0)
    model = student.fit_rain(train, n_hidden=32, n_steps=2000, seed=int(rng.integers(1000)))
    seen = other.groupby("Id")["Ref"].count()
    ids = seen[seen > 0].index
    right = other.groupby("Id")["Expected"].first().loc[ids].to_numpy()
    said = np.asarray(student.forecast_rain(model, other).loc[ids], dtype=float)
    median = train.groupby("Id")["Expected"].first().median()
    assert np.abs(said - right).mean() < np.abs(median - right).mean() / 3
