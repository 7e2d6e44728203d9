# %% right
# Intent: NAdam below, AdamW above; one backward per batch, then a step of each; a plain MLP in two halves, with a
# seeded DataLoader.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy
from torch.utils.data import DataLoader, TensorDataset


def two_optimizers(model, lr_lower, lr_upper):
    return (
        torch.optim.NAdam(model[0].parameters(), lr=lr_lower),
        torch.optim.AdamW(model[1].parameters(), lr=lr_upper),
    )


def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs):
    where = next(model.parameters()).device
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, right, n = 0.0, 0, 0
        for X, y in train_batches:
            X, y = X.to(where), y.to(where)
            model.zero_grad()
            logits = model(X)
            loss = cross_entropy(logits, y)
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            n += len(y)
            total += loss.item() * len(y)
            right += (logits.argmax(dim=1) == y).sum().item()
            history["loss"].append(total / n)
            history["accuracy"].append(right / n)
        model.eval()
        with torch.no_grad():
            logits, labels = map(torch.cat, zip(*((model(X.to(where)), y.to(where)) for X, y in valid_batches)))
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).double().mean().item())
    model.eval()
    return history


def fit_clothes(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    def pictures(X, y):
        return TensorDataset(
            torch.as_tensor(np.asarray(X) / 255, dtype=torch.float32), torch.as_tensor(np.asarray(y), dtype=torch.int64)
        )

    with torch.random.fork_rng():
        torch.manual_seed(seed)
        model = nn.Sequential(
            nn.Sequential(nn.Linear(784, 256), nn.ReLU()),
            nn.Sequential(nn.Linear(256, 128), nn.ReLU(), nn.Linear(128, 10)),
        )
        history = train_with_both(
            model,
            two_optimizers(model, 0.001, 0.001),
            DataLoader(pictures(X, y), 20, shuffle=True),
            DataLoader(pictures(X_valid, y_valid), 1000),
            n_epochs,
        )
    return model, history

# %% wrong: train_with_both
# Misconception: every optimiser needs a forward and a backward pass of its own, after the other one has moved.
def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs):
    where = next(model.parameters()).device
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, right, n = 0.0, 0, 0
        for X, y in train_batches:
            X, y = X.to(where), y.to(where)
            for optimizer in optimizers:
                model.zero_grad()
                logits = model(X)
                loss = cross_entropy(logits, y)
                loss.backward()
                optimizer.step()
            n += len(y)
            total += loss.item() * len(y)
            right += (logits.argmax(dim=1) == y).sum().item()
            history["loss"].append(total / n)
            history["accuracy"].append(right / n)
        model.eval()
        with torch.no_grad():
            logits, labels = map(torch.cat, zip(*((model(X.to(where)), y.to(where)) for X, y in valid_batches)))
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).double().mean().item())
    model.eval()
    return history

# %% wrong: train_with_both
# Misconception: the running mean runs on through all epochs; nothing is set back when a new one begins.
def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs):
    where = next(model.parameters()).device
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    total, right, n = 0.0, 0, 0
    for _ in range(n_epochs):
        model.train()
        for X, y in train_batches:
            X, y = X.to(where), y.to(where)
            model.zero_grad()
            logits = model(X)
            loss = cross_entropy(logits, y)
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            n += len(y)
            total += loss.item() * len(y)
            right += (logits.argmax(dim=1) == y).sum().item()
            history["loss"].append(total / n)
            history["accuracy"].append(right / n)
        model.eval()
        with torch.no_grad():
            logits, labels = map(torch.cat, zip(*((model(X.to(where)), y.to(where)) for X, y in valid_batches)))
        history["valid_loss"].append(cross_entropy(logits, labels).item())
        history["valid_accuracy"].append((logits.argmax(dim=1) == labels).double().mean().item())
    model.eval()
    return history
