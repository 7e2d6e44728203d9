"""Chapter 18's references beside PyTorch, scikit-learn, scipy, brute force, processes step by step, and properties."""

from __future__ import annotations

import copy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.linalg import expm
from scipy.spatial.distance import cdist, hamming
from sklearn.decomposition import PCA
from sklearn.neighbors import KNeighborsRegressor
from sklearn.tree import DecisionTreeClassifier
from torch import nn
from torch.distributions import Normal, kl_divergence
from torch.nn.functional import softplus

from solutions.ch18_generative import (
    autoencoders,
    autoencoders_layers,
    conditional,
    denoising,
    diffusion,
    diffusion_training,
    few_labels,
    gan,
    generating,
    hashing,
    vae,
)
from tests.support.oracle import oracle

drawn = settings(max_examples=20, deadline=None, derandomize=True)
seeds, small = st.integers(0, 10_000), st.integers(1, 6)

# Why an exercise has no oracle of its own.
WITHOUT: dict[str, str] = {}


def rng_of(seed: int) -> np.random.Generator:
    return np.random.default_rng(seed)


# ---------------------------------------------------------------- autoencoders


@oracle("p.18.1", "the share of normal rows that is flagged is the one asked for (hypothesis)")
@drawn
@given(seeds, st.integers(0, 10))
def test_flag_anomalies(seed: int, tenths: int) -> None:
    rng = rng_of(seed)
    normal, found = rng.normal(size=(101, 3)), rng.normal(size=(101, 3))
    flagged = autoencoders.flag_anomalies(normal, found, normal, found, tenths / 10)
    assert abs(flagged.sum() - 10 * tenths) <= 1
    errors = np.linalg.norm(normal - found, axis=1)
    assert not flagged.any() or errors[flagged].min() > errors[~flagged].max()


@oracle("p.18.2", "the parameters of PyTorch's layers that have gradients after a step (hypothesis)")
@drawn
@given(seeds, st.integers(0, 5))
def test_trainable_parameters(seed: int, n_frozen: int) -> None:
    sizes = [int(size) for size in rng_of(seed).integers(1, 9, 4)]
    layers = [nn.Linear(*pair) for pair in zip(sizes, [*sizes[1:], 5], strict=True)]
    for layer in layers[:-1][:n_frozen]:
        layer.requires_grad_(False)
    nn.Sequential(*layers)(torch.ones(1, sizes[0])).sum().backward()
    trained = [weight for layer in layers for weight in layer.parameters() if weight.grad is not None]
    assert autoencoders.trainable_parameters(sizes, 5, n_frozen) == sum(weight.numel() for weight in trained)


@oracle("p.18.3", "scikit-learn's nearest neighbour, whose target is the row itself (hypothesis)")
@drawn
@given(seeds, small)
def test_by_heart(seed: int, d: int) -> None:
    rng = rng_of(seed)
    known, X = rng.normal(size=(30, d)), rng.normal(size=(20, d))
    found = autoencoders.decode_by_heart(known, autoencoders.encode_by_heart(known, X))
    wanted = KNeighborsRegressor(1).fit(known, known).predict(X)
    np.testing.assert_allclose(found, wanted.reshape(20, d))


@oracle("p.18.4", "PCA's reconstruction, and gradient descent on a linear autoencoder, which never gets lower")
@pytest.mark.parametrize("k", [1, 2, 4, 6])
def test_least_error(k: int) -> None:
    torch.manual_seed(k)
    X = torch.randn(40, 4) @ torch.randn(4, 4) + 3
    least = autoencoders.least_error(X.numpy(), k)
    pca = PCA(min(k, 4)).fit(X)
    assert least == pytest.approx(float(((pca.inverse_transform(pca.transform(X)) - X.numpy()) ** 2).mean()), abs=1e-6)
    model = nn.Sequential(nn.Linear(4, k), nn.Linear(k, 4))
    optimizer = torch.optim.Adam(model.parameters(), 0.02)
    for _ in range(600):
        loss = ((model(X) - X) ** 2).mean()
        optimizer.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
    assert least - 1e-5 < loss.item() < least + 0.2
    kinds = {1: "undercomplete", 2: "undercomplete", 4: "neither", 6: "overcomplete"}
    assert autoencoders.autoencoder_kind([4, k, 4]) == kinds[k]


@oracle("p.18.5", "two of PyTorch's layers that hold the matrix and its transpose")
def test_tied_weights() -> None:
    torch.manual_seed(1)
    tied = autoencoders_layers.TiedAutoencoder([5, 3])
    there, back = nn.Linear(5, 3), nn.Linear(3, 5)
    there.load_state_dict(tied.layers[0].state_dict())
    with torch.no_grad():
        tied.biases[0].normal_()
        back.weight.copy_(there.weight.T)
        back.bias.copy_(tied.biases[0])
        X = torch.randn(9, 5)
        torch.testing.assert_close(tied(X), back(there(X)))


@oracle(
    "tf1.15.6", "the picture of a unit's own weights excites it as much as any picture of that size can (hypothesis)"
)
@drawn
@given(seeds)
def test_weight_pictures(seed: int) -> None:
    torch.manual_seed(seed)
    layer = nn.Linear(6, 4, bias=False).double()
    pictures = autoencoders_layers.weight_pictures(layer, (2, 3))
    assert pictures.min() >= 0
    assert pictures.max() <= 1
    signed = (pictures - 0.5).reshape(4, 6)
    others = rng_of(seed).normal(size=(50, 6))
    rows = np.concatenate([signed / np.linalg.norm(signed, axis=1, keepdims=True), others / np.linalg.norm(others, axis=1, keepdims=True)])  # noqa: E501  # fmt: skip
    with torch.no_grad():
        activations = layer(torch.tensor(rows)).numpy()
    np.testing.assert_array_equal(autoencoders_layers.most_active(activations, 1)[:, 0], np.arange(4))


# ---------------------------------------------------------------- generating


@oracle("p.18.6", "what whitening by the known codings' Cholesky factor makes of many draws: a standard Gaussian")
def test_draw_codings() -> None:
    known = rng_of(1).normal(size=(40, 3)) @ rng_of(2).normal(size=(3, 3)) + 4
    found = generating.draw_codings(known, 50_000)
    white = np.linalg.solve(np.linalg.cholesky(np.cov(known.T)), (found - known.mean(axis=0)).T)
    np.testing.assert_allclose(white.mean(axis=1), 0, atol=0.03)
    np.testing.assert_allclose(np.cov(white), np.eye(3), atol=0.04)


@oracle("p.18.7", "PyTorch's softplus, in double precision (hypothesis)")
@drawn
@given(seeds, small, small)
def test_gan_losses(seed: int, n: int, m: int) -> None:
    true, made = (torch.tensor(rng_of(seed).normal(0, 40, size)) for size in (n, m))
    wanted = torch.cat([softplus(-true), softplus(made)]).mean(), softplus(-made).mean()
    found = generating.gan_losses(true.numpy(), made.numpy())
    assert found == pytest.approx(tuple(float(one) for one in wanted))


@oracle("p.18.8", "the exact motion in small steps, a rotation by the matrix exponential; nearest distances by scipy")
@drawn
@given(seeds)
def test_play(seed: int) -> None:
    x, y = rng_of(seed).normal(size=2)
    path = generating.play(x, y, rate=1e-4, n_steps=10_000)
    np.testing.assert_allclose(path[-1], expm(np.array([[0.0, -1.0], [1.0, 0.0]])) @ [x, y], atol=1e-3)
    assert np.all(np.diff(np.linalg.norm(path, axis=1)) > 0)  # and with steps of any size they move away
    made, centres = rng_of(seed).normal(size=(9, 2)), rng_of(seed + 1).normal(size=(7, 2))
    assert generating.modes_covered(made, centres, 0.5) == (cdist(centres, made).min(axis=1) <= 0.5).mean()


@oracle("p.18.9", "the mean and the spread of many pictures that were made noisy step by step")
def test_noise_levels() -> None:
    rng, betas = rng_of(3), np.array([0.05, 0.3, 0.1, 0.6])
    X = np.full(200_000, 2.0)
    signal, noise = generating.noise_levels(betas)
    for t, beta in enumerate(betas):
        X = np.sqrt(1 - beta) * X + np.sqrt(beta) * rng.normal(size=X.shape)
        assert X.mean() / 2 == pytest.approx(signal[t], abs=0.01)
        assert X.std() == pytest.approx(noise[t], abs=0.01)


# ---------------------------------------------------------------- projects


@oracle("p.18.10", "the best that can be done on a line in space: noise along it stays, noise across it goes")
def test_denoising_is_a_projection() -> None:
    rng = rng_of(4)
    direction = rng.normal(size=20)
    direction /= np.linalg.norm(direction)

    def on_the_line(n: int) -> np.ndarray:
        return np.asarray(0.5 + np.outer(rng.uniform(-1, 1, n), direction), dtype=np.float32)

    model = denoising.pretrain(on_the_line(1_500), n_codings=40, noise=0.2, n_epochs=15, seed=1)
    clean = on_the_line(500)
    noisy = clean + 0.2 * rng.normal(size=clean.shape).astype(np.float32)
    with torch.no_grad():
        found = model(torch.tensor(noisy)).numpy()
    projected = 0.5 + np.outer((noisy - 0.5) @ direction, direction)
    best = ((projected - clean) ** 2).mean()
    assert ((found - clean) ** 2).mean() < 3 * best
    assert best < 0.1 * ((noisy - clean) ** 2).mean()


@oracle("p.18.10", "counts of each class (hypothesis)")
@drawn
@given(seeds, st.integers(5, 30))
def test_draw_labelled(seed: int, n: int) -> None:
    y = rng_of(seed).permutation(np.arange(60) % 5)
    rows = few_labels.draw_labelled(y, n, seed)
    counts = np.bincount(y[rows], minlength=5)
    assert len(set(rows.tolist())) == n
    assert counts.max() - counts.min() <= 1


@oracle("tf1.15.9", "scipy's Hamming distance, and scikit-learn's Gini impurity of a tree's root (hypothesis)")
@drawn
@given(seeds, st.integers(0, 4))
def test_hashes(seed: int, radius: int) -> None:
    rng = rng_of(seed)
    table, y = rng.integers(0, 2, (15, 6)), rng.integers(0, 3, 15)
    pure = []
    for row in table:
        near = hashing.within(table, row, radius)
        assert near.tolist() == [n for n, other in enumerate(table) if hamming(row, other) * 6 <= radius + 0.1]
        if len(near) > 1:
            tree = DecisionTreeClassifier(max_depth=1).fit(table[near], y[near])
            pure.append(1 - tree.tree_.impurity[0])
    if pure:
        assert hashing.purity(table, y, radius) == pytest.approx(np.mean(pure))
    else:
        assert np.isnan(hashing.purity(table, y, radius))


# ---------------------------------------------------------------- models that generate


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
