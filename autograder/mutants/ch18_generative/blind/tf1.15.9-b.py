# %% right
# Intent: dense layers with batch norm, Adam with OneCycleLR on MSE; cdist's city-block distance counts bits.
import numpy as np
import torch
from scipy.spatial.distance import cdist
from torch import nn
from torch.nn.functional import mse_loss


class HashingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.noise = noise
        self.encoder = nn.Sequential(
            nn.Linear(n_inputs, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_bits)
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_bits, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_inputs)
        )

    def encode(self, X):
        logits = self.encoder(X)
        if self.training:
            logits = logits + self.noise * torch.randn_like(logits)
        return logits.sigmoid()

    def forward(self, X):
        return self.decoder(self.encode(X))


def fit_hashing(X, n_bits=30, noise=4.0, n_epochs=8, seed=42):
    torch.manual_seed(seed)
    X = torch.tensor(np.asarray(X), dtype=torch.float32)
    model = HashingAutoencoder(X.shape[1], n_bits, noise).train()
    n_batches = max(1, len(X) // (32 if len(X) < 10_000 else 128))
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.004, total_steps=n_epochs * n_batches + 1)
    for _ in range(n_epochs):
        for rows in torch.randperm(len(X)).tensor_split(n_batches):
            optimizer.zero_grad()
            mse_loss(model(X[rows]), X[rows]).backward()
            optimizer.step()
            schedule.step()
    return model.eval()


def hash_bits(autoencoder, X):
    mode = autoencoder.training
    autoencoder.eval()
    with torch.no_grad():
        batches = torch.tensor(np.asarray(X), dtype=torch.float32).split(1000)
        bits = torch.cat([autoencoder.encode(batch) > 0.5 for batch in batches])
    autoencoder.train(mode)
    return bits.numpy().astype(np.uint8)


def within(hashes, query, radius):
    return np.flatnonzero(np.count_nonzero(np.asarray(hashes) != np.asarray(query), axis=1) <= radius)


def purity(hashes, y, radius=0):
    hashes = np.asarray(hashes, float)
    near = (cdist(hashes, hashes, "cityblock") <= radius).astype(float)
    classes = np.equal.outer(np.asarray(y), np.unique(y)).astype(float)
    sizes = near.sum(axis=1)
    pure = np.sum((near @ classes / sizes[:, None]) ** 2, axis=1)[sizes > 1]
    return float(pure.mean()) if len(pure) else float("nan")


# %% wrong: HashingAutoencoder
# Misconception: noise is added to the codings, that is to what comes out of the sigmoid.
class HashingAutoencoder(nn.Module):
    def __init__(self, n_inputs, n_bits=30, noise=4.0):
        super().__init__()
        self.noise = noise
        self.encoder = nn.Sequential(
            nn.Linear(n_inputs, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_bits), nn.Sigmoid()
        )
        self.decoder = nn.Sequential(
            nn.Linear(n_bits, 256), nn.BatchNorm1d(256), nn.ReLU(), nn.Linear(256, n_inputs)
        )

    def encode(self, X):
        codings = self.encoder(X)
        return codings + self.noise * torch.randn_like(codings) if self.training else codings

    def forward(self, X):
        return self.decoder(self.encode(X))


# %% wrong: purity
# Misconception: purity is the share of the commonest class in a neighbourhood.
def purity(hashes, y, radius=0):
    hashes = np.asarray(hashes, float)
    near = (cdist(hashes, hashes, "cityblock") <= radius).astype(float)
    classes = np.equal.outer(np.asarray(y), np.unique(y)).astype(float)
    sizes = near.sum(axis=1)
    pure = np.max(near @ classes / sizes[:, None], axis=1)[sizes > 1]
    return float(pure.mean()) if len(pure) else float("nan")
