"""Chapter 18, training a variational autoencoder (p.18.11): the answers."""

import numpy as np
import torch
from numpy.typing import ArrayLike, NDArray

from course import device
from solutions.ch18_generative.vae import VAE, vae_loss


def fit_vae(X: ArrayLike, n_latent: int = 2, n_epochs: int = 40, n_hidden: int = 128, seed: int = 42) -> VAE:
    """Make a VAE and train it on `vae_loss` with `beta` 1.

    Parameters
    ----------
    X : (n, D) pictures, values from 0 to 1.
    n_latent, n_hidden : for `VAE`.
    n_epochs : how often training goes through all pictures.
    seed : decides everything that is left to chance.

    Returns
    -------
    The trained model, on the CPU and in evaluation mode.

    Examples
    --------
    >>> fit_vae(np.zeros((8, 12)), n_latent=3, n_epochs=1).training
    False
    """
    torch.manual_seed(seed)
    rows = torch.tensor(np.asarray(X), dtype=torch.float32)
    model = VAE(rows.shape[1], n_latent, n_hidden).to(device())
    n_steps = n_epochs * -(-len(rows) // 64)
    optimizer = torch.optim.Adam(model.parameters())
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.005, total_steps=n_steps)
    model.train()
    for _ in range(n_epochs):
        for batch in rows[torch.randperm(len(rows))].to(device()).split(64):
            logits, mu, logvar = model(batch)
            loss = vae_loss(logits, batch, mu, logvar)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    return model.cpu().eval()


def sample_vae(model: VAE, n: int, n_latent: int, seed: int = 42) -> NDArray[np.float32]:
    """Return new pictures, decoded from codes that are drawn from N(0, I).

    Parameters
    ----------
    model : any module whose `decode` takes and gives what that of `VAE` does. It is
        asked in evaluation mode, and left in the mode that it was in.
    n : how many pictures.
    n_latent : L, length of the codes.
    seed : decides which pictures: the same seed draws the same ones.

    Returns
    -------
    (n, D) float32, from 0 to 1: the means that the decoder gives for the pixels.

    Examples
    --------
    >>> sample_vae(VAE(n_pixels=12, n_latent=3), 4, n_latent=3).shape
    (4, 12)
    """
    was_training = model.training
    model.eval()
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        pixels = model.decode(z).sigmoid()
    model.train(was_training)
    return pixels.numpy()
