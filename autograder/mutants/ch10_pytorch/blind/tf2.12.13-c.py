# %% right
# Intent: Adam below and RMSprop above; one backward pass per batch that serves both; running sums that begin anew with
# each epoch; a small convolutional lower half, so that strokes are found wherever they lie.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset


def two_optimizers(model, lr_lower: float, lr_upper: float):
    lower = torch.optim.Adam(model[0].parameters(), lr=lr_lower)
    upper = torch.optim.RMSprop(model[1].parameters(), lr=lr_upper)
    return lower, upper


def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs: int):
    place = next(model.parameters()).device
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}

    def tally(logits, loss, y):
        """Sums over a batch: losses, hits, rows."""
        hits = (logits.argmax(dim=1) == y).sum().item()
        return torch.tensor([loss.item() * len(y), hits, len(y)], dtype=torch.float64)

    for _ in range(n_epochs):
        model.train()
        sums = torch.zeros(3, dtype=torch.float64)
        for X, y in train_batches:
            X, y = X.to(place), y.to(place)
            for optimizer in optimizers:
                optimizer.zero_grad()
            logits = model(X)
            loss = cross_entropy(logits, y)
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            sums += tally(logits, loss, y)
            history["loss"].append((sums[0] / sums[2]).item())
            history["accuracy"].append((sums[1] / sums[2]).item())

        model.eval()
        sums = torch.zeros(3, dtype=torch.float64)
        with torch.no_grad():
            for X, y in valid_batches:
                X, y = X.to(place), y.to(place)
                logits = model(X)
                sums += tally(logits, cross_entropy(logits, y), y)
        history["valid_loss"].append((sums[0] / sums[2]).item())
        history["valid_accuracy"].append((sums[1] / sums[2]).item())
    model.eval()
    return history


def fit_clothes(X, y, X_valid, y_valid, n_epochs: int = 10, seed: int = 42):
    def table(pixels, classes):
        return TensorDataset(
            torch.as_tensor(np.asarray(pixels, dtype=np.float32) / 255),
            torch.as_tensor(np.asarray(classes, dtype=np.int64)),
        )

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        lower = nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 16, 5, stride=2, padding=2),
            nn.BatchNorm2d(16),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.ReLU(),
            nn.Flatten(),
        )
        upper = nn.Sequential(nn.Linear(32 * 7 * 7, 100), nn.ReLU(), nn.Linear(100, 10))
        model = nn.Sequential(lower, upper)
        batch_size = 16 if len(y) < 5000 else 128
        train = DataLoader(
            table(X, y), batch_size=batch_size, shuffle=True, generator=torch.Generator().manual_seed(seed)
        )
        valid = DataLoader(table(X_valid, y_valid), batch_size=500)
        history = train_with_both(model, two_optimizers(model, 3e-3, 5e-4), train, valid, n_epochs)
    return model.cpu().eval(), history

# %% wrong: train_with_both
# Misconception: a running mean goes on through the whole training; that a new epoch begins does not matter to it.
def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs: int):
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    total = hits = rows = 0.0
    for _ in range(n_epochs):
        model.train()
        for X, y in train_batches:
            for optimizer in optimizers:
                optimizer.zero_grad()
            logits = model(X)
            loss = cross_entropy(logits, y)
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            total += loss.item() * len(y)
            hits += (logits.argmax(dim=1) == y).sum().item()
            rows += len(y)
            history["loss"].append(total / rows)
            history["accuracy"].append(hits / rows)
        model.eval()
        v_total = v_hits = v_rows = 0.0
        with torch.no_grad():
            for X, y in valid_batches:
                logits = model(X)
                v_total += cross_entropy(logits, y).item() * len(y)
                v_hits += (logits.argmax(dim=1) == y).sum().item()
                v_rows += len(y)
        history["valid_loss"].append(v_total / v_rows)
        history["valid_accuracy"].append(v_hits / v_rows)
    return history

# %% wrong: train_with_both
# Misconception: each optimiser needs a forward and a backward pass of its own, one after the other.
def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs: int):
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total = hits = rows = 0.0
        for X, y in train_batches:
            first = None
            for optimizer in optimizers:
                optimizer.zero_grad()
                logits = model(X)
                loss = cross_entropy(logits, y)
                loss.backward()
                optimizer.step()
                if first is None:
                    first = (loss.item(), (logits.argmax(dim=1) == y).sum().item())
            total += first[0] * len(y)
            hits += first[1]
            rows += len(y)
            history["loss"].append(total / rows)
            history["accuracy"].append(hits / rows)
        model.eval()
        v_total = v_hits = v_rows = 0.0
        with torch.no_grad():
            for X, y in valid_batches:
                logits = model(X)
                v_total += cross_entropy(logits, y).item() * len(y)
                v_hits += (logits.argmax(dim=1) == y).sum().item()
                v_rows += len(y)
        history["valid_loss"].append(v_total / v_rows)
        history["valid_accuracy"].append(v_hits / v_rows)
    return history
