"""Chapter 13, rail and bus ridership as series (p.13.9): the answers."""

import numpy as np
import pandas as pd
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.utils.data import Dataset

HORIZON = 14  # days ahead


def daily_features(table: pd.DataFrame) -> NDArray[np.float32]:
    """Return what a network is shown of each day.

    Parameters
    ----------
    table : has the columns ``service_date`` (dates), ``day_type`` (``"A"`` for
        Saturdays, ``"U"`` for Sundays and holidays, ``"W"`` for other days), ``bus``
        and ``rail_boardings`` (rides). Some days may be there twice, with the same
        numbers, and the rows need not be in order.

    Returns
    -------
    (n_days, 5) : one row for each day, the earliest first: rides by rail in millions,
        rides by bus in millions, and three columns which are 1 if the *next* day is of
        type A, U or W, else 0. Of the day after the last one nothing is known: there
        all three are 0.

    Examples
    --------
    >>> dates = pd.to_datetime(["2019-03-03", "2019-03-02", "2019-03-03"])
    >>> table = pd.DataFrame(
    ...     {
    ...         "service_date": dates,
    ...         "day_type": ["U", "A", "U"],
    ...         "bus": [250_000, 500_000, 250_000],
    ...         "rail_boardings": [250_000, 750_000, 250_000],
    ...     }
    ... )
    >>> daily_features(table).round(2).tolist()
    [[0.75, 0.5, 0.0, 1.0, 0.0], [0.25, 0.25, 0.0, 0.0, 0.0]]
    """
    days = table.drop_duplicates("service_date").sort_values("service_date")
    next_type = days["day_type"].shift(-1)
    columns = [days["rail_boardings"] / 1e6, days["bus"] / 1e6, *(next_type == kind for kind in "AUW")]
    return np.column_stack(columns).astype(np.float32)


class Seq2SeqBothDataset(Dataset[tuple[Tensor, Tensor]]):
    """Windows of a series, and for *each* day of a window the 14 days that follow that
    day.

    Parameters
    ----------
    series : (n, 5) floats; column 0 is rail, column 1 is bus.
    window : days in a window.

    Item i is a pair of float32 tensors:

    - (window, 5), the days i, i + 1, …, i + window - 1;
    - (window, 28), row t for day i + t of the series: the next 14 values of rail, then
      the next 14 of bus. A table for each day, (window, 2, 14) or (window, 14, 2), is
      as welcome.

    There is one item for each window that is followed by 14 days of the series.

    Examples
    --------
    >>> series = np.arange(100.0).reshape(20, 5)
    >>> dataset = Seq2SeqBothDataset(series, window=3)
    >>> len(dataset)
    4
    >>> X, target = dataset[0]
    >>> X[:, 0].tolist(), tuple(target.shape)
    ([0.0, 5.0, 10.0], (3, 28))
    >>> target[0, [0, 13, 14]].tolist()
    [5.0, 70.0, 6.0]
    """

    def __init__(self, series: ArrayLike, window: int = 56) -> None:
        values = torch.as_tensor(np.asarray(series), dtype=torch.float32)
        self.window = window
        # A day's target is the same in every window that the day is in: put all of them side by side once.
        known = len(values) - HORIZON  # days whose next 14 are in the series
        columns = [values[day : day + known, kind] for kind in (0, 1) for day in range(1, HORIZON + 1)]
        self.days = values[: max(0, known)]  # (known, 5)
        self.targets = torch.stack(columns, dim=1) if known > 0 else values.new_zeros(0, 2 * HORIZON)

    def __len__(self) -> int:
        return max(0, len(self.days) - self.window + 1)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        if not 0 <= i < len(self):
            raise IndexError(i)
        window = slice(i, i + self.window)
        return self.days[window], self.targets[window]


class Seq2SeqBoth(nn.Module):
    """Maps windows (B, T, 5) to forecasts (B, T, 28):
    after each day those of the 14 days that follow it.

    In form and order they are as the targets of `Seq2SeqBothDataset`: rail comes first;
    values are in millions. What is said after day t depends on day t and the days
    before it, and on no later day.

    Parameters
    ----------
    hidden_size : size of the recurrent state; the default is small enough to train in
        seconds on one core.

    Examples
    --------
    >>> tuple(Seq2SeqBoth()(torch.zeros(4, 56, 5)).shape)
    (4, 56, 28)
    """

    def __init__(self, hidden_size: int = 32) -> None:
        super().__init__()
        self.rnn = nn.GRU(5, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * HORIZON)

    def forward(self, X: Tensor) -> Tensor:
        states, _ = self.rnn(X)  # (B, T, hidden_size)
        output: Tensor = self.head(states)
        return output
