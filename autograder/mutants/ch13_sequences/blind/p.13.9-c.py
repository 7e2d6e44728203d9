# %% right
# Intent: A causal network of two parts: a linear filter over the last 15 days that begins as "the same weekday again",
# and gated convolutions that correct it; Adam on the absolute error, with a deep copy of the best weights.
import copy

import numpy as np
import pandas as pd
import torch
from torch import nn
from torch.nn import functional as F
from torch.utils.data import Dataset


def daily_features(table):
    days = table.groupby("service_date", sort=True)[["rail_boardings", "bus", "day_type"]].first()
    rides = days[["rail_boardings", "bus"]].to_numpy(dtype=np.float64) / 1e6
    kinds = np.asarray(days["day_type"], dtype=object)[:, np.newaxis] == np.array(list("AUW"), dtype=object)
    upcoming = np.vstack([kinds[1:], np.zeros((min(len(kinds), 1), 3))])
    return np.hstack([rides, upcoming]).astype(np.float32)


class Seq2SeqBothDataset(Dataset):
    def __init__(self, series, window=56):
        self.window = window
        self.days = torch.as_tensor(np.array(series, dtype=np.float32))
        n = len(self.days)
        self.size = max(n - window - 14 + 1, 0)
        # row t: a (2, 14) table of days t + 1, ..., t + 14, laid flat
        self.ahead = self.days[1:, :2].unfold(0, 14, 1).flatten(1) if n > 14 else torch.empty(0, 28)

    def __len__(self):
        return self.size

    def __getitem__(self, i):
        rows = slice(start := range(self.size)[i], start + self.window)
        return self.days[rows].clone(), self.ahead[rows].clone()


class _Past(nn.Conv1d):
    """A convolution that looks at a step and at those before it."""

    def forward(self, S):
        return super().forward(F.pad(S, (self.dilation[0] * (self.kernel_size[0] - 1), 0)))


class Seq2SeqBoth(nn.Module):
    past = _Past

    def __init__(self, hidden_size=32):
        super().__init__()
        self.lags = self.past(5, 28, 15)
        self.gates = nn.ModuleList(
            [self.past(5, 2 * hidden_size, 8), self.past(hidden_size, 2 * hidden_size, 2, dilation=7)]
        )
        self.mix = nn.Conv1d(2 * hidden_size + 5, 28, 1)
        with torch.no_grad():
            self.lags.weight.mul_(0.1)
            for ride in range(2):
                for k in range(14):
                    self.lags.weight[14 * ride + k, ride, 14 - (6 - k % 7)] += 0.5

    def forward(self, X):
        S = X.transpose(1, 2)
        found, signal = [S], S
        for gate in self.gates:
            a, b = gate(signal).chunk(2, dim=1)
            signal = torch.tanh(a) * torch.sigmoid(b)
            found.append(signal)
        return (self.lags(S) + self.mix(torch.cat(found, dim=1))).transpose(1, 2)


def _stacked(dataset):
    pairs = [dataset[i] for i in range(len(dataset))]
    return tuple(torch.stack(side) for side in zip(*pairs))


def _off(model, X, Y):
    model.eval()
    with torch.no_grad():
        gaps = (model(x).reshape(y.shape) - y for x, y in zip(X.split(256), Y.split(256)))
        return sum(gap.abs().double().sum().item() for gap in gaps) / Y.numel()


def fit_forecaster(model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42):
    days = np.asarray(series, dtype=np.float32)
    X, Y = _stacked(Seq2SeqBothDataset(days[:n_train], window))
    held_out = _stacked(Seq2SeqBothDataset(days[n_train : n_train + n_valid], window))
    weights = [p for p in model.parameters() if p.requires_grad]
    optimiser = torch.optim.Adam(weights, lr=0.004) if weights else None
    losses, best = [], copy.deepcopy(model.state_dict())
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for epoch in range(n_epochs):
            model.train()
            for rows in torch.randperm(len(X)).split(20):
                if optimiser is None:
                    break
                optimiser.param_groups[0]["lr"] = 0.006 / (1 + epoch / 5)
                optimiser.zero_grad()
                F.l1_loss(model(X[rows]).reshape(Y[rows].shape), Y[rows]).backward()
                nn.utils.clip_grad_norm_(weights, 1.0)
                optimiser.step()
            losses.append(_off(model, *held_out))
            lowest = int(np.argmin(losses))
            if lowest == epoch:
                best = copy.deepcopy(model.state_dict())
            if epoch - lowest >= patience:
                break
    model.load_state_dict(best)
    model.eval()
    return losses


def forecast(model, recent):
    mode = model.training
    model.eval()
    try:
        with torch.no_grad():
            said = model(torch.as_tensor(np.array(recent, dtype=np.float32))[None])[0, -1]
    finally:
        model.train(mode)
    return 1e6 * said.reshape(2, 14).T.double().numpy()


# %% wrong: fit_forecaster
# Misconception: Thinks that state_dict() is a snapshot: keeps it without copying, but its tensors go on being trained,
# so the model is left with the weights of the last epoch, not the best one.
def fit_forecaster(model, series, n_train, n_valid, *, window=56, n_epochs=100, patience=10, seed=42):
    days = np.asarray(series, dtype=np.float32)
    X, Y = _stacked(Seq2SeqBothDataset(days[:n_train], window))
    held_out = _stacked(Seq2SeqBothDataset(days[n_train : n_train + n_valid], window))
    optimiser = torch.optim.Adam(model.parameters(), lr=0.004)
    losses, best, lowest = [], None, 0
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for epoch in range(n_epochs):
            model.train()
            for rows in torch.randperm(len(X)).split(24):
                optimiser.zero_grad()
                F.l1_loss(model(X[rows]), Y[rows]).backward()
                optimiser.step()
            losses.append(_off(model, *held_out))
            if losses[-1] <= min(losses):
                best, lowest = model.state_dict(), epoch
            if epoch - lowest >= patience:
                break
    model.load_state_dict(best)
    model.eval()
    return losses


# %% wrong: Seq2SeqBoth
# Misconception: Thinks that padding="same" is what makes a convolution fit for an answer after each day; it keeps the
# length, but each output looks at as many later days as earlier ones.
class _Centred(nn.Conv1d):
    def __init__(self, n_in, n_out, kernel, dilation=1):
        super().__init__(n_in, n_out, kernel, padding="same", dilation=dilation)


class Seq2SeqBoth(Seq2SeqBoth):
    past = _Centred
