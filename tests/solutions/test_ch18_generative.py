"""Chapter 18's references beside distributions, gradients, processes that are run step by step, and properties."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from torch import nn
from torch.distributions import Normal, kl_divergence

from solutions.ch18_generative import conditional, diffusion, diffusion_training, gan, vae
from tests.support.oracle import oracle

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


@oracle("p.18.11", "torch.distributions, and the mean of log q(z) - log p(z) over draws")
def test_kl_divergence() -> None:
    torch.manual_seed(1)
    mu, logvar = torch.randn(6, 3), torch.randn(6, 3)
    q, p = Normal(mu, logvar.exp().sqrt()), Normal(torch.zeros(6, 3), torch.ones(6, 3))
    torch.testing.assert_close(vae.kl_divergence(mu, logvar), kl_divergence(q, p).sum(dim=1))
    z = vae.reparameterize(mu.expand(50_000, 6, 3).reshape(-1, 3), logvar.expand(50_000, 6, 3).reshape(-1, 3))
    drawn = (q.log_prob(z.reshape(-1, 6, 3)) - p.log_prob(z.reshape(-1, 6, 3))).sum(dim=2).mean(dim=0)
    torch.testing.assert_close(vae.kl_divergence(mu, logvar), drawn, atol=0.06, rtol=0)


@oracle("p.18.11", "the likelihood of a picture of one pixel, integrated over all codes, which no ELBO exceeds")
def test_the_elbo_is_a_lower_bound() -> None:
    torch.manual_seed(2)
    weight, X = torch.tensor(1.7), torch.ones(1, 1)
    z = torch.linspace(-9, 9, 4001)[:, None]
    density = Normal(0.0, 1.0).log_prob(z).exp()
    likelihood = float(torch.trapezoid((density * torch.sigmoid(weight * z))[:, 0], z[:, 0]))
    for mean, spread in ((0.0, 0.0), (0.6, -0.4), (2.0, 0.3)):
        mu, logvar = torch.full((20_000, 1), mean), torch.full((20_000, 1), spread)
        codes = vae.reparameterize(mu, logvar)
        loss = vae.vae_loss(weight * codes, X.expand(20_000, 1), mu, logvar)
        assert -loss.item() < np.log(likelihood) + 0.02


@oracle("p.18.12", "torch's binary cross entropy, and steps that are taken on copies by hand")
def test_losses_and_steps() -> None:
    torch.manual_seed(3)
    real, fake = torch.randn(5), torch.randn(7)
    bce = nn.functional.binary_cross_entropy_with_logits
    wanted = bce(real, torch.ones(5)) + bce(fake, torch.zeros(7))
    torch.testing.assert_close(gan.discriminator_loss(real, fake), wanted)
    torch.testing.assert_close(gan.generator_loss(fake), bce(fake, torch.ones(7)))
    discriminator = nn.Sequential(nn.Flatten(), nn.Linear(4, 1), nn.Flatten(0))
    other, X, made = copy.deepcopy(discriminator), torch.randn(3, 1, 2, 2), torch.randn(6, 1, 2, 2)
    gan.discriminator_step(discriminator, torch.optim.SGD(discriminator.parameters(), 0.1), X, made)
    (bce(other(X), torch.ones(3)) + bce(other(made), torch.zeros(6))).backward()
    for moved, value in zip(discriminator.parameters(), other.parameters(), strict=True):
        assert value.grad is not None
        torch.testing.assert_close(moved, value - 0.1 * value.grad)


@oracle("p.18.12", "a list from which the oldest are taken")
def test_replay_buffer() -> None:
    buffer = gan.ReplayBuffer(6)
    kept: list[float] = []
    for start in range(0, 40, 4):
        batch = torch.arange(start, start + 4.0)
        before = list(kept)
        mixed = buffer.mix(batch, share=0.5).tolist()
        n_old = min(2, len(before))
        assert set(mixed[:n_old]) <= set(before)
        assert mixed[n_old:] == batch.tolist()[: 4 - n_old]
        kept = [*kept, *batch.tolist()][-6:]
        assert sorted(buffer.sample(len(kept)).tolist()) == kept


@oracle("tf2.17.11", "the classes of two constant pictures, which training has to tell apart")
def test_classes_are_obeyed() -> None:
    y = np.arange(60) % 2
    X = np.where(y[:, None, None, None] == 1, 0.9, 0.1) * np.ones((60, 1, 8, 8))
    generator = conditional.fit_class_gan(X, y, n_steps=60, n_latent=3, width=8)
    made = conditional.generate_classes(generator, [0, 1, 0, 1], n_latent=3).mean(axis=(1, 2, 3))
    assert made[[1, 3]].min() > made[[0, 2]].max() + 0.2


@oracle("p.18.13", "the forward process, run step by step")
def test_many_steps_at_once() -> None:
    torch.manual_seed(4)
    alpha_bar = diffusion.cosine_schedule(12)
    x = torch.full((200_000, 1), 1.5)
    for t in range(1, 13):
        share = alpha_bar[t] / alpha_bar[t - 1]
        x = share.sqrt() * x + (1 - share).sqrt() * torch.randn_like(x)
        steps = torch.full((200_000,), t)
        at_once = diffusion.noisy(torch.full((200_000, 1), 1.5), steps, torch.randn_like(x), alpha_bar)
        assert x.mean().item() == pytest.approx(at_once.mean().item(), abs=0.015)
        assert x.std().item() == pytest.approx(at_once.std().item(), abs=0.015)
    assert alpha_bar[0] == 1
    assert torch.all(alpha_bar.diff() < 0)
    assert alpha_bar[-1] < 0.02


@oracle("p.18.13", "Bayes' rule for normal distributions: what is known of a step, given both of its ends")
def test_one_step_back() -> None:
    alpha_bar = torch.tensor([1.0, 0.9, 0.6, 0.3])
    x0, t = 0.8, 3
    a, b, c = (float(alpha_bar[n]) for n in (t, t - 1, 0))
    assert c == 1
    grid = torch.linspace(-6, 6, 20_001, dtype=torch.float64)  # where the picture may have been a step before
    x = 0.4
    log = -((grid - b**0.5 * x0) ** 2) / (2 * (1 - b)) - (x - (a / b) ** 0.5 * grid) ** 2 / (2 * (1 - a / b))
    weight = torch.softmax(log, dim=0)
    mean = float((weight * grid).sum())
    spread = float((weight * (grid - mean) ** 2).sum()) ** 0.5
    noise = (x - a**0.5 * x0) / (1 - a) ** 0.5  # what a model that knows the picture says
    found = [
        float(diffusion.denoise_step(torch.tensor([[x]]), t, torch.tensor([[noise]]), torch.tensor([[z]]), alpha_bar))
        for z in (0.0, 1.0)
    ]
    assert found[0] == pytest.approx(mean, abs=1e-3)
    assert found[1] - found[0] == pytest.approx(spread, abs=1e-3)


@oracle("p.18.13", "normal pixels, whose noise can be seen by a formula: they come out of noise as they went in")
def test_normal_pixels_come_back() -> None:
    alpha_bar = diffusion.cosine_schedule(300, largest=0.1)
    mean, variance = 0.4, 0.09

    class Knowing(nn.Module):
        def forward(self, x: torch.Tensor, t: torch.Tensor) -> torch.Tensor:
            left = alpha_bar[t].reshape(-1, 1, 1, 1)
            return (1 - left).sqrt() * (x - left.sqrt() * mean) / (left * variance + 1 - left)

    pixels = diffusion_training.sample_diffusion(Knowing(), 500, alpha_bar, side=4) * 2 - 1
    assert pixels.mean() == pytest.approx(mean, abs=0.02)
    assert pixels.std() == pytest.approx(variance**0.5, abs=0.02)
