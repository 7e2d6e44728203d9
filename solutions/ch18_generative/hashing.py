"""Chapter 18, semantic hashing (tf1.15.9): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from course import device


class HashingAutoencoder(nn.Module):
    """An autoencoder whose codings are numbers from 0 to 1 that want to be bits.

    The coding layer's activation is a sigmoid. In training mode Gaussian noise is added
    to what goes *into* the sigmoid, new noise in each call; in evaluation mode there is
    none. All other layers are up to you, as long as nothing else is random.

    Parameters
    ----------
    n_inputs : columns of a row.
    n_bits : how many codings there are.
    noise : standard deviation of the noise, independent for each number.

    Methods
    -------
    encode(X) : from (B, n_inputs) float32 to (B, n_bits) codings, from 0 to 1.
    forward(X) : from (B, n_inputs) to (B, n_inputs), what the codings, as `encode`
        gives them, tell of the rows.

    Examples
    --------
    >>> autoencoder = HashingAutoencoder(784, n_bits=30)
    >>> X = torch.zeros(5, 784)
    >>> autoencoder(X).shape, autoencoder.encode(X).shape
    (torch.Size([5, 784]), torch.Size([5, 30]))
    """

    def __init__(self, n_inputs: int, n_bits: int = 30, noise: float = 4.0) -> None:
        super().__init__()
        self.noise = noise
        wide = min(512, n_inputs + 32)
        self.body = nn.Sequential(*_block(n_inputs, wide), *_block(wide, wide), nn.Linear(wide, n_bits))
        self.decoder = nn.Sequential(*_block(n_bits, wide), nn.Linear(wide, n_inputs))

    def encode(self, X: Tensor) -> Tensor:
        Z = self.body(X)
        if self.training:
            Z = Z + self.noise * torch.randn_like(Z)
        return torch.sigmoid(Z)

    def forward(self, X: Tensor) -> Tensor:
        found: Tensor = self.decoder(self.encode(X))
        return found


def _block(n_in: int, n_out: int) -> list[nn.Module]:
    return [nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.ReLU()]


def fit_hashing(
    X: ArrayLike, n_bits: int = 30, noise: float = 4.0, n_epochs: int = 8, seed: int = 42
) -> HashingAutoencoder:
    """Make a `HashingAutoencoder` and train it, without labels.

    Parameters
    ----------
    X : (n, d) numbers from 0 to 1.
    n_bits, noise : for the autoencoder.
    n_epochs : how often training goes through all rows.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Returns
    -------
    The autoencoder, on the CPU and in evaluation mode.

    Examples
    --------
    >>> autoencoder = fit_hashing(np.zeros((20, 8)), n_bits=5, n_epochs=1)
    >>> autoencoder.encode(torch.zeros(2, 8)).shape
    torch.Size([2, 5])
    """
    torch.manual_seed(seed)
    rows = torch.tensor(np.asarray(X), dtype=torch.float32)
    model = HashingAutoencoder(rows.shape[1], n_bits, noise).to(device())
    optimizer = torch.optim.AdamW(model.parameters())
    steps = n_epochs * -(-len(rows) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.01, total_steps=steps)
    for _ in range(n_epochs):
        for some in torch.randperm(len(rows)).split(64):
            batch = rows[some].to(device())
            loss = mse_loss(model(batch), batch)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def hash_bits(autoencoder: nn.Module, X: ArrayLike) -> NDArray[np.uint8]:
    """Return the hash of each row: its codings, rounded.

    Parameters
    ----------
    autoencoder : has an `encode`, which is asked in evaluation mode. The autoencoder is
        left in the mode that it was in.
    X : (n, d) numbers from 0 to 1; there may be too many for a single batch.

    Returns
    -------
    (n, n_bits) whole numbers: 1 where a coding is larger than 0.5, else 0.

    Examples
    --------
    >>> hash_bits(HashingAutoencoder(8, n_bits=5), np.zeros((3, 8))).shape
    (3, 5)
    """
    rows, was_training = torch.tensor(np.asarray(X), dtype=torch.float32), autoencoder.training
    autoencoder.eval()
    with torch.no_grad():
        found = torch.cat([autoencoder.encode(some) > 0.5 for some in rows.split(1000)])
    autoencoder.train(was_training)
    return found.numpy().astype(np.uint8)


def within(hashes: ArrayLike, query: ArrayLike, radius: int) -> NDArray[np.int64]:
    """Return which hashes differ from that of a query in at most `radius` bits.

    Parameters
    ----------
    hashes : (n, n_bits) whole numbers 0 and 1.
    query : (n_bits,) another one.
    radius : 0 or more.

    Returns
    -------
    (m,) indices of hashes, in ascending order; there may be none.

    Examples
    --------
    >>> within([[0, 0, 1], [1, 1, 0], [0, 1, 1]], [0, 0, 1], radius=1).tolist()
    [0, 2]
    """
    return np.flatnonzero((np.asarray(hashes) != np.asarray(query)).sum(axis=1) <= radius)


def purity(hashes: ArrayLike, y: ArrayLike, radius: int = 0) -> float:
    """Return how pure the neighbourhoods of a table of hashes are.

    The neighbourhood of a row are all rows whose hashes differ from its own in at most
    `radius` bits, the row itself among them. Its purity is 1 minus the Gini impurity of
    the labels in it: the sum of the squared shares of the classes.

    Parameters
    ----------
    hashes : (n, n_bits) whole numbers 0 and 1.
    y : (n,) labels, whole numbers.
    radius : 0 or more.

    Returns
    -------
    The mean purity over all rows that don't make up their neighbourhood alone: one row
    is pure whatever it is. NaN if there are no others.

    Examples
    --------
    >>> purity([[0, 0], [0, 0], [1, 1], [0, 1]], [7, 5, 7, 7])
    0.5
    >>> purity([[0, 0], [0, 0], [1, 1]], [7, 7, 5])
    1.0
    """
    table, labels = np.asarray(hashes), np.asarray(y)
    found = []
    for row in table:
        mine = labels[within(table, row, radius)]
        if len(mine) > 1:
            shares = np.unique(mine, return_counts=True)[1] / len(mine)
            found.append((shares**2).sum())
    return float(np.mean(found)) if found else float("nan")
