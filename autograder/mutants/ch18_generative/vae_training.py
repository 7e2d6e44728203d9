"""Wrong and right answers of chapter 18: training a variational autoencoder, and new pictures (p.18.11)."""

import numpy as np
import torch
from torch import nn
from torch.nn.functional import binary_cross_entropy_with_logits

from autograder.mutants.ch18_generative.vae import _kl, _Net
from autograder.testing import alternative, mutant, naive

# ---------------------------------------------------------------- training


def _fit(X, n_latent, n_epochs, n_hidden, seed, *, net=_Net, beta=1.0, noise=True, lr=0.002, pixels=None, batch=32):
    torch.manual_seed(seed)
    rows = torch.tensor(np.asarray(X)).float()
    model = net(rows.shape[1], n_latent, n_hidden)
    optimizer = torch.optim.Adam(model.parameters(), lr)
    falling = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda epoch: 1 - epoch / (n_epochs + 1))
    for _ in range(n_epochs):
        for some in rows[torch.randperm(len(rows))].split(batch):
            mu, logvar = model.encode(some)
            z = mu + torch.exp(logvar / 2) * torch.randn_like(mu) if noise else mu
            error = binary_cross_entropy_with_logits(model.decode(z), some, reduction="none")
            error = error.mean(dim=1) if pixels == "mean" else error.sum(dim=1)
            loss = (error + beta * _kl(mu, logvar)).mean()
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
        falling.step()
    return model.eval()


@naive("p.18.11", replaces="fit_vae", fails="test_learns_a_world_of_pictures")
def collapsed(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """Your decoder makes the same mean picture of every code: the KL divergence weighs too much beside a *mean* over
    the pixels, so that the codes say nothing."""
    return _fit(X, n_latent, n_epochs // 4, n_hidden, seed, pixels="mean")


class _Linear(_Net):
    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__(n_pixels, n_latent, n_hidden)
        self.into, self.out = nn.Identity(), nn.Linear(n_latent, n_pixels)
        self.mean, self.spread = nn.Linear(n_pixels, n_latent), nn.Linear(n_pixels, n_latent)


@naive("p.18.11", replaces="fit_vae", fails="test_learns_a_world_of_pictures")
def linear_layers(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """Encoder and decoder have one linear layer each: kinds of pictures don't lie in a plane. Add hidden layers."""
    return _fit(X, n_latent, n_epochs, n_hidden, seed, net=_Linear, lr=0.01)


@naive("p.18.11", replaces="fit_vae", fails="test_learns_a_world_of_pictures")
def plain_autoencoder(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """You train an ordinary autoencoder, without noise and KL divergence: nothing holds the codes where new ones are
    drawn."""
    return _fit(X, n_latent, n_epochs, n_hidden, seed, beta=0.0, noise=False)


@mutant("p.18.11", replaces="fit_vae", fails="test_learns_a_world_of_pictures")
def learns_nothing(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """Your model's weights never change: do you call the optimiser's `step`?"""
    torch.manual_seed(seed)
    return _Net(np.shape(X)[1], n_latent, n_hidden).eval()


@mutant("p.18.11", replaces="fit_vae", fails="test_seeds_decide_vae_and_samples")
def one_seed(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """You don't use the seed that you are given."""
    return _fit(X, n_latent, n_epochs, n_hidden, 42)


@mutant("p.18.11", replaces="fit_vae", fails="test_vae_is_trained_as_asked_for")
def two_numbers_always(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """Your codes always have two numbers: hand `n_latent` on to the model."""
    return _fit(X, 2, n_epochs, n_hidden, seed)


@mutant("p.18.11", replaces="fit_vae", fails="test_vae_is_trained_as_asked_for")
def other_number_of_epochs(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """You train for as many epochs as you like: `n_epochs` says how many."""
    return _fit(X, n_latent, 3, n_hidden, seed)


@mutant("p.18.11", replaces="fit_vae", fails="test_trained_vae_is_ready_for_use")
def handed_back_in_training_mode(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """You hand the model back in training mode, where its codes are drawn anew each time: call `eval()`."""
    return _fit(X, n_latent, n_epochs, n_hidden, seed).train()


# ---------------------------------------------------------------- samples


def _sampled(model, n, n_latent, seed, *, spread=1.0, pixels=torch.sigmoid, noise=torch.randn):
    was, model = model.training, model.eval()
    z = spread * noise(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        found = pixels(model.decode(z)).numpy()
    model.train(was)
    return found


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def logits_returned(model, n, n_latent, seed=42):
    """You return logits: the sigmoid makes pixels of them."""
    return _sampled(model, n, n_latent, seed, pixels=lambda logits: logits)


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def logits_cut_off(model, n, n_latent, seed=42):
    """You cut logits off at 0 and 1: the sigmoid makes pixels of them."""
    return _sampled(model, n, n_latent, seed, pixels=lambda logits: logits.clamp(0, 1))


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def pixels_drawn(model, n, n_latent, seed=42):
    """You draw each pixel, black or white: asked for are the means, which the sigmoid gives."""
    return _sampled(model, n, n_latent, seed, pixels=lambda logits: torch.bernoulli(logits.sigmoid()))


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def uniform_codes(model, n, n_latent, seed=42):
    """Your codes come from `rand`, between 0 and 1: take `randn`."""
    return _sampled(model, n, n_latent, seed, noise=torch.rand)


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def dropout_left_on(model, n, n_latent, seed=42):
    """You ask the model in the mode that it happens to be in: call `eval()`, and put the mode back afterwards."""
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return model.decode(z).sigmoid().numpy()


@mutant("p.18.11", replaces="sample_vae", fails="test_samples_are_decoded_from_standard_codes")
def mode_not_put_back(model, n, n_latent, seed=42):
    """You leave the model in evaluation mode, even if somebody is about to train it."""
    model.eval()
    z = torch.randn(n, n_latent, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        return model.decode(z).sigmoid().numpy()


@mutant("p.18.11", replaces="sample_vae", fails="test_seeds_decide_vae_and_samples")
def same_samples_always(model, n, n_latent, seed=42):
    """You don't use the seed that you are given."""
    return _sampled(model, n, n_latent, 0)


# ---------------------------------------------------------------- right


@alternative("p.18.11", replaces="fit_vae")
def with_a_rate_that_falls(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """Adam with a rate that falls in a straight line, batches of 32, a network of its own."""
    return _fit(X, n_latent, n_epochs, n_hidden, seed, lr=0.004)


class _Tanh(_Net):
    def __init__(self, n_pixels=64, n_latent=2, n_hidden=128):
        super().__init__(n_pixels, n_latent, n_hidden)
        self.out = nn.Sequential(
            nn.Linear(n_latent, n_hidden), nn.Tanh(), nn.Linear(n_hidden, n_hidden), nn.Tanh(),
            nn.Linear(n_hidden, n_pixels),
        )  # fmt: skip


@alternative("p.18.11", replaces="fit_vae")
def with_tanh(X, n_latent=2, n_epochs=40, n_hidden=128, seed=42):
    """Tanh in the decoder, a larger rate."""
    return _fit(X, n_latent, n_epochs, n_hidden, seed, net=_Tanh, lr=0.005, batch=50)


@alternative("p.18.11", replaces="sample_vae")
def in_two_batches(model, n, n_latent, seed=42):
    """With a seed that is put back afterwards, in parts, and in NumPy's doubles."""
    was = model.training
    with torch.random.fork_rng(), torch.inference_mode():
        torch.manual_seed(seed)
        z = torch.randn(n, n_latent)
        model.eval()
        parts = [model.decode(some).double() for some in z.split(200)]
    model.train(was)
    return 1 / (1 + np.exp(-torch.cat(parts).numpy()))
