# %% right
# Intent: dense layers with batch norm, mean squared error against the clean rows with Adam by hand-written batches; the classifier is a copied encoder with a small head.
import copy

import numpy as np
import torch
from torch import nn
from torch.nn.functional import cross_entropy


class DenoisingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_codings=64, noise=0.5):
        super().__init__()
        self.n_inputs, self.n_codings, self.noise = n_inputs, n_codings, noise
        hidden = 256
        self.encoder = nn.Sequential(
            nn.Linear(n_inputs, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Linear(hidden, n_codings),
            nn.BatchNorm1d(n_codings),
            nn.ReLU(),
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_codings, hidden),
            nn.BatchNorm1d(hidden),
            nn.ReLU(),
            nn.Linear(hidden, n_inputs),
        )

    def forward(self, X):
        if self.training:
            X = X + self.noise * torch.randn_like(X)
        return self.decoder(self.encoder(X))


def _batches(n, size):
    order = torch.randperm(n)
    return [rows for rows in torch.tensor_split(order, max(1, n // size)) if len(rows) > 0]


def pretrain(X, n_codings=64, noise=0.5, n_epochs=8, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32))
    autoencoder = DenoisingAutoencoder(X.shape[1], n_codings, noise)
    size = 32 if len(X) < 10000 else 128
    n_steps = n_epochs * max(1, len(X) // size)
    optimizer = torch.optim.Adam(autoencoder.parameters(), lr=0.003)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: max(1 - step / n_steps, 0.02))
    autoencoder.train()
    for _ in range(n_epochs):
        for rows in _batches(len(X), size):
            clean = X[rows]
            loss = ((autoencoder(clean) - clean) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return autoencoder.eval()


def top_images(encoder, X, unit, k):
    X = torch.tensor(np.array(X, dtype=np.float32))
    mode = encoder.training
    encoder.eval()
    with torch.no_grad():
        codings = encoder(X)[:, unit].numpy()
    encoder.train(mode)
    return np.argsort(-codings, kind="stable")[:k].astype(np.int64)


def draw_labelled(y, n, seed=42):
    y = np.array(y)
    rng = np.random.default_rng(seed)
    classes = np.unique(y)
    rng.shuffle(classes)
    chosen = []
    for i, c in enumerate(classes):
        count = n // len(classes) + (1 if i < n % len(classes) else 0)
        rows = np.flatnonzero(y == c)
        rng.shuffle(rows)
        chosen.extend(rows[:count].tolist())
    chosen = np.array(chosen, dtype=np.int64)
    rng.shuffle(chosen)
    return chosen


class _Classifier(nn.Module):
    def __init__(self, encoder, n_codings, n_classes, frozen):
        super().__init__()
        self.encoder = encoder
        self.frozen = frozen
        self.head = nn.Sequential(nn.Linear(n_codings, 64), nn.ReLU(), nn.Linear(64, n_classes))
        for parameter in self.encoder.parameters():
            parameter.requires_grad = not frozen

    def train(self, mode=True):
        super().train(mode)
        if self.frozen:
            self.encoder.eval()
        return self

    def forward(self, X):
        return self.head(self.encoder(X))


def classifier_from(autoencoder, n_classes, frozen=False):
    return _Classifier(copy.deepcopy(autoencoder.encoder), autoencoder.n_codings, n_classes, frozen)


def fit_classifier(model, X, y, n_epochs=30, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32))
    y = torch.tensor(np.array(y, dtype=np.int64))
    free = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.Adam(free, lr=0.002)
    model.train()
    for _ in range(n_epochs):
        for rows in _batches(len(X), 24):
            loss = cross_entropy(model(X[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return model.eval()


def compare(autoencoder, X, y, X_test, y_test, n_epochs=30, seed=42):
    torch.manual_seed(seed)
    new = DenoisingAutoencoder(autoencoder.n_inputs, autoencoder.n_codings, autoencoder.noise)
    n_classes = int(np.max(np.array(y))) + 1
    test = torch.tensor(np.array(X_test, dtype=np.float32))
    truth = np.array(y_test)
    scores = {}
    for name, beginning in (("pretrained", autoencoder), ("scratch", new)):
        torch.manual_seed(seed + 1)
        model = classifier_from(beginning, n_classes)
        fit_classifier(model, X, y, n_epochs, seed)
        with torch.no_grad():
            guessed = model(test).argmax(dim=1).numpy()
        scores[name] = float((guessed == truth).mean())
    return scores

# %% wrong: pretrain
# Misconception: the target of a denoising autoencoder is what it was given, noise and all, as with any autoencoder.
def pretrain(X, n_codings=64, noise=0.5, n_epochs=8, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32))
    autoencoder = DenoisingAutoencoder(X.shape[1], n_codings, noise)
    autoencoder.noise = 0.0
    optimizer = torch.optim.Adam(autoencoder.parameters(), lr=0.003)
    autoencoder.train()
    for _ in range(n_epochs):
        for rows in _batches(len(X), 32 if len(X) < 10000 else 128):
            grainy = X[rows] + noise * torch.randn(len(rows), X.shape[1])
            loss = ((autoencoder(grainy) - grainy) ** 2).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    autoencoder.noise = noise
    return autoencoder.eval()

# %% wrong: classifier_from
# Misconception: putting the encoder into a new model makes it a new network already; no copy is needed.
def classifier_from(autoencoder, n_classes, frozen=False):
    return _Classifier(autoencoder.encoder, autoencoder.n_codings, n_classes, frozen)
