"""Chapter 10, what grows where (p.10.15): right answers unlike ours."""

import numpy as np
import torch
from sklearn.model_selection import StratifiedShuffleSplit
from sklearn.preprocessing import StandardScaler
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from autograder.testing import alternative


@alternative("p.10.15", replaces="CoverDataset")
class ByItems(torch.utils.data.Dataset):
    """Each item is made when it is asked for."""

    def __init__(self, X, y, mean, std):
        self.X, self.y, self.mean, self.std = np.asarray(X), np.asarray(y), np.asarray(mean), np.asarray(std)

    def __len__(self):
        return self.X.shape[0]

    def __getitem__(self, i):
        row = torch.tensor(np.asarray(self.X[i], dtype=np.float64))
        row[:10] = (row[:10] - torch.tensor(self.mean)) / torch.tensor(self.std)
        return row.float(), torch.tensor(int(self.y[i]) - 1)


@alternative("p.10.15", replaces="CoverDataset")
class ByTensors(TensorDataset):
    """A TensorDataset that was filled by its own beginning."""

    def __init__(self, X, y, mean, std):
        rows, self.mean, self.std = torch.tensor(X).double(), torch.tensor(mean), torch.tensor(std)
        scaled = torch.cat([(rows[:, :10] - self.mean) / self.std, rows[:, 10:]], dim=1)
        super().__init__(scaled.to(torch.float32), torch.as_tensor(y).long() - 1)


class _Rows(torch.utils.data.Dataset):
    def __init__(self, X, y, scaler):
        self.mean, self.std = scaler.mean_, scaler.scale_
        self.X = np.hstack([scaler.transform(X[:, :10].astype(np.float64)), X[:, 10:]]).astype(np.float32)
        self.y = y - 1

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        return self.X[i], self.y[i]


@alternative("p.10.15", replaces="make_loaders")
def by_splitters(X, y, batch_size=256, seed=42):
    """By scikit-learn's splitters and scaler, and a sampler of batches' orders."""
    X, y = np.asarray(X), np.asarray(y).astype(np.int64)
    train, rest = next(StratifiedShuffleSplit(1, test_size=0.4, random_state=seed).split(X, y))
    one, two = next(StratifiedShuffleSplit(1, test_size=0.5, random_state=seed + 1).split(X[rest], y[rest]))
    scaler = StandardScaler().fit(X[train, :10].astype(np.float64))
    parts = [_Rows(X[rows], y[rows], scaler) for rows in (train, rest[one], rest[two])]
    sampler = torch.utils.data.RandomSampler(parts[0], generator=torch.Generator().manual_seed(seed))
    return [DataLoader(parts[0], batch_size, sampler=sampler), *(DataLoader(part, batch_size) for part in parts[1:])]


@alternative("p.10.15", replaces="CoverMLP")
class Sequence(nn.Sequential):
    """A sequence with GELU."""

    def __init__(self, n_hidden=64):
        layers = [nn.Linear(54, n_hidden), nn.GELU(), nn.Linear(n_hidden, n_hidden), nn.GELU()]
        super().__init__(*layers, nn.Linear(n_hidden, 7))


@alternative("p.10.15", replaces="CoverMLP")
class WithShortcut(nn.Module):
    """Three hidden layers, each with a way around it, and layer normalisation."""

    def __init__(self, n_hidden=64):
        super().__init__()
        self.first, self.last = nn.Linear(54, n_hidden), nn.Linear(n_hidden, 7)
        self.blocks = nn.ModuleList(
            nn.Sequential(nn.LayerNorm(n_hidden), nn.Linear(n_hidden, n_hidden), nn.SiLU()) for _ in range(2)
        )

    def forward(self, X):
        X = torch.relu(self.first(X))
        for block in self.blocks:
            X = X + block(X)
        return self.last(X)


@alternative("p.10.15", replaces="train_cover")
def with_momentum(model, train_loader, valid_loader, n_epochs):
    """Gradient descent with momentum, and a rate that falls."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4)
    schedule = torch.optim.lr_scheduler.CosineAnnealingLR(optimizer, max(n_epochs, 1))
    criterion = nn.CrossEntropyLoss(reduction="sum")
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model = model.train()
        total = count = 0
        for X, y in train_loader:
            optimizer.zero_grad(set_to_none=True)
            loss = criterion(model(X), y)
            (loss / len(y)).backward()
            optimizer.step()
            total, count = total + loss.item(), count + len(y)
        schedule.step()
        history["loss"].append(total / count)
        model.eval()
        total = right = count = 0
        with torch.inference_mode():
            for X, y in valid_loader:
                logits = model(X)
                total += criterion(logits, y).item()
                right += int((logits.argmax(1) == y).sum())
                count += len(y)
        history["valid_loss"].append(total / count)
        history["valid_accuracy"].append(right / count)
    return history


@alternative("p.10.15", replaces="train_cover")
def with_adam(model, train_loader, valid_loader, n_epochs):
    """Adam with one rate."""
    criterion, optimizer = nn.CrossEntropyLoss(), torch.optim.Adam(model.parameters(), lr=0.003)
    history = {"loss": [], "valid_loss": [], "valid_accuracy": []}

    def run(loader):
        sums = torch.zeros(3)
        for X, y in loader:
            logits = model(X)
            loss = criterion(logits, y)
            if torch.is_grad_enabled():
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
            sums += torch.tensor([loss.item() * len(y), float((logits.argmax(1) == y).sum()), len(y)])
        return (sums[:2] / sums[2]).tolist()

    for _ in range(n_epochs):
        model.train()
        history["loss"].append(run(train_loader)[0])
        model.eval()
        with torch.no_grad():
            loss, accuracy = run(valid_loader)
        history["valid_loss"].append(loss)
        history["valid_accuracy"].append(accuracy)
    return history


@alternative("p.10.15", replaces="cover_types")
def batch_by_batch(model, loader):
    """As NumPy arrays, batch by batch."""
    model.train(False)
    found = []
    with torch.inference_mode():
        for X, _ in loader:
            found.append(1 + model(X).max(dim=1).indices.numpy())
    return np.concatenate(found).astype(np.int64)
