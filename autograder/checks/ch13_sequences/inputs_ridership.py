"""Inputs shared by the checks of chapter 13's exercise on ridership (p.13.9)."""

from contextlib import suppress
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from autograder.engine.wire.proxy import SubmissionFault
from autograder.testing.modules import built, outputs, tensor
from course.datasets import load

AHEAD = 14
TYPES = "AUW"
FORMS = ((2 * AHEAD,), (2, AHEAD), (AHEAD, 2))  # how a day's forecasts may be laid out: rail, then bus
MODEL = {"window": 14, "n_epochs": 25, "patience": 25}  # what the trained models of the checks are trained with


@cache
def ridership() -> pd.DataFrame:
    """Return the city's table, before the pandemic, without the days that are there twice."""
    table = load("cta_ridership").tables["ridership"].drop_duplicates()
    return table[table["service_date"] < "2020-01-01"].sort_values("service_date").reset_index(drop=True)


def some_days(rng, size: int) -> pd.DataFrame:
    """Return `size` days of the table in a row, from a random one on, their numbers touched up a little."""
    first = int(rng.integers(len(ridership()) - size))
    table = ridership().iloc[first : first + size].reset_index(drop=True)
    for column in ("bus", "rail_boardings"):
        table[column] = table[column] + rng.integers(-500, 500, size)
    return table.assign(total_rides=table["bus"] + table["rail_boardings"])


def features_of(table: pd.DataFrame) -> np.ndarray:
    """Return (n, 5) of a table that is in order: rail, bus, and the type of the next day."""
    found = np.zeros((len(table), 5))
    found[:, 0], found[:, 1] = table["rail_boardings"] / 1e6, table["bus"] / 1e6
    for row, kind in enumerate(table["day_type"].iloc[1:]):
        found[row, 2 + TYPES.index(kind)] = 1
    return found.astype(np.float32)


def invented_city(rng, size: int) -> np.ndarray:
    """Return (size, 5) days of a city of its own: weekends, holidays on any day, and a level that wanders.

    Rail and bus lose different parts of their rides on Saturdays, and on Sundays and holidays. One working day in
    three is a holiday: neither last week nor what is usual on a day of the week tells much of tomorrow.
    """
    weekday = (np.arange(size) + int(rng.integers(7))) % 7
    kind = np.where(weekday == 5, 0, np.where((weekday == 6) | (rng.random(size) < 0.35), 1, 2))
    levels = np.array([[0.5, 0.55], [0.35, 0.4], [0.8, 0.9]]) * rng.uniform(0.9, 1.1, (3, 2))
    wander = np.zeros((size, 2))
    for day in range(1, size):
        wander[day] = 0.97 * wander[day - 1] + rng.normal(0, 0.012, 2)
    rides = levels[kind] * (1 + wander) + rng.normal(0, 0.01, (size, 2))
    next_kind = np.vstack([np.eye(3)[kind[1:]], np.zeros(3)])
    return np.hstack([rides, next_kind]).astype(np.float32)


def another_city(rng, size: int) -> np.ndarray:
    """Return (size, 5) days of a city made of Chicago's own ups and downs, which no table of Chicago foretells.

    What a day had more or less than is usual on days of its type is taken from a stretch of the table, with its time,
    its sign and its two lines turned about at random. The rest is drawn anew: on which days of the week the weekend
    falls, what each type of day loses, the holidays, the levels and their trend.
    """
    first = int(rng.integers(len(ridership()) - size))
    stretch = ridership().iloc[first : first + size]
    unusual = np.empty((size, 2))
    for line, column in enumerate(rng.permutation(["bus", "rail_boardings"])):
        usual = stretch.groupby("day_type")[column].transform("median")
        unusual[:, line] = np.clip(np.log(stretch[column] / usual), -0.15, 0.15) * rng.choice([-1, 1])
    weekday = (np.arange(size) + int(rng.integers(7))) % 7
    kind = np.where(weekday == 5, 0, np.where((weekday == 6) | (rng.random(size) < 0.15), 1, 2))
    levels = rng.uniform(0.5, 0.9, 2) * np.array([rng.uniform(0.6, 0.75, 2), rng.uniform(0.4, 0.55, 2), [1.0, 1.0]])
    trend = np.exp(np.linspace(0, 1, size)[:, None] * rng.uniform(-0.1, 0.1, 2))
    rides = levels[kind] * trend * np.exp(unusual[:: rng.choice([-1, 1])])
    next_kind = np.vstack([np.eye(3)[kind[1:]], np.zeros(3)])
    return np.hstack([rides, next_kind]).astype(np.float32)


def windows_of(series: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray]:
    """Return all windows, (n, window, 5), and their targets, (n, window, 28), by indices."""
    starts = np.arange(len(series) - window - AHEAD + 1)[:, None]
    days = starts + np.arange(window)  # (n, window)
    ahead = days[..., None] + 1 + np.arange(AHEAD)  # (n, window, 14)
    return series[days], np.concatenate([series[ahead, 0], series[ahead, 1]], axis=2)


def form_of(values: Any) -> tuple[int, ...]:
    """Return in which of the `FORMS` the forecasts (B, T, …) of a network are; the flat one where they are in none."""
    form = tuple(getattr(values, "shape", ()))[2:]
    return form if form in FORMS else FORMS[0]


def own_form(student, rng) -> tuple[int, ...]:
    """Return the form of the student's network, so that those of ours are like it."""
    with suppress(SubmissionFault):  # whether it answers at all is another check's business
        return form_of(built(student, student.Seq2SeqBoth, rng)(tensor(np.zeros((2, 3, 5)))))
    return FORMS[0]


def flat(values: np.ndarray, n_before: int) -> np.ndarray:
    """Return (…, 28) of values in one of the `FORMS`, which follow `n_before` other dimensions."""
    values = values.swapaxes(-1, -2) if values.shape[n_before:] == FORMS[2] else values
    return values.reshape(*values.shape[:n_before], -1)


def said(model: Any, X: np.ndarray) -> np.ndarray:
    """Return what a network says of windows (B, T, 5), in whatever form it does, as (B, T, 28)."""
    form = form_of(model(tensor(X[:2])))
    return flat(outputs(model, X, shape=(*X.shape[:2], *form)), 2)


def last_forecasts(model: Any, series: np.ndarray, window: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return what a model says at the end of each window, what came, and what came a week before that.

    Each is (n, 2, 14): rail and bus. Beyond a week, the last week is taken a second time.
    """
    X, Y = windows_of(series, window)
    model.eval()
    found = said(model, X)
    week = X[:, -7:, :2].transpose(0, 2, 1)
    shape = (len(X), 2, AHEAD)
    return found[:, -1].reshape(shape), Y[:, -1].reshape(shape), np.concatenate([week, week], axis=2)


def items(dataset, numbers):
    """Probe: a dataset's length and some of its items."""
    return len(dataset), [tuple(dataset[number]) for number in numbers]


def known_model(student, weight: np.ndarray, dropout: float, form: tuple[int, ...]) -> Any:
    """Return a module that maps each day by itself, (B, T, 5) to (B, T, *form), by a known weight, (28, 5)."""
    order = np.arange(2 * AHEAD).reshape(2, AHEAD)
    rows = order.T.ravel() if form == FORMS[2] else order.ravel()
    return student.probe_(linear_model)(tensor(weight[rows]), dropout, list(form))


def linear_model(weight, dropout, form):
    """Probe: a linear layer with the given weight for each day, its outputs laid out as `form` says. Its `learned_in`
    are the modes (True: training) in which it was when gradients came back."""
    import torch
    from torch import nn

    class Last(nn.Unflatten):
        def forward(self, X):
            out, mode = super().forward(X), self.training
            if out.requires_grad:
                out.register_hook(lambda _: modes.append(mode))
            return out

    modes = []
    torch.manual_seed(0)  # dropout is drawn from it
    layer = nn.Linear(5, 28)
    with torch.no_grad():
        layer.weight.copy_(weight)
        layer.bias.zero_()
    model = nn.Sequential(nn.Dropout(dropout), layer, Last(-1, tuple(form)))
    model.learned_in = modes
    return model
