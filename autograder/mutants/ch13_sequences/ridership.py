"""Chapter 13, rail and bus ridership as series (p.13.9): wrong answers, and right ones."""

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.utils.data import Dataset

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- the days


def _columns(table, *, unit=1e6, first="rail_boardings", second="bus", ahead=1):
    kinds = table["day_type"].shift(-ahead)
    return np.column_stack([table[first] / unit, table[second] / unit, *(kinds == kind for kind in "AUW")])


def _in_order(table):
    return table.drop_duplicates("service_date").sort_values("service_date")


@mutant("p.13.9", replaces="daily_features", fails="test_features_of_a_day")
def todays_type(table):
    """You show the type of the day itself, which its rides give away anyway: show that of the day that follows."""
    return _columns(_in_order(table), ahead=0)


@mutant("p.13.9", replaces="daily_features", fails="test_features_of_a_day")
def in_thousands(table):
    """Your rides are in thousands: in millions they are around 1, as a network likes them."""
    return _columns(_in_order(table), unit=1e3)


@mutant("p.13.9", replaces="daily_features", fails="test_features_of_a_day")
def bus_first(table):
    """Your columns are the other way round: rail comes first, then bus."""
    return _columns(_in_order(table), first="bus", second="rail_boardings")


@mutant("p.13.9", replaces="daily_features", fails="test_each_day_once")
def doubled_days(table):
    """Some days are in your series twice, so that "the next day" is the same day: drop duplicates first."""
    return _columns(table.sort_values("service_date"))


@mutant("p.13.9", replaces="daily_features", fails="test_each_day_once")
def sums_of_doubled_days(table):
    """You add up the rows of a day, and a day that is there twice has twice its rides then: keep one of them."""
    days = table.groupby("service_date")
    return _columns(days[["rail_boardings", "bus"]].sum().join(days["day_type"].first()))


@mutant("p.13.9", replaces="daily_features", fails="test_each_day_once")
def as_they_come(table):
    """You take the rows as they come: put the days in order."""
    return _columns(table.drop_duplicates("service_date"))


@mutant("p.13.9", replaces="daily_features", fails="test_last_day_has_no_next_one")
def last_type_again(table):
    """You guess that the day after the last one is of the same type: it is not known, so all three are 0."""
    found = _columns(_in_order(table))
    found[-1, 2:] = found[-2, 2:]
    return found


# ---------------------------------------------------------------- windows and targets


class Windows(Dataset):
    """What wrong and right answers differ from: the windows, and the targets of each of their days."""

    def __init__(self, series, window=56):
        self.series, self.window = torch.tensor(np.asarray(series), dtype=torch.float32), window

    def __len__(self):
        return max(0, len(self.series) - self.window - 13)

    def target(self, day):
        """Return the 28 values of one day."""
        return torch.cat([self.series[day + 1 : day + 15, 0], self.series[day + 1 : day + 15, 1]])

    def __getitem__(self, i):
        return self.series[i : i + self.window], torch.stack([self.target(i + t) for t in range(self.window)])


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_targets_are_the_days_ahead")
class OneDayEarly(Windows):
    """Your targets begin with the day itself, which the network has just been shown: begin with the next one."""

    def target(self, day):
        return torch.cat([self.series[day : day + 14, 0], self.series[day : day + 14, 1]])


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_targets_are_the_days_ahead")
class OneDayLate(Windows):
    """Your targets leave out the next day: begin with the one right after day t."""

    def target(self, day):
        return super().target(min(day + 1, len(self.series) - 15))


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_targets_are_the_days_ahead")
class DayByDay(Windows):
    """In your targets rail and bus alternate: the 14 values of rail come first, then those of bus."""

    def target(self, day):
        return self.series[day + 1 : day + 15, :2].flatten()


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_targets_are_the_days_ahead")
class Backwards(Windows):
    """Your 14 values run backwards: the next day comes first."""

    def target(self, day):
        return super().target(day).reshape(2, 14).flip(1).flatten()


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_targets_are_the_days_ahead")
class AfterTheWindow(Windows):
    """Every row of your target holds the days after the window: row t is for those after day t."""

    def __getitem__(self, i):
        last = self.target(i + self.window - 1)
        return self.series[i : i + self.window], last.expand(self.window, -1)


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_targets_are_the_days_ahead")
class LastStepOnly(Windows):
    """You have one target for each window: a sequence-to-sequence network learns from one for each of its days."""

    def __getitem__(self, i):
        return self.series[i : i + self.window], self.target(i + self.window - 1)


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_number_of_windows")
class OneTooFew(Windows):
    """You lose the last window, whose 14 days end with the last day of the series: count once more."""

    def __len__(self):
        return max(0, len(self.series) - self.window - 14)


@mutant("p.13.9", replaces="Seq2SeqBothDataset", fails="test_items_are_what_a_network_takes")
class DoublePrecision(Windows):
    """Your items are in double precision, and a network's weights are not: make them float32."""

    def __getitem__(self, i):
        X, target = super().__getitem__(i)
        return X.double(), target.double()


# ---------------------------------------------------------------- the network


class _Recurrent(nn.Module):
    def __init__(self, hidden_size=32, **options):
        super().__init__()
        self.rnn = nn.LSTM(5, hidden_size, **{"batch_first": True, **options})
        self.head = nn.Linear(2 * hidden_size if options.get("bidirectional") else hidden_size, 28)

    def forward(self, X):
        return self.head(self.rnn(X)[0])


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_forecasts_after_each_day")
class LastOutputOnly(_Recurrent):
    """You forecast after the last day only: apply the output layer to the state after every day."""

    def forward(self, X):
        return super().forward(X)[:, -1]


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_forecasts_after_each_day")
class RailOnly(_Recurrent):
    """Your network has 14 outputs: rail and bus take 28."""

    def forward(self, X):
        return super().forward(X)[..., :14]


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_no_later_day_is_used")
class BothWays(_Recurrent):
    """A bidirectional network has read the days that it is to forecast: read forward only."""

    def __init__(self, hidden_size=32):
        super().__init__(hidden_size, bidirectional=True)


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_no_later_day_is_used")
class TimeFirst(_Recurrent):
    """Your recurrent layer takes the windows for time steps: by default time comes first, so set `batch_first=True`."""

    def __init__(self, hidden_size=32):
        super().__init__(hidden_size, batch_first=False)


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_no_later_day_is_used")
class Centred(_Recurrent):
    """You take the window's mean away, and the window goes on after day t: use the days up to t only."""

    def forward(self, X):
        return super().forward(X - X.mean(dim=1, keepdim=True))


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_no_later_day_is_used")
class PaddedBothSides(nn.Module):
    """Your convolution is padded on both sides, so it sees days to come: pad on the left, by kernel size - 1."""

    def __init__(self, hidden_size=32):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(5, hidden_size, 7, padding=3), nn.ReLU(), nn.Conv1d(hidden_size, 28, 7, padding=3)
        )

    def forward(self, X):
        return self.layers(X.mT).mT


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_no_later_day_is_used")
class OneDayMemory(nn.Module):
    """Your network sees one day at a time and remembers none: it needs a recurrent layer, or a convolution."""

    def __init__(self, hidden_size=32):
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(5, hidden_size), nn.ReLU(), nn.Linear(hidden_size, 28))

    def forward(self, X):
        return self.layers(X)


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_windows_do_not_mix")
class MixesWindows(_Recurrent):
    """You take the mean over the batch away: what is said of a window may depend on that window only."""

    def forward(self, X):
        return super().forward(X - X.mean(dim=0, keepdim=True))


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_all_parameters_are_trained")
class HeadsInAList(nn.Module):
    """Your layers are in a plain list, so that no optimiser finds them: use `nn.ModuleList`."""

    def __init__(self, hidden_size=32):
        super().__init__()
        self.rnn = nn.GRU(5, hidden_size, batch_first=True)
        self.heads = [nn.Linear(hidden_size, 14) for _ in range(2)]

    def forward(self, X):
        states, _ = self.rnn(X)
        return torch.cat([head(states) for head in self.heads], dim=2)


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_all_parameters_are_trained")
class Detached(_Recurrent):
    """You detach the states from what made them: the recurrent layer never learns."""

    def forward(self, X):
        return self.head(self.rnn(X)[0].detach())


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_tomorrow_is_easier")
class BlindToTypes(_Recurrent):
    """Your network does not use the three columns of tomorrow's type: a holiday comes as a surprise."""

    def forward(self, X):
        return super().forward(X * torch.tensor([1.0, 1, 0, 0, 0]))


@mutant("p.13.9", replaces="Seq2SeqBoth", fails="test_beats_last_week")
class RepeatsLastWeek(nn.Module):
    """Your network says last week's numbers again, whatever it is trained on: it does not learn."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.ones(1))

    def forward(self, X):
        steps = torch.arange(X.shape[1])[:, None] - 6 + torch.arange(14) % 7  # (T, 14): the days a week or two before
        week = X[:, steps.clamp(min=0)]  # (B, T, 14, 5)
        return self.scale.clamp(1, 1) * torch.cat([week[..., 0], week[..., 1]], dim=2)


# ---------------------------------------------------------------- right


@alternative("p.13.9", replaces="daily_features")
def with_dummies(table):
    """By group and dummies, a frame."""
    days = table.groupby("service_date")[["rail_boardings", "bus", "day_type"]].first()
    kinds = pd.get_dummies(pd.Categorical(days["day_type"].shift(-1), categories=list("AUW")), dtype=float)
    return pd.concat([days[["rail_boardings", "bus"]] / 1e6, kinds.set_index(days.index)], axis=1)


@alternative("p.13.9", replaces="Seq2SeqBothDataset")
class PlainLoops(Windows):
    """Target by target, in a loop."""


@alternative("p.13.9", replaces="Seq2SeqBoth")
class LstmConvolved(nn.Module):
    """An LSTM with dropout, and a convolution of width 1 as its output layer."""

    def __init__(self, hidden_size=64):
        super().__init__()
        self.lstm = nn.LSTM(5, hidden_size, batch_first=True)
        self.drop, self.out = nn.Dropout(0.1), nn.Conv1d(hidden_size, 28, 1)

    def forward(self, X):
        return self.out(self.drop(self.lstm(X)[0]).mT).mT


@alternative("p.13.9", replaces="Seq2SeqBoth")
class Dilated(nn.Module):
    """No recurrence: causal convolutions with growing gaps, the day itself beside them; one head for both series."""

    def __init__(self, channels=32):
        super().__init__()
        sizes = zip((5, channels, channels), (channels,) * 3, (1, 2, 4), strict=True)
        self.convs = nn.ModuleList(nn.Conv1d(n_in, n_out, 3, dilation=gap) for n_in, n_out, gap in sizes)
        self.head = nn.Linear(channels + 5, 28)

    def forward(self, X):
        out = X.mT  # (B, channels, T)
        for conv in self.convs:
            out = nn.functional.gelu(conv(nn.functional.pad(out, (2 * conv.dilation[0], 0))))
        pairs = self.head(torch.cat([out.mT, X], dim=2)).unflatten(2, (14, 2))  # (B, T, 14, 2)
        return pairs.mT.flatten(2)
