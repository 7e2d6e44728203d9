# %% right
# Intent: tensors standardised once; a stratified split by a repeating pattern of parts laid over the shuffled rows,
# sorted by class; an MLP with layer normalisation, AdamW and a cosine-shaped rate.
import math

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset


class CoverDataset(Dataset):
    def __init__(self, X, y, mean, std) -> None:
        self.mean = torch.as_tensor(np.array(mean, dtype=np.float64))
        self.std = torch.as_tensor(np.array(std, dtype=np.float64))
        rows = torch.as_tensor(np.array(X, dtype=np.float64))
        scale = torch.where(self.std == 0, 1.0, self.std)
        rows[:, :10] = (rows[:, :10] - self.mean) / scale
        self.rows = rows.float()
        self.classes = torch.as_tensor(np.array(y, dtype=np.int64)) - 1

    def __len__(self) -> int:
        return len(self.classes)

    def __getitem__(self, i: int):
        return self.rows[i], self.classes[i]

    def __getitems__(self, rows):
        index = torch.as_tensor(rows, dtype=torch.int64)
        return list(zip(self.rows[index], self.classes[index]))


def make_loaders(X, y, batch_size: int = 256, seed: int = 42):
    X, y = np.asarray(X), np.asarray(y)
    shuffled = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed)).numpy()
    by_class = shuffled[np.argsort(y[shuffled], kind="stable")]
    pattern = np.array([0, 1, 0, 2, 0])  # three fifths, one fifth, one fifth
    part = np.empty(len(y), dtype=np.int64)
    part[by_class] = pattern[np.arange(len(y)) % 5]
    rows = [np.flatnonzero(part == k) for k in range(3)]
    quantities = X[rows[0], :10].astype(np.float64)
    mean, std = quantities.mean(axis=0), quantities.std(axis=0)
    train, valid, test = (CoverDataset(X[r], y[r], mean, std) for r in rows)
    orders = torch.Generator().manual_seed(seed + 1)
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True, generator=orders),
        DataLoader(valid, batch_size=batch_size),
        DataLoader(test, batch_size=batch_size),
    )


class CoverMLP(nn.Module):
    def __init__(self, n_hidden: int = 64) -> None:
        super().__init__()
        sizes = [54, n_hidden, n_hidden, n_hidden]
        blocks = [
            nn.Sequential(nn.Linear(a, b), nn.LayerNorm(b), nn.ReLU()) for a, b in zip(sizes[:-1], sizes[1:])
        ]
        self.body = nn.Sequential(*blocks)
        self.head = nn.Linear(n_hidden, 7)

    def forward(self, X: Tensor) -> Tensor:
        return self.head(self.body(X))


def train_cover(model, train_loader, valid_loader, n_epochs: int):
    from course import device

    place = device()
    model.to(place)
    optimizer = torch.optim.AdamW(model.parameters(), lr=5e-3, weight_decay=1e-3)
    n_steps = max(1, n_epochs * len(train_loader))
    warm = max(1, n_steps // 20)

    def rate(step: int) -> float:
        return min((step + 1) / warm, 0.5 * (1 + math.cos(math.pi * step / n_steps)))

    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rate)
    history: dict[str, list[float]] = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, n = torch.zeros((), dtype=torch.float64), 0
        for X, y in train_loader:
            X, y = X.to(place), y.to(place)
            loss = cross_entropy(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            total += loss.item() * len(y)
            n += len(y)
        history["loss"].append(float(total / n))

        model.eval()
        with torch.no_grad():
            pairs = [(model(X.to(place)), y.to(place)) for X, y in valid_loader]
        logits, labels = (torch.cat(parts) for parts in zip(*pairs))
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).double().mean().item())
    model.cpu().eval()
    return history


def cover_types(model, loader) -> Tensor:
    modes = [(part, part.training) for part in model.modules()]
    model.eval()
    with torch.no_grad():
        types = torch.cat([model(X).argmax(dim=1) + 1 for X, _ in loader])
    for part, training in modes:
        part.training = training
    return types

# %% wrong: make_loaders
# Misconception: to standardise, one takes mean and standard deviation of all the data there are: the more, the better.
def make_loaders(X, y, batch_size: int = 256, seed: int = 42):
    X, y = np.asarray(X), np.asarray(y)
    shuffled = torch.randperm(len(y), generator=torch.Generator().manual_seed(seed)).numpy()
    by_class = shuffled[np.argsort(y[shuffled], kind="stable")]
    pattern = np.array([0, 1, 0, 2, 0])
    part = np.empty(len(y), dtype=np.int64)
    part[by_class] = pattern[np.arange(len(y)) % 5]
    mean, std = X[:, :10].mean(axis=0), X[:, :10].std(axis=0)
    train, valid, test = (CoverDataset(X[part == k], y[part == k], mean, std) for k in range(3))
    orders = torch.Generator().manual_seed(seed + 1)
    return (
        DataLoader(train, batch_size=batch_size, shuffle=True, generator=orders),
        DataLoader(valid, batch_size=batch_size),
        DataLoader(test, batch_size=batch_size),
    )

# %% wrong: train_cover
# Misconception: the mean over all rows is the mean of the batches' means, whatever the size of the last batch.
def train_cover(model, train_loader, valid_loader, n_epochs: int):
    optimizer = torch.optim.AdamW(model.parameters(), lr=3e-3)
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        losses = []
        for X, y in train_loader:
            loss = cross_entropy(model(X), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        history["loss"].append(float(np.mean(losses)))
        model.eval()
        losses, shares = [], []
        with torch.no_grad():
            for X, y in valid_loader:
                logits = model(X)
                losses.append(cross_entropy(logits, y).item())
                shares.append((logits.argmax(dim=1) == y).double().mean().item())
        history["valid_loss"].append(float(np.mean(losses)))
        history["valid_accuracy"].append(float(np.mean(shares)))
    return history
