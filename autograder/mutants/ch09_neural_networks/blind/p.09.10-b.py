# %% right
# Intent: torch's Adam with a one-cycle schedule on standardised columns, best epoch by the validation rows. For few rows:
# first with all columns, then again (twice) with only those columns whose shuffling hurts on the validation rows.
import copy
import time

import numpy as np
import torch
from sklearn.preprocessing import StandardScaler
from torch import nn


def train_net(A, a, B, b, k, hidden, rate, batch, epochs, decay, dropout, seed, seconds=150.0):
    """Return (validation loss, network of the best epoch)."""
    torch.manual_seed(seed)
    parts, width = [], A.shape[1]
    for units in hidden:
        parts += [nn.Linear(width, units), nn.ReLU(), nn.Dropout(dropout)]
        width = units
    net = nn.Sequential(*parts, nn.Linear(width, k))
    steps = -(-len(A) // batch)
    adam = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=decay, fused=True)
    plan = torch.optim.lr_scheduler.OneCycleLR(adam, rate, total_steps=epochs * steps, pct_start=0.2)
    best, start = (np.inf, None), time.monotonic()
    for _ in range(epochs):
        net.train()
        for rows in torch.randperm(len(A)).split(batch):
            adam.zero_grad()
            nn.functional.cross_entropy(net(A[rows]), a[rows]).backward()
            adam.step()
            plan.step()
        net.eval()
        with torch.no_grad():
            out = net(B)
            loss = nn.functional.cross_entropy(out, b).item()
            wrong = (out.argmax(1) != b).float().mean().item()
        score = wrong + 0.1 * min(loss, 5.0)
        if best[1] is None or score < best[0]:
            best = (score, copy.deepcopy(net.state_dict()))
        if time.monotonic() - start > seconds:
            break
    net.load_state_dict(best[1])
    return best[0], net.eval()


class CoverNet:
    def __init__(self, scaler, columns, net, classes):
        self.scaler, self.columns, self.net, self.classes_ = scaler, columns, net, classes

    def predict_proba(self, X):
        Z = torch.tensor(self.scaler.transform(np.asarray(X, float))[:, self.columns], dtype=torch.float32)
        with torch.no_grad():
            return torch.cat([self.net(part).softmax(1) for part in Z.split(20_000)]).numpy()

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


def fit_covertype(X_train, y_train, X_val, y_val, seed=42):
    X_train, X_val = np.asarray(X_train, float), np.asarray(X_val, float)
    y_train, y_val = np.asarray(y_train), np.asarray(y_val)
    classes, a = np.unique(y_train, return_inverse=True)
    known = np.isin(y_val, classes)
    scaler = StandardScaler().fit(X_train)
    A = torch.tensor(scaler.transform(X_train), dtype=torch.float32)
    B = torch.tensor(scaler.transform(X_val[known]), dtype=torch.float32)
    a, b = torch.tensor(a), torch.tensor(np.searchsorted(classes, y_val[known]))
    every, k = np.arange(A.shape[1]), len(classes)
    if len(A) > 20_000:
        epochs = int(np.clip(12_000_000 // len(A), 15, 60))
        net = train_net(A, a, B, b, k, (512, 256, 128), 3e-3, 1024, epochs, 1e-5, 0.0, seed)[1]
        return CoverNet(scaler, every, net, classes)

    def fit(columns, hidden, decay, rate=5e-3):
        score, net = train_net(
            A[:, columns], a, B[:, columns], b, k, hidden, rate, 64, 40, decay, 0.0, seed, seconds=10.0
        )
        return score, columns, net

    found = [fit(every, (64, 64), 0.3)]
    for _ in range(2):
        _, columns, net = min(found, key=lambda one: one[0])
        rng, harm = np.random.default_rng(seed), []
        U, u = torch.cat([A, B])[:, columns], torch.cat([a, b])
        with torch.no_grad():
            plain = nn.functional.cross_entropy(net(U), u).item()
            for j in range(len(columns)):
                V = U.clone()
                V[:, j] = V[torch.tensor(rng.permutation(len(V))), j]
                harm.append(nn.functional.cross_entropy(net(V), u).item() - plain)
        harm = np.array(harm)
        keep = columns[harm > 0.15 * harm.max()]
        if 0 < len(keep) < len(columns):
            found.append(fit(keep, (64, 64), 0.03, 1e-2))
    _, columns, net = min(found, key=lambda one: one[0])
    return CoverNet(scaler, columns, net, classes)

# %% wrong: fit_covertype
# Misconception: a network learns the scale of its inputs by itself, so columns need no preparation.
from sklearn.neural_network import MLPClassifier


def fit_covertype(X_train, y_train, X_val, y_val, seed=42):
    return MLPClassifier((128, 64), max_iter=60, early_stopping=False, random_state=seed).fit(X_train, y_train)

# %% wrong: fit_covertype
# Misconception: each set of rows is standardised by its own mean and deviation, new rows too.
class OwnScale:
    def __init__(self, net):
        self.net = net

    def predict(self, X):
        return self.net.predict(StandardScaler().fit_transform(X))


def fit_covertype(X_train, y_train, X_val, y_val, seed=42):
    net = MLPClassifier((200, 100), batch_size=32, learning_rate_init=0.003, max_iter=80, random_state=seed)
    return OwnScale(net.fit(StandardScaler().fit_transform(X_train), y_train))
