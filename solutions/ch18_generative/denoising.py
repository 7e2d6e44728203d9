"""Chapter 18, a denoising autoencoder and 500 labels (p.18.10), without labels: the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray
from torch import Tensor, nn
from torch.nn.functional import mse_loss

from course import device


class DenoisingAutoencoder(nn.Module):
    """An autoencoder of dense layers, which is given noisy rows to make clean ones of.

    ``autoencoder(X)`` takes (B, n_inputs) float32 and gives (B, n_inputs), what the
    rows have been without noise. In training mode it first adds noise to what it is
    given, and cuts nothing off; in evaluation mode it takes the rows as they are. Its
    layers are dense ones, ``nn.Linear``, the first of them right behind the noise;
    norms, activations and sizes are up to you.

    Parameters
    ----------
    n_inputs : columns of a row.
    n_codings : how many numbers a row is coded by. They may be more than `n_inputs`.
    noise : standard deviation of the Gaussian noise, independent for each number.

    Attributes
    ----------
    encoder : the module that takes (B, n_inputs) and gives (B, n_codings).

    Examples
    --------
    >>> autoencoder = DenoisingAutoencoder(784, n_codings=30)
    >>> autoencoder(torch.zeros(5, 784)).shape
    torch.Size([5, 784])
    >>> autoencoder.encoder(torch.zeros(5, 784)).shape
    torch.Size([5, 30])
    """

    def __init__(self, n_inputs: int, n_codings: int = 64, noise: float = 0.5) -> None:
        super().__init__()
        self.n_inputs, self.n_codings, self.noise = n_inputs, n_codings, noise
        wide = min(512, n_inputs + 32)
        self.encoder = nn.Sequential(*_layer(n_inputs, wide), *_layer(wide, wide), nn.Linear(wide, n_codings))
        self.decoder = nn.Sequential(*_layer(n_codings, wide), nn.Linear(wide, n_inputs))

    def forward(self, X: Tensor) -> Tensor:
        if self.training:
            X = X + self.noise * torch.randn_like(X)
        found: Tensor = self.decoder(self.encoder(X))
        return found


def _layer(n_in: int, n_out: int) -> list[nn.Module]:
    return [nn.Linear(n_in, n_out), nn.BatchNorm1d(n_out), nn.ReLU()]


def pretrain(
    X: ArrayLike, n_codings: int = 64, noise: float = 0.5, n_epochs: int = 8, seed: int = 42
) -> DenoisingAutoencoder:
    """Make a `DenoisingAutoencoder` and train it, without labels.

    Parameters
    ----------
    X : (n, d) numbers from 0 to 1, clean rows.
    n_codings, noise : for the autoencoder.
    n_epochs : how often training goes through all rows.
    seed : decides everything that is left to chance: the same seed trains the same net.

    Returns
    -------
    The autoencoder, on the CPU and in evaluation mode.

    Examples
    --------
    >>> autoencoder = pretrain(np.zeros((20, 8)), n_codings=3, n_epochs=1)
    >>> autoencoder.encoder(torch.zeros(2, 8)).shape
    torch.Size([2, 3])
    """
    torch.manual_seed(seed)
    rows = torch.tensor(np.asarray(X), dtype=torch.float32)
    model = DenoisingAutoencoder(rows.shape[1], n_codings, noise).to(device())
    optimizer = torch.optim.AdamW(model.parameters())
    steps = n_epochs * -(-len(rows) // 64)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.003, total_steps=steps)
    for _ in range(n_epochs):
        for some in torch.randperm(len(rows)).split(64):
            clean = rows[some].to(device())
            loss = mse_loss(model(clean), clean)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def top_images(encoder: nn.Module, X: ArrayLike, unit: int, k: int) -> NDArray[np.int64]:
    """Return which rows make one coding largest.

    Parameters
    ----------
    encoder : takes (B, d) and gives (B, n_codings), on the CPU. It is asked in
        evaluation mode, and left in the mode that it was in.
    X : (n, d) numbers from 0 to 1.
    unit : the coding's number, from 0.
    k : how many rows are wanted, at most `n`.

    Returns
    -------
    (k,) indices of rows, the largest coding first.

    Examples
    --------
    >>> X = [[0.2, 0.0], [0.9, 0.0], [0.5, 1.0]]
    >>> top_images(nn.Identity(), X, unit=0, k=2).tolist()
    [1, 2]
    """
    was_training = encoder.training
    encoder.eval()
    with torch.no_grad():
        codings = encoder(torch.tensor(np.asarray(X), dtype=torch.float32))[:, unit]
    encoder.train(was_training)
    return np.argsort(-codings.numpy(), kind="stable")[:k]
