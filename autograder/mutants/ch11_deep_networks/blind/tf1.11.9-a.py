# %% right
# Intent: copy the lower layers, freeze all but the top n_unfrozen (no gradients, evaluation mode), and run an Adam loop
# with two groups. Rows pass the frozen layers either once beforehand or batch by batch; all else is the same code.
import copy

import numpy as np
import torch
from torch import nn


def some_of_each(y, n, seed=42):
    y = np.asarray(y)
    dice = np.random.default_rng(seed)
    chosen = []
    for label in sorted(set(y.tolist())):
        places = [place for place in range(len(y)) if y[place] == label]
        chosen.extend(dice.permutation(places)[:n].tolist())
    return np.array(chosen, dtype=np.int64)


class Transferred(nn.Module):
    def __init__(self, hidden, n_outputs):
        super().__init__()
        self.hidden = nn.Sequential(*hidden)
        width = None
        for part in self.hidden.modules():
            if isinstance(part, nn.Linear):
                width = part.out_features
        self.output = nn.Linear(width, n_outputs)

    def forward(self, X):
        for layer in self.hidden:
            X = layer(X)
        return self.output(X)


def _through(layers, X):
    for layer in layers:
        X = layer(X)
    return X


def transfer(model, X, y, *, n_outputs=5, n_reused=5, n_unfrozen=0, cached=False, n_epochs=30, rate=5e-3,
             batch_size=32, seed=42):
    X = torch.tensor(np.asarray(X, dtype=np.float32))
    y = torch.tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    layers = [copy.deepcopy(model.hidden[i]).cpu() for i in range(n_reused)]
    new = Transferred(layers, n_outputs)
    n_frozen = n_reused - n_unfrozen
    frozen, learning = layers[:n_frozen], layers[n_frozen:]
    for layer in frozen:
        layer.eval()
        for parameter in layer.parameters():
            parameter.requires_grad_(False)
            parameter.grad = None
    moved = []
    for layer in learning:
        layer.train()
        for parameter in layer.parameters():
            parameter.requires_grad_(True)
            parameter.grad = None
            moved.append(parameter)
    groups = [{"params": list(new.output.parameters()), "lr": rate}]
    if moved:
        groups.append({"params": moved, "lr": rate / 10})
    optimiser = torch.optim.Adam(groups, lr=rate)
    if cached:
        with torch.no_grad():
            seen = _through(frozen, X)
    for _ in range(n_epochs):
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            signal = seen[chosen] if cached else _through(frozen, X[chosen])
            logits = new.output(_through(learning, signal))
            optimiser.zero_grad()
            nn.functional.cross_entropy(logits, y[chosen]).backward()
            optimiser.step()
    return new.eval()


# %% wrong: transfer
# Misconception: a layer is frozen once its weights get no gradients; the training mode has nothing to do with it.
def transfer(model, X, y, *, n_outputs=5, n_reused=5, n_unfrozen=0, cached=False, n_epochs=30, rate=5e-3,
             batch_size=32, seed=42):
    X = torch.tensor(np.asarray(X, dtype=np.float32))
    y = torch.tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    layers = [copy.deepcopy(model.hidden[i]).cpu() for i in range(n_reused)]
    new = Transferred(layers, n_outputs)
    n_frozen = n_reused - n_unfrozen
    frozen, learning = layers[:n_frozen], layers[n_frozen:]
    for layer in frozen:
        for parameter in layer.parameters():
            parameter.requires_grad_(False)
    groups = [{"params": list(new.output.parameters()), "lr": rate}]
    moved = [parameter for layer in learning for parameter in layer.parameters()]
    if moved:
        groups.append({"params": moved, "lr": rate / 10})
    optimiser = torch.optim.Adam(groups, lr=rate)
    new.train()
    if cached:
        with torch.no_grad():
            seen = _through(frozen, X)
    for _ in range(n_epochs):
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            signal = seen[chosen] if cached else _through(frozen, X[chosen])
            logits = new.output(_through(learning, signal))
            optimiser.zero_grad()
            nn.functional.cross_entropy(logits, y[chosen]).backward()
            optimiser.step()
    return new.eval()


# %% wrong: transfer
# Misconception: one optimiser has one learning rate; layers that are unfrozen learn at the rate of the rest.
def transfer(model, X, y, *, n_outputs=5, n_reused=5, n_unfrozen=0, cached=False, n_epochs=30, rate=5e-3,
             batch_size=32, seed=42):
    X = torch.tensor(np.asarray(X, dtype=np.float32))
    y = torch.tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    layers = [copy.deepcopy(model.hidden[i]).cpu() for i in range(n_reused)]
    new = Transferred(layers, n_outputs)
    n_frozen = n_reused - n_unfrozen
    frozen, learning = layers[:n_frozen], layers[n_frozen:]
    for layer in frozen:
        layer.eval()
        for parameter in layer.parameters():
            parameter.requires_grad_(False)
    for layer in learning:
        layer.train()
        for parameter in layer.parameters():
            parameter.requires_grad_(True)
    optimiser = torch.optim.Adam([p for p in new.parameters() if p.requires_grad], lr=rate)
    if cached:
        with torch.no_grad():
            seen = _through(frozen, X)
    for _ in range(n_epochs):
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            signal = seen[chosen] if cached else _through(frozen, X[chosen])
            logits = new.output(_through(learning, signal))
            optimiser.zero_grad()
            nn.functional.cross_entropy(logits, y[chosen]).backward()
            optimiser.step()
    return new.eval()
