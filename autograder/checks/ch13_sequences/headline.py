"""Full-size figures of chapter 13."""

import copy
from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import torch
from torch import Tensor, nn

from autograder.testing import headline
from course.datasets import load
from solutions.ch13_sequences.ridership import HORIZON, Seq2SeqBoth, Seq2SeqBothDataset, daily_features
from solutions.ch13_sequences.ridership_training import fit_forecaster

WINDOW = 56
TRAIN, VALID = ("2016-01", "2018-12"), ("2019-01", "2019-05")
SIZE = "trained on 2016 to 2018, validated on 5 months of 2019"

# ---------------------------------------------------------------- p.13.9


@cache
def _table() -> pd.DataFrame:
    table = load("cta_ridership").tables["ridership"].drop_duplicates("service_date").sort_values("service_date")
    return table.set_index(table["service_date"].rename("day"))


@cache
def _days(first: str, last: str) -> Tensor:
    """Return (n, 5); a next day of known type is not lost at the end of a period."""
    where = _table().index.slice_indexer(first, last)
    return torch.from_numpy(daily_features(_table())[where])


def _pairs(period: tuple[str, str], columns: int, ahead: int) -> tuple[Tensor, Tensor]:
    """Return all windows of a period, (n, 56, columns), and the `ahead` days after each of their days, of both series.

    The targets are (n, 56, 2, ahead).
    """
    days = _days(*period)
    X = days.unfold(0, WINDOW, 1).mT[: len(days) - WINDOW - ahead + 1]
    Y = days[1:, :2].unfold(0, ahead, 1).unfold(0, WINDOW, 1).permute(0, 3, 1, 2)
    return X[..., :columns], Y


class _Recurrent(nn.Module):
    """Tanh units, and a forecast after each day of a window."""

    def __init__(self, n_features: int, n_outputs: int, num_layers: int = 1) -> None:
        super().__init__()
        self.rnn = nn.RNN(n_features, 32, num_layers, batch_first=True)
        self.head = nn.Linear(32, n_outputs)

    def forward(self, X: Tensor) -> Tensor:
        return self.head(self.rnn(X)[0])


class _Linear(nn.Linear):
    """One weighted sum of the 56 days of a window."""

    def forward(self, X: Tensor) -> Tensor:
        return super().forward(X.flatten(1))[:, None]  # one forecast, after the last day


@cache
def _errors(kind: str) -> np.ndarray:
    """Train one of the chapter's networks; return its mean absolute errors at the end of a window, (series, ahead)."""
    torch.manual_seed(42)
    make: dict[str, tuple[Callable[[], nn.Module], int, int, int]] = {  # network, features, series, days ahead
        "linear": (lambda: _Linear(WINDOW, 1), 1, 1, 1),
        "simple": (lambda: _Recurrent(1, 1), 1, 1, 1),
        "deep": (lambda: _Recurrent(1, 1, 3), 1, 1, 1),
        "multivariate": (lambda: _Recurrent(5, 1), 5, 1, 1),
        "multitask": (lambda: _Recurrent(5, 2), 5, 2, 1),
        "seq2seq": (lambda: _Recurrent(5, HORIZON), 5, 1, HORIZON),
    }
    network, columns, series, ahead = make[kind]
    steps = slice(None) if kind == "seq2seq" else slice(-1, None)  # where a forecast is asked for
    (X, Y), (X_valid, Y_valid) = (
        (inputs, targets[:, steps, :series].flatten(2))
        for inputs, targets in (_pairs(period, columns, ahead) for period in (TRAIN, VALID))
    )
    model = network()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    lowest, since, best = np.inf, 0, {}
    while since < 40:
        for rows in torch.randperm(len(X)).split(32):
            loss = nn.functional.huber_loss(model(X[rows])[:, steps], Y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        with torch.no_grad():
            found = float((model(X_valid)[:, steps] - Y_valid).abs().mean())
        since += 1
        if found < lowest:
            lowest, since, best = found, 0, copy.deepcopy(model.state_dict())
    model.load_state_dict(best)
    with torch.no_grad():
        error = (model(X_valid)[:, -1] - Y_valid[:, -1]).abs().mean(dim=0)
    return 1e6 * error.reshape(series, ahead).numpy()


@cache
def _both() -> np.ndarray:
    """Return the errors of the answer, 28 outputs, at the end of a window: (2, 14)."""
    torch.manual_seed(42)
    train, valid = _days(*TRAIN), _days(*VALID)
    model = Seq2SeqBoth()
    fit_forecaster(model, torch.cat([train, valid]), len(train), len(valid), window=WINDOW, n_epochs=300, patience=40)
    dataset = Seq2SeqBothDataset(valid, WINDOW)
    X, Y = (torch.stack(parts) for parts in zip(*(dataset[i] for i in range(len(dataset))), strict=True))
    model.eval()
    with torch.no_grad():
        error = (model(X) - Y)[:, -1].abs().mean(dim=0)
    return 1e6 * error.reshape(2, HORIZON).numpy()


def _naive(column: str, relative: bool = False) -> float:
    rides = _table()[column]
    gap = (rides - rides.shift(7)).abs()["2019-03":"2019-05"]
    return float((gap / rides["2019-03":"2019-05"]).mean() * 100 if relative else gap.mean())


def _is(book: float, by: float) -> Callable[[float], bool]:
    return lambda value: abs(value - book) <= by


def _about(book: float) -> Callable[[float], bool]:
    """As low as the book's, or at most a fifth more: how far apart two trainings of such networks may end."""
    return lambda value: value <= 1.2 * book


def _rides(figure: str, book: str, holds: Callable[[float], bool]) -> Callable:
    return headline("p.13.9", figure, book=book, data="cta_ridership", holds=holds)


@_rides("last week again, rail: mean absolute error", "42,143", _is(42_143, 1))
def naive_rail() -> tuple[float, str]:
    """What came a week before."""
    return _naive("rail_boardings"), "March to May 2019"


@_rides("last week again, bus", "43,916", _is(43_916, 1))
def naive_bus() -> tuple[float, str]:
    """What came a week before."""
    return _naive("bus"), "March to May 2019"


@_rides("last week again, rail, percent", "9.0", _is(9.0, 0.05))
def naive_rail_percent() -> tuple[float, str]:
    """Relative to what came."""
    return _naive("rail_boardings", relative=True), "March to May 2019"


@_rides("last week again, bus, percent", "8.3", _is(8.3, 0.05))
def naive_bus_percent() -> tuple[float, str]:
    """Relative to what came."""
    return _naive("bus", relative=True), "March to May 2019"


def _rail() -> pd.Series:
    return _table()["rail_boardings"].astype(float).asfreq("D")


def _sarima(rides: pd.Series) -> float:
    """Fit SARIMA(1, 0, 0)(0, 1, 1) of weeks by maximum likelihood; return its forecast for the next day."""
    from statsmodels.tsa.arima.model import ARIMA  # a second to import, for two figures only

    return float(ARIMA(rides, order=(1, 0, 0), seasonal_order=(0, 1, 1, 7)).fit().forecast().iloc[0])


@_rides("SARIMA, rail on June 1", "427,759", _is(427_759, 500))
def sarima_june() -> tuple[float, str]:
    """Fitted to the five months before."""
    return _sarima(_rail()["2019-01":"2019-05"]), "fitted to January to May 2019"


@_rides("what came on June 1", "379,044", _is(379_044, 1))
def came_june() -> tuple[float, str]:
    """A Saturday with far fewer rides than the one before."""
    return float(_rail()["2019-06-01"]), "one day"


@_rides("last week again, rail on June 1", "426,932", _is(426_932, 1))
def naive_june() -> tuple[float, str]:
    """What came on the Saturday before."""
    return float(_rail()["2019-05-25"]), "one day"


@_rides("SARIMA, rail: mean absolute error", "32,041", _is(32_041, 300))
def sarima_error() -> tuple[float, str]:
    """Fitted anew for each day, to all days of the year before it."""
    rides = _rail()
    days = rides["2019-03":"2019-05"]
    misses = [abs(_sarima(rides["2019-01":day].iloc[:-1]) - value) for day, value in days.items()]
    return sum(misses) / len(misses), f"{len(misses)} days, March to May 2019"


@_rides("linear, rail", "37,726", _about(37_726))
def linear() -> tuple[float, str]:
    """From 56 days of rail."""
    return float(_errors("linear")[0, 0]), SIZE


@_rides("32 recurrent units, rail", "30,659", _about(30_659))
def simple() -> tuple[float, str]:
    """From 56 days of rail."""
    return float(_errors("simple")[0, 0]), SIZE


@_rides("three layers of them, rail", "29,273", _about(29_273))
def deep() -> tuple[float, str]:
    """From 56 days of rail."""
    return float(_errors("deep")[0, 0]), SIZE


@_rides("multivariate, rail", "23,227", _about(23_227))
def multivariate() -> tuple[float, str]:
    """From rail, bus and tomorrow's type."""
    return float(_errors("multivariate")[0, 0]), SIZE


@_rides("multitask, rail", "26,441", _about(26_441))
def multitask_rail() -> tuple[float, str]:
    """One network for tomorrow's rail and bus."""
    return float(_errors("multitask")[0, 0]), SIZE


@_rides("multitask, bus", "26,178", _about(26_178))
def multitask_bus() -> tuple[float, str]:
    """The same network."""
    return float(_errors("multitask")[1, 0]), SIZE


@_rides("seq2seq, rail, one day ahead", "23,350", _about(23_350))
def seq2seq_first() -> tuple[float, str]:
    """14 outputs after each day."""
    return float(_errors("seq2seq")[0, 0]), SIZE


@_rides("seq2seq, rail, 14 days ahead", "35,315", _about(35_315))
def seq2seq_last() -> tuple[float, str]:
    """The same network."""
    return float(_errors("seq2seq")[0, -1]), SIZE


@_rides("28 outputs, rail, one day ahead", "compare with 23,350", lambda value: value < naive_rail()[0])
def both_rail_first() -> tuple[float, str]:
    """The answer to the exercise."""
    return float(_both()[0, 0]), SIZE


@_rides("28 outputs, rail, 14 days ahead", "compare with 35,315", lambda value: value < naive_rail()[0])
def both_rail_last() -> tuple[float, str]:
    """The same network."""
    return float(_both()[0, -1]), SIZE


@_rides("28 outputs, bus, one day ahead", "", lambda value: value < naive_bus()[0])
def both_bus_first() -> tuple[float, str]:
    """The same network."""
    return float(_both()[1, 0]), SIZE


@_rides("28 outputs, bus, 14 days ahead", "", lambda value: value < naive_bus()[0])
def both_bus_last() -> tuple[float, str]:
    """The same network."""
    return float(_both()[1, -1]), SIZE
