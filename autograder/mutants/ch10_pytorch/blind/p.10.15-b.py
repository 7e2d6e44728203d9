# %% right
# Intent: StratifiedKFold with five folds gives the shares, three folds to train with; an MLP with AdamW and one cycle of
# the rate, all losses summed over rows.
import numpy as np
import torch
from sklearn.model_selection import StratifiedKFold
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, Dataset


class CoverDataset(Dataset):
    def __init__(self, X, y, mean, std):
        self.mean, self.std = np.asarray(mean, dtype=float), np.asarray(std, dtype=float)
        X = np.array(X, dtype=float)
        X[:, :10] = (X[:, :10] - self.mean) / np.where(self.std == 0, 1, self.std)
        self.rows = torch.as_tensor(X, dtype=torch.float32)
        self.labels = torch.as_tensor(np.asarray(y), dtype=torch.int64) - 1

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i], self.labels[i]

    def __getitems__(self, rows):
        return list(zip(self.rows[rows], self.labels[rows]))


def make_loaders(X, y, batch_size=256, seed=42):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    folds = [fold for _, fold in StratifiedKFold(5, shuffle=True, random_state=seed).split(X, y)]
    # The first folds are the ones that may have a row more: every other one keeps 60% to within one.
    train = np.concatenate(folds[::2])
    mean, std = X[train, :10].mean(axis=0), X[train, :10].std(axis=0)
    sets = [CoverDataset(X[rows], y[rows], mean, std) for rows in (train, folds[1], folds[3])]
    order = torch.Generator().manual_seed(seed)
    return (
        DataLoader(sets[0], batch_size, shuffle=True, generator=order),
        DataLoader(sets[1], batch_size),
        DataLoader(sets[2], batch_size),
    )


class CoverMLP(nn.Module):
    def __init__(self, n_hidden=64):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Linear(54, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, n_hidden),
            nn.ReLU(),
            nn.Linear(n_hidden, 7),
        )

    def forward(self, X):
        return self.layers(X)


def train_cover(model, train_loader, valid_loader, n_epochs):
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.001)
    rate = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, max_lr=0.006, total_steps=max(1, n_epochs * len(train_loader)) + 1
    )
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, n = 0.0, 0
        for X, y in train_loader:
            optimizer.zero_grad()
            loss = cross_entropy(model(X), y)
            loss.backward()
            optimizer.step()
            rate.step()
            total, n = total + loss.item() * len(y), n + len(y)
        history["loss"].append(total / n)
        model.eval()
        with torch.no_grad():
            logits, labels = map(torch.cat, zip(*((model(X), y) for X, y in valid_loader)))
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).double().mean().item())
    model.eval()
    return history


@torch.no_grad()
def cover_types(model, loader):
    model.eval()
    return torch.cat([model(X).argmax(dim=1) for X, _ in loader]) + 1

# %% wrong: make_loaders
# Misconception: each part is standardised by its own figures, so that each has mean 0 and standard deviation 1.
def make_loaders(X, y, batch_size=256, seed=42):
    X, y = np.asarray(X, dtype=float), np.asarray(y)
    folds = [fold for _, fold in StratifiedKFold(5, shuffle=True, random_state=seed).split(X, y)]
    sets = [
        CoverDataset(X[rows], y[rows], X[rows, :10].mean(axis=0), X[rows, :10].std(axis=0))
        for rows in (np.concatenate(folds[::2]), folds[1], folds[3])
    ]
    order = torch.Generator().manual_seed(seed)
    return (
        DataLoader(sets[0], batch_size, shuffle=True, generator=order),
        DataLoader(sets[1], batch_size),
        DataLoader(sets[2], batch_size),
    )

# %% wrong: train_cover
# Misconception: the mean over all rows is the mean of the batches' means, in training and in validation.
def train_cover(model, train_loader, valid_loader, n_epochs):
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.003)
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
        history["loss"].append(float(np.mean(losses)))
        model.eval()
        losses, right = [], []
        with torch.no_grad():
            for X, y in valid_loader:
                logits = model(X)
                losses.append(cross_entropy(logits, y).item())
                right.append((logits.argmax(dim=1) == y).double().mean().item())
        history["valid_loss"].append(float(np.mean(losses)))
        history["valid_accuracy"].append(float(np.mean(right)))
    model.eval()
    return history
