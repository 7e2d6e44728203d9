"""Wrong and right answers of chapter 18: a variational autoencoder (p.18.11)."""

import numpy as np
import torch
from torch import nn
from torch.distributions import Independent, Normal, kl_divergence
from torch.nn.functional import binary_cross_entropy_with_logits, logsigmoid

from autograder.testing import alternative, mutant

# ---------------------------------------------------------------- codes


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_have_mean_and_spread")
def variance_for_deviation(mu, logvar):
    """exp(logvar) is the variance: its square root, exp(logvar / 2), is what noise is multiplied by."""
    return mu + torch.exp(logvar) * torch.randn_like(mu)


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_have_mean_and_spread")
def logarithm_for_deviation(mu, logvar):
    """You multiply the noise by the logarithm of the variance itself."""
    return mu + logvar * torch.randn_like(mu)


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_have_mean_and_spread")
def mean_only(mu, logvar):
    """You return the mean: without noise it is an ordinary autoencoder."""
    return mu + 0 * logvar


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_have_mean_and_spread")
def uniform_noise(mu, logvar):
    """Your noise comes from `rand`, between 0 and 1: take `randn`."""
    return mu + torch.exp(logvar / 2) * torch.rand_like(mu)


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_have_mean_and_spread")
def one_noise_for_all_rows(mu, logvar):
    """All rows get the same noise: draw as much of it as there are entries."""
    return mu + torch.exp(logvar / 2) * torch.randn(mu.shape[1])


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_come_from_torchs_random_numbers")
def from_numpys_numbers(mu, logvar):
    """Your noise is NumPy's, which `torch.manual_seed` does not reach: draw it with torch."""
    noise = np.random.default_rng().normal(size=tuple(mu.shape))
    return mu + torch.exp(logvar / 2) * torch.tensor(noise, dtype=mu.dtype)


@mutant("p.18.11", replaces="reparameterize", fails="test_codes_come_from_torchs_random_numbers")
def same_noise_in_each_call(mu, logvar):
    """You seed your noise in each call, so that it is always the same: seed once, before training."""
    return mu + torch.exp(logvar / 2) * torch.randn(mu.shape, generator=torch.Generator().manual_seed(42))


@mutant("p.18.11", replaces="reparameterize", fails="test_gradients_reach_mean_and_variance")
def drawn_without_gradient(mu, logvar):
    """You draw from the distribution as it is, which lets no gradient through: `rsample` or noise of your own does."""
    return torch.normal(mu, torch.exp(logvar / 2)).detach() + 0 * (mu + logvar)


# ---------------------------------------------------------------- loss


@mutant("p.18.11", replaces="kl_divergence", fails="test_kl_divergence")
def sign_flipped(mu, logvar):
    """Your KL divergence is below 0: it never is, so a sign is wrong."""
    return 0.5 * (1 + logvar - mu.square() - logvar.exp()).sum(dim=1)


@mutant("p.18.11", replaces="kl_divergence", fails="test_kl_divergence")
def half_forgotten(mu, logvar):
    """Yours is twice as large as it should be: there is a factor of one half."""
    return (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1)


@mutant("p.18.11", replaces="kl_divergence", fails="test_kl_divergence")
def mean_over_the_code(mu, logvar):
    """You take the mean over the entries of a code: divergences of independent entries are added up."""
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).mean(dim=1)


@mutant("p.18.11", replaces="kl_divergence", fails="test_kl_divergence")
def one_for_the_batch(mu, logvar):
    """You give one number for the whole batch: each row has its own."""
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1).mean()


@mutant("p.18.11", replaces="kl_divergence", fails="test_kl_divergence")
def other_way_round(mu, logvar):
    """You compute KL(p || q), of the standard distribution from the encoder's: it is the other way round."""
    return 0.5 * ((1 + mu.square()) / logvar.exp() - 1 + logvar).sum(dim=1)


def _kl(mu, logvar):
    return 0.5 * (mu.square() + logvar.exp() - 1 - logvar).sum(dim=1)


@mutant("p.18.11", replaces="vae_loss", fails="test_loss_is_the_negative_elbo")
def mean_over_pixels(logits, X, mu, logvar, beta=1.0):
    """You take the mean over the pixels, and so the KL divergence weighs far too much: sum their errors."""
    return binary_cross_entropy_with_logits(logits, X) + beta * _kl(mu, logvar).mean()


@mutant("p.18.11", replaces="vae_loss", fails="test_loss_is_the_negative_elbo")
def sum_over_the_batch(logits, X, mu, logvar, beta=1.0):
    """You add up over the pictures: then the loss depends on the size of the batch. Take their mean."""
    return binary_cross_entropy_with_logits(logits, X, reduction="sum") + beta * _kl(mu, logvar).sum()


@mutant("p.18.11", replaces="vae_loss", fails="test_loss_is_the_negative_elbo")
def beta_on_both(logits, X, mu, logvar, beta=1.0):
    """`beta` weighs the KL divergence alone; you multiply the pixels' errors by it too."""
    return beta * (binary_cross_entropy_with_logits(logits, X, reduction="none").sum(dim=1) + _kl(mu, logvar)).mean()


@mutant("p.18.11", replaces="vae_loss", fails="test_loss_is_the_negative_elbo")
def squared_error(logits, X, mu, logvar, beta=1.0):
    """You take squared errors: the binary cross entropy is asked for."""
    return ((logits.sigmoid() - X).square().sum(dim=1) + beta * _kl(mu, logvar)).mean()


@mutant("p.18.11", replaces="vae_loss", fails="test_loss_is_the_negative_elbo")
def logits_as_probabilities(logits, X, mu, logvar, beta=1.0):
    """You take logits for probabilities: the sigmoid is still to come."""
    p = logits.clamp(1e-6, 1 - 1e-6)
    return (-(X * p.log() + (1 - X) * (1 - p).log()).sum(dim=1) + beta * _kl(mu, logvar)).mean()


@mutant("p.18.11", replaces="vae_loss", fails="test_loss_of_sure_decoders")
def logarithm_of_nothing(logits, X, mu, logvar, beta=1.0):
    """A sigmoid becomes exactly 0 or 1 in single precision: go from the logits, as `…_with_logits` does."""
    p = logits.sigmoid().clamp(1e-7, 1 - 1e-7)
    return (-(X * p.log() + (1 - X) * (1 - p).log()).sum(dim=1) + beta * _kl(mu, logvar)).mean()


# ---------------------------------------------------------------- the model


class _Net(nn.Module):
    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__()
        self.into = nn.Sequential(nn.Linear(n_pixels, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_hidden), nn.ReLU())
        self.mean, self.spread = nn.Linear(n_hidden, n_latent), nn.Linear(n_hidden, n_latent)
        self.out = nn.Sequential(
            nn.Linear(n_latent, n_hidden), nn.ReLU(), nn.Linear(n_hidden, n_hidden), nn.ReLU(),
            nn.Linear(n_hidden, n_pixels),
        )  # fmt: skip

    def encode(self, X):
        h = self.into(X)
        return self.mean(h), self.spread(h)

    def decode(self, z):
        return self.out(z)

    def drawn(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu) if self.training else mu

    def forward(self, X):
        mu, logvar = self.encode(X)
        return self.decode(self.drawn(mu, logvar)), mu, logvar


@mutant("p.18.11", replaces="VAE", fails="test_draws_in_training_only")
class AlwaysDrawn(_Net):
    """Your codes are drawn in evaluation mode as well: there the mean is to be decoded."""

    def drawn(self, mu, logvar):
        return mu + torch.exp(logvar / 2) * torch.randn_like(mu)


@mutant("p.18.11", replaces="VAE", fails="test_draws_in_training_only")
class NeverDrawn(_Net):
    """Your model decodes the mean in training mode too: then it is an ordinary autoencoder."""

    def drawn(self, mu, logvar):
        return mu


@mutant("p.18.11", replaces="VAE", fails="test_shapes_of_the_vae")
class PixelsForLogits(_Net):
    """Your decoder ends in a sigmoid: it should give logits, and the loss and `sample_vae` do the rest."""

    def decode(self, z):
        return self.out(z).sigmoid()


@mutant("p.18.11", replaces="VAE", fails="test_shapes_of_the_vae")
class PositiveLogarithm(_Net):
    """A logarithm of a variance may well be below 0: leave `logvar` as it comes, without a ReLU."""

    def encode(self, X):
        mu, logvar = super().encode(X)
        return mu, logvar.relu()


@mutant("p.18.11", replaces="VAE", fails="test_all_of_the_vae_can_learn")
class UnusedLayerOfVAE(_Net):
    """One of your layers is never used, so it can't learn."""

    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__(n_pixels, n_latent, n_hidden)
        self.unused = nn.Linear(3, 3)


# ---------------------------------------------------------------- right


@alternative("p.18.11", replaces="reparameterize")
def by_a_distribution(mu, logvar):
    """By a distribution that draws in the right way."""
    return Normal(mu, logvar.exp().sqrt()).rsample()


@alternative("p.18.11", replaces="kl_divergence")
def by_distributions(mu, logvar):
    """By two distributions."""
    q, p = Normal(mu, (logvar / 2).exp()), Normal(torch.zeros_like(mu), torch.ones_like(mu))
    return kl_divergence(Independent(q, 1), Independent(p, 1))


@alternative("p.18.11", replaces="vae_loss")
def by_log_sigmoids(logits, X, mu, logvar, beta=1.0):
    """Out of the logarithms of both probabilities."""
    error = -(X * logsigmoid(logits) + (1 - X) * logsigmoid(-logits)).sum() / len(X)
    return error + beta * 0.5 * (mu**2 + torch.exp(logvar) - 1 - logvar).sum() / len(X)


@alternative("p.18.11", replaces="VAE")
class TwoHeads(_Net):
    """One body and two heads, ReLU, and codes that begin as standard ones; the reference's training."""

    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__(n_pixels, n_latent, n_hidden)
        nn.init.zeros_(self.spread.weight)
        nn.init.zeros_(self.spread.bias)
