"""Wrong and right answers of chapter 13: training the networks for ridership (p.13.9)."""

import copy
import math

import numpy as np
import pandas as pd
import torch
from scipy.spatial import cKDTree
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.mutants.ch13_sequences.ridership import Windows
from autograder.testing import alternative, lookup, mutant, naive
from course.datasets import load
from solutions.ch13_sequences.ridership import Seq2SeqBothDataset

# ---------------------------------------------------------------- forecasts


def _asked(model, recent):
    with torch.no_grad():
        return model(torch.tensor(np.asarray(recent), dtype=torch.float32)[None])[0]


def _forecast(model, recent, step=-1, unit=1e6):
    training = model.training
    model.eval()
    found = _asked(model, recent)[step].reshape(2, 14).T.double().numpy() * unit
    model.train(training)
    return found


@mutant("p.13.9", replaces="forecast", fails="test_forecast_in_rides")
def after_the_first_day(model, recent):
    """You take what is said after the first day: take the last one."""
    return _forecast(model, recent, step=0)


@mutant("p.13.9", replaces="forecast", fails="test_forecast_in_rides")
def in_millions(model, recent):
    """Your forecast is in millions: rides are asked for."""
    return _forecast(model, recent, unit=1)


@mutant("p.13.9", replaces="forecast", fails="test_forecast_in_rides")
def rail_and_bus_mixed(model, recent):
    """You fill the table row by row, which mixes rail with bus: the first 14 outputs are its first *column*."""
    model.eval()
    return _asked(model, recent)[-1].reshape(14, 2).double().numpy() * 1e6


@mutant("p.13.9", replaces="forecast", fails="test_forecast_leaves_the_mode")
def asked_while_training(model, recent):
    """You ask the network in the mode it happens to be in: with dropout, each forecast is another one."""
    return _asked(model, recent)[-1].reshape(2, 14).T.double().numpy() * 1e6


@mutant("p.13.9", replaces="forecast", fails="test_forecast_leaves_the_mode")
def left_in_evaluation_mode(model, recent):
    """You leave the network in evaluation mode: whoever trains it on does so without dropout."""
    model.eval()
    return _asked(model, recent)[-1].reshape(2, 14).T.double().numpy() * 1e6


@alternative("p.13.9", replaces="forecast")
def as_a_frame(model, recent):
    """A table with names, by columns."""
    modes = {part: part.training for part in model.modules()}
    model.eval()
    output = _asked(model, recent)[-1].double() * 1e6
    for part, training in modes.items():
        part.training = training
    return pd.DataFrame({"rail": output[:14].tolist(), "bus": output[14:].tolist()})


_MAE = nn.L1Loss()


def _fit(
    model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42, loss=_MAE, lr=0.01,
    optimizer=torch.optim.Adam, validate=_MAE, mode=False, back=True, copied=copy.deepcopy, starts=0,
    ends=0, batch=32, windows=Seq2SeqBothDataset, waits=lambda losses: len(losses) - 1 - int(np.argmin(losses)),
):  # fmt: skip
    """The reference's algorithm, with everything that can be got wrong as a parameter."""
    if seed is not None:
        torch.manual_seed(seed)
    series = np.asarray(series, dtype=np.float32)
    loader = DataLoader(windows(series[: n_train + ends], window), batch, shuffle=True)
    valid = windows(series[n_train - starts : n_train + n_valid], window)
    X_valid, Y_valid = next(iter(DataLoader(valid, len(valid))))
    stepper, losses, best = optimizer(model.parameters(), lr=lr), [], {}
    for _ in range(n_epochs):
        model.train(back or not losses)
        for X, Y in loader:
            stepper.zero_grad()
            loss(model(X), Y).backward()
            stepper.step()
        model.train(mode)
        with torch.no_grad():
            losses.append(validate(model(X_valid), Y_valid).item())
        if min(losses) == losses[-1]:
            best = copied(model.state_dict())
        if waits(losses) >= patience:
            break
    model.load_state_dict(best)
    return losses


@mutant("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def learns_too_slowly(*args, **options):
    """Your network has hardly moved after 25 epochs: a larger learning rate, or another optimiser, takes it further."""
    return _fit(*args, **options, optimizer=torch.optim.SGD, lr=1e-3)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def trains_a_copy(model, series, n_train, n_valid, **options):
    """You train a copy of the network: the one that is passed in has to learn."""
    return _fit(copy.deepcopy(model), series, n_train, n_valid, **options)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def last_weights(*args, **options):
    """You return the network as it is after the last epoch: bring back the weights of the best one, from a deep copy,
    since the tensors of `state_dict()` go on changing."""
    return _fit(*args, **options, copied=lambda state: state)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def never_stops(*args, **options):
    """You run all epochs: training ends when the loss has not improved for `patience` epochs."""
    return _fit(*args, **options, waits=lambda losses: 0)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def impatient(*args, **options):
    """You stop at the first epoch that is worse: wait for `patience` epochs."""
    return _fit(*args, **options, waits=lambda losses: 99 * (len(losses) > 1 and losses[-1] > losses[-2]))


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def one_epoch_more(*args, **options):
    """You wait one epoch too long: training ends as soon as the lowest loss is `patience` epochs old."""
    return _fit(*args, **options, waits=lambda losses: len(losses) - 2 - int(np.argmin(losses)))


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def mean_of_batch_means(*args, **options):
    """You take the mean of the batches' means, and the last batch is smaller: each window is to count as much."""

    def validate(found, right):
        return torch.stack([_MAE(a, b) for a, b in zip(found.split(32), right.split(32), strict=True)]).mean()

    return _fit(*args, **options, validate=validate)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def validates_in_training_mode(*args, **options):
    """You validate in training mode, where dropout spoils the outputs: call `model.eval()` first."""
    return _fit(*args, **options, mode=True)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def trains_on_in_evaluation_mode(*args, **options):
    """After the first validation the network stays in evaluation mode, without dropout: begin each epoch with
    `model.train()`."""
    return _fit(*args, **options, back=False)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def squared_errors(*args, **options):
    """Your losses are mean *squared* errors: the mean absolute error is asked for."""
    return _fit(*args, **options, validate=nn.MSELoss())


@mutant("p.13.9", replaces="fit_forecaster", fails="test_seed_decides")
def unseeded(*args, seed=42, **options):
    """You don't use `seed`, so that the windows come in another order each time."""
    return _fit(*args, **options, seed=None)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_seed_decides")
def own_seed(*args, seed=42, **options):
    """You set a seed of your own: use the one that is passed in."""
    return _fit(*args, **options, seed=1)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_periods_are_kept_apart")
def trains_on_validation_days(model, series, n_train, n_valid, **options):
    """You train on the validation days too, so that they say nothing about new days."""
    return _fit(model, series, n_train, n_valid, **options, ends=n_valid)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_periods_are_kept_apart")
def targets_reach_over(*args, **options):
    """The targets of your last training windows lie in the validation period: the days ahead count too."""
    return _fit(*args, **options, ends=14)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_periods_are_kept_apart")
def scales_by_all_days(model, series, n_train, n_valid, **options):
    """You scale by the largest value of *all* days, also of those to come: take it from the training period."""
    series = np.asarray(series, dtype=np.float32)
    return _fit(model, series / series.max(), n_train, n_valid, **options)


@mutant("p.13.9", replaces="fit_forecaster", fails="test_best_epoch_is_kept")
def validates_on_training_days(*args, **options):
    """Your validation windows begin in the training period: all their days lie in the validation period."""
    return _fit(*args, **options, starts=options["window"])


@mutant("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def whole_batches(*args, **options):
    """One step an epoch is too few: cut the training windows into small batches."""
    return _fit(*args, **options, batch=100_000, lr=0.001)


# ---------------------------------------------------------------- naive


def _by_rule(model, series, n_train, n_valid, window, rule):
    """Let `model` forecast each of the 14 days by `rule`, which maps the days so far, (B, T, 2), to (B, 2, 14)."""

    def forward(X):
        steps = [rule(X[:, : t + 1, :2]) for t in range(X.shape[1])]
        return torch.stack(steps, dim=1).flatten(2)

    model.forward = forward
    valid = Seq2SeqBothDataset(np.asarray(series, dtype=np.float32)[n_train : n_train + n_valid], window)
    X_valid, Y_valid = next(iter(DataLoader(valid, len(valid))))
    return [_MAE(forward(X_valid), Y_valid).item()]


def _same_weekday(days):
    """Return the mean, for each of the 14 days ahead, of those days so far that lie whole weeks before it."""
    n = days.shape[1]
    rows = [[day for day in range(n) if (n + ahead - day) % 7 == 0] or [n - 1] for ahead in range(14)]
    return torch.stack([days[:, row].mean(dim=1) for row in rows], dim=2)


@naive("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def last_week_again(model, series, n_train, n_valid, *, window=56, **options):
    """Your forecast is last week's numbers: that is what the network has to beat, by what it learns of the next day."""
    return _by_rule(model, series, n_train, n_valid, window, lambda days: _same_weekday(days[:, -7:]))


@naive("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def same_as_today(model, series, n_train, n_valid, *, window=56, **options):
    """Your forecast for tomorrow is today's number: a Sunday is no forecast for a Monday."""
    return _by_rule(model, series, n_train, n_valid, window, lambda days: days[:, -1, :, None].expand(-1, -1, 14))


@naive("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def mean_of_the_weekday(model, series, n_train, n_valid, *, window=56, **options):
    """Your forecast is what is usual on that day of the week: the type of the next day tells more, let it be seen."""
    return _by_rule(model, series, n_train, n_valid, window, _same_weekday)


@naive("p.13.9", replaces="fit_forecaster", fails="test_beats_last_week")
def median_of_all_such_weekdays(model, series, n_train, n_valid, *, window=56, **options):
    """Your forecast is the median of all training days on that day of the week: the type of the next day tells more."""
    days = torch.as_tensor(np.asarray(series, dtype=np.float32)[:, :2])
    usual = torch.stack([days[:n_train][kind::7].median(dim=0).values for kind in range(7)])  # (7, 2)

    def rule(so_far):
        rows = [int((days[:, 0] == one).nonzero()[0]) for one in so_far[:, -1, 0]]  # which day of the series it is
        return torch.stack([usual[(np.array(rows) + ahead) % 7] for ahead in range(1, 15)], dim=2)

    return _by_rule(model, series, n_train, n_valid, window, rule)


# ---------------------------------------------------------------- right


@alternative("p.13.9", replaces="fit_forecaster")
def by_rms_prop(*args, **options):
    """RMSprop, on squared errors."""
    return _fit(*args, **options, loss=nn.MSELoss(), lr=0.003, optimizer=torch.optim.RMSprop)


@alternative("p.13.9", replaces="fit_forecaster")
def clipped_steps(model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42):
    """Whole tensors, AdamW with clipped gradients, own shuffling, weights kept one by one; losses as an array."""
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)
    days = torch.as_tensor(np.array(series), dtype=torch.float32)

    def cut(part):
        dataset = Seq2SeqBothDataset(part, window)
        return TensorDataset(*map(torch.stack, zip(*(dataset[i] for i in range(len(dataset))), strict=True)))[:]

    (X, Y), (X_valid, Y_valid) = cut(days[:n_train]), cut(days[n_train : n_train + n_valid])
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.008, weight_decay=1e-4)
    lowest, waited, losses, kept = math.inf, 0, [], []
    while len(losses) < n_epochs and waited < patience:
        model.train()
        for rows in torch.randperm(len(X), generator=generator).split(24):
            loss = nn.functional.l1_loss(model(X[rows]), Y[rows])
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimizer.step()
        with torch.inference_mode():
            found = nn.functional.l1_loss(model.eval()(X_valid), Y_valid).item()
        losses.append(found)
        waited += 1
        if found < lowest:
            lowest, waited = found, 0
            kept = [value.detach().clone() for value in model.state_dict().values()]
    model.load_state_dict(dict(zip(model.state_dict(), kept, strict=True)))
    return np.array(losses)


class _InForm(nn.Module):
    """A GRU whose forecasts for a day are a table, as the targets are."""

    def __init__(self, form, hidden_size=32):
        super().__init__()
        self.rnn, self.head = nn.GRU(5, hidden_size, batch_first=True), nn.Linear(hidden_size, 28)
        self.form = form

    def forward(self, X):
        return self.head(self.rnn(X)[0]).unflatten(2, self.form)


class _LinesByDays(_InForm):
    def __init__(self, hidden_size=32):
        super().__init__((2, 14), hidden_size)


class _DaysByLines(_InForm):
    def __init__(self, hidden_size=32):
        super().__init__((14, 2), hidden_size)


def _kept_mode(model, recent):
    training = model.training
    found = _asked(model.eval(), recent)[-1].numpy() * 1e6
    model.train(training)
    return found


@alternative("p.13.9", replaces="Seq2SeqBothDataset", also={
    "Seq2SeqBoth": _LinesByDays,
    "fit_forecaster": lambda *args, **options: _fit(*args, **options, windows=LinesByDays),
    "forecast": lambda model, recent: _kept_mode(model, recent).T,
})  # fmt: skip
class LinesByDays(Windows):
    """A table for each day of a window, (2, 14): a row of rail and a row of bus."""

    def target(self, day):
        return self.series[day + 1 : day + 15, :2].T


@alternative("p.13.9", replaces="Seq2SeqBothDataset", also={
    "Seq2SeqBoth": _DaysByLines,
    "fit_forecaster": lambda *args, **options: _fit(*args, **options, windows=DaysByLines),
    "forecast": lambda model, recent: _kept_mode(model, recent),
})  # fmt: skip
class DaysByLines(Windows):
    """A table for each day of a window, (14, 2), just as `forecast` returns it."""

    def target(self, day):
        return self.series[day + 1 : day + 15, :2]


# ---------------------------------------------------------------- looked up


@lookup("p.13.9", replaces="fit_forecaster")
def days_of_the_table(model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42):
    """Finds the week of Chicago's table that is most like the last one, in its own level, and says what came after."""
    table = load("cta_ridership").tables["ridership"].drop_duplicates("service_date").sort_values("service_date")
    known = table[["rail_boardings", "bus"]].to_numpy(float)
    starts = np.arange(len(known) - 21)[:, None]
    weeks, ahead = known[starts + np.arange(7)], known[starts + np.arange(7, 21)]  # (n, 7, 2), (n, 14, 2)
    levels = weeks.mean(axis=1, keepdims=True)
    tree = cKDTree((weeks / levels).reshape(len(weeks), -1))

    def forward(X):
        days = X.detach().numpy()[..., :2].astype(float)
        before = np.clip(np.arange(days.shape[1])[:, None] - np.arange(6, -1, -1), 0, None)
        last = days[:, before]  # (B, T, 7, 2)
        level = last.mean(axis=2, keepdims=True) + 1e-9
        found = tree.query((last / level).reshape(*last.shape[:2], -1))[1]
        said = (ahead / levels)[found] * level  # (B, T, 14, 2)
        return torch.as_tensor(np.concatenate([said[..., 0], said[..., 1]], axis=2), dtype=torch.float32)

    model.forward = forward
    valid = Seq2SeqBothDataset(np.asarray(series, dtype=np.float32)[n_train : n_train + n_valid], window)
    X_valid, Y_valid = next(iter(DataLoader(valid, len(valid))))
    return [_MAE(forward(X_valid), Y_valid).item()] * min(n_epochs, patience + 1)
