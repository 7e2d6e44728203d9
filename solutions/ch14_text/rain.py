"""Chapter 14, an hour's rain from what a radar has seen (tf1.14.8): the answers."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from course import device

_HIGHEST = 50.0  # mm: gauges that report more in an hour are mostly blocked, or a sprinkler's


def make_sequences(table: pd.DataFrame) -> tuple[Tensor, Tensor, Tensor, NDArray[np.int64]]:
    """Return the scans of each hour as a padded sequence.

    Parameters
    ----------
    table : a row for each scan, in any order: ``"Id"`` of the hour, ``"minutes_past"``
        the full hour, ``"radardist_km"`` from the radar to the gauge, ``"Ref"``, the
        reflectivity in dBZ, and, the same for all scans of an hour, ``"Expected"``,
        what the gauge reports in mm. ``"Ref"`` may be missing (NaN), but not in all of
        the table. It is not changed.

    Returns
    -------
    X : (hours, longest, 4) float32, a row for each scan, by minutes, and zeros behind
        the shorter hours. Its columns: minutes_past / 60, radardist_km / 10,
        Ref / 50, and whether Ref was there (1 or 0); where it was not, Ref is 0.
    lengths : (hours,) int64, the number of scans.
    y : (hours,) float32, Expected.
    ids : (hours,) int64, the hours' Ids, in ascending order, as X, lengths and y have
        them. Hours in which Ref is missing throughout are left out.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {
    ...         "Id": [7, 7, 5],
    ...         "minutes_past": [30, 6, 12],
    ...         "radardist_km": [4.0, 4.0, 2.0],
    ...         "Ref": [np.nan, 25.0, 10.0],
    ...         "Expected": [1.5, 1.5, 0.2],
    ...     }
    ... )
    >>> X, lengths, y, ids = make_sequences(table)
    >>> ids.tolist(), lengths.tolist()
    ([5, 7], [1, 2])
    >>> X[1]
    tensor([[0.1000, 0.4000, 0.5000, 1.0000],
            [0.5000, 0.4000, 0.0000, 0.0000]])
    """
    seen = table.groupby("Id")["Ref"].transform("count") > 0
    rows = table[seen].sort_values(["Id", "minutes_past"], kind="stable")
    features = pd.DataFrame(
        {
            "minutes": rows["minutes_past"] / 60,
            "distance": rows["radardist_km"] / 10,
            "ref": rows["Ref"].fillna(0.0) / 50,
            "there": rows["Ref"].notna(),
        }
    ).to_numpy(np.float32)
    ids, first, counts = np.unique(rows["Id"].to_numpy(np.int64), return_index=True, return_counts=True)
    hours = [torch.from_numpy(features[i : i + n]) for i, n in zip(first, counts, strict=True)]
    X = nn.utils.rnn.pad_sequence(hours, batch_first=True)
    y = torch.from_numpy(rows["Expected"].to_numpy(np.float32)[first])
    return X, torch.from_numpy(counts.astype(np.int64)), y, ids


def split_hours(table: pd.DataFrame, share: float, seed: int = 42) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Part a table into one to learn from and one to validate with, by hours.

    Parameters
    ----------
    table : see `make_sequences`.
    share : of the hours that are for validation; if that is no whole number of them, it
        is rounded, up or down.
    seed : decides which.

    Returns
    -------
    Both tables; each row is in one of them, and all scans of an hour in the same.

    Examples
    --------
    >>> scans = pd.DataFrame({"Id": [1, 1, 2, 3, 4], "Ref": range(5)})
    >>> train, valid = split_hours(scans, share=0.25)
    >>> train["Id"].nunique(), valid["Id"].nunique()
    (3, 1)
    """
    ids = np.random.default_rng(seed).permutation(table["Id"].unique())
    held_back = table["Id"].isin(ids[: round(share * len(ids))])
    return table[~held_back], table[held_back]


class RainNet(nn.Module):
    """Two recurrent layers that read an hour's scans and say how much it has rained: of
    which kind, and in one direction or both, is up to you.

    Parameters
    ----------
    n_hidden : size of their states.

    Examples
    --------
    >>> net = RainNet(n_hidden=8)
    >>> net(torch.rand(2, 9, 4), torch.tensor([9, 4])).shape
    torch.Size([2])
    """

    def __init__(self, n_hidden: int = 32) -> None:
        super().__init__()
        self.rnn = nn.LSTM(4, n_hidden, num_layers=2, batch_first=True)
        self.out = nn.Linear(n_hidden, 1)

    def forward(self, X: Tensor, lengths: Tensor) -> Tensor:
        """Return (B,), mm of rain, of sequences (B, T, 4) with their numbers of scans,
        (B,) int64. What stands behind a sequence's end makes no difference.
        """
        states, _ = self.rnn(X)
        last = states[torch.arange(len(X), device=X.device), lengths.to(X.device) - 1]
        return self.out(last)[:, 0]


def fit_rain(table: pd.DataFrame, n_hidden: int = 32, n_steps: int = 1000, seed: int = 42) -> RainNet:
    """Train a `RainNet` to be off by as little as possible: mean absolute error.

    Parameters
    ----------
    table : see `make_sequences`. Some gauges are blocked or have a sprinkler beside
        them, and report hundreds of mm.
    n_hidden : size of the net.
    n_steps : number of updates of the weights.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Examples
    --------
    >>> table = pd.DataFrame(
    ...     {"Id": [1, 2], "minutes_past": 5, "radardist_km": 3.0, "Ref": 20.0}
    ... ).assign(Expected=[0.5, 1.0])
    >>> X, lengths, _, _ = make_sequences(table)
    >>> fit_rain(table, n_hidden=4, n_steps=2)(X, lengths).shape
    torch.Size([2])
    """
    torch.manual_seed(seed)
    where = device()
    X, lengths, y, _ = make_sequences(table)
    y = y.clamp(max=_HIGHEST)
    model = RainNet(n_hidden).to(where)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.02, total_steps=n_steps)
    for _ in range(n_steps):
        rows = torch.randint(len(X), (64,))
        loss = (model(X[rows].to(where), lengths[rows]) - y[rows].to(where)).abs().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
    return model.cpu()


def forecast_rain(model: nn.Module, table: pd.DataFrame) -> pd.Series:
    """Return what a trained `RainNet` says of each hour of a table.

    Parameters
    ----------
    model : see `fit_rain`.
    table : see `make_sequences`.

    Returns
    -------
    mm of rain, never below 0, with the Ids as index, in ascending order. Hours in which
    Ref is missing throughout get 0.

    Examples
    --------
    >>> table = pd.DataFrame({"Id": [9, 4], "minutes_past": 5, "radardist_km": 3.0})
    >>> table = table.assign(Ref=[20.0, np.nan], Expected=1.0)
    >>> forecast_rain(RainNet(n_hidden=4), table).index.tolist()
    [4, 9]
    """
    X, lengths, _, ids = make_sequences(table)
    model.eval()
    with torch.no_grad():
        rain = model(X, lengths).clamp(min=0).numpy()
    everything = np.unique(table["Id"].to_numpy())
    return pd.Series(rain, index=ids).reindex(everything, fill_value=0.0)
