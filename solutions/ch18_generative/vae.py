"""Chapter 18, variational autoencoders (p.18.11): the answers."""

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits


def reparameterize(mu: Tensor, logvar: Tensor) -> Tensor:
    """Draw codes from normal distributions, in such a way that gradients flow back to
    the parameters of these.

    Parameters
    ----------
    mu : (B, L) the means.
    logvar : (B, L) the logarithms of the variances.

    Returns
    -------
    (B, L) : one draw for each entry, all of them independent, from torch's global
        random numbers. Who moves a mean by some amount moves its code by the same
        amount; who doubles a standard deviation doubles the code's distance from its
        mean.

    Examples
    --------
    >>> reparameterize(torch.ones(2, 3), torch.full((2, 3), -1e3)).tolist()
    [[1.0, 1.0, 1.0], [1.0, 1.0, 1.0]]
    """
    return mu + torch.exp(logvar / 2) * torch.randn_like(mu)


def kl_divergence(mu: Tensor, logvar: Tensor) -> Tensor:
    """Return how far normal distributions are from the standard one: KL(q || p) for
    q = N(mu, exp(logvar)), with independent entries, and p = N(0, I), in closed form.

    Parameters
    ----------
    mu, logvar : (B, L), as for `reparameterize`.

    Returns
    -------
    (B,) : for each row the sum over its L entries, in nats.

    Examples
    --------
    >>> kl_divergence(torch.zeros(2, 3), torch.zeros(2, 3)).tolist()
    [0.0, 0.0]
    """
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1)


def vae_loss(logits: Tensor, X: Tensor, mu: Tensor, logvar: Tensor, beta: float = 1.0) -> Tensor:
    """Return the loss of a VAE: the negative ELBO, if `beta` is 1.

    Parameters
    ----------
    logits : (B, D) what the decoder says of each pixel, before the sigmoid.
    X : (B, D) the pictures that should come out, from 0 to 1.
    mu, logvar : (B, L) what the encoder says of them.
    beta : the weight of the KL divergence.

    Returns
    -------
    A tensor without a dimension: for each picture the *sum* over its pixels of the
    binary cross entropy, plus `beta` times its KL divergence; then the *mean* over the
    pictures.

    Examples
    --------
    >>> nothing = torch.zeros(1, 2)
    >>> round(vae_loss(torch.zeros(1, 3), torch.ones(1, 3), nothing, nothing).item(), 4)
    2.0794
    """
    error = binary_cross_entropy_with_logits(logits, X, reduction="none").sum(dim=1)  # (B,)
    return (error + beta * kl_divergence(mu, logvar)).mean()


class VAE(nn.Module):
    """A variational autoencoder for pictures that come as rows of pixels.

    Parameters
    ----------
    n_pixels : D, pixels of a picture.
    n_latent : L, length of its code.
    n_hidden : whatever decides about the size of its layers; 128 is enough for small
        pictures.

    Examples
    --------
    >>> model = VAE(n_pixels=12, n_latent=3)
    >>> mu, logvar = model.encode(torch.zeros(5, 12))
    >>> mu.shape, logvar.shape, model.decode(mu).shape
    (torch.Size([5, 3]), torch.Size([5, 3]), torch.Size([5, 12]))
    """

    def __init__(self, n_pixels: int = 64, n_latent: int = 2, n_hidden: int = 128) -> None:
        super().__init__()
        self.encoder = nn.Sequential(*_hidden(n_pixels, n_hidden), nn.Linear(n_hidden, 2 * n_latent))
        self.decoder = nn.Sequential(*_hidden(n_latent, n_hidden), nn.Linear(n_hidden, n_pixels))

    def encode(self, X: Tensor) -> tuple[Tensor, Tensor]:
        """Return `mu` and `logvar`, (B, L) each, of pictures, (B, D) from 0 to 1."""
        mu, logvar = self.encoder(X).chunk(2, dim=1)
        return mu, logvar

    def decode(self, z: Tensor) -> Tensor:
        """Return the logits of pictures, (B, D), for codes, (B, L)."""
        return self.decoder(z)  # type: ignore[no-any-return]

    def forward(self, X: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Return (logits, mu, logvar) of pictures. In training mode the code that is
        decoded is drawn; in evaluation mode it is `mu`, so that nothing is random."""
        mu, logvar = self.encode(X)
        z = reparameterize(mu, logvar) if self.training else mu
        return self.decode(z), mu, logvar


def _hidden(n_in: int, n_hidden: int) -> list[nn.Module]:
    return [nn.Linear(n_in, n_hidden), nn.SiLU(), nn.Linear(n_hidden, n_hidden), nn.SiLU()]
