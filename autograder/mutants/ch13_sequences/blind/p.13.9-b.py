# %% right
# Intent: pandas for the calendar, Tensor.unfold for the 14 days ahead, a GRU whose answer is added to a linear one of
# what it has just read and of the same day last week; Adam on the mean absolute error, with a copy of the best weights.
import copy

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import DataLoader, Dataset


def daily_features(table):
    days = table.drop_duplicates("service_date").set_index("service_date").sort_index()
    kinds = pd.get_dummies(pd.Categorical(days["day_type"], ["A", "U", "W"])).set_index(days.index)
    tomorrow = kinds.reindex(days.index + pd.Timedelta(days=1), fill_value=False)
    return np.hstack([days[["rail_boardings", "bus"]] / 1e6, tomorrow]).astype(np.float32)


class Seq2SeqBothDataset(Dataset):
    def __init__(self, series, window=56):
        self.series = torch.tensor(np.asarray(series), dtype=torch.float32)
        self.window = window

    def __len__(self):
        return max(0, len(self.series) - self.window - HORIZON + 1)

    def __getitem__(self, i):
        i = range(len(self))[i]
        end = i + self.window
        ahead = self.series[i + 1 : end + HORIZON, :2].unfold(0, HORIZON, 1)  # (window, 2, 14)
        return self.series[i:end], ahead.flatten(1)


class Seq2SeqBoth(nn.Module):
    def __init__(self, hidden_size=32):
        super().__init__()
        self.gru = nn.GRU(10, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * HORIZON)
        self.skip = nn.Linear(10, 2 * HORIZON)

    def forward(self, X):
        last_week = F.pad(X, (0, 0, 6, 0))[:, : X.shape[1]]  # the day that is a week before tomorrow
        both = torch.cat([X, last_week], dim=2)
        return self.head(self.gru(both)[0]) + self.skip(both)


def _mean_absolute_error(model, loader):
    model.eval()
    with torch.no_grad():
        errors = [(model(X) - Y).abs().flatten() for X, Y in loader]
    return torch.cat(errors).double().mean().item()


def fit_forecaster(model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42):
    series = np.asarray(series, dtype=np.float32)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        train = DataLoader(Seq2SeqBothDataset(series[:n_train], window), batch_size=32, shuffle=True)
        valid = DataLoader(Seq2SeqBothDataset(series[n_train : n_train + n_valid], window), batch_size=256)
        optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
        best, losses = copy.deepcopy(model.state_dict()), []
        for _ in range(n_epochs):
            model.train()
            for X, Y in train:
                optimizer.zero_grad()
                F.l1_loss(model(X), Y).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            losses.append(_mean_absolute_error(model, valid))
            best_epoch = int(np.argmin(losses))
            if best_epoch == len(losses) - 1:
                best = copy.deepcopy(model.state_dict())
            if len(losses) - 1 - best_epoch >= patience:
                break
    model.load_state_dict(best)
    return losses


def forecast(model, recent):
    X = torch.tensor(np.asarray(recent), dtype=torch.float32)[None]
    was_training = model.training
    model.eval()
    with torch.no_grad():
        ahead = model(X)[0, -1]
    model.train(was_training)
    return 1e6 * ahead.reshape(2, HORIZON).T.double().numpy()


# %% wrong: fit_forecaster
# Misconception: Thinks that model.state_dict() is a snapshot of the weights, while it only refers to them, so that
# the weights of the last epoch are what is "restored".
def fit_forecaster(model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42):
    series = np.asarray(series, dtype=np.float32)
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        train = DataLoader(Seq2SeqBothDataset(series[:n_train], window), batch_size=32, shuffle=True)
        valid = DataLoader(Seq2SeqBothDataset(series[n_train : n_train + n_valid], window), batch_size=256)
        optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
        best, losses = model.state_dict(), []
        for _ in range(n_epochs):
            model.train()
            for X, Y in train:
                optimizer.zero_grad()
                F.l1_loss(model(X), Y).backward()
                nn.utils.clip_grad_norm_(model.parameters(), 1.0)
                optimizer.step()
            losses.append(_mean_absolute_error(model, valid))
            best_epoch = int(np.argmin(losses))
            if best_epoch == len(losses) - 1:
                best = model.state_dict()
            if len(losses) - 1 - best_epoch >= patience:
                break
    model.load_state_dict(best)
    return losses


# %% wrong: Seq2SeqBoth
# Misconception: Thinks that centring each window on its own mean is harmless scaling, while the mean over all its days
# tells every day of those to come.
class Seq2SeqBoth(nn.Module):
    def __init__(self, hidden_size=32):
        super().__init__()
        self.gru = nn.GRU(10, hidden_size, batch_first=True)
        self.head = nn.Linear(hidden_size, 2 * HORIZON)
        self.skip = nn.Linear(10, 2 * HORIZON)

    def forward(self, X):
        level = X[:, :, :2].mean(dim=1, keepdim=True)
        X = torch.cat([X[:, :, :2] - level, X[:, :, 2:]], dim=2)
        both = torch.cat([X, F.pad(X, (0, 0, 6, 0))[:, : X.shape[1]]], dim=2)
        return self.head(self.gru(both)[0]) + self.skip(both) + level.repeat_interleave(HORIZON, dim=2)
