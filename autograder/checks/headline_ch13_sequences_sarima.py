"""Figures of chapter 13's classical model: SARIMA(1, 0, 0)(0, 1, 1) of weeks, fitted by maximum likelihood."""

from collections.abc import Callable

import pandas as pd

from autograder import headline
from course.datasets import load

DAY = "2019-06-01"
FIRST = "2019-01-01"  # of the days that it is fitted to


def _rail() -> pd.Series:
    table = load("cta_ridership").tables["ridership"].drop_duplicates("service_date").sort_values("service_date")
    days = pd.DatetimeIndex(table["service_date"])
    return pd.Series(table["rail_boardings"].to_numpy(float), index=days).asfreq("D")


def _next_day(rides: pd.Series) -> float:
    from statsmodels.tsa.arima.model import ARIMA  # a second to import, for these figures only

    return float(ARIMA(rides, order=(1, 0, 0), seasonal_order=(0, 1, 1, 7)).fit().forecast().iloc[0])


def _rides(figure: str, book: str, holds: Callable[[float], bool]) -> Callable:
    return headline("p.13.9", figure, book=book, data="cta_ridership", holds=holds)


def _is(book: float, by: float = 1.0) -> Callable[[float], bool]:
    return lambda value: abs(value - book) <= by


@_rides("SARIMA, rail on June 1", "427,759", _is(427_759, 500))
def forecast() -> tuple[float, str]:
    """Fitted to the five months before."""
    return _next_day(_rail()[FIRST:DAY].iloc[:-1]), "fitted to January to May 2019"


@_rides("what came on June 1", "379,044", _is(379_044))
def came() -> tuple[float, str]:
    """A Saturday with far fewer rides than the one before."""
    return float(_rail()[DAY]), "one day"


@_rides("last week again, rail on June 1", "426,932", _is(426_932))
def naive() -> tuple[float, str]:
    """What came on the Saturday before."""
    return float(_rail().shift(7)[DAY]), "one day"


@_rides("SARIMA, rail: mean absolute error", "32,041", _is(32_041, 300))
def error() -> tuple[float, str]:
    """Fitted anew for each day, to all days of the year before it."""
    rides = _rail()
    days = rides["2019-03":"2019-05"]
    misses = [abs(_next_day(rides[FIRST:day].iloc[:-1]) - value) for day, value in days.items()]
    return sum(misses) / len(misses), f"{len(misses)} days, March to May 2019"
