# %% right
# Intent: dense layers with batch norm; noise before the sigmoid; binary cross-entropy of the outputs; hashes compared row by row.
import numpy as np
import torch
from torch import nn


class HashingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.noise = noise
        self.before = nn.Sequential(
            nn.Linear(n_inputs, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_bits)
        )
        self.after = nn.Sequential(
            nn.Linear(n_bits, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_inputs), nn.Sigmoid()
        )

    def encode(self, X):
        z = self.before(X)
        if self.training:
            z = z + self.noise * torch.randn_like(z)
        return torch.sigmoid(z)

    def forward(self, X):
        return self.after(self.encode(X))


def fit_hashing(X, n_bits=30, noise=4.0, n_epochs=8, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.array(X, dtype=np.float32))
    model = HashingAutoencoder(X.shape[1], n_bits, noise)
    size = 32 if len(X) < 10000 else 128
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    n_batches = max(1, len(X) // size)
    n_steps, step = n_epochs * n_batches, 0
    model.train()
    for _ in range(n_epochs):
        for rows in torch.tensor_split(torch.randperm(len(X)), n_batches):
            optimizer.param_groups[0]["lr"] = 0.005 * max(1 - step / n_steps, 0.05)
            loss = nn.functional.binary_cross_entropy(model(X[rows]), X[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            step += 1
    return model.eval()


def hash_bits(autoencoder, X):
    X = np.asarray(X)
    mode = autoencoder.training
    autoencoder.eval()
    parts = []
    with torch.no_grad():
        for start in range(0, len(X), 1000):
            rows = torch.tensor(np.array(X[start : start + 1000], dtype=np.float32))
            parts.append((autoencoder.encode(rows) > 0.5).numpy().astype(np.uint8))
    autoencoder.train(mode)
    return np.concatenate(parts)


def within(hashes, query, radius):
    hashes, query = np.array(hashes, dtype=int), np.array(query, dtype=int)
    found = []
    for i in range(len(hashes)):
        if int((hashes[i] != query).sum()) <= radius:
            found.append(i)
    return np.array(found, dtype=np.int64)


def purity(hashes, y, radius=0):
    hashes, y = np.array(hashes, dtype=int), np.array(y)
    purities = []
    for i in range(len(hashes)):
        apart = (hashes != hashes[i]).sum(axis=1)
        near = y[apart <= radius]
        if len(near) > 1:
            counts = np.unique(near, return_counts=True)[1]
            purities.append(((counts / len(near)) ** 2).sum())
    return float(np.mean(purities)) if purities else float("nan")

# %% wrong: HashingAutoencoder
# Misconception: the noise is added to the codings, after the sigmoid.
class HashingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.noise = noise
        self.before = nn.Sequential(
            nn.Linear(n_inputs, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_bits), nn.Sigmoid()
        )
        self.after = nn.Sequential(
            nn.Linear(n_bits, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_inputs), nn.Sigmoid()
        )

    def encode(self, X):
        codings = self.before(X)
        if self.training:
            codings = (codings + self.noise * torch.randn_like(codings)).clamp(0, 1)
        return codings

    def forward(self, X):
        return self.after(self.encode(X))

# %% wrong: purity
# Misconception: a row that is alone in its neighbourhood is pure, so it counts as 1 in the mean.
def purity(hashes, y, radius=0):
    hashes, y = np.array(hashes, dtype=int), np.array(y)
    purities = []
    for i in range(len(hashes)):
        near = y[(hashes != hashes[i]).sum(axis=1) <= radius]
        counts = np.unique(near, return_counts=True)[1]
        purities.append(((counts / len(near)) ** 2).sum())
    return float(np.mean(purities))
