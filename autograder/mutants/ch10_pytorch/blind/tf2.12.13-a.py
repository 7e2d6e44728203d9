# %% right
# Intent: Adam below, RMSprop above; one backward pass, then every optimiser steps; sums over rows that begin anew each epoch.
import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy

from course import device


def two_optimizers(model, lr_lower, lr_upper):
    lower = torch.optim.Adam(model[0].parameters(), lr=lr_lower)
    upper = torch.optim.RMSprop(model[1].parameters(), lr=lr_upper)
    return lower, upper


def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs):
    where = torch.device("cpu")
    for parameter in model.parameters():
        where = parameter.device
        break
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, y in train_batches:
            X, y = X.to(where), y.to(where)
            for optimizer in optimizers:
                optimizer.zero_grad()
            logits = model(X)
            loss = cross_entropy(logits, y)
            loss.backward()
            for optimizer in optimizers:
                optimizer.step()
            total += loss.item() * len(y)
            right += int((logits.argmax(dim=1) == y).sum())
            seen += len(y)
            history["loss"].append(total / seen)
            history["accuracy"].append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, y in valid_batches:
                X, y = X.to(where), y.to(where)
                logits = model(X)
                total += cross_entropy(logits, y).item() * len(y)
                right += int((logits.argmax(dim=1) == y).sum())
                seen += len(y)
        history["valid_loss"].append(total / seen)
        history["valid_accuracy"].append(right / seen)
    model.eval()
    return history


class Shuffled:
    """Batches of rows; the order is drawn anew each time, from a generator of its own (or is kept, without one)."""

    def __init__(self, X, y, size, generator=None):
        self.X, self.y, self.size, self.generator = X, y, size, generator

    def __iter__(self):
        n = len(self.y)
        order = torch.arange(n) if self.generator is None else torch.randperm(n, generator=self.generator)
        for start in range(0, n, self.size):
            rows = order[start : start + self.size]
            yield self.X[rows], self.y[rows]


def fit_clothes(X, y, X_valid, y_valid, n_epochs=10, seed=42):
    def prepared(pixels, labels):
        pixels = torch.from_numpy(np.asarray(pixels).astype(np.float32) / 255)
        return pixels, torch.from_numpy(np.asarray(labels).astype(np.int64))

    X, y = prepared(X, y)
    X_valid, y_valid = prepared(X_valid, y_valid)
    size = 16 if len(y) < 2000 else 64
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    model = nn.Sequential(
        nn.Sequential(
            nn.Unflatten(1, (1, 28, 28)),
            nn.Conv2d(1, 16, 5, stride=2),
            nn.ReLU(),
            nn.Conv2d(16, 32, 3, stride=2),
            nn.ReLU(),
            nn.Flatten(),
        ),
        nn.Sequential(nn.Linear(32 * 5 * 5, 128), nn.ReLU(), nn.Linear(128, 10)),
    )
    model.to(device())
    batches = Shuffled(X, y, size, torch.Generator().manual_seed(seed))
    history = train_with_both(
        model, two_optimizers(model, 0.003, 0.002), batches, Shuffled(X_valid, y_valid, 500), n_epochs
    )
    torch.set_rng_state(state)
    model.to("cpu")
    model.eval()
    return model, history

# %% wrong: train_with_both
# Misconception: every optimiser needs a forward and backward pass of its own, after the others have moved.
def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs):
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    for _ in range(n_epochs):
        model.train()
        total, right, seen = 0.0, 0, 0
        for X, y in train_batches:
            for number, optimizer in enumerate(optimizers):
                optimizer.zero_grad()
                logits = model(X)
                loss = cross_entropy(logits, y)
                loss.backward()
                optimizer.step()
                if number == 0:
                    total += loss.item() * len(y)
                    right += int((logits.argmax(dim=1) == y).sum())
                    seen += len(y)
            history["loss"].append(total / seen)
            history["accuracy"].append(right / seen)
        model.eval()
        total, right, seen = 0.0, 0, 0
        with torch.no_grad():
            for X, y in valid_batches:
                logits = model(X)
                total += cross_entropy(logits, y).item() * len(y)
                right += int((logits.argmax(dim=1) == y).sum())
                seen += len(y)
        history["valid_loss"].append(total / seen)
        history["valid_accuracy"].append(right / seen)
    return history

# %% wrong: train_with_both
# Misconception: a running mean runs on through the whole training; it is not set back where an epoch begins.
def train_with_both(model, optimizers, train_batches, valid_batches, n_epochs):
    history = {"loss": [], "accuracy": [], "valid_loss": [], "valid_accuracy": []}
    total, right, seen = 0.0, 0, 0
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
            right += int((logits.argmax(dim=1) == y).sum())
            seen += len(y)
            history["loss"].append(total / seen)
            history["accuracy"].append(right / seen)
        model.eval()
        v_total, v_right, v_seen = 0.0, 0, 0
        with torch.no_grad():
            for X, y in valid_batches:
                logits = model(X)
                v_total += cross_entropy(logits, y).item() * len(y)
                v_right += int((logits.argmax(dim=1) == y).sum())
                v_seen += len(y)
        history["valid_loss"].append(v_total / v_seen)
        history["valid_accuracy"].append(v_right / v_seen)
    return history
