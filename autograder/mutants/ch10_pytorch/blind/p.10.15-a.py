# %% right
# Intent: NumPy for splitting (sort by class, deal out in fives: train, valid, train, test, train); a plain MLP with three hidden
# layers and Adam whose rate rises briefly and then falls to zero; sums over rows for all figures.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset

from course import device


class CoverDataset(Dataset):
    def __init__(self, X, y, mean, std):
        self.mean = np.asarray(mean, dtype=np.float64)
        self.std = np.asarray(std, dtype=np.float64)
        X = np.asarray(X)
        n = self.mean.shape[0]
        divisor = np.where(self.std > 0, self.std, 1.0)  # a quantity that never changes becomes 0
        rows = X.astype(np.float32)
        rows[:, :n] = (X[:, :n].astype(np.float64) - self.mean) / divisor
        self.rows = torch.from_numpy(rows)
        self.labels = torch.from_numpy(np.asarray(y).astype(np.int64) - 1)

    def __len__(self):
        return len(self.labels)

    def __getitem__(self, i):
        return self.rows[i], self.labels[i]

    def __getitems__(self, rows):
        where = torch.as_tensor(rows)
        return list(zip(self.rows[where], self.labels[where]))


def make_loaders(X, y, batch_size=256, seed=42):
    X, y = np.asarray(X), np.asarray(y)
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]  # class by class, random within each
    parts = [[], [], []]
    for k, row in enumerate(order.tolist()):
        parts[(0, 1, 0, 2, 0)[k % 5]].append(row)
    known = X[parts[0]][:, :10].astype(np.float64)
    mean = known.mean(axis=0)
    std = known.std(axis=0)
    loaders = []
    for number, part in enumerate(parts):
        dataset = CoverDataset(X[part], y[part], mean, std)
        if number == 0:
            generator = torch.Generator().manual_seed(seed)
            loaders.append(DataLoader(dataset, batch_size=batch_size, shuffle=True, generator=generator))
        else:
            loaders.append(DataLoader(dataset, batch_size=batch_size))
    return tuple(loaders)


class CoverMLP(nn.Module):
    def __init__(self, n_hidden=64):
        super().__init__()
        sizes = [54, n_hidden, n_hidden, n_hidden]
        self.hidden = nn.ModuleList()
        for n_in, n_out in zip(sizes[:-1], sizes[1:]):
            layer = nn.Linear(n_in, n_out)
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu")
            nn.init.zeros_(layer.bias)
            self.hidden.append(layer)
        self.out = nn.Linear(n_hidden, 7)

    def forward(self, X):
        for layer in self.hidden:
            X = torch.relu(layer(X))
        return self.out(X)


def train_cover(model, train_loader, valid_loader, n_epochs):
    where = device()
    model.to(where)
    top = 0.005
    optimizer = torch.optim.Adam(model.parameters(), lr=top)
    n_steps = max(1, n_epochs * len(train_loader))
    warm = max(1, n_steps // 10)
    step = 0
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, n_rows = 0.0, 0
        for X, y in train_loader:
            X, y = X.to(where), y.to(where)
            rate = top * min((step + 1) / warm, (n_steps - step) / max(1, n_steps - warm))
            for group in optimizer.param_groups:
                group["lr"] = rate
            step += 1
            optimizer.zero_grad()
            loss = cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            total += loss.item() * len(y)
            n_rows += len(y)
        history["loss"].append(total / n_rows)
        model.eval()
        total, right, n_rows = 0.0, 0, 0
        with torch.no_grad():
            for X, y in valid_loader:
                X, y = X.to(where), y.to(where)
                logits = model(X)
                total += cross_entropy(logits, y).item() * len(y)
                right += int((logits.argmax(dim=1) == y).sum())
                n_rows += len(y)
        history["valid_loss"].append(total / n_rows)
        history["valid_accuracy"].append(right / n_rows)
    model.to("cpu")
    model.eval()
    return history


def cover_types(model, loader):
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    found = []
    with torch.no_grad():
        for X, _ in loader:
            for parameter in model.parameters():
                X = X.to(parameter.device)
                break
            found.append(model(X).argmax(dim=1).cpu() + 1)
    for part, mode in modes:
        part.training = mode
    return torch.cat(found)

# %% wrong: make_loaders
# Misconception: mean and deviation are a property of the data, so they are worked out from all rows, before the split.
def make_loaders(X, y, batch_size=256, seed=42):
    X, y = np.asarray(X), np.asarray(y)
    mean, std = X[:, :10].mean(axis=0), X[:, :10].std(axis=0)
    order = np.random.default_rng(seed).permutation(len(y))
    order = order[np.argsort(y[order], kind="stable")]
    parts = [[], [], []]
    for k, row in enumerate(order.tolist()):
        parts[(0, 1, 0, 2, 0)[k % 5]].append(row)
    train, valid, test = (CoverDataset(X[part], y[part], mean, std) for part in parts)
    generator = torch.Generator().manual_seed(seed)
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True, generator=generator),
        DataLoader(valid, batch_size=batch_size),
        DataLoader(test, batch_size=batch_size),
    )

# %% wrong: train_cover
# Misconception: a mean of the batches' means is the mean over all rows, for losses and for accuracy, even if the last batch is small.
def train_cover(model, train_loader, valid_loader, n_epochs):
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        losses = []
        for X, y in train_loader:
            optimizer.zero_grad()
            loss = cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        model.eval()
        valid_losses, shares = [], []
        with torch.no_grad():
            for X, y in valid_loader:
                logits = model(X)
                valid_losses.append(cross_entropy(logits, y).item())
                shares.append((logits.argmax(dim=1) == y).float().mean().item())
        history["loss"].append(float(np.mean(losses)))
        history["valid_loss"].append(float(np.mean(valid_losses)))
        history["valid_accuracy"].append(float(np.mean(shares)))
    return history
