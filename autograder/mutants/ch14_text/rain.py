"""Chapter 14, an hour's rain from what a radar has seen (tf1.14.8): wrong answers, and right ones."""

import numpy as np
import pandas as pd
import torch
from sklearn.ensemble import HistGradientBoostingRegressor
from torch import nn

from autograder.testing import alternative, mutant, naive
from solutions.ch14_text.rain import RainNet, fit_rain, forecast_rain, make_sequences

# ---------------------------------------------------------------- sequences, wrong


@mutant("tf1.14.8", replaces="make_sequences", fails="test_scans_of_an_hour_in_order")
def in_the_tables_order(table):
    """You leave the scans in the order of the table: sort those of an hour by minutes."""
    mixed = table.assign(minutes_past=np.arange(len(table)))
    X, lengths, y, ids = make_sequences(mixed)
    real = table[table["Id"].isin(ids)].sort_values("Id", kind="stable")
    minutes = torch.tensor(real["minutes_past"].to_numpy(np.float32) / 60)
    for row, part in zip(X, minutes.split(lengths.tolist()), strict=True):
        row[: len(part), 0] = part
    return X, lengths, y, ids


@mutant("tf1.14.8", replaces="make_sequences", fails="test_scans_of_an_hour_in_order")
def missing_is_zero(table):
    """A missing Ref is a 0 with you, like an echo of 0 dBZ: say in the fourth column that there was none."""
    X, lengths, y, ids = make_sequences(table)
    real = torch.arange(X.shape[1]) < lengths[:, None]
    return torch.cat([X[..., :3], real[..., None].float()], dim=2), lengths, y, ids


@mutant("tf1.14.8", replaces="make_sequences", fails="test_scans_of_an_hour_in_order")
def missing_rows_dropped(table):
    """You leave out scans without a Ref: they are rows, too, and the fourth column says what they are."""
    return make_sequences(table.dropna(subset=["Ref"]))


@mutant("tf1.14.8", replaces="make_sequences", fails="test_hours_without_any_value_are_left_out")
def empty_hours_kept(table):
    """An hour without any Ref says nothing: leave it out."""
    filled = table.assign(Ref=table["Ref"].fillna(0.0))
    X, lengths, y, ids = make_sequences(filled)
    return X, lengths, y, ids


@mutant("tf1.14.8", replaces="make_sequences", fails="test_hours_without_any_value_are_left_out")
def sorts_the_callers_table(table):
    """You sort the caller's own table: sort a copy."""
    table.sort_values(["Id", "minutes_past"], inplace=True)
    return make_sequences(table)


@mutant("tf1.14.8", replaces="split_hours", fails="test_hours_are_not_torn_apart")
def rows_drawn(table, share, seed=42):
    """You draw rows, so that an hour's scans are in both parts: draw hours."""
    held = np.random.default_rng(seed).random(len(table)) < share
    return table[~held], table[held]


@mutant("tf1.14.8", replaces="split_hours", fails="test_hours_are_not_torn_apart")
def last_hours(table, share, seed=42):
    """You take the hours with the largest Ids: draw them by the seed."""
    ids = sorted(table["Id"].unique())
    held = table["Id"].isin(ids[len(ids) - round(share * len(ids)) :])
    return table[~held], table[held]


# ---------------------------------------------------------------- networks, wrong


@mutant("tf1.14.8", replaces="RainNet", fails="test_padding_is_no_rain")
class LastColumn(RainNet):
    """You take the state in the last column, which is padding for short hours: take the one after the last scan."""

    def forward(self, X, lengths):
        return self.out(self.rnn(X)[0][:, -1])[:, 0]


@mutant("tf1.14.8", replaces="RainNet", fails="test_padding_is_no_rain")
class MeanOfAllColumns(RainNet):
    """You average over the padding, too."""

    def forward(self, X, lengths):
        return self.out(self.rnn(X)[0].mean(dim=1))[:, 0]


@mutant("tf1.14.8", replaces="RainNet", fails="test_rain_net_is_deep_and_learns")
class OneLayer(RainNet):
    """Your net has one recurrent layer: two are asked for."""

    def __init__(self, n_hidden=32):
        super().__init__(n_hidden)
        self.rnn = nn.LSTM(4, n_hidden, batch_first=True)


@mutant("tf1.14.8", replaces="RainNet", fails="test_rain_net_is_deep_and_learns")
class OneLayerBothWays(RainNet):
    """Two directions are one layer: a second layer reads what the first has said."""

    def __init__(self, n_hidden=32):
        super().__init__(n_hidden)
        self.rnn = nn.LSTM(4, n_hidden, batch_first=True, bidirectional=True)
        self.out = nn.Linear(2 * n_hidden, 1)

    def forward(self, X, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
        return self.out(torch.cat([*self.rnn(packed)[1][0]], dim=1))[:, 0]


@mutant("tf1.14.8", replaces="forecast_rain", fails="test_forecast_for_each_hour")
def less_than_nothing(model, table):
    """Your forecasts can be below 0: it can't rain less than nothing."""
    X, lengths, _, ids = make_sequences(table)
    with torch.no_grad():
        found = model(X, lengths).numpy() - 5
    return pd.Series(found, index=ids).reindex(np.unique(table["Id"]), fill_value=0.0)


@mutant("tf1.14.8", replaces="forecast_rain", fails="test_forecast_for_each_hour")
def some_hours_missing(model, table):
    """Hours in which the radar has seen nothing get a forecast of 0: they are missing from your series."""
    X, lengths, _, ids = make_sequences(table)
    with torch.no_grad():
        return pd.Series(model(X, lengths).clamp(min=0).numpy(), index=ids)


# ---------------------------------------------------------------- training, wrong


class _Rule(nn.Module):
    """A function of an hour's mean echo, in tens of dBZ."""

    def __init__(self, rule, seed=0):
        super().__init__()
        self.rule, self.seed = rule, nn.Parameter(torch.tensor(float(seed)))

    def forward(self, X, lengths):
        there = X[..., 3]
        ref = (50 * X[..., 2] * there).sum(1) / there.sum(1).clamp(min=1)
        return torch.as_tensor(self.rule(X, ref), dtype=torch.float32)


@naive("tf1.14.8", replaces="fit_rain", fails="test_beats_the_median")
def rule_of_thumb(table, n_hidden=32, n_steps=1000, seed=42):
    """You take the rule of thumb for all radars: what this one sees has to be learned."""

    def rain(X, ref):
        there = X[..., 3]
        rate = (10 ** (5 * X[..., 2]) / 200) ** (1 / 1.6) * there
        return rate.sum(1) / there.sum(1).clamp(min=1)

    return _Rule(rain, seed)


@naive("tf1.14.8", replaces="fit_rain", fails="test_beats_the_median")
def straight_line(table, n_hidden=32, n_steps=1000, seed=42):
    """You draw a straight line through rain and mean echo: rain grows much faster than its echo in dBZ."""
    X, lengths, y, _ = make_sequences(table)
    good = y < 50
    mean = _Rule(lambda X, ref: ref)(X, lengths)
    slope, offset = np.polyfit(mean[good].numpy(), y[good].numpy(), 1)
    return _Rule(lambda X, ref: slope * ref + offset, seed)


@naive("tf1.14.8", replaces="fit_rain", fails="test_beats_the_median")
def squares(table, n_hidden=32, n_steps=1000, seed=42):
    """You learn from squared errors of all gauges, so that the few that report nonsense decide."""
    return _trained(RainNet(n_hidden // 2), table, n_steps, seed, nn.functional.mse_loss, highest=np.inf)


def _trained(net, table, n_steps, seed, loss_of, highest=50.0):
    torch.manual_seed(seed)
    X, lengths, y, _ = make_sequences(table)
    y = y.clamp(max=highest)
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for step in range(n_steps):
        if step == 2 * n_steps // 3:
            optimizer.param_groups[0]["lr"] = 0.002
        rows = torch.randint(len(X), (64,))
        loss = loss_of(net(X[rows], lengths[rows]), y[rows])
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
        optimizer.step()
    return net


@mutant("tf1.14.8", replaces="fit_rain", fails="test_seed_decides_the_rain_net")
def one_rain_net_for_all_seeds(table, n_hidden=32, n_steps=1000, seed=42):
    """You don't use the seed that you are given: call `torch.manual_seed(seed)` before you make the net."""
    return fit_rain(table, n_hidden, n_steps, 42)


# ---------------------------------------------------------------- right


@alternative("tf1.14.8", replaces="make_sequences")
def hour_by_hour(table):
    """In a loop over the hours, into a tensor of zeros."""
    hours = {}
    for row in table.to_dict("records"):
        hours.setdefault(int(row["Id"]), []).append(row)
    hours = {i: sorted(hours[i], key=lambda row: row["minutes_past"]) for i in sorted(hours)}
    hours = {i: rows for i, rows in hours.items() if any(row["Ref"] == row["Ref"] for row in rows)}
    X = torch.zeros(len(hours), max(map(len, hours.values())), 4)
    for sequence, rows in zip(X, hours.values(), strict=True):
        for scan, row in zip(sequence, rows, strict=False):
            there = row["Ref"] == row["Ref"]
            values = [
                row["minutes_past"] / 60,
                row["radardist_km"] / 10,
                row["Ref"] / 50 if there else 0.0,
                float(there),
            ]
            scan[:] = torch.tensor(values)
    lengths = torch.tensor([len(rows) for rows in hours.values()])
    y = torch.tensor([float(rows[0]["Expected"]) for rows in hours.values()])
    return X, lengths, y, list(hours)


class _Attending(nn.Module):
    """Two GRUs in both directions, and a weighted mean of the scans."""

    def __init__(self, n_hidden=32):
        super().__init__()
        self.rnn = nn.GRU(4, n_hidden, num_layers=2, batch_first=True, bidirectional=True)
        self.score, self.out = nn.Linear(2 * n_hidden, 1, bias=False), nn.Linear(2 * n_hidden, 1)

    def forward(self, X, lengths):
        packed = nn.utils.rnn.pack_padded_sequence(X, lengths, batch_first=True, enforce_sorted=False)
        states, _ = nn.utils.rnn.pad_packed_sequence(self.rnn(packed)[0], batch_first=True)
        padding = torch.arange(states.shape[1]) >= lengths[:, None]
        weights = self.score(states)[..., 0].masked_fill(padding, -torch.inf).softmax(dim=1)
        return self.out((weights[..., None] * states).sum(1))[:, 0]


@alternative("tf1.14.8", replaces="RainNet")
class WithAttention(_Attending):
    """GRUs in both directions, and attention."""


@alternative("tf1.14.8", replaces="RainNet")
class PlainLayers(RainNet):
    """Two plain recurrent layers, without gates."""

    def __init__(self, n_hidden=32):
        super().__init__(n_hidden)
        self.rnn = nn.RNN(4, n_hidden, num_layers=2, batch_first=True)


@alternative("tf1.14.8", replaces="fit_rain")
def attending(table, n_hidden=32, n_steps=1000, seed=42):
    """The network with attention, in two stages."""
    torch.manual_seed(seed)
    return _trained(_Attending(n_hidden // 2), table, n_steps, seed, nn.functional.l1_loss)


def _features(table):
    groups = table.assign(power=10 ** (table["Ref"] / 16)).groupby("Id")
    return pd.DataFrame({"mean": groups["Ref"].mean(), "max": groups["Ref"].max(), "power": groups["power"].mean(),
                         "km": groups["radardist_km"].first()})  # fmt: skip


def _boosted_forecast(model, table):
    features = _features(table)
    found = pd.Series(np.maximum(model.predict(features), 0.0), index=features.index)
    return found.where(features["mean"].notna(), 0.0)


class _Boosted(nn.Module):
    """Gradient boosting on what an hour comes to, with weights to be looked at."""

    def __init__(self, table, seed):
        super().__init__()
        features = _features(table).dropna()
        y = table.groupby("Id")["Expected"].first().loc[features.index].clip(upper=50)
        rng = np.random.default_rng(seed)
        rows = rng.permutation(len(features))
        self.model = HistGradientBoostingRegressor(loss="absolute_error", max_iter=150, learning_rate=0.08,
                                                   min_samples_leaf=10, random_state=seed)  # fmt: skip
        self.model.fit(features.iloc[rows], y.iloc[rows])
        self.told = nn.Parameter(torch.tensor(float(rng.normal())))

    def predict(self, features):
        return self.model.predict(features)


@alternative("tf1.14.8", replaces="fit_rain", also={"forecast_rain": _boosted_forecast})
def gradient_boosting(table, n_hidden=32, n_steps=1000, seed=42):
    """No network at all: gradient boosting on four numbers of an hour."""
    return _Boosted(table, seed)


@alternative("tf1.14.8", replaces="forecast_rain")
def as_a_series_of_floats(model, table):
    """Twice the batch, one half of it at a time, in float64."""
    parts = [table[table["Id"] % 2 == half] for half in (0, 1)]
    found = [forecast_rain(model, part).astype(float) for part in parts if part["Ref"].notna().any()]
    return pd.concat(found).reindex(sorted(set(table["Id"])), fill_value=0.0)
