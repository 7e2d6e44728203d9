# %% right
# Intent: look the digits up in a loop; a network of five small Sequentials; a plain Adam loop, whose best state goes to
# the file and comes from there in the end; folds cut once from one permutation, trained for all epochs without looking
# at the part held out.
import numpy as np
import torch
from torch import nn


def pick_digits(X, y, digits):
    X, y = np.asarray(X), np.asarray(y)
    number = {}
    for place, digit in enumerate(digits):
        number[int(digit)] = place
    kept, labels = [], []
    for row, digit in enumerate(y):
        if int(digit) in number:
            kept.append(row)
            labels.append(number[int(digit)])
    chosen = X[np.array(kept, dtype=np.int64)]
    return (chosen.astype(np.float64) / 255.0).astype(np.float32), np.array(labels, dtype=np.int64)


class HalfDigits(nn.Module):
    def __init__(self, n_inputs=784, n_outputs=5, n_hidden=100, batch_norm=False, dropout=0.0):
        super().__init__()
        layers = []
        width = n_inputs
        for _ in range(5):
            dense = nn.Linear(width, n_hidden)
            with torch.no_grad():
                dense.weight.copy_(torch.randn(n_hidden, width) * (2.0 / width) ** 0.5)
                dense.bias.copy_(torch.zeros(n_hidden))
            parts = [dense]
            if batch_norm:
                parts.append(nn.BatchNorm1d(n_hidden))
            parts.append(nn.ELU())
            if dropout > 0:
                parts.append(nn.Dropout(dropout))
            layers.append(nn.Sequential(*parts))
            width = n_hidden
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(width, n_outputs)

    def forward(self, X):
        for layer in self.hidden:
            X = layer(X)
        return self.output(X)


def _half_tensors(X, y):
    return torch.tensor(np.asarray(X, dtype=np.float32)), torch.tensor(np.asarray(y, dtype=np.int64))


def _half_epoch(model, optimiser, X, y, batch_size, dice):
    model.train()
    order = dice.permutation(len(X))
    for start in range(0, len(X), batch_size):
        chosen = torch.tensor(order[start : start + batch_size])
        optimiser.zero_grad()
        nn.functional.cross_entropy(model(X[chosen]), y[chosen]).backward()
        optimiser.step()


def _half_loss(model, X, y):
    model.eval()
    with torch.no_grad():
        return nn.functional.cross_entropy(model(X), y).item()


def train_half(model, X, y, X_valid, y_valid, path, *, n_epochs=50, patience=5, rate=1e-3, batch_size=64, seed=42):
    X, y = _half_tensors(X, y)
    X_valid, y_valid = _half_tensors(X_valid, y_valid)
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    losses = []
    lowest, best_epoch = None, 0
    for epoch in range(n_epochs):
        _half_epoch(model, optimiser, X, y, batch_size, dice)
        loss = _half_loss(model, X_valid, y_valid)
        losses.append(loss)
        if lowest is None or loss < lowest:
            lowest, best_epoch = loss, epoch
            torch.save(model.state_dict(), path)
        if epoch - best_epoch >= patience:
            break
    model.load_state_dict(torch.load(path))
    model.eval()
    return losses


def compare_settings(X, y, settings, *, n_folds=3, n_epochs=5, n_hidden=100, seed=42):
    X, y = _half_tensors(X, y)
    n_outputs = int(y.max()) + 1
    order = np.random.default_rng(seed).permutation(len(X))
    parts = np.array_split(order, n_folds)
    scores = []
    for setting in settings:
        rights = []
        for fold in range(n_folds):
            others = np.concatenate([parts[i] for i in range(n_folds) if i != fold])
            learn, held_out = torch.tensor(others), torch.tensor(parts[fold])
            torch.manual_seed(seed + fold)
            dice = np.random.default_rng(seed + fold)
            net = HalfDigits(
                n_inputs=X.shape[1],
                n_outputs=n_outputs,
                n_hidden=n_hidden,
                batch_norm=setting.get("batch_norm", False),
                dropout=setting.get("dropout", 0.0),
            )
            optimiser = torch.optim.Adam(net.parameters(), lr=setting.get("rate", 1e-3))
            for _ in range(n_epochs):
                _half_epoch(net, optimiser, X[learn], y[learn], setting.get("batch_size", 64), dice)
            net.eval()
            with torch.no_grad():
                guesses = net(X[held_out]).argmax(dim=1)
            rights.append(float((guesses == y[held_out]).double().mean()))
        scores.append(sum(rights) / n_folds)
    return scores


# %% wrong: HalfDigits
# Misconception: batch norm has to normalise what the layer hands on, so it comes after the activation.
class HalfDigits(nn.Module):
    def __init__(self, n_inputs=784, n_outputs=5, n_hidden=100, batch_norm=False, dropout=0.0):
        super().__init__()
        layers = []
        width = n_inputs
        for _ in range(5):
            dense = nn.Linear(width, n_hidden)
            with torch.no_grad():
                dense.weight.copy_(torch.randn(n_hidden, width) * (2.0 / width) ** 0.5)
                dense.bias.copy_(torch.zeros(n_hidden))
            parts = [dense, nn.ELU()]
            if batch_norm:
                parts.append(nn.BatchNorm1d(n_hidden))
            if dropout > 0:
                parts.append(nn.Dropout(dropout))
            layers.append(nn.Sequential(*parts))
            width = n_hidden
        self.hidden = nn.Sequential(*layers)
        self.output = nn.Linear(width, n_outputs)

    def forward(self, X):
        return self.output(self.hidden(X))


# %% wrong: train_half
# Misconception: an epoch is an improvement if its loss is lower than that of the epoch before it.
def train_half(model, X, y, X_valid, y_valid, path, *, n_epochs=50, patience=5, rate=1e-3, batch_size=64, seed=42):
    X, y = _half_tensors(X, y)
    X_valid, y_valid = _half_tensors(X_valid, y_valid)
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    losses, worse = [], 0
    for _ in range(n_epochs):
        _half_epoch(model, optimiser, X, y, batch_size, dice)
        losses.append(_half_loss(model, X_valid, y_valid))
        if len(losses) == 1 or losses[-1] < losses[-2]:
            worse = 0
            torch.save(model.state_dict(), path)
        else:
            worse += 1
            if worse >= patience:
                break
    model.load_state_dict(torch.load(path))
    model.eval()
    return losses
