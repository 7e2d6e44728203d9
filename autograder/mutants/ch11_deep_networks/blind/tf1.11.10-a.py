# %% right
# Intent: go round all classes and all pairs of classes, drawing rows for each; two separate towers of Linear and ELU,
# begun by He's rule; a plain Adam loop with the binary cross entropy of logits; and a linear layer trained on what a
# frozen copy of the tower says, worked out once.
import copy

import numpy as np
import torch
from torch import nn


def make_pairs(X, y, n, seed=42):
    X = np.asarray(X, dtype=np.float32)
    y = np.asarray(y)
    dice = np.random.default_rng(seed)
    members = [np.flatnonzero(y == label) for label in sorted(set(y.tolist()))]
    classes = [int(c) for c in dice.permutation(len(members))]
    two = [(c, d) for c in range(len(members)) for d in range(c)]
    two = [two[int(i)] for i in dice.permutation(len(two))]
    pairs = []
    for i in range(n // 2):
        rows = members[classes[i % len(classes)]]
        first, second = dice.choice(rows, size=2, replace=False)
        pairs.append((int(first), int(second), 0))
        c, d = two[i % len(two)]
        if dice.random() < 0.5:
            c, d = d, c
        pairs.append((int(dice.choice(members[c])), int(dice.choice(members[d])), 1))
    pairs = [pairs[int(i)] for i in dice.permutation(len(pairs))]
    A = X[[pair[0] for pair in pairs]]
    B = X[[pair[1] for pair in pairs]]
    return A, B, np.array([pair[2] for pair in pairs], dtype=np.int64)


def _he_linear(n_in, n_out):
    dense = nn.Linear(n_in, n_out)
    with torch.no_grad():
        dense.weight.copy_(torch.randn(n_out, n_in) * (2.0 / n_in) ** 0.5)
        dense.bias.copy_(torch.zeros(n_out))
    return dense


def _tower(n_inputs, n_hidden, n_layers):
    parts = []
    width = n_inputs
    for _ in range(n_layers):
        parts.append(_he_linear(width, n_hidden))
        parts.append(nn.ELU())
        width = n_hidden
    return nn.Sequential(*parts)


class PairNet(nn.Module):
    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__()
        self.tower_a = _tower(n_inputs, n_hidden, n_layers)
        self.tower_b = _tower(n_inputs, n_hidden, n_layers)
        self.join = _he_linear(2 * n_hidden, n_hidden)
        self.last = nn.Linear(n_hidden, 1)

    def forward(self, A, B):
        both = torch.cat([self.tower_a(A), self.tower_b(B)], dim=1)
        hidden = nn.functional.elu(self.join(both))
        return self.last(hidden)[:, 0]


def _floats(X):
    return torch.tensor(np.asarray(X, dtype=np.float32))


def fit_pairs(net, A, B, labels, *, n_epochs=20, rate=1e-3, batch_size=64, seed=42):
    A, B, labels = _floats(A), _floats(B), _floats(labels)
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    optimiser = torch.optim.Adam(net.parameters(), lr=rate)
    net.train()
    means = []
    for _ in range(n_epochs):
        order = dice.permutation(len(A))
        losses = []
        for start in range(0, len(A), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            optimiser.zero_grad()
            loss = nn.functional.binary_cross_entropy_with_logits(net(A[chosen], B[chosen]), labels[chosen])
            loss.backward()
            optimiser.step()
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    net.eval()
    return means


def fit_head(net, X, y, n_outputs=10, *, n_epochs=30, rate=5e-3, batch_size=32, seed=42):
    X = _floats(X)
    y = torch.tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    tower = copy.deepcopy(net.tower_a).cpu().eval()
    for parameter in tower.parameters():
        parameter.requires_grad_(False)
    with torch.no_grad():
        seen = tower(X)
    head = nn.Linear(seen.shape[1], n_outputs)
    optimiser = torch.optim.Adam(head.parameters(), lr=rate)
    for _ in range(n_epochs):
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            optimiser.zero_grad()
            nn.functional.cross_entropy(head(seen[chosen]), y[chosen]).backward()
            optimiser.step()
    return nn.Sequential(tower, head).eval()


# %% wrong: PairNet
# Misconception: both pictures are to be seen by the same eyes: the two towers are one module under two names.
class PairNet(nn.Module):
    def __init__(self, n_inputs=784, n_hidden=100, n_layers=5):
        super().__init__()
        self.tower_a = _tower(n_inputs, n_hidden, n_layers)
        self.tower_b = self.tower_a
        self.join = _he_linear(2 * n_hidden, n_hidden)
        self.last = nn.Linear(n_hidden, 1)

    def forward(self, A, B):
        both = torch.cat([self.tower_a(A), self.tower_b(B)], dim=1)
        return self.last(nn.functional.elu(self.join(both)))[:, 0]


# %% wrong: fit_head
# Misconception: a layer is frozen when its copy is in evaluation mode; the optimiser may be given all parameters.
def fit_head(net, X, y, n_outputs=10, *, n_epochs=30, rate=5e-3, batch_size=32, seed=42):
    X = _floats(X)
    y = torch.tensor(np.asarray(y, dtype=np.int64))
    torch.manual_seed(seed)
    dice = np.random.default_rng(seed)
    tower = copy.deepcopy(net.tower_a).cpu().eval()
    with torch.no_grad():
        width = tower(X[:1]).shape[1]
    model = nn.Sequential(tower, nn.Linear(width, n_outputs))
    optimiser = torch.optim.Adam(model.parameters(), lr=rate)
    for _ in range(n_epochs):
        order = dice.permutation(len(X))
        for start in range(0, len(X), batch_size):
            chosen = torch.tensor(order[start : start + batch_size])
            optimiser.zero_grad()
            nn.functional.cross_entropy(model(X[chosen]), y[chosen]).backward()
            optimiser.step()
    return model.eval()
